"""Records: untrusted JSON values become normalised records or rejections. Pure functions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from city.clocks.timestamps import parse
from city.dispatch.tables.categories import ClassRef
from feeds.protocol.faults import Rejected, flaw, reject
from feeds.protocol.pictures import BadImage, jpeg_of
from feeds.protocol.positions import Spot, convert, spot_in, write
from feeds.protocol.rights import Scope
from feeds.protocol.topics import FIELDS, LEDGER_KINDS, kind_of

__all__ = ["FUTURE_S", "Normalised", "Rejected", "ValidationContext", "validate", "validate_all"]

FUTURE_S = 300.0
"""How far a record's time may be ahead of city time, seconds."""

# Fields that only the gateway writes: those of a publisher are removed.
_OURS = ("client", "received", "reporter_ref", "caller_ref", "unregistered")


class ValidationContext(msgspec.Struct, frozen=True):
    """Context of validation.

    ``received`` is ISO 8601; ``now_city`` is city time in epoch seconds; ``scope`` is None for the whole
    city; ``anywhere``: records without a position are accepted although the token is scoped; ``categories``
    maps a label to the classes it names; ``classes`` are the known ones (may be empty).
    """

    client: str
    received: str
    now_city: float
    scope: Scope | None = None
    anywhere: bool = True
    categories: Mapping[str, tuple[ClassRef, ...]] = {}
    classes: frozenset[ClassRef] = frozenset()


class Normalised(msgspec.Struct):
    """An accepted record. ``at`` is epoch seconds; ``reporter`` and ``jpeg`` were removed from the record."""

    kind: str
    record: dict[str, Any]
    at: float
    reporter: dict[str, Any] | None = None
    jpeg: bytes | None = None

    @property
    def id(self) -> str:
        """The record's own id."""
        return str(self.record["id"])


def validate(topic: str, record: Any, context: ValidationContext) -> Normalised | Rejected:
    """Return the normalised record, or its rejection."""
    return validate_all(topic, [record], context)[0]


def validate_all(
    topic: str, records: Sequence[Any], context: ValidationContext, *, suspect: bool = True
) -> list[Normalised | Rejected]:
    """Return a result for each record, in order.

    ``suspect`` false skips the search for duplicate names, infinities and invalid text (the frame decoder
    knows when there are none). Accepted records are changed in place, rejected ones are not.
    """
    answers: list[Normalised | Rejected] = []
    spots: list[list[Spot]] = []
    for record in records:
        found: list[Spot] = []
        answers.append(_one(topic, record, context, found=found, suspect=suspect))
        spots.append(found)
    owners = {id(spot): index for index, found in enumerate(spots) for spot in found}
    for spot, rejected in convert(spot for found in spots for spot in found):
        if isinstance(answers[owners[id(spot)]], Normalised):
            answers[owners[id(spot)]] = rejected
    if context.scope is not None:
        _keep_in_scope(answers, spots, context)
    for answer, found in zip(answers, spots, strict=True):
        if isinstance(answer, Normalised):
            _finish(answer, found, context)
    return answers


def _one(
    topic: str, record: Any, context: ValidationContext, *, found: list[Spot], suspect: bool
) -> Normalised | Rejected:
    if not isinstance(record, dict):
        return reject("", "wrong_type", "an object", record)
    fault = flaw(record) if suspect else None
    if fault is not None:
        return fault
    kind = kind_of(topic, record)
    if isinstance(kind, Rejected):
        return kind
    fault = _fields(kind, record) or _position(kind, record, found)
    if fault is not None:
        return fault
    at = parse(record["at"])
    if at > context.now_city + FUTURE_S:
        return reject("at", "future", "a time at most 5 min ahead of city time", record["at"])
    answer = Normalised(kind, record, at)
    if kind == "snapshot":
        try:
            answer.jpeg = jpeg_of(record["jpeg"])
        except BadImage as error:
            return reject("jpeg", "bad_image", str(error))
    return answer


def _fields(kind: str, record: dict[str, Any]) -> Rejected | None:
    for name, check, required in FIELDS[kind]:
        value = record.get(name)
        if value is None:
            if required:
                return reject(name, "missing", name)
            continue
        fault = check(value)
        if fault is not None:
            # Personal data is not repeated in an answer or a log.
            quote = name != "reporter"
            path = name + fault.path
            return reject(path, fault.code, fault.expected, fault.value, quote=quote)
    return None


def _position(kind: str, record: dict[str, Any], found: list[Spot]) -> Rejected | None:
    spot = spot_in(record, "", "WGS84")
    if isinstance(spot, Rejected):
        return spot
    if spot is not None:
        found.append(spot)
    elif kind == "case" and not record.get("address"):
        return reject("address", "missing", "a position or an address")
    if kind == "track":
        return _points(record, found)
    return None


def _points(record: dict[str, Any], found: list[Spot]) -> Rejected | None:
    default = record.get("crs") or "WGS84"
    for index, point in enumerate(record["points"]):
        spot = spot_in(point, f"points.{index}.", default)
        if isinstance(spot, Rejected):
            return spot
        if spot is None:
            return reject(f"points.{index}.lon", "missing", "lon and lat")
        found.append(spot)
    return None


def _keep_in_scope(
    answers: list[Normalised | Rejected], spots: list[list[Spot]], context: ValidationContext
) -> None:
    assert context.scope is not None
    # The record's own position comes first; the points of a track do not count as its position.
    own = [found[0] if found and not found[0].path else None for found in spots]
    nowhere = (math.nan, math.nan)
    lon, lat = np.array([spot.wgs84 if spot else nowhere for spot in own]).T
    inside = context.scope.holds(lon, lat)
    for index, answer in enumerate(answers):
        if not isinstance(answer, Normalised) or inside[index]:
            continue
        if own[index]:
            answers[index] = reject("lon", "outside_scope", "a place in this token's streets")
        elif not context.anywhere:
            answers[index] = reject("lon", "outside_scope", "a position (the token is scoped)")


def _finish(answer: Normalised, spots: list[Spot], context: ValidationContext) -> None:
    record = answer.record
    for name in _OURS:
        record.pop(name, None)
    if record.get("crs") is not None:
        record["crs"] = "WGS84"  # also without a position
    for name in ("lon", "lat"):
        if record.get(name, 0) is None:
            del record[name]
    for spot in spots:
        write(spot)
    record["client"] = context.client
    record["received"] = context.received
    if answer.kind == "case":
        answer.reporter = record.pop("reporter", None)
        record["category"] = _mapped(record["category"], context)
    if answer.kind == "snapshot":
        kept = ("id", "kind", "client", "camera", "at", "received")
        answer.record = {name: record[name] for name in kept}
    if answer.kind in LEDGER_KINDS:
        record.pop("recorded_at", None)


def _mapped(category: dict[str, Any], context: ValidationContext) -> dict[str, Any]:
    """Return the category with the result of the class tables under ``mapped``."""
    kept = {name: value for name, value in category.items() if name != "mapped"}
    if category.get("code") is not None:
        ref = ClassRef(category["kind"], category["code"], category["system"])
        if context.classes and ref not in context.classes:
            kept["mapped"] = "unmapped"
        return kept
    known = context.categories.get(category["label"], ())
    if len(known) > 1:  # a name of two classes is unique only together with the kind
        known = tuple(one for one in known if one.kind == category.get("kind"))
    kept["mapped"] = known[0]._asdict() if len(known) == 1 else "unmapped"
    return kept
