"""Deliveries: a log entry as sent to subscribers, encoded once for all subscribers with the same rights."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from city.clocks.timestamps import parse
from city.facts.chain import canonical
from feeds.gateway.record_heads import Head, head_of, heads_of
from feeds.ledger.ledger import Entry
from feeds.people.reporters import PeopleStore
from feeds.protocol.cursors import StreamId, stream_text
from feeds.protocol.rights import Scope
from feeds.telemetry.telemetry import TelemetryEntry

__all__ = [
    "Delivery", "Head", "Piece", "View", "Visibility", "fact_of", "from_ledger", "from_telemetry",
    "with_people",
]  # fmt: skip

NAN = float("nan")
RECORD_TOPICS = {
    "CaseReported": "case", "WarningReceived": "warning", "StormTracked": "warning",
    "DeviceRegistered": "sensor", "CameraRegistered": "camera",
}  # fmt: skip
"""Fact types that hold a publisher's record -> the topic of that record."""

_encoder = msgspec.json.Encoder()


class _Data(msgspec.Struct):
    record: msgspec.Raw
    street: str = ""


class _Body(msgspec.Struct):
    data: msgspec.Raw
    type: str
    v: int = 1
    subject: str = ""
    actor: str = ""
    role: str = ""
    seat: str = ""
    shift: str = ""
    reason: str = ""


class Visibility(msgspec.Struct, frozen=True):
    """What a subscriber may see of a topic: which streets, records without a position, reporters."""

    scope: Scope | None = None
    anywhere: bool = True
    persons: bool = False


class View(msgspec.Struct, frozen=True):
    """Records for subscribers with equal rights: JSON texts joined by commas; ``last`` is the last index."""

    records: bytes
    facts: bytes
    last: int


class Piece(msgspec.Struct):
    """Records of one entry for one topic; ``places`` are WGS84 (lon, lat) degrees, NaN for none."""

    records: list[bytes]
    facts: list[bytes]
    places: list[tuple[float, float]]
    refs: list[str]
    views: dict[tuple[frozenset[str], bool], View | None] = {}


class Delivery(msgspec.Struct):
    """One log entry: its position, time of append (epoch s), size in bytes, and its pieces by topic.

    ``arrived`` is the loop time at which this process read it, ``before`` the total bytes before it.
    """

    place: int | StreamId
    appended: float
    size: int
    pieces: dict[str, Piece] | None
    raw: bytes = b""
    topic: str = ""
    count: int = 0
    arrived: float = 0.0
    before: int = 0

    def view(self, topic: str, visibility: Visibility, people: PeopleStore) -> View | None:
        """Return the records that a subscriber gets on a topic, None when there are none."""
        if self.topic and self.topic != topic:
            return None
        if self.topic and visibility.scope is None:
            return View(self.raw[1:-1], b"", self.count - 1)
        if self.pieces is None:
            self.pieces = {self.topic: _piece(self.topic, self.raw)}
        piece = self.pieces.get(topic)
        return None if piece is None else _view(piece, visibility, people)

    def log_id(self, last: int) -> str:
        """Return the log id of the record with index ``last``."""
        if isinstance(self.place, int):
            return str(self.place)
        return f"{stream_text(self.place)}.{last}"


def _view(piece: Piece, visibility: Visibility, people: PeopleStore) -> View | None:
    if visibility.persons and any(piece.refs):
        kept = _kept(piece, visibility)
        records = with_people([(piece.records[i], piece.refs[i]) for i in kept], people)
        return _joined(kept, records, piece.facts)
    key = (visibility.scope.streets if visibility.scope else frozenset[str](), visibility.anywhere)
    if key not in piece.views:
        kept = _kept(piece, visibility)
        piece.views[key] = _joined(kept, [piece.records[i] for i in kept], piece.facts)
    return piece.views[key]


def _joined(kept: list[int], records: list[bytes], facts: list[bytes]) -> View | None:
    if not kept:
        return None
    fact_texts = b",".join(facts[i] for i in kept) if facts else b""
    return View(b",".join(records), fact_texts, kept[-1])


def _kept(piece: Piece, visibility: Visibility) -> list[int]:
    if visibility.scope is None:
        return list(range(len(piece.records)))
    return visible_places(piece.places, visibility)


def visible_places(places: list[tuple[float, float]], visibility: Visibility) -> list[int]:
    """Return the indices of the positions that a scoped subscriber may see."""
    if visibility.scope is None or not places:
        return list(range(len(places)))
    lon, lat = np.array(places).T
    inside = visibility.scope.holds(lon, lat)
    if visibility.anywhere:
        inside |= np.isnan(lon)
    return [int(index) for index in np.flatnonzero(inside)]


def with_people(records: list[tuple[bytes, str]], people: PeopleStore) -> list[bytes]:
    """Return records (given with their reporter_ref) with known reporters added."""
    known = people.get(ref for _, ref in records if ref)
    return [
        record[:-1] + b',"reporter":' + _encoder.encode(known[ref]) + b"}" if ref in known else record
        for record, ref in records
    ]  # fmt: skip


_raws = msgspec.json.Decoder(list[msgspec.Raw])
_body = msgspec.json.Decoder(_Body)
_data = msgspec.json.Decoder(_Data)


def record_texts(array: bytes) -> list[bytes]:
    """Return the JSON texts of the items of a JSON array."""
    return [bytes(record) for record in _raws.decode(array)]


def _piece(topic: str, raw: bytes) -> Piece:
    heads = heads_of(topic, raw)
    return Piece(record_texts(raw), [], [_place(head) for head in heads], [""] * len(heads), {})


def _place(head: Head) -> tuple[float, float]:
    return (NAN if head.lon is None else head.lon, NAN if head.lat is None else head.lat)


def from_telemetry(entry: TelemetryEntry) -> tuple[Delivery, Sequence[Head]]:
    """Return the delivery of a telemetry entry, and the heads of its records."""
    try:
        heads = heads_of(entry.topic, entry.records)
    except msgspec.MsgspecError:
        # Not written by a gateway: it keeps its position but is not delivered.
        return Delivery(entry.id, entry.id[0] / 1000, len(entry.records), {}), []
    delivery = Delivery(
        place=entry.id,
        appended=entry.id[0] / 1000,
        size=len(entry.records),
        pieces=None,
        raw=entry.records,
        topic=entry.topic,
        count=len(heads),
    )
    return delivery, heads


class ParsedFact(msgspec.Struct, frozen=True):
    """A ledger entry as the gateway reads it: its fact, and the delivered record in it, if any."""

    type: str
    subject: str
    actor: str
    data: Mapping[str, Any]
    topic: str = ""
    record: bytes = b""
    head: Head = Head()


NO_FACT = ParsedFact("", "", "", {})


def fact_of(entry: Entry) -> ParsedFact:
    """Return the parsed fact of a ledger entry, empty when the body is not a fact."""
    try:
        return _parse(_body.decode(entry.body), entry.recorded_at)
    except msgspec.MsgspecError:
        return NO_FACT


def from_ledger(entry: Entry) -> tuple[Delivery, ParsedFact]:
    """Return the delivery of a ledger entry and its parsed fact (empty when the body is not a fact)."""
    delivery = Delivery(entry.position, parse(entry.recorded_at), len(entry.body), {})
    try:
        body = _body.decode(entry.body)
        parsed = _parse(body, entry.recorded_at)
    except msgspec.MsgspecError:
        return delivery, NO_FACT
    assert delivery.pieces is not None
    fact = b""
    if parsed.topic in ("case", "warning"):
        fact = _fact_without_record(entry)
    else:
        delivery.pieces["ops"] = Piece([_ops(entry, body)], [], [_place(parsed.head)], [""], {})
    if parsed.topic:
        delivery.pieces[parsed.topic] = Piece(
            [parsed.record], [fact] if fact else [], [_place(parsed.head)], [parsed.head.reporter_ref], {}
        )
    return delivery, parsed


def _parse(body: _Body, recorded_at: str) -> ParsedFact:
    topic = RECORD_TOPICS.get(body.type, "")
    if not topic:
        # The gateway needs the data of this fact only.
        data = msgspec.json.decode(body.data) if body.type == "CityClockSet" else {}
        return ParsedFact(body.type, body.subject, body.actor, data if isinstance(data, dict) else {})
    raw = bytes(_data.decode(body.data).record)
    head = head_of(topic, raw)
    record = raw[:-1] + b',"recorded_at":"' + recorded_at.encode() + b'"}'
    return ParsedFact(body.type, body.subject, body.actor, {}, topic, record, head)


def _fact_without_record(entry: Entry) -> bytes:
    body = msgspec.json.decode(entry.body)
    del body["data"]["record"]
    return canonical(
        {"position": entry.position, "previous": entry.previous, "hash": entry.hash, "body": body}
    )


def _ops(entry: Entry, body: _Body) -> bytes:
    return _encoder.encode({
        "type": body.type, "v": body.v, "subject": body.subject, "actor": body.actor,
        "role": body.role, "seat": body.seat, "shift": body.shift, "reason": body.reason,
        "recorded_at": entry.recorded_at, "body": msgspec.Raw(entry.body),
        "previous": entry.previous, "hash": entry.hash, "position": entry.position,
    })  # fmt: skip
