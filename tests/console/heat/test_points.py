from typing import Any

import pytest

from city.state.ledger_state import Camera, CityState, Device, Place
from console.heat.points import HeatPoints
from layers.contract import MapSetting
from layers.fields.heat_choices import MANY
from layers.normal_limits import Line, Step
from layers.projection import to_mercator

AT, NOW = "2026-09-15T12:31:00Z", 1_789_475_467.0
PLACE = Place(121.5065, 31.2453)
X, Y = (float(value) for value in to_mercator(PLACE.lon, PLACE.lat))
BOUNDS = (X - 20_000, Y - 20_000, X + 20_000, Y + 20_000)


@pytest.fixture
def points() -> HeatPoints:
    state = CityState()
    state.ledger.cameras["cam1"] = Camera("cam1", "", PLACE)
    state.ledger.devices["d1"] = Device("d1", "road_water_depth", "", "", PLACE, 60.0)
    state.ledger.devices["d2"] = Device("d2", "water_level", "", "", PLACE, 60.0)
    lines = (Line("d2", (Step(4.0, "blue"),)),)
    return HeatPoints(MapSetting(BOUNDS, lines=lines), BOUNDS, lambda: state)


def counted(points: HeatPoints) -> dict[str, int]:
    return {kind: int(points.many[kind].window(60, NOW, 0.0).sum()) for kind in MANY}


def reading(device: str, value: float, **given: Any) -> dict[str, Any]:
    metric = {"d1": "road_depth_cm"}.get(device, "level_m")
    return {"kind": "reading", "device": device, "metric": metric, "value": value, "at": AT, **given}


def test_a_reading_is_a_point_when_it_is_off_normal_in_any_unit_of_length(points: HeatPoints) -> None:
    for value, unit in ((0.0, "cm"), (3.0, "cm"), (0.2, "m")):
        points.take("sensor", [reading("d1", value, unit=unit)], NOW)
    assert counted(points)["readings"] == 2
    points.take("sensor", [reading("d2", 3.9, unit="m"), reading("d2", 4.1, unit="m")], NOW)
    assert counted(points)["readings"] == 3


def test_what_is_no_measurement_or_has_no_place_is_no_point(points: HeatPoints) -> None:
    told = [
        reading("d1", -999.0), reading("d1", 30.0, quality="bad"), reading("unknown", 30.0),
        {"kind": "device", "device": "d1"}, {"kind": "reading", "device": "d1"},
    ]  # fmt: skip
    points.take("sensor", told, NOW)
    points.take("camera", [{"kind": "detection", "camera": "unknown", "at": AT}], NOW)
    points.take("unit", [{"unit": "u1", "lon": None, "lat": 31.0, "at": AT}], NOW)
    assert counted(points) == dict.fromkeys(MANY, 0)


def test_detections_and_positions_are_points(points: HeatPoints) -> None:
    points.take("camera", [{"kind": "detection", "camera": "cam1", "at": AT}], NOW)
    points.take("camera", [{"kind": "health", "camera": "cam1", "at": AT}], NOW)
    points.take("unit", [{"unit": "u1", "lon": 121.5, "lat": 31.2, "at": AT}] * 3, NOW)
    assert counted(points) == {"detections": 1, "readings": 0, "units": 3}
    points.clear()
    assert counted(points) == dict.fromkeys(MANY, 0)
