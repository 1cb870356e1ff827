"""The part of the current state that is folded from the ledger, and its snapshot.

A gateway starts from its newest snapshot and folds only the facts after it. Snapshot and tail together give
the same rows as all facts.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import parse
from city.facts.chain import GENESIS
from feeds.gateway.deliveries import NAN, ParsedFact
from feeds.gateway.record_heads import Head, SensorHead
from feeds.ledger.ledger import Entry
from feeds.telemetry.telemetry import digest_of

__all__ = ["SCHEMA", "LedgerRows", "Row", "read_rows", "row_of", "write_rows"]

SCHEMA = 1
"""Version of the snapshot format; raised whenever the meaning of :class:`LedgerRows` changes."""

IDS_KEPT_S = 35 * 86_400.0
"""For so long a measurement with the id of a registration is a duplicate."""

_ROWS_PER_PIECE = 2000
_TOPICS = ("case", "warning", "sensor", "camera")


class Row(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One record of the current state, as delivered; ``at`` is epoch seconds, ``lon``, ``lat`` are WGS84."""

    record: bytes
    at: float
    lon: float
    lat: float
    ref: str


class LedgerRows:
    """What the facts up to ``position`` give: per topic and subject the newest record.

    ``heard`` holds for each client when its newest fact was received, ``ids`` the ids of registrations
    with the time of their fact (epoch seconds), oldest first.
    """

    def __init__(self) -> None:
        self.position = 0
        self.hash = GENESIS
        self.clock: CityClock = REAL_TIME
        self.rows: dict[str, dict[str, Row]] = {topic: {} for topic in _TOPICS}
        self.heard: dict[str, str] = {}
        self.ids: dict[bytes, float] = {}

    def copy(self) -> "LedgerRows":
        """Return a copy that later facts do not change."""
        made = LedgerRows()
        made.position, made.hash, made.clock = self.position, self.hash, self.clock
        made.rows = {topic: dict(rows) for topic, rows in self.rows.items()}
        made.heard, made.ids = dict(self.heard), dict(self.ids)
        return made

    def fold(self, entry: Entry, fact: ParsedFact) -> None:
        """Apply the next fact of the ledger."""
        self.position, self.hash = entry.position, entry.hash
        if fact.type == "CityClockSet":
            self._set_clock(fact)
        if not fact.topic:
            return
        rows, head = self.rows[fact.topic], fact.head
        row = row_of(fact.record, head)
        is_published = fact.actor.startswith("client:")  # not what we report ourselves
        if is_published and head.client and head.received:
            self.heard[head.client] = head.received
        if fact.topic in ("case", "warning"):
            rows.pop(fact.subject, None)  # the latest in log order becomes the last row
            rows[fact.subject] = row
            return
        key = head.device if isinstance(head, SensorHead) else fact.subject
        held = rows.get(key)
        if held is None or row.at >= held.at:
            rows[key] = row
        if is_published:
            self._remember(fact.topic, fact.actor.removeprefix("client:"), head.id, entry.recorded_at)

    def _remember(self, topic: str, client: str, record_id: str, recorded_at: str) -> None:
        now = parse(recorded_at)
        digest = digest_of(f"{topic}/{client}", record_id)
        self.ids.pop(digest, None)
        self.ids[digest] = now
        while (oldest := next(iter(self.ids))) and self.ids[oldest] < now - IDS_KEPT_S:
            del self.ids[oldest]

    def _set_clock(self, fact: ParsedFact) -> None:
        data = fact.data
        try:
            self.clock = CityClock(parse(data["city0"]), parse(data["machine0"]), float(data["rate"]))
        except (KeyError, ValueError, TypeError):
            return  # an unreadable clock is ignored


def row_of(record: bytes, head: Head) -> Row:
    """Return the row of a delivered record."""
    lon, lat = head.lon, head.lat
    try:
        at = parse(head.at)
    except (ValueError, OverflowError):
        at = 0.0  # a fact of another writer, without a readable time
    return Row(record, at, NAN if lon is None else lon, NAN if lat is None else lat, head.reporter_ref)


class _Top(msgspec.Struct, array_like=True):
    """The first piece of a snapshot: everything but the rows, and how many follow."""

    epoch: str
    position: int
    hash: str
    clock: tuple[float, float, float]
    heard: dict[str, str]
    ids: dict[bytes, float]
    count: int


_top = msgspec.msgpack.Decoder(_Top)
_part = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, Row]]])


def write_rows(ledger: LedgerRows, epoch: str) -> Iterator[bytes]:
    """Yield the pieces of a snapshot of the ledger with this epoch. Each is small: others may run between."""
    clock = ledger.clock
    encode = msgspec.msgpack.encode
    yield encode(
        _Top(
            epoch, ledger.position, ledger.hash, (clock.city0, clock.machine0, clock.rate), ledger.heard,
            ledger.ids, sum(map(len, ledger.rows.values())),
        )
    )  # fmt: skip
    for topic, rows in ledger.rows.items():
        items = list(rows.items())
        for start in range(0, len(items), _ROWS_PER_PIECE):
            yield encode((topic, items[start : start + _ROWS_PER_PIECE]))


def read_rows(pieces: Iterator[bytes]) -> tuple[str, LedgerRows]:
    """Return a snapshot's epoch and rows. Raises ValueError when it is damaged."""
    ledger = LedgerRows()
    try:
        top = _top.decode(next(pieces, b""))
        for piece in pieces:
            topic, items = _part.decode(piece)
            ledger.rows[topic].update(items)
    except (msgspec.MsgspecError, KeyError) as error:
        message = f"snapshot cannot be read: {error}"
        raise ValueError(message) from error
    count: Any = sum(map(len, ledger.rows.values()))
    if count != top.count:
        message = f"snapshot has {count} rows, expected {top.count}"
        raise ValueError(message)
    ledger.position, ledger.hash, ledger.clock = top.position, top.hash, CityClock(*top.clock)
    ledger.heard, ledger.ids = top.heard, top.ids
    return top.epoch, ledger
