"""Gauges of an emergency for tests: rain, water levels and wind with their last hour."""

from typing import Any

import msgspec

from city.dispatch.tables.cells import read_rows
from city.dispatch.tables.water_lines import WaterLines, station_of, water_lines
from city.state.last_hour import LastHour
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import WallSeen
from tests.seen_factory import NOW, readings, seen

EMERGENCY = ResponseSeen(mode="emergency")


def gauge(mm: float, lon: float, lat: float, **given: Any) -> dict[str, Any]:
    """A rain gauge that measured a steady rate for the whole hour."""
    return {
        "metric": "rain_mmh", "kind": "rain_gauge", "unit": "mm/h", "value": mm, "lon": lon, "lat": lat,
        "hour": [(float(before), mm) for before in range(61)], **given,
    }  # fmt: skip


def level(device: str, metres: float, *, rise: float = 0.0, **given: Any) -> dict[str, Any]:
    """A level gauge that rose evenly within the hour."""
    return {
        "device": device, "metric": "level_m", "kind": "tide", "unit": "m", "value": metres,
        "hour": [(float(before), metres - rise * before / 60) for before in range(0, 61, 2)], **given,
    }  # fmt: skip


def emergency(*rows: dict[str, Any], mode: str = "emergency", **given: Any) -> WallSeen:
    """The view of a wall with these readings; a row's ``hour`` are (minutes before now, value)."""
    kept = LastHour()
    for number, row in enumerate(rows):
        for before, value in row.get("hour", ()):
            kept.add(number, NOW - 60 * before, value)
    plain = readings(*({name: value for name, value in row.items() if name != "hour"} for row in rows))
    told = msgspec.structs.replace(plain, hour=kept.seen())
    return seen(**{"readings": told, "response": ResponseSeen(mode=mode), **given})


def stations(*names: str, warning: float = 4.55, yellow: float = 4.92, red: float = 5.29) -> WaterLines:
    """Stations whose gauges have their names."""
    rows = [
        {
            "station": name, "name_zh": f"{name}站", "name_en": name, "gauges": name, "version": "1",
            "warning_m": str(warning), "yellow_m": str(yellow), "red_m": str(red), "datum": "wusong",
            "valid_from": "2026-01-01",
        }
        for name in names
    ]  # fmt: skip
    return water_lines(read_rows(rows, station_of), "2026-09-15")
