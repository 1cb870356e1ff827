"""Current state: the newest record per key, folded from the logs; sent to new subscribers as a snapshot.

Beside it the last hour of rain and water levels, for subscribers that ask for it.
"""

from collections.abc import Sequence
from typing import Any

from city.clocks.city_clock import CityClock
from city.state.last_hour import HOUR_S, KEPT_METRICS
from feeds.gateway.deliveries import ParsedFact, Visibility, visible_places
from feeds.gateway.ledger_rows import LedgerRows, Row, row_of
from feeds.gateway.record_heads import Head, SensorHead
from feeds.ledger.ledger import Entry
from feeds.protocol.topics import TELEMETRY_TOPICS
from feeds.telemetry.telemetry import digest_of

__all__ = ["Current", "Row"]


_SLOT_S = 60.0
_SLOTS = 61


class Current:
    """The state that the gateway folds from ledger and telemetry. Only the tails update it."""

    def __init__(self, ledger: LedgerRows | None = None) -> None:
        self.ledger = ledger or LedgerRows()
        self.devices: set[str] = set(self.ledger.rows["sensor"])
        self._measured: dict[str, dict[Any, Row]] = {topic: {} for topic in TELEMETRY_TOPICS}
        self._past: dict[Any, dict[int, Row]] = {}

    @property
    def clock(self) -> CityClock:
        """The city clock of the newest fact."""
        return self.ledger.clock

    def snapshot(self, topic: str, visibility: Visibility) -> list[Row]:
        """Return the rows of a topic that a subscriber may see, ledger topics in log order."""
        rows = [*self.ledger.rows.get(topic, {}).values(), *self._measured.get(topic, {}).values()]
        return _visible(rows, visibility)

    def past_hour(self, visibility: Visibility) -> list[Row]:
        """Return the last hour of rain and water levels: one reading a minute, without the newest."""
        rows = []
        for key, slots in self._past.items():
            newest = self._measured["sensor"][key]
            rows += [row for row in slots.values() if newest.at - HOUR_S - _SLOT_S <= row.at < newest.at]
        return _visible(rows, visibility)

    def has_registered(self, topic: str, client: str, record_id: str) -> bool:
        """Whether a record with this id is a registration on a telemetry topic, of the last 35 days."""
        return digest_of(f"{topic}/{client}", record_id) in self.ledger.ids

    def remember(self, topic: str, client: str, record_id: str, now: float) -> None:
        """Store that a record with this id is a registration, before the tail has read it."""
        self.ledger.ids.setdefault(digest_of(f"{topic}/{client}", record_id), now)

    def fold_fact(self, entry: Entry, fact: ParsedFact) -> None:
        """Apply the next fact of the ledger."""
        self.ledger.fold(entry, fact)
        if isinstance(fact.head, SensorHead):
            self.devices.add(fact.head.device)

    def fold_measured(self, topic: str, heads: Sequence[Head], records: Sequence[bytes]) -> float:
        """Apply the records of a telemetry entry; return their newest ``at``, epoch seconds."""
        newest = float("-inf")
        for head, record in zip(heads, records, strict=True):
            row = row_of(record, head)
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
        held = self._measured[topic].get(key)
        if held is None or row.at >= held.at:
            self._measured[topic][key] = row


def _visible(rows: list[Row], visibility: Visibility) -> list[Row]:
    if visibility.scope is None:
        return rows
    return [rows[i] for i in visible_places([(row.lon, row.lat) for row in rows], visibility)]
