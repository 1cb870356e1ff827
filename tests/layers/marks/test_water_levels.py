"""Water levels: each against its own line, its change as measured, and no capsule over another label."""

import tomllib
from typing import Any

import msgspec
import numpy as np
import pytest

import static
from layers.atlas.atlas import Atlas
from layers.base.free_space import Side as TextSide
from layers.base.free_space import View, text_box
from layers.marks.callouts import Callouts
from layers.marks.labels import boxes_of
from layers.marks.names import Names
from layers.marks.sensors import Sensors
from layers.marks.water_levels import LOST, WaterLevels
from layers.registry import map_setting
from tests.rain_gauges import emergency, level, stations
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, storm

LIMITS = tomllib.loads(static.path("district/city.toml").read_text(encoding="utf-8"))["limits"]
NAMES = [f"w{number}" for number in range(8)]
SETTING = map_setting(
    Atlas.read(static.path("district/atlas")), LIMITS, size=(736.0, 990.0), stations=stations(*NAMES)
)
LON, LAT = PEOPLE_SQUARE


def one(*rows: dict[str, Any], **given: Any) -> dict[str, Any]:
    columns = WaterLevels(SETTING).frame(emergency(*rows, **given), NOW).columns
    return {name: column[0] for name, column in columns.items() if not isinstance(column, bytes)}


@pytest.mark.parametrize(
    ("metres", "rank", "over"), [(4.54, 0, None), (4.62, 1, 0.07), (4.92, 2, 0.37), (5.3, 4, 0.75)]
)
def test_a_level_is_told_against_its_own_line(metres: float, rank: int, over: float | None) -> None:
    row = one(level("w0", metres))
    assert (row["rank"], row["value"]) == (rank, pytest.approx(metres))
    assert np.isnan(row["over"]) if over is None else row["over"] == pytest.approx(over)


def test_a_level_in_centimetres_is_told_in_metres() -> None:
    row = one(level("w0", 462.0, rise=30.0, unit="cm"))
    assert (row["rank"], row["value"], row["trend"]) == (1, pytest.approx(4.62), 1)


@pytest.mark.parametrize(("rise", "trend"), [(0.3, 1), (-0.3, -1), (0.02, 0)])
def test_an_arrow_is_a_change_that_was_measured(rise: float, trend: int) -> None:
    assert one(level("w0", 4.0, rise=rise))["trend"] == trend


def test_without_an_hour_there_is_no_arrow() -> None:
    assert one(level("w0", 4.0, rise=0.5) | {"hour": [(0.0, 4.0), (20.0, 3.6)]})["trend"] == 0


def test_a_lost_gauge_tells_since_when_and_its_last_value_and_no_level() -> None:
    silent = level("w0", 4.9, lost=True) | {"hour": [(90.0, 4.7), (55.0, 4.71)]}
    row = one(silent)
    assert (row["rank"], row["since"], row["value"]) == (LOST, NOW - 55 * 60, pytest.approx(4.71))
    assert np.isnan(row["over"])
    never = one(level("w0", 4.9, quality="bad") | {"hour": []})
    assert never["rank"] == LOST
    assert np.isnan(never["since"])


def test_a_station_is_told_once_by_the_gauge_that_measures() -> None:
    lost = level("x", 5.5, lost=True, name="w0")
    frame = WaterLevels(SETTING).frame(emergency(lost, level("w0", 4.1), level("y", 4.3, name="w0")), NOW)
    assert frame.columns["value"].tolist() == [4.3]  # type: ignore[union-attr]
    assert frame.meta == {"stations": 1, "lost": 0, "over": 0}


def test_gauges_without_a_line_and_peacetime_have_no_capsule() -> None:
    assert len(WaterLevels(SETTING).frame(emergency(level("other", 9.0)), NOW).columns["x"]) == 0
    peace = emergency(level("w0", 9.0), mode="peace")
    assert len(WaterLevels(SETTING).frame(peace, NOW).columns["x"]) == 0
    assert "w0站 9.00 +4.45" in Sensors(SETTING).frame(peace, NOW).columns["text"]
    crisis = emergency(level("w0", 9.0))
    assert len(Sensors(SETTING).frame(crisis, NOW).columns["x"]) == 0
    lost = emergency(level("w0", 9.0, lost=True))
    assert Sensors(SETTING).frame(lost, NOW).columns["marker"] == ["circle_x"]


def test_the_worst_station_comes_first() -> None:
    rows = [level("w0", 4.0), level("w1", 5.3), level("w2", 4.0, lost=True), level("w3", 4.6)]
    frame = WaterLevels(SETTING).frame(emergency(*rows), NOW)
    assert frame.columns["key"] == ["w1", "w3", "w2", "w0"]
    assert frame.meta == {"stations": 4, "lost": 1, "over": 2}


def test_capsules_cover_no_critical_case_no_call_out_no_strip_and_not_each_other() -> None:
    near = [
        level(name, 4.6, lon=LON + 0.03 * number, lat=LAT - 0.02 * number)
        for number, name in enumerate(NAMES)
    ]
    cases = tuple(
        case(f"p{number}", urgency="critical", place=(LON + 0.02 * number, LAT + 0.01)) for number in range(3)
    )
    state = emergency(*near, cases=cases, storms=(storm(),) * 3)
    frame = WaterLevels(SETTING).frame(state, NOW)
    boxes = boxes_of(frame, View(SETTING))
    assert len(boxes) >= 6
    taken = Callouts(SETTING).occupied(state, NOW, names=False)
    assert all(taken.overlap(box) == 0 for box in boxes)
    assert not any(_meet(box, other) for place, box in enumerate(boxes) for other in boxes[:place])
    names: dict[str, Any] = dict(Names(SETTING).frame(state, NOW).columns)
    texts = [
        text_box(text, View(SETTING).px(x, y), float(size.removesuffix("px")), TextSide("center", 0.0, 0.0))
        for x, y, text, size in zip(*(names[name] for name in ("x", "y", "zh", "size")), strict=True)
    ]
    assert texts
    assert not any(_meet(box, text, 2.0) for box in boxes for text in texts)


def test_a_capsule_without_room_is_left_out_and_its_station_still_counted() -> None:
    small = msgspec.structs.replace(SETTING, covered=(SETTING.extent,))
    frame = WaterLevels(small).frame(emergency(level("w0", 4.6)), NOW)
    assert np.isnan(frame.columns["dx"]).all()  # type: ignore[call-overload]
    assert frame.meta["stations"] == 1


def _meet(one: Any, other: Any, rim: float = 0.0) -> bool:
    across = one[0] + rim < other[2] and other[0] + rim < one[2]
    return across and one[1] + rim < other[3] and other[1] + rim < one[3]
