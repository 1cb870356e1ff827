from layers.contract import MapSetting
from layers.marks.units import Units
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen, units

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0))


def test_only_committed_units_are_drawn() -> None:
    rows = [{"state": state} for state in ("standby", "off_duty", "assigned", "en_route", "on_scene", "")]
    frame = Units(SETTING).frame(seen(units=units(*rows)), NOW)
    assert len(frame.columns["x"]) == 3
    assert frame.meta == {"committed": 3, "lost": 0, "total": 6}


def test_a_lost_unit_is_hollow_grey_and_crossed() -> None:
    frame = Units(SETTING).frame(seen(units=units({"lost": True})), NOW)
    assert frame.columns["marker"] == ["square_x"]
    assert list(frame.columns["fill"]) == [0.0]
    assert frame.meta["lost"] == 1


def test_of_units_at_one_place_two_have_room_for_their_call_signs() -> None:
    frame = Units(SETTING).frame(seen(units=units({}, {}, {})), NOW)
    assert frame.columns["text"] == ["消防2号", "消防2号", ""]
    assert list(frame.columns["align"])[:2] == ["left", "right"]


def test_a_call_sign_does_not_cover_an_urgent_case() -> None:
    beside = (PEOPLE_SQUARE[0] + 0.025, PEOPLE_SQUARE[1])
    state = seen(units=units({}), cases=(case(urgency="critical", place=beside),))
    assert Units(SETTING).frame(state, NOW).columns["align"] == ["right"]


def test_a_call_sign_does_not_cover_a_name() -> None:
    x, y = (float(v) for v in to_mercator(*PEOPLE_SQUARE))
    named = MapSetting(SETTING.extent, clear=((x - 5000.0, y - 500.0, x + 5000.0, y + 500.0),))
    assert Units(named).frame(seen(units=units({})), NOW).columns["text"] == [""]


def test_without_units_there_is_an_empty_frame() -> None:
    assert len(Units(SETTING).frame(seen(), NOW).columns["x"]) == 0
