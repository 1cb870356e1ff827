import math
from typing import Any

import pytest

from city.views.desk_seen import DeskSeen
from layers.contract import MapSetting
from layers.marks.sensors import Sensors
from layers.normal_limits import lines_of
from layers.projection import to_degrees
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, readings, seen

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0), lines=lines_of(
    {"gauges": {"黄浦公园": {"blue": 4.55, "yellow": 4.91}, "g7": {"orange": 3.0}}}
))  # fmt: skip
APART = [{"lon": 121.3 + n * 0.05} for n in range(9)]


def shown(*rows: dict[str, Any]) -> Any:
    return Sensors(SETTING).frame(seen(readings=readings(*rows)), NOW)


def test_what_is_normal_is_not_drawn() -> None:
    frame = shown({"value": 0.0}, {"kind": "air", "metric": "temperature", "value": 99.0})
    assert len(frame.columns["x"]) == 0
    assert (frame.meta["off_normal"], frame.meta["lost"], frame.meta["total"]) == (0, 0, 2)


def test_a_closed_underpass_has_another_shape_than_a_slow_one() -> None:
    frame = shown({"value": 25.0, **APART[0]}, {"value": 3.0, **APART[1]})
    assert sorted(zip(frame.columns["marker"], frame.columns["colour"], strict=True)) == [
        ("circle", "#FF4D4F"), ("inverted_triangle", "#F5C518"),
    ]  # fmt: skip


def test_metres_are_understood() -> None:
    assert shown({"value": 0.3, "unit": "m"}).columns["colour"] == ["#FF4D4F"]


@pytest.mark.parametrize(
    "trouble", [{"lost": True}, {"quality": "bad"}, {"value": math.nan}, {"lost": True, "value": 40.0}]
)
def test_no_data_is_hollow_and_grey_and_counted_never_zero(trouble: dict[str, Any]) -> None:
    frame = shown(trouble)
    assert frame.columns["marker"] == ["circle_x"]
    assert list(frame.columns["fill"]) == [0.0]
    assert (frame.meta["off_normal"], frame.meta["lost"]) == (0, 1)


def test_a_gauge_is_judged_by_its_own_line_and_says_how_far_it_is_over() -> None:
    level = {"kind": "water_level", "metric": "level_m", "unit": "m", "name": "黄浦公园"}
    frame = shown({**level, "value": 4.62, **APART[0]}, {**level, "name": "别处", "value": 9.0, **APART[1]})
    assert frame.columns["text"] == ["黄浦公园 4.62 +0.07"]


def test_a_text_at_the_edge_of_the_view_is_not_cut() -> None:
    (west, _, east, _), row = (
        SETTING.extent,
        {"device": "g7", "name": "闸外", "value": 9.0, "unit": "m", "lat": 31.0},
    )
    lons = [float(to_degrees(x, 0.0)[0]) for x in (west + 100.0, (west + east) / 2, east - 100.0)]
    assert shown(*({**row, "lon": lon} for lon in lons)).columns["align"] == ["left", "center", "right"]


def test_a_text_keeps_off_an_urgent_case() -> None:
    gauge = {"device": "g7", "name": "闸外", "value": 9.0, "unit": "m"}
    above = case(urgency="urgent", place=(PEOPLE_SQUARE[0], PEOPLE_SQUARE[1] + 0.02))
    state = seen(readings=readings(gauge), cases=(above,))
    assert list(Sensors(SETTING).frame(state, NOW).columns["down"]) == [22.0]


def test_a_gauge_below_its_line_is_normal() -> None:
    level = {"kind": "water_level", "metric": "level_m", "unit": "m", "device": "g7"}
    assert len(shown({**level, "value": 2.9}).columns["x"]) == 0


def test_of_a_crowd_the_worst_is_drawn_and_devices_are_counted_once() -> None:
    rows = [{"device": "same", "metric": f"m{n}", "value": 30.0 if n == 3 else 1.0} for n in range(6)]
    frame = shown(*rows, {"device": "other", "lost": True})
    assert frame.columns["marker"] == ["circle"]
    assert list(frame.columns["n"]) == [7]
    assert (frame.meta["off_normal"], frame.meta["lost"], frame.meta["total"]) == (1, 1, 2)


def test_a_device_without_a_place_is_counted_though_not_drawn() -> None:
    frame = shown({"value": 30.0, "lon": math.nan, "lat": math.nan})
    assert len(frame.columns["x"]) == 0
    assert (frame.meta["off_normal"], frame.meta["unplaced"]) == (1, 1)


def test_kinds_are_counted_apart() -> None:
    meta = shown({"value": 30.0}, {"kind": "wind", "metric": "wind_ms", "value": 40.0}, {"lost": True}).meta
    assert meta["kinds"] == {
        "road_water_depth": {"off_normal": 1, "lost": 1}, "wind": {"off_normal": 1, "lost": 0},
    }  # fmt: skip


def test_a_desk_gets_the_devices_id_and_a_wall_does_not() -> None:
    wall = seen(readings=readings({"value": 25.0}))
    desk = DeskSeen(**{name: getattr(wall, name) for name in wall.__struct_fields__})
    assert "device" not in Sensors(SETTING).frame(wall, NOW).columns
    assert list(Sensors(SETTING).frame(desk, NOW).columns["device"]) == [str(wall.readings.device[0])]
