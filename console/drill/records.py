"""The records of a script's lines, as its upstream systems publish them (docs/protocol.md)."""

from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice
from typing import Any, Final

import numpy as np

from city.clocks.timestamps import iso
from city.dispatch.decision_rules import DecisionRules
from city.warnings.signals import COLOURS, SEVERITIES
from console.drill.script import CaseReport, Device, Script, Unit, WarningLine

__all__ = ["CLIENTS", "cases", "devices", "readings", "spread_spots", "track", "units", "warning"]

CLIENTS: Final = {"case": "hotline", "sensor": "iot-water", "unit": "avl", "warning": "weather"}
"""Topic → the client that publishes it."""
SENDER: Final = "weather.drill.invalid"
_HAZARDS: Final = {
    "rainstorm": "暴雨", "typhoon": "台风", "high_tide": "高潮位", "thunder": "雷电", "gale": "大风",
}  # fmt: skip


def warning(one: WarningLine, sent: Mapping[str, str], now: float) -> dict[str, Any]:
    """Return a warning as CAP 1.2. ``sent``: id → when an earlier one was sent.

    Its status is Actual: in the city of the drill it must suggest levels as a real one does in the real city.
    Its headline says that it is an exercise, as every page of a city does whose clock is not the real one.
    """
    at = iso(now)
    kind = "Cancel" if one.cancels else "Update" if one.replaces else "Alert"
    before = one.cancels or one.replaces
    event = _HAZARDS[one.hazard]
    sign = f"{COLOURS[one.colour]}色" if one.colour else ""
    info = {
        "language": "zh-CN", "category": ["Met"], "event": event, "urgency": "Expected",
        "severity": SEVERITIES.get(one.colour, "Unknown"), "certainty": "Likely",
        "effective": at, "onset": at, "expires": iso(now + one.hours * 3600.0),
        "senderName": "区气象台（演练）",
        "headline": f"演练：{event}{sign}预警", "description": f"演练：发布{event}{sign}预警信号。",
        "parameter": [{"valueName": "colour", "value": one.colour}],
        "area": [{"areaDesc": "全区", "geocode": [{"valueName": "GB/T 2260", "value": "310115"}]}],
    }  # fmt: skip
    record = {
        "id": one.id, "at": at, "identifier": one.id, "sender": SENDER, "sent": at, "status": "Actual",
        "msgType": kind, "scope": "Public", "note": "演练", "info": [info],
    }  # fmt: skip
    if before:
        record["references"] = f"{SENDER},{before},{sent[before]}"
    return record


def track(script: Script, now: float) -> dict[str, Any]:
    """Return the storm's track as the office knows it at a city time: fixes so far, and the forecast."""
    assert script.storm is not None
    points = [
        {
            "at": iso(script.t0 + hours * 3600.0), "lon": lon, "lat": lat, "wind_ms": wind,
            "pressure_hpa": pressure, "forecast": script.t0 + hours * 3600.0 > now,
        }
        for hours, lon, lat, wind, pressure in script.storm.points
    ]  # fmt: skip
    return {
        "id": f"{script.storm.id}-{int(now)}", "at": iso(now), "kind": "track", "storm": script.storm.id,
        "name": script.storm.name, "points": points,
    }  # fmt: skip


def devices(some: tuple[Device, ...], rules: DecisionRules, now: float) -> list[dict[str, Any]]:
    """Return the registrations of devices; one at a place of the tables is registered there."""
    places = {place.device: place for held in rules.street_places.values() for place in held if place.device}
    return [
        {
            "id": f"reg-{one.device}", "at": iso(now), "kind": "device", "device": one.device,
            "class": one.kind, "name": one.name, "interval_s": one.interval_s, "owner": "水务",
            "lon": one.lon or places[one.device].lon, "lat": one.lat or places[one.device].lat,
        }
        for one in some
    ]  # fmt: skip


def readings(
    held: Mapping[tuple[str, str], float], some: tuple[Device, ...], now: float
) -> list[dict[str, Any]]:
    """Return a reading of now for each (device, metric)."""
    unit = {one.device: one.unit for one in some}
    return [
        {
            "id": f"{device}-{metric}-{int(now)}", "at": iso(now), "kind": "reading", "device": device,
            "metric": metric, "value": value, "unit": unit[device], "quality": "good",
        }
        for (device, metric), value in held.items()
    ]  # fmt: skip


def units(some: tuple[Unit, ...], rules: DecisionRules, now: float) -> list[dict[str, Any]]:
    """Return positions of units."""
    places = {place.id: place for held in rules.street_places.values() for place in held}
    return [
        {
            "id": f"{one.unit}-{int(now)}", "at": iso(now), "unit": one.unit, "kind": one.kind,
            "agency": one.agency, "call_sign": one.call_sign or one.unit, "state": one.state,
            "lon": places[one.place].lon if one.place else one.lon,
            "lat": places[one.place].lat if one.place else one.lat,
        }
        for one in some
    ]  # fmt: skip


def cases(some: tuple[CaseReport, ...], rules: DecisionRules, now: float) -> Iterator[dict[str, Any]]:
    """Yield the reports of cases: one by one, or several in the streets in turn."""
    for one in some:
        spots = spread_spots(rules, one.number) if one.spread else _spots(one, rules)
        for number in range(one.number):
            lon, lat, road = spots[0 if one.callers else number % len(spots)]
            yield {
                "id": one.id if one.number == 1 else f"{one.id}-{number + 1}", "at": iso(now),
                "channel": "hotline_12345", "title": one.title, "urgency": one.urgency,
                **({"road": road} if road else {}),
                "category": {"kind": one.kind, "code": one.code, "system": "GBT30428.2"},
                # Further ones at the same spot stand apart, so that none is suggested as a duplicate.
                "lon": lon + (0.0 if one.callers else 0.0011 * (number // len(spots))), "lat": lat,
            }  # fmt: skip


def _spots(one: CaseReport, rules: DecisionRules) -> list[tuple[float, float, str]]:
    if one.lon:
        return [(one.lon, one.lat, one.road)]
    held = rules.street_places
    streets = [one.street] if one.street else list(held)
    return [(place.lon, place.lat, "") for street in streets for place in held.get(street, ())[:1]]


def spread_spots(rules: DecisionRules, number: int) -> list[tuple[float, float, str]]:
    """Return so many positions, the streets in turn: always the same ones, even over each street's area."""
    streets = [_inside(rules, street) for street in rules.streets if rules.rings_of(street)]
    return [next(street) for street in islice(cycle(streets), number)] if streets else []


def _inside(rules: DecisionRules, street: str) -> Iterator[tuple[float, float, str]]:
    """Yield positions in a street: the points of a Halton sequence over its box that are in its outline."""
    corners = np.concatenate(rules.rings_of(street))
    least, size = corners.min(axis=0), np.ptp(corners, axis=0)
    for step in count(1):
        lon, lat = (least + size * (_radical(step, 2), _radical(step, 3))).tolist()
        if rules.street_of(lon, lat) == street:
            yield round(lon, 6), round(lat, 6), ""


def _radical(number: int, base: int) -> float:
    """Return the digits of a number in a base, mirrored at the point: 6 = 110 → 0.011."""
    found, part = 0.0, 1.0
    while number:
        number, digit = divmod(number, base)
        part /= base
        found += digit * part
    return found
