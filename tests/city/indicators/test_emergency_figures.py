"""E01 and E04 – E13 by formula, each with what it is made of; no facts are no figure, and never a zero."""

from typing import Any

import msgspec
import pytest

from city.dispatch.tables.water_lines import WaterLines
from city.indicators.emergency_figures import emergency_indicators, response_span, units_by_kind
from city.indicators.indicator import Indicator
from city.response.local_numbers import WaterLevel
from city.state.ledger_state import CityState, Device, Place
from city.state.linkage_records import Closure
from city.state.response_records import Basis
from city.state.sensor_records import Alarm
from layouts.cards.desk.desk_indicators import EMERGENCY, MAIN, DeskIndicators
from tests.city.commands.reports_world import DISTRICT, PARK, SHELTER, ReportsWorld
from tests.city.commands.world import CHEN, HE, LU, POWER, TANG, TANGZHEN, WEI, WEIFANG
from tests.linkage_factory import signed, task

SHOULD, MOVED = "relocation.low_lying.should", "relocation.low_lying.moved"
KEYS = ["E01", "E02", "E02b", "E02c", "E03", "E03b", "E04", "E05", "E05b", "E06", "E07", "E08", "E09", "E09b",
        "E10", "E10b", "E10c", "E11", "E12", "E12b", "E13"]  # fmt: skip


def figures(w: ReportsWorld, **given: Any) -> dict[str, Indicator]:
    span = response_span(w.state, w.now.city)
    assert span is not None
    return {one.id: one for one in emergency_indicators(w.state, w.rules, span, now=w.now.city, **given)}


def test_without_facts_every_figure_has_a_reason_and_none_is_zero() -> None:
    found = figures(ReportsWorld(3))
    assert list(found) == KEYS
    assert {key: one.value for key, one in found.items()} == dict.fromkeys(KEYS)
    assert all(one.why_not for one in found.values())
    assert response_span(ReportsWorld().state, 0.0) is None


def test_e01_from_when_the_warning_came_to_the_level_that_rests_on_it() -> None:
    """Ⅳ 540 s after its warning came, Ⅲ 90 s after the next one; then down to Ⅳ, which begins nothing."""
    w = ReportsWorld(1)
    held, at = w.state.responses[DISTRICT], w.now.city
    w.state.warnings_received.update(w1=at - 540, w2=at + 3510)
    (first,) = held.activations
    raised = msgspec.structs.replace
    acts = (
        raised(first, state="superseded", basis=Basis(("w1", "gone"))),
        raised(first, id="a2", rank=2, activated_at=at + 3600, state="superseded", basis=Basis(("w1", "w2"))),
        raised(first, id="a3", rank=1, activated_at=at + 7200, basis=Basis(("w1",))),
    )
    w.wait(minutes=180)
    w.state.responses[DISTRICT] = raised(held, activations=acts[:1])
    assert (figures(w)["E01"].value, figures(w)["E01"].inputs) == (540.0, {"rank_1_s": 540.0})
    w.state.responses[DISTRICT] = raised(held, activations=acts)
    told = figures(w)["E01"]
    assert (told.value, told.inputs) == (90.0, {"rank_1_s": 540.0, "rank_2_s": 90.0})


def test_e02_and_e13_count_the_tasks_of_the_real_response_or_of_the_exercise_and_never_both() -> None:
    w = ReportsWorld(3)
    at = w.now.city
    for number in range(25):
        plain = task(number, issued_at=at, mode="verbal_recorded", is_exercise=number >= 22)
        w.state.tasks[plain.id] = plain
    w.wait(minutes=1)
    found = figures(w)
    assert (found["E02"].denominator, found["E13"].denominator) == (22, 22)
    found = {one.id: one for one in emergency_indicators(
        w.state, w.rules, (at, at + 60), now=at + 60, exercise=True)}  # fmt: skip
    assert (found["E02"].denominator, found["E13"].denominator) == (3, 3)


def test_e04_by_group_with_the_streets_without_a_number_and_the_age() -> None:
    w = ReportsWorld(3)
    w.figures(WEIFANG, WEI, {SHOULD: 40, MOVED: 10, "relocation.site_shed.should": 60})
    w.wait(minutes=20)
    w.figures(TANGZHEN, TANG, {SHOULD: 100, MOVED: 90})
    told = figures(w)["E04"]
    assert (told.value, told.numerator, told.denominator) == (50.0, 100, 200)
    assert told.inputs == {
        "without": 2, "oldest_s": 1200.0, "figure.group.low_lying": {"moved": 100, "should": 140},
        "figure.group.site_shed": {"moved": 0, "should": 60},
        f"street.{WEI}": {"moved": 10, "should": 100}, f"street.{TANG}": {"moved": 90, "should": 100},
    }  # fmt: skip


def test_e05_this_round_with_the_missing_and_all_rounds() -> None:
    w = ReportsWorld(4)
    w.tick()
    w.report(WEIFANG)
    w.report(TANGZHEN)
    w.wait(minutes=60)
    w.tick()
    w.report(WEIFANG)
    assert figures(w)["E05"].value == pytest.approx(100 * 2 / 7, abs=0.05)
    w.wait(minutes=35)
    w.report(TANGZHEN)
    found = figures(w)
    assert (found["E05"].numerator, found["E05"].denominator, found["E05"].inputs["late"]) == (1, 7, 1)
    assert (found["E05"].names, found["E05"].named) == ((LU, HE, "cg", "xf", "dl"), 5)
    assert (found["E05b"].numerator, found["E05b"].denominator) == (3, 14)


def test_e06_within_ten_minutes_of_the_limit_and_early_closures_apart() -> None:
    w = ReportsWorld(3)
    at = w.now.city
    w.wait(minutes=60)
    for device, limit, closed, past in (
        ("in_time", 60.0, 600.0, ()), ("late", 60.0, 700.0, ()), ("never", 60.0, None, ()),
        ("just_now", 3500.0, None, ()), ("early", None, 300.0, ()),
        ("again", None, None, ((60.0, 90.0, 900.0),)),
    ):  # fmt: skip
        moments = [None if one is None else at + one for one in (limit, closed)]
        w.state.closures[device] = Closure(
            device, "closed", at, 30.0, limit_at=moments[0], closed_at=moments[1],
            past=tuple((at + one[0], at + one[1], at + one[2]) for one in past),
        )  # fmt: skip
    told = figures(w)["E06"]
    assert (told.numerator, told.denominator, told.value) == (2, 4, 50.0)
    assert told.inputs == {"early": 1, "reopened": 1}


def test_e07_points_now_and_in_the_last_hour() -> None:
    w = ReportsWorld(3)
    began = w.now.city
    w.state.devices["g"] = Device("g", "road_water_depth", "路口", "sw", Place(121.5, 31.2), 60.0)
    assert figures(w)["E07"].value == 0
    w.wait(minutes=90)
    for n, (state, raised, cleared, value) in enumerate(
        (("active", 60, None, 31.0), ("cleared", 600, 4200, 44.0), ("acked", 5000, None, 20.0))
    ):
        key = f"g{n}/road_depth_cm"
        w.state.sensing.alarms[key] = Alarm(
            key, f"g{n}", "road_depth_cm", 1, state, "t", "gt", value=value, raised_at=began + raised,
            cleared_at=None if cleared is None else began + cleared,
        )  # fmt: skip
    told = figures(w)["E07"]
    assert told.value == 2
    assert told.inputs == {"opened_hour": 1, "cleared_hour": 1, "median_s": 3600.0, "depth_cm": 44.0}
    key = "g9/road_depth_cm"
    w.state.sensing.alarms[key] = Alarm(
        key, "g9", "road_depth_cm", 1, "active", "t", "gt", value=28.0, raised_at=began - 600
    )
    assert figures(w)["E07"].value == 3  # flooded before the level rose, and still


def test_e08_to_e10_and_e12_from_what_was_reported_last() -> None:
    w = ReportsWorld(3)
    w.figures(POWER, "dl", {"outage.out": 300, "outage.restored": 100})
    w.figures(CHEN, "lh", {"trees.reported": 140, "trees.cleared": 20, "trees.blocking": 6})
    w.figures(CHEN, "ps", {"pumps.running": 18, "pumps.needed": 20})
    w.figures(WEIFANG, WEI, {"shelter.S1.open": 1, "shelter.S1.occupied": 60})
    found = figures(w)
    told = {key: found[key].value for key in ("E08", "E09", "E09b", "E10", "E12", "E12b")}
    assert told == {"E08": 6, "E09": 300, "E09b": 25.0, "E10": 90.0, "E12": 100.0, "E12b": 25.0}
    assert found["E08"].inputs == {"reported": 140, "cleared": 20, "blocking": 6}


def test_e09b_is_no_share_while_one_of_its_numbers_is_not_reported() -> None:
    w = ReportsWorld(3)
    w.figures(POWER, "dl", {"outage.restored": 100})
    told = figures(w)
    assert (told["E09"].value, told["E09b"].value, told["E09b"].inputs) == (None, None, {"restored": 100})
    w.figures(POWER, "dl", {"outage.out": 0})
    assert (figures(w)["E09"].value, figures(w)["E09b"].value) == (0, 100.0)


def test_e10b_the_highest_live_gauge_of_each_station_against_the_stations_own_line() -> None:
    """Two gauges of one station: 4.62 counts and is over 4.55; the other station has no live level."""
    w = ReportsWorld(3)
    inner = msgspec.structs.replace(PARK, station="inner", gauges=("CW-2",), lines=(("warning", 3.2),))
    both = msgspec.structs.replace(PARK, gauges=("CW-1", "CW-9"))
    w.rules = msgspec.structs.replace(w.rules, water_lines=WaterLines((both, inner)))
    at = w.now.city
    told = figures(w, levels=[WaterLevel("CW-9", "", 4.62, at), WaterLevel("CW-1", "", 4.4, at)])["E10b"]
    assert (told.value, told.denominator, told.inputs["without"]) == (1, 1, 1)
    assert told.inputs["station.huangpu_park"] == {"level_m": 4.62, "line_m": 4.55}
    told = figures(w, levels=[WaterLevel("CW-1", "", 4.4, at), WaterLevel("CW-2", "", 3.2, at)])["E10b"]
    assert (told.value, told.denominator) == (1, 2)
    assert (figures(w)["E10b"].value, figures(w)["E10b"].why_not) == (None, "no_level")


def test_e10c_closed_gates_of_those_that_must_be() -> None:
    w = ReportsWorld(3)
    numbers = msgspec.structs.replace(w.rules.response.numbers, figures_of={"gates": ("ps",)})
    rules = msgspec.structs.replace(w.rules.response, numbers=numbers)
    w.rules = msgspec.structs.replace(w.rules, response=rules)
    w.figures(CHEN, "ps", {"gates.closed": 6, "gates.needed": 8})
    assert (figures(w)["E10c"].value, figures(w)["E10c"].inputs) == (75.0, {"closed": 6})
    w.figures(CHEN, "ps", {"gates.closed": 0, "gates.needed": 0})
    assert (figures(w)["E10c"].value, figures(w)["E10c"].why_not) == (None, "none_needed")


def test_e12b_leaves_out_what_has_no_known_capacity() -> None:
    w = ReportsWorld(3)
    small = msgspec.structs.replace(SHELTER, id="S2", capacity=None)
    w.rules = msgspec.structs.replace(w.rules, street_places={WEI: (SHELTER, small)})
    w.figures(WEIFANG, WEI, {"shelter.S1.occupied": 60, "shelter.S2.open": 1, "shelter.S2.occupied": 90})
    told = figures(w)
    assert (told["E12"].numerator, told["E12"].denominator) == (1, 2)
    assert (told["E12b"].value, told["E12b"].inputs) == (25.0, {"people": 60, "uncounted": 1})


def test_e11_counts_no_unit_whose_position_is_lost() -> None:
    state = CityState()
    units = state.measured.units
    for unit, at_work, age in (("a", "on_scene", 5), ("b", "standby", 5), ("c", "standby", 5000)):
        row = units.row(unit)
        for name, value in (
            ("kind", "squad"),
            ("state", at_work),
            ("at", 1e6 - age),
            ("received", 1e6 - age),
        ):
            units.column(name)[row] = value
    assert units_by_kind(state, 1e6) == {"squad": (1, 1)}


def test_e11_by_kind_when_the_units_are_known() -> None:
    told = figures(ReportsWorld(3), units={"pump_truck": (3, 1), "squad": (1, 3)})["E11"]
    assert (told.value, told.inputs["unit.pump_truck"]) == (50.0, {"committed": 3.0, "free": 1.0})


def test_e13_orders_of_leaders_by_shift_and_no_tasks_of_plans() -> None:
    w = ReportsWorld(3)
    at = w.now.city
    for number, role, mode, changes in (
        (1, "duty_leader", "manual", {"verified": signed(at + 60)}), (2, "rotating_leader", "manual", {}),
        (3, "duty_leader", "manual", {"state": "cancelled"}), (4, "duty_leader", "plan", {}),
        (5, "duty_officer", "manual", {}), (6, "commander", "session", {}),
        (7, "duty_officer", "verbal_recorded", {}),
    ):  # fmt: skip
        plain = task(number, mode=mode, issued_at=at, **changes)
        ordered = msgspec.structs.replace(plain.ordered, role=role)
        w.state.tasks[plain.id] = msgspec.structs.replace(plain, ordered=ordered)
    told = figures(w)["E13"]
    assert (told.numerator, told.denominator) == (1, 4)
    assert told.inputs == {"310115-2026-11-22-night": {"verified": 1.0, "orders": 4.0}}


def test_the_span_is_the_whole_response_through_all_its_levels_and_ends_with_it() -> None:
    w = ReportsWorld(1)
    began = w.now.city
    w.wait(minutes=60)
    w.level(3)
    w.wait(minutes=60)
    assert response_span(w.state, w.now.city) == (began, began + 7200)
    w.level(0)
    w.wait(minutes=60)
    assert response_span(w.state, w.now.city) == (began, began + 7200)
    w.level(2)
    assert response_span(w.state, w.now.city) == (began + 10_800, began + 10_800)
    assert response_span(w.state, w.now.city, exercise=True) is None


def test_the_desk_shows_them_first_while_there_are_any() -> None:
    class Seen:
        indicators_at = 0.0

        def __init__(self, indicators: dict[str, Indicator]) -> None:
            self.indicators = indicators

    assert DeskIndicators().view(Seen({}), 0.0).scalars["main"] == list(MAIN)
    view = DeskIndicators().view(Seen(figures(ReportsWorld(3))), 0.0)
    assert view.scalars["main"] == list(EMERGENCY)
    assert set(EMERGENCY) <= {key for key, _ in view.rows}
