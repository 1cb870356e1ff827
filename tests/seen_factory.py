"""Seen states for tests: everything has a plain default, a test names only what it is about."""

from typing import Any

import numpy as np

from city.clocks.city_clock import REAL_TIME
from city.indicators.indicator import Counted, Indicator, share
from city.state.warning_records import Ring
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import (
    CameraSeen,
    CaseSeen,
    DutySeen,
    ReadingsSeen,
    StormSeen,
    UnitsSeen,
    WallSeen,
    WarningArea,
    WarningSeen,
)

NOW = 1_789_475_467.0
"""2026-09-15 20:31:07 in Shanghai; city time is machine time unless a test says otherwise."""

PEOPLE_SQUARE = (121.5065, 31.2453)
"""Lujiazui, WGS84."""

PUDONG = ((121.4, 31.0), (121.8, 31.0), (121.8, 31.3), (121.4, 31.0))
"""An area of a warning, (lon, lat)."""


def share_of(key: str, met: int, every: int, **inputs: float) -> Indicator:
    """Return a share of two numbers."""
    return share(key, Counted(number < met for number in range(every)), **inputs)


def case(key: str = "c1", **given: Any) -> CaseSeen:
    lon, lat = given.pop("place", PEOPLE_SQUARE)
    plain: dict[str, Any] = {
        "kind": "event", "code": "0506", "label": "", "urgency": "normal", "hazard": False,
        "road": "世纪大道", "street": "310115005", "lon": lon, "lat": lat, "at": NOW - 600.0,
        "recorded_at": NOW - 590.0, "state": "dispatched", "agency": "建管", "due_at": NOW + 1800.0,
        "returned_by": (), "next": "", "next_at": None,
    }  # fmt: skip
    return CaseSeen(key=key, **{**plain, **given})


def readings(*rows: dict[str, Any]) -> ReadingsSeen:
    plain: dict[str, Any] = {
        "device": "", "metric": "road_depth_cm", "kind": "road_water_depth", "name": "", "street": "",
        "unit": "cm", "quality": "good", "value": 0.0, "at": NOW - 30.0, "as_of": NOW - 30.0,
        "interval": 60.0, "lon": PEOPLE_SQUARE[0], "lat": PEOPLE_SQUARE[1], "lost": False, "owner": "水务",
    }  # fmt: skip
    full = [{**plain, "device": f"d{number}", **row} for number, row in enumerate(rows)]
    kinds: dict[str, Any] = dict.fromkeys(("value", "at", "as_of", "interval", "lon", "lat"), np.float64)
    columns = {
        name: np.array([row[name] for row in full], dtype=kinds.get(name, bool if name == "lost" else object))
        for name in plain
    }
    return ReadingsSeen(ids=tuple(f"{row['device']}\x1f{row['metric']}" for row in full), **columns)


def units(*rows: dict[str, Any]) -> UnitsSeen:
    plain: dict[str, Any] = {
        "call_sign": "消防2号", "kind": "fire_engine", "agency": "消防", "state": "en_route",
        "lon": PEOPLE_SQUARE[0], "lat": PEOPLE_SQUARE[1], "heading": 0.0, "as_of": NOW - 5.0,
        "lost": False,
    }  # fmt: skip
    full = [{**plain, **row} for row in rows]
    kinds: dict[str, Any] = dict.fromkeys(("lon", "lat", "heading", "as_of"), np.float64)
    columns = {
        name: np.array([row[name] for row in full], dtype=kinds.get(name, bool if name == "lost" else object))
        for name in plain
    }
    return UnitsSeen(ids=tuple(f"u{number}" for number in range(len(full))), **columns)


def camera(key: str = "cam1", **given: Any) -> CameraSeen:
    plain: dict[str, Any] = {
        "name": "川沙路唐安路", "street": "310115005", "lon": PEOPLE_SQUARE[0], "lat": PEOPLE_SQUARE[1],
        "azimuth": None, "state": "online", "as_of": NOW - 20.0, "picture_at": NOW - 20.0,
    }  # fmt: skip
    return CameraSeen(id=key, **{**plain, **given})


def warning(key: str = "w1", **given: Any) -> WarningSeen:
    plain: dict[str, Any] = {
        "hazard": "rainstorm", "colour": "blue", "rank": 1, "headlines": {"zh": "暴雨蓝色预警"},
        "sender_name": "上海中心气象台", "sent": NOW - 1200.0, "begins": NOW - 1200.0, "ends": NOW + 7200.0,
    }  # fmt: skip
    told = {**plain, **given}
    told.setdefault("areas", (warning_area(told["colour"], told["rank"]),))
    return WarningSeen(key=key, **told)


def warning_area(colour: str, rank: int, ring: Ring = PUDONG) -> WarningArea:
    return WarningArea(colour, rank, ring)


def seen(**given: Any) -> WallSeen:
    plain: dict[str, Any] = {
        "position": 1, "clock": REAL_TIME, "cases": (), "warnings": (), "storms": (), "duty": DutySeen(),
        "sources": (), "readings": readings(), "units": units(), "cameras": (),
        "detections_lon": np.zeros(0), "detections_lat": np.zeros(0), "detections_at": np.zeros(0),
        "log": (), "transplanted": False, "revisions": {}, "response": ResponseSeen(),
    }  # fmt: skip
    return WallSeen(**{**plain, **given})


def storm(*points: Any, **given: Any) -> StormSeen:
    return StormSeen(**{"key": "s1", "name": "贝碧嘉", "points": points, "received": NOW - 60.0, **given})
