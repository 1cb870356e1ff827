from typing import Any

import numpy as np

from city.views.linkage_seen import ClosureSeen, IncidentSeen, UnitOnTask
from layers.base.free_space import Boxes, View, around
from layers.contract import MapSetting
from layers.legend import legend
from layers.marks.callouts import Callouts
from layers.marks.incidents import LABEL, Incidents, Lines
from layers.palette import FAINT, TEXT
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0))
LON, LAT = PEOPLE_SQUARE
NAN = float("nan")


def incident(key: str = "i1", **given: Any) -> IncidentSeen:
    plain: dict[str, Any] = {
        "no": "20260915-001", "kind": "underpass_flood", "title": "", "road": "川沙路", "street": "310115110",
        "grade": "general", "state": "responding", "opened_at": NOW - 400, "since": NOW - 400, "level": "",
        "lon": LON, "lat": LAT, "radius_m": 150.0,
    }  # fmt: skip
    return IncidentSeen(key, **{**plain, **given})


def closure(key: str, state: str) -> ClosureSeen:
    return ClosureSeen(key, state, NOW, "川沙路", "310115110", LON + 0.1, LAT)


def test_an_incident_has_its_radius_on_the_ground_and_no_place_means_no_mark() -> None:
    frame = Incidents(SETTING).frame(seen(incidents=(incident(), incident("i2", lon=NAN, lat=NAN))), NOW)
    assert frame.columns["key"] == ["i1"]
    x = to_mercator([LON, LON + 150 / (111_195 * np.cos(np.radians(LAT)))], [LAT, LAT])[0]
    assert abs(frame.columns["radius"][0] - (x[1] - x[0])) < 2  # type: ignore[operator]  # a float column


def test_only_an_underpass_that_traffic_does_not_pass_has_a_sign_and_it_is_solid_once_closed() -> None:
    closures = tuple(closure(state, state) for state in ("suggested", "closing", "closed", "reopening"))
    frame = Incidents(SETTING).frame(seen(closures=closures), NOW)
    assert frame.columns["key"] == ["closing", "closed", "reopening"]
    assert list(frame.columns["fill"]) == [0.0, 1.0, 0.0]
    words = [mark.word for mark in legend({"incidents": frame}).marks]
    assert "legend.closed" in words
    assert "legend.incident" not in words


def test_a_label_never_covers_a_critical_case_or_its_call_out() -> None:
    near = tuple(
        case(f"p{n}", urgency="critical", place=(LON + dx, LAT)) for n, dx in enumerate((0.03, -0.03))
    )
    state = seen(cases=near, incidents=(incident(),))
    frame = Incidents(SETTING).frame(state, NOW)
    taken = Callouts(SETTING).occupied(state, NOW, names=False)
    scale = SETTING.metres_per_px
    x, y = (float(frame.columns[name][0]) for name in ("x", "y"))  # type: ignore[arg-type]
    px, py = (x - SETTING.extent[0]) / scale, (SETTING.extent[3] - y) / scale
    left, top = px + frame.columns["dx"][0], py + frame.columns["dy"][0]  # type: ignore[operator]
    assert taken.overlap((left, top, left + LABEL[0], top + LABEL[1])) == 0


def test_an_incident_whose_case_has_a_call_out_has_no_second_label() -> None:
    state = seen(cases=(case("c1", urgency="critical"),), incidents=(incident(cases=("c1",)),))
    assert np.isnan(Incidents(SETTING).frame(state, NOW).columns["dx"][0])  # type: ignore[arg-type]
    alone = seen(incidents=(incident(cases=("c1",)),))
    assert np.isfinite(Incidents(SETTING).frame(alone, NOW).columns["dx"][0])  # type: ignore[arg-type]


def test_a_line_leads_from_a_unit_to_its_task_and_is_faint_when_the_position_is_lost() -> None:
    plain = UnitOnTask(
        "t1", "i1", "消防3号", LON, LAT, LON + 0.01, LAT, 950.0, NOW - 9, lost=False, is_there=False
    )
    lost = UnitOnTask(
        "t2", "i1", "消防4号", LON, LAT, LON + 0.01, LAT, 950.0, NOW - 900, lost=True, is_there=False
    )
    nowhere = UnitOnTask("t3", "i1", "消防5号", NAN, NAN, LON, LAT, NAN, NOW, lost=True, is_there=False)
    frame = Lines(SETTING).frame(seen(committed=(plain, lost, nowhere)), NOW)
    assert frame.columns["colour"] == [TEXT, FAINT]
    assert (frame.as_of, len(frame.columns["x1"])) == (NOW - 9, 2)


def test_a_sign_under_a_critical_case_stands_beside_it() -> None:
    there = closure("u1", "closed")
    here = case("p", urgency="critical", place=(there.lon, there.lat))
    alone = Incidents(SETTING).frame(seen(closures=(there,)), NOW).columns
    assert (list(alone["beside"]), alone["sign"], list(alone["size"])) == ([0.0], [""], [16.0])
    moved = Incidents(SETTING).frame(seen(closures=(there,), cases=(here,)), NOW).columns
    offset = float(moved["beside"][0]), float(moved["below"][0])  # type: ignore[arg-type]
    assert np.hypot(*offset) >= (18 + 16) / 2  # half of both marks
    view = View(SETTING)
    x, y = view.px(float(moved["x"][0]), float(moved["y"][0]))  # type: ignore[arg-type]
    sign = around((x + offset[0], y + offset[1]), 8.0)
    (box,) = Callouts(SETTING).boxes(seen(cases=(here,)), NOW)
    taken = Boxes()
    taken.take(box)
    assert taken.overlap(sign) == 0
    assert (moved["sign"], list(moved["size"]), list(moved["bar"])) == (["\u2212"], [0.0], [0.0])
    ordinary = case("n", place=(there.lon, there.lat))
    assert list(
        Incidents(SETTING).frame(seen(closures=(there,), cases=(ordinary,)), NOW).columns["beside"]
    ) == [0]
