"""Intake: how a publisher's record, as the gateway kept it, becomes part of the state."""

from typing import Any

import msgspec

from city.facts import Fact
from city.moments import parse
from city.plain import class_words, road_words, roads_in, short_name
from city.state import (
    Camera,
    Case,
    Device,
    LedgerState,
    Mirror,
    Place,
    Storm,
    StormPoint,
    Warned,
)

__all__ = ["camera_of", "device_of", "fold_case", "fold_warning", "is_transplanted", "storm_of"]

NAN = float("nan")
STATES = frozenset({
    "reported", "verifying", "filed", "dispatched", "handling", "handled", "returned", "ruling",
    "suspended", "closed", "rejected", "merged", "voided", "transferred_up",
})  # fmt: skip
RANKS = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}
COLOURS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
SEVERITIES = {"Minor": "blue", "Moderate": "yellow", "Severe": "orange", "Extreme": "red"}
HAZARDS = {
    "暴雨": "rainstorm", "台风": "typhoon", "高潮位": "high_tide", "大风": "gale", "雷电": "thunder",
    "冰雹": "hail", "高温": "heat", "寒潮": "cold", "低温": "cold", "道路结冰": "ice", "大雾": "fog",
    "海浪": "wave", "洪水": "flood", "霾": "air", "空气": "air",
}  # fmt: skip


def fold_case(state: LedgerState, fact: Fact) -> tuple[Case, bool]:
    """Fold a ``CaseReported``: a new case, or the mirrored status of one with the same external number."""
    record = fact.data["record"]
    external = tuple((str(e["system"]), str(e["no"])) for e in record.get("external") or () if e.get("no"))
    for system, number in external:
        known = state.by_external.get(f"{system}\x1f{number}")
        if known is not None and known in state.cases:
            return _mirrored(state.cases[known], record, fact), False
    case = _case(record, external, fact, state.clock.at(fact.recorded_at))
    state.transplanted += case.transplanted
    state.cases[case.key] = case
    for system, number in external:
        state.by_external[f"{system}\x1f{number}"] = case.key
    return case, True


def _case(record: dict[str, Any], external: tuple[tuple[str, str], ...], fact: Fact, recorded: float) -> Case:
    category = record["category"]
    return Case(
        key=fact.subject.removeprefix("case:"),
        client=str(record["client"]),
        channel=str(record["channel"]),
        kind=str(category.get("kind", "event")),
        code=_code(category),
        label=class_words(str(category.get("label", ""))),
        title=str(record["title"]),
        urgency=str(record.get("urgency") or "normal"),
        hazard=bool(record.get("hazard")),
        place=_place(record, fact),
        at=parse(record["at"]),
        received=parse(record["received"]),
        recorded_at=recorded,
        mirror=_mirror(record),
        external=external,
        reporter_ref=str(record.get("reporter_ref") or ""),
        transplanted=record.get("transplanted") is True,
        changed=fact.position,
    )


def _mirrored(case: Case, record: dict[str, Any], fact: Fact) -> Case:
    """Take over a later status; an older one than we have changes nothing."""
    mirror = _mirror(record)
    if (mirror.at or 0.0) >= (case.mirror.at or 0.0) and record.get("mirror"):
        case.received = parse(record["received"])
        case.mirror = mirror
        case.urgency = str(record.get("urgency") or case.urgency)
        case.changed = fact.position
    return case


def _code(category: dict[str, Any]) -> str:
    mapped = category.get("mapped")
    if isinstance(mapped, dict):
        mapped = mapped.get("code")
    if isinstance(mapped, str) and mapped != "unmapped":
        return mapped
    return str(category.get("code", ""))


def _place(record: dict[str, Any], fact: Fact) -> Place:
    lon, lat = record.get("lon"), record.get("lat")
    return Place(
        NAN if lon is None else float(lon),
        NAN if lat is None else float(lat),
        str(fact.data.get("street", "")),
        _road(record),
    )


def _road(record: dict[str, Any]) -> str:
    """Return the road as the source's system names it; of an address in somebody's words the sure part."""
    road, address = record.get("road"), record.get("address")
    if isinstance(road, str) and road:
        return road_words(road)
    return roads_in(address) if isinstance(address, str) else ""


def _mirror(record: dict[str, Any]) -> Mirror:
    told = record.get("mirror")
    if not isinstance(told, dict):
        return Mirror(at=parse(record["at"]))
    state = str(told.get("state", "reported"))
    returned = told.get("returned_by") or []
    return Mirror(
        state=state if state in STATES else "reported",
        agency=short_name(str(told.get("agency") or "")),
        due_at=_moment(told.get("due_at")),
        returned_by=tuple(short_name(str(name)) for name in returned[:4]),
        next=str(told.get("next") or "")[:24],
        next_at=_moment(told.get("next_at")),
        at=_moment(told.get("at")) or parse(record["at"]),
    )


def _moment(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        return parse(text)
    except ValueError:
        return None


def fold_warning(state: LedgerState, fact: Fact) -> Warned:
    """Fold a CAP warning; an Update or Cancel, or a newer signal of the hazard, supersedes the old one."""
    record = fact.data["record"]
    warned = _warning(record, fact)
    for key in _referenced(record):
        # an exercise or a test never takes a real warning away
        if key in state.warnings and state.warnings[key].status == warned.status:
            state.warnings[key] = _superseded(state.warnings[key], warned.key)
    for key, old in list(state.warnings.items()):
        same = _topic(old) == _topic(warned) and old.hazard != "other"
        if same and key != warned.key and not old.superseded_by and old.sent <= warned.sent:
            state.warnings[key] = _superseded(old, warned.key)
    newer = [
        w.key for w in state.warnings.values()
        if _topic(w) == _topic(warned) and w.sent > warned.sent
    ]  # fmt: skip
    if newer and warned.hazard != "other":
        warned = _superseded(warned, newer[-1])
    state.warnings[warned.key] = warned
    return warned


def _topic(warned: Warned) -> tuple[str, str, str]:
    """Return what a newer warning must share with an older one to take its place."""
    return warned.sender, warned.hazard, warned.status


def _superseded(warned: Warned, by: str) -> Warned:
    return msgspec.structs.replace(warned, superseded_by=by)


def _referenced(record: dict[str, Any]) -> list[str]:
    """Return the keys that CAP's ``references`` ("sender,identifier,sent …") names."""
    keys = []
    for one in str(record.get("references") or "").split():
        parts = one.split(",")
        if len(parts) >= 2:
            keys.append(f"{parts[0]}/{parts[1]}")
    return keys


def _warning(record: dict[str, Any], fact: Fact) -> Warned:
    info = record.get("info") or {}
    info = info[0] if isinstance(info, list) and info else info
    info = info if isinstance(info, dict) else {}
    event = str(info.get("event", ""))
    headline = str(info.get("headline", "") or event)
    colour = _colour(info, headline)
    return Warned(
        key=fact.subject.removeprefix("warning:"),
        sender=str(record["sender"]),
        identifier=str(record["identifier"]),
        status=str(record.get("status", "Actual")),
        hazard=next((h for word, h in HAZARDS.items() if word in event + headline), "other"),
        colour=colour,
        rank=RANKS.get(colour, 0),
        headline=headline[:80],
        sender_name=str(info.get("senderName", ""))[:40],
        sent=parse(str(record["sent"])),
        onset=_moment(info.get("onset")) or _moment(info.get("effective")),
        expires=_moment(info.get("expires")),
        cancelled=record.get("msgType") == "Cancel",
        polygons=_polygons(info),
    )


def _colour(info: dict[str, Any], headline: str) -> str:
    """Return the colour that the issuer printed; CAP's severity only when it printed none."""
    for parameter in info.get("parameter") or []:
        if isinstance(parameter, dict) and parameter.get("valueName") in ("colour", "color"):
            return str(parameter.get("value", ""))
    for word, colour in COLOURS.items():
        if f"{word}色" in headline or str(info.get("severity", "")).startswith(word):
            return colour
    return SEVERITIES.get(str(info.get("severity", "")), "")


def _polygons(info: dict[str, Any]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return CAP polygons ("lat,lon lat,lon …") as (lon, lat) rings; what cannot be read is left out."""
    rings = []
    areas = info.get("area") or []
    for area in areas if isinstance(areas, list) else [areas]:
        texts = area.get("polygon") or [] if isinstance(area, dict) else []
        for text in [texts] if isinstance(texts, str) else texts:
            try:
                pairs = [pair.split(",") for pair in text.split()]
                rings.append(tuple((float(lon), float(lat)) for lat, lon in pairs))
            except (ValueError, AttributeError):
                continue
    return tuple(rings)


def is_transplanted(fact: Fact) -> bool:
    """Whether the record's position was moved onto this district: a wall that shows it says so."""
    return fact.data["record"].get("transplanted") is True


def storm_of(fact: Fact) -> Storm:
    """Return the storm that a ``StormTracked`` tells."""
    record = fact.data["record"]
    points = tuple(
        StormPoint(
            parse(p["at"]), float(p["lon"]), float(p["lat"]), _number(p.get("wind_ms")),
            _number(p.get("pressure_hpa")), bool(p.get("forecast")), _radii(p.get("radii_km") or {}),
        )
        for p in record["points"]
    )  # fmt: skip
    key = str(record["storm"])
    name = str(record.get("name") or key)[:20]
    return Storm(key, name, points, parse(record["at"]), parse(record["received"]))


def _number(value: object) -> float | None:
    """Return a number as a float, None for what is none (a snapshot must be able to hold it)."""
    return float(value) if isinstance(value, int | float) else None


def _radii(told: dict[str, Any]) -> dict[str, Any]:
    """Return radii by force: one number, or one for each quadrant."""
    return {
        str(force): [_number(one) for one in radius] if isinstance(radius, list) else _number(radius)
        for force, radius in told.items()
    }


def device_of(fact: Fact) -> Device:
    """Return the device that a ``DeviceRegistered`` tells."""
    record = fact.data["record"]
    return Device(
        id=str(record["device"]),
        kind=str(record["class"])[:40],
        name=road_words(str(record.get("name") or "")),
        owner=short_name(str(record.get("owner") or "")),
        place=_place(record, fact),
        interval_s=float(record.get("interval_s") or 600.0),
        datum=str(record.get("datum") or "")[:20],
    )


def camera_of(fact: Fact) -> Camera:
    """Return the camera that a ``CameraRegistered`` tells."""
    record = fact.data["record"]
    return Camera(
        id=str(record["camera"]),
        name=road_words(str(record.get("name") or "")),
        place=_place(record, fact),
        azimuth=_number(record.get("azimuth")),
        fov=_number(record.get("fov")),
        privacy=str(record.get("privacy") or "public_scene")[:24],
    )
