"""The part of the current state that is folded from the ledger, and its snapshot.

A gateway starts from its newest snapshot and folds only the facts after it. Snapshot and tail together give
the same rows as all facts.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import iso, parse
from city.facts.chain import GENESIS
from feeds.gateway.cases_over import CasesOver
from feeds.gateway.deliveries import NAN, ParsedFact
from feeds.gateway.record_heads import CaseHead, Head, SensorHead
from feeds.ledger.ledger import Entry
from feeds.telemetry.telemetry import digest_of

__all__ = ["KEEP_S", "SCHEMA", "LedgerRows", "Row", "read_rows", "row_of", "write_rows"]

SCHEMA = 2
"""Version of the snapshot format; raised whenever the meaning of :class:`LedgerRows` changes."""

KEEP_S = 35 * 86_400.0

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
    with the time of their fact (epoch seconds), oldest first. Cases that are over and without a fact for
    ``keep_s`` leave at the first fact of a day (``day``, UTC), and ids that are older.
    """

    def __init__(self, keep_s: float = KEEP_S) -> None:
        self.keep_s = keep_s
        self.day = ""
        self.cases = CasesOver()
        self.position = 0
        self.hash = GENESIS
        self.clock: CityClock = REAL_TIME
        self.rows: dict[str, dict[str, Row]] = {topic: {} for topic in _TOPICS}
        self.heard: dict[str, str] = {}
        self.ids: dict[bytes, float] = {}

    def copy(self) -> "LedgerRows":
        """Return a copy that later facts do not change."""
        made = LedgerRows(self.keep_s)
        made.day, made.cases = self.day, self.cases.copy()
        made.position, made.hash, made.clock = self.position, self.hash, self.clock
        made.rows = {topic: dict(rows) for topic, rows in self.rows.items()}
        made.heard, made.ids = dict(self.heard), dict(self.ids)
        return made

    def fold(self, entry: Entry, fact: ParsedFact) -> None:
        """Apply the next fact of the ledger."""
        self.position, self.hash = entry.position, entry.hash
        if entry.recorded_at[:10] != self.day:
            self._begin_day(entry.recorded_at)
        if fact.type == "CityClockSet":
            self._set_clock(fact)
        if not fact.topic:
            if fact.subject in self.rows["case"]:
                self.cases.act(fact.subject, fact.type, entry.recorded_at)
            return
        rows, head = self.rows[fact.topic], fact.head
        row = row_of(fact.record, head)
        is_published = fact.actor.startswith("client:")  # not what we report ourselves
        if is_published and head.client and head.received:
            self.heard[head.client] = head.received
        if fact.topic in ("case", "warning"):
            rows.pop(fact.subject, None)  # the latest in log order becomes the last row
            rows[fact.subject] = row
            if isinstance(head, CaseHead):
                self.cases.report(fact.subject, head, entry.recorded_at)
            return
        key = head.device if isinstance(head, SensorHead) else fact.subject
        held = rows.get(key)
        if held is None or row.at >= held.at:
            rows[key] = row
        if is_published:
            self._remember(fact.topic, fact.actor.removeprefix("client:"), head.id, entry.recorded_at)

    def _remember(self, topic: str, client: str, record_id: str, recorded_at: str) -> None:
        digest = digest_of(f"{topic}/{client}", record_id)
        self.ids.pop(digest, None)
        self.ids[digest] = parse(recorded_at)

    def _begin_day(self, recorded_at: str) -> None:
        """Drop what is older than ``keep_s``."""
        self.day, rows = recorded_at[:10], self.rows["case"]
        before = parse(recorded_at) - self.keep_s

        def record_of(subject: str) -> bytes:
            return rows[subject].record if subject in rows else b""

        for subject in self.cases.leave(iso(before), record_of):
            rows.pop(subject, None)
        for oldest in list(self.ids):
            if self.ids[oldest] >= before:
                break
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
    day: str
    cases: CasesOver


_top = msgspec.msgpack.Decoder(_Top)
_part = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, Row]]])


def write_rows(ledger: LedgerRows, epoch: str) -> Iterator[bytes]:
    """Yield the pieces of a snapshot of the ledger with this epoch. Each is small: others may run between."""
    clock = ledger.clock
    encode = msgspec.msgpack.encode
    yield encode(
        _Top(
            epoch, ledger.position, ledger.hash, (clock.city0, clock.machine0, clock.rate), ledger.heard,
            ledger.ids, sum(map(len, ledger.rows.values())), ledger.day, ledger.cases,
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
    ledger.day, ledger.cases = top.day, top.cases
    return top.epoch, ledger
