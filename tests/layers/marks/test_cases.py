import math

from layers.contract import MapSetting
from layers.marks.cases import Cases
from tests.seen_factory import NOW, case, seen

SETTING = MapSetting((0.0, 0.0, 1.0, 1.0))


def test_ordinary_cases_have_no_mark() -> None:
    assert len(Cases(SETTING).frame(seen(cases=(case(),)), NOW).columns["x"]) == 0


def test_critical_marks_lie_over_urgent_ones_and_alone_have_a_ring() -> None:
    cases = (case("a", urgency="critical"), case("b", urgency="urgent"))
    columns = Cases(SETTING).frame(seen(cases=cases), NOW).columns
    assert columns["key"] == ["b", "a"]
    assert columns["marker"] == ["triangle", "square"]
    assert [ring > 0 for ring in columns["ring"]] == [False, True]


def test_shape_and_colour_say_the_same() -> None:
    cases = (case("a", urgency="critical"), case("b", urgency="urgent"))
    columns = Cases(SETTING).frame(seen(cases=cases), NOW).columns
    assert columns["colour"] == ["#FF8A1F", "#FF4D4F"]


def test_a_case_without_a_position_is_counted() -> None:
    state = seen(cases=(case("a", urgency="critical", place=(math.nan, math.nan)),))
    frame = Cases(SETTING).frame(state, NOW)
    assert len(frame.columns["x"]) == 0
    assert frame.meta == {"critical": 1, "urgent": 0, "unplaced": 1}


def test_the_age_is_that_of_the_newest_case_shown() -> None:
    cases = (
        case("a", urgency="urgent", recorded_at=NOW - 50.0),
        case("b", urgency="urgent", recorded_at=NOW - 9.0),
    )
    assert Cases(SETTING).frame(seen(cases=cases), NOW).as_of == NOW - 9.0
    assert Cases(SETTING).frame(seen(), NOW).as_of == NOW


def test_all_columns_have_one_length() -> None:
    cases = tuple(case(f"c{n}", urgency="critical") for n in range(80))
    assert {len(c) for c in Cases(SETTING).frame(seen(cases=cases), NOW).columns.values()} == {80}
