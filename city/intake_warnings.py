"""Intake of warnings: how a CAP warning, as the gateway kept it, becomes part of the state."""

from typing import Any

import msgspec

from city.facts import Fact
from city.fold_reading import readable_moment
from city.moments import parse
from city.state import LedgerState
from city.weather import Warned

__all__ = ["fold_warning"]

RANKS = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}
COLOURS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
SEVERITIES = {"Minor": "blue", "Moderate": "yellow", "Severe": "orange", "Extreme": "red"}
HAZARDS = {
    "暴雨": "rainstorm", "台风": "typhoon", "高潮位": "high_tide", "大风": "gale", "雷电": "thunder",
    "冰雹": "hail", "高温": "heat", "寒潮": "cold", "低温": "cold", "道路结冰": "ice", "大雾": "fog",
    "海浪": "wave", "洪水": "flood", "霾": "air", "空气": "air",
}  # fmt: skip


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
        onset=readable_moment(info.get("onset")) or readable_moment(info.get("effective")),
        expires=readable_moment(info.get("expires")),
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
