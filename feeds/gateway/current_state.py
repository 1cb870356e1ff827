"""Current state: the newest record per key, folded from the logs; sent to new subscribers as a snapshot.

Beside it the last hour of rain and water levels, for subscribers that ask for it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import parse
from city.state.last_hour import HOUR_S, KEPT_METRICS
from feeds.gateway.deliveries import NAN, ParsedFact, Visibility, visible_places
from feeds.gateway.record_heads import Head, SensorHead
from feeds.protocol.topics import TOPICS
from feeds.telemetry.telemetry import digest_of

__all__ = ["Current", "Row"]


_SLOT_S = 60.0
_SLOTS = 61


class Row(msgspec.Struct, frozen=True, gc=False):
    """One record of the current state, as delivered; ``at`` is epoch seconds, ``lon``, ``lat`` are WGS84."""

    record: bytes
    at: float
    lon: float
    lat: float
    ref: str


class Current:
    """The state that the gateway folds from ledger and telemetry. Only the tails update it."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Row]] = {topic: {} for topic in TOPICS}
        self.devices: set[str] = set()
        self.clock: CityClock = REAL_TIME
        self._taken: set[bytes] = set()
        self._past: dict[Any, dict[int, Row]] = {}

    def snapshot(self, topic: str, visibility: Visibility) -> list[Row]:
        """Return the rows of a topic that a subscriber may see, ledger topics in log order."""
        return _visible(list(self.rows[topic].values()), visibility)

    def past_hour(self, visibility: Visibility) -> list[Row]:
        """Return the last hour of rain and water levels: one reading a minute, without the newest."""
        rows = []
        for key, slots in self._past.items():
            newest = self.rows["sensor"][key]
            rows += [row for row in slots.values() if newest.at - HOUR_S - _SLOT_S <= row.at < newest.at]
        return _visible(rows, visibility)

    def knows(self, topic: str, client: str, record_id: str) -> bool:
        """Whether a record with this id is a fact of the ledger."""
        return digest_of(f"{topic}/{client}", record_id) in self._taken

    def remember(self, topic: str, client: str, record_id: str) -> None:
        """Store that a record with this id is a fact, before the tail has read it."""
        self._taken.add(digest_of(f"{topic}/{client}", record_id))

    def fold_fact(self, fact: ParsedFact) -> float:
        """Apply the next fact of the ledger; return its record's ``at`` (epoch seconds), 0 without one."""
        if fact.type == "CityClockSet":
            self._set_clock(fact)
        if not fact.topic:
            return 0.0
        rows, head = self.rows[fact.topic], fact.head
        row = _row(fact.record, head)
        if fact.actor.startswith("client:"):
            self.remember(fact.topic, fact.actor.removeprefix("client:"), head.id)
        if fact.topic in ("case", "warning"):
            rows.pop(fact.subject, None)  # the latest in log order becomes the last row
            rows[fact.subject] = row
            return row.at
        if isinstance(head, SensorHead):
            self.devices.add(head.device)
        self._newest(fact.topic, head.key(), row)
        return row.at

    def fold_measured(self, topic: str, heads: Sequence[Head], records: Sequence[bytes]) -> float:
        """Apply the records of a telemetry entry; return their newest ``at``, epoch seconds."""
        newest = float("-inf")
        for head, record in zip(heads, records, strict=True):
            row = _row(record, head)
            newest = max(newest, row.at)
            self._newest(topic, head.key(), row)
            if isinstance(head, SensorHead) and head.kind == "reading" and head.metric in KEPT_METRICS:
                self._remember_hour(head.key(), row)
        return newest

    def _remember_hour(self, key: Any, row: Row) -> None:
        slots = self._past.setdefault(key, {})
        slot = int(row.at // _SLOT_S) % _SLOTS
        held = slots.get(slot)
        if held is None or row.at >= held.at:
            slots[slot] = row

    def _newest(self, topic: str, key: Any, row: Row) -> None:
        held = self.rows[topic].get(key)
        if held is None or row.at >= held.at:
            self.rows[topic][key] = row

    def _set_clock(self, fact: ParsedFact) -> None:
        data = fact.data
        try:
            self.clock = CityClock(parse(data["city0"]), parse(data["machine0"]), float(data["rate"]))
        except (KeyError, ValueError, TypeError):
            return  # an unreadable clock is ignored


def _visible(rows: list[Row], visibility: Visibility) -> list[Row]:
    if visibility.scope is None:
        return rows
    return [rows[i] for i in visible_places([(row.lon, row.lat) for row in rows], visibility)]


def _row(record: bytes, head: Head) -> Row:
    lon, lat = head.lon, head.lat
    try:
        at = parse(head.at)
    except (ValueError, OverflowError):
        at = 0.0  # a fact of another writer, without a readable time
    return Row(record, at, NAN if lon is None else lon, NAN if lat is None else lat, head.reporter_ref)
