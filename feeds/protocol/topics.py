"""The fields of each kind of record: one table per kind, with the field names of the protocol."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from city.state.case_file import STATES
from city.warnings.areas import AreaError, circle_ring, polygon_ring
from city.warnings.told_forecasts import ForecastError, told_forecasts
from feeds.protocol.faults import Rejected, reject
from feeds.protocol.fields import (
    Check,
    Fault,
    Field,
    each,
    flag,
    moment,
    number,
    one_of,
    past,
    some,
    structure,
    text,
)

__all__ = [
    "FIELDS", "LEDGER_KINDS", "LEDGER_TOPICS", "PUBLISHED", "TELEMETRY_TOPICS", "TOPICS", "kind_of",
]  # fmt: skip

LEDGER_TOPICS: Final = ("case", "warning", "ops")
TELEMETRY_TOPICS: Final = ("sensor", "camera", "unit")
TOPICS: Final = LEDGER_TOPICS + TELEMETRY_TOPICS
PUBLISHED: Final = ("case", "warning", *TELEMETRY_TOPICS)

LEDGER_KINDS: Final = frozenset({"case", "cap", "track", "device", "camera"})
"""Kinds of records that become facts of the ledger."""

CHANNELS = frozenset({
    "inspector", "hotline_12345", "hotline_12319", "police_110", "fire_119", "ambulance_120",
    "video_ai", "sensor", "leader_instruction", "media", "web_app", "volunteer", "department",
    "other_district",
})  # fmt: skip

MASKS: Final = 20
MASK_POINTS: Final = 40

name = text(least=1)
words = text()
degrees = number(0, 360)

_coded = structure(
    Field("kind", one_of(("event", "component")), required=True),
    Field("code", name, required=True),
    Field("system", name, required=True),
)
_labelled = structure(Field("label", words, required=True), Field("kind", words))


def _category(value: Any) -> Fault | None:
    coded = not isinstance(value, dict) or value.get("code") is not None
    return (_coded if coded else _labelled)(value)


def _box(value: Any) -> Fault | None:
    fault = each(number(0, 1))(value)
    if fault is None and len(value) != 4:
        return Fault("", "out_of_range", "four numbers x0, y0, x1, y1", value)
    return fault


def _masks(value: Any) -> Fault | None:
    """Return a fault unless the value is a list of polygons of three points or more."""
    fault = each(each(each(number(0, 1))))(value)
    if fault is not None:
        return fault
    if len(value) > MASKS or any(not 3 <= len(zone) <= MASK_POINTS for zone in value):
        return Fault("", "out_of_range", f"at most {MASKS} polygons of 3 to {MASK_POINTS} points", None)
    if any(len(point) != 2 for zone in value for point in zone):
        return Fault("", "out_of_range", "points [x, y] as shares of the picture, 0 to 1", None)
    return None


_point = structure(
    Field("at", moment, required=True),
    Field("wind_ms", number(0)),
    Field("pressure_hpa", number(0)),
    Field("radii_km", some(dict, "an object")),
    Field("forecast", flag),
)


def _one_or_each(check: Check) -> Check:
    """Return a check for a CAP element that may occur once or several times."""
    several = each(check)
    return lambda value: several(value) if type(value) is list else check(value)


def _outline(read: Callable[[str], Any]) -> Check:
    """Return a check for the text of an area's outline; an empty text is valid."""

    def check(value: Any) -> Fault | None:
        if type(value) is not str:
            return Fault("", "wrong_type", "a text", value)
        try:
            if value.strip():
                read(value)
        except AreaError as error:
            return Fault("", "not_a_number" if error.number else "out_of_range", error.expected, value)
        return None

    return check


_area = structure(
    Field("polygon", _one_or_each(_outline(polygon_ring))),
    Field("circle", _one_or_each(_outline(circle_ring))),
)
_has_areas = structure(Field("area", _one_or_each(_area)))


def _info(value: Any) -> Fault | None:
    """Return a fault of an area's outline, or of a parameter that tells a forecast."""
    fault = _has_areas(value)
    if fault is not None:
        return fault
    try:
        told_forecasts(value)
    except ForecastError as error:
        several = type(value["parameter"]) is list
        at = "" if error.number is None else f".{error.number}.value" if several else ".value"
        return Fault(f".parameter{at}", error.code, error.expected, error.value)
    return None


_reporter = structure(Field("name", words), Field("phone", words), Field("wants_reply", flag))
_external = structure(
    Field("system", name, required=True), Field("no", name, required=True), Field("url", words)
)

_mirror = structure(
    Field("state", one_of(STATES)),
    Field("agency", text(200)),
    Field("due_at", moment),
    Field("returned_by", each(text(200))),
    Field("next", text(200)),
    Field("next_at", moment),
    Field("at", moment),
)

_ALL = (Field("id", text(128, least=1), required=True), Field("at", past, required=True))

FIELDS: Final = MappingProxyType({
    "case": (
        *_ALL,
        Field("channel", one_of(CHANNELS), required=True),
        Field("category", _category, required=True),
        Field("title", text(200), required=True),
        Field("description", text(4000)),
        Field("address", words),
        Field("urgency", one_of(("normal", "urgent", "critical"))),
        Field("hazard", flag),
        Field("reporter", _reporter),
        Field("component", words),
        Field("external", each(_external)),
        Field("mirror", _mirror),
        Field("road", text(200)),
    ),
    "cap": (
        *_ALL,
        Field("identifier", name, required=True),
        Field("sender", name, required=True),
        Field("sent", moment, required=True),
        Field("status", one_of(("Actual", "Exercise", "System", "Test", "Draft"))),
        Field("msgType", one_of(("Alert", "Update", "Cancel", "Ack", "Error"))),
        Field("scope", one_of(("Public", "Restricted", "Private"))),
        Field("references", words),
        Field("info", _one_or_each(_info)),
    ),
    "track": (
        *_ALL,
        Field("storm", name, required=True),
        Field("name", words),
        Field("points", each(_point), required=True),
    ),
    "device": (
        *_ALL,
        Field("device", name, required=True),
        Field("class", name, required=True),
        Field("owner", words),
        Field("interval_s", number(0)),
        Field("datum", words),
        Field("name", words),
    ),
    "reading": (
        *_ALL,
        Field("device", name, required=True),
        Field("metric", name, required=True),
        Field("value", number(), required=True),
        Field("unit", words),
        Field("quality", one_of(("good", "suspect", "bad", "estimated"))),
    ),
    "camera": (
        *_ALL,
        Field("camera", name, required=True),
        Field("name", words),
        Field("azimuth", degrees),
        Field("fov", degrees),
        Field("stream", words),
        Field("mask_zones", _masks),
    ),
    "detection": (
        *_ALL,
        Field("camera", name, required=True),
        Field("class", name, required=True),
        Field("confidence", number(0, 1)),
        Field("box", _box),
        Field("algorithm", words),
        Field("version", words),
    ),
    "health": (
        *_ALL,
        Field("camera", name, required=True),
        Field("state", name, required=True),
    ),
    "snapshot": (
        *_ALL,
        Field("camera", name, required=True),
        Field("jpeg", words, required=True),
    ),
    "unit": (
        *_ALL,
        Field("unit", name, required=True),
        Field("call_sign", words),
        Field("kind", words),
        Field("agency", words),
        Field("speed", number(0)),
        Field("heading", degrees),
        Field("state", words),
    ),
})  # fmt: skip

_KINDS = {"sensor": ("device", "reading"), "camera": ("camera", "detection", "health", "snapshot")}


def kind_of(topic: str, record: dict[str, Any]) -> str | Rejected:
    """Return the key of the table in FIELDS for a record of a topic."""
    if topic in ("case", "unit"):
        return topic
    kind = record.get("kind")
    if topic == "warning":
        if kind is None:
            return "cap"
        return "track" if kind == "track" else reject("kind", "unknown_value", "track", kind)
    known = _KINDS[topic]
    if kind is None:
        return reject("kind", "missing", "one of " + ", ".join(known))
    if not isinstance(kind, str):
        return reject("kind", "wrong_type", "one of " + ", ".join(known), kind)
    return kind if kind in known else reject("kind", "unknown_value", ", ".join(known), kind)
