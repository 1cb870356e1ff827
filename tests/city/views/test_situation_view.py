"""The situation: each holder counted once, the age of the oldest number, no data never zero."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import iso
from city.measures.fold_telemetry import measure
from city.state.hotline_records import Relaxation, Span
from city.state.ledger_state import CityState, Device, Place
from city.state.response_records import RELOCATION_GROUPS, Forecast
from city.state.sensor_records import Alarm
from city.state.warning_records import Landfall, Storm, StormPoint
from city.views.linkage_seen import LinkageSeen
from city.views.linkage_view import LinkageView
from city.views.response.forecasts_seen import next_forecasts, storm_ahead
from city.views.response.response_seen import SituationSeen
from city.views.response.situation_view import SituationView
from tests.city.commands.reports_world import DISTRICT, ReportsWorld
from tests.city.commands.world import CHEN, GU, HE, LU, POWER, TANG, TANGZHEN, WEI, WEIFANG
from tests.linkage_factory import CITY, city_with, incident, task

SHOULD, MOVED = "relocation.low_lying.should", "relocation.low_lying.moved"


class Look:
    """A world and the view of it; every look folds what was done since the last one."""

    def __init__(self, rank: int = 3) -> None:
        self.w = ReportsWorld(rank)
        self.w.tick()
        self.state = CityState(self.w.state)
        self.view = SituationView(self.w.rules)
        self.linkage = LinkageSeen()

    def see(self, **given: Any) -> SituationSeen:
        told = {"linkage": self.linkage, "sources": (0, 3), **given}
        self.state.touch("situation", "alarms", "registry", "warnings", "relaxations", "response")
        return self.view.see(self.state, self.w.machine, **told)

    def gauge(self, id_: str, *, name: str = "", wet: bool = False, silent: bool = False) -> None:
        """Register a depth gauge; without a reading it is silent."""
        device = Device(id_, "road_water_depth", name or f"{id_}路", "sw", Place(121.5, 31.2), 60.0)
        self.w.state.devices[id_] = device
        if not silent:
            record = {"kind": "reading", "device": id_, "metric": "road_depth_cm", "value": 0.0, "unit": "cm",
                      "at": iso(self.w.now.city), "received": iso(self.w.machine)}  # fmt: skip
            measure(self.state, "sensor", [record])
        if wet:
            key = f"{id_}/road_depth_cm"
            self.w.state.sensing.alarms[key] = Alarm(key, id_, "road_depth_cm", 1, "active", "t", "gt")


def test_moved_of_should_over_all_streets_with_the_oldest_age_and_the_streets_without_a_number() -> None:
    look = Look()
    w = look.w
    assert look.see().figures["relocation"] == msgspec.structs.replace(
        look.see().figures["relocation"], value=None, of=None, unknown=4, as_of=None
    )
    w.figures(WEIFANG, WEI, {SHOULD: 40, MOVED: 10, "relocation.site_shed.should": 60})
    first = w.now.city
    w.wait(minutes=30)
    w.figures(TANGZHEN, TANG, {SHOULD: 100, MOVED: 90})
    told = look.see().figures["relocation"]
    assert (told.value, told.of, told.unknown, told.as_of) == (100, 200, 2, first)
    cells = {cell.street: (cell.moved, cell.should) for cell in look.see().cells}
    assert cells == {WEI: (10, 100), LU: (None, None), TANG: (90, 100), HE: (None, None)}


def test_a_street_that_has_nobody_to_move_says_zero_and_counts_as_known() -> None:
    look = Look()
    look.w.figures(WEIFANG, WEI, {SHOULD: 0})
    told = look.see().figures["relocation"]
    assert (told.value, told.of, told.unknown) == (0, 0, 3)


def test_a_zero_report_renews_the_age_and_two_missed_intervals_make_it_old() -> None:
    look = Look(4)
    w = look.w
    w.report(WEIFANG, nil=False, figures={SHOULD: 40})
    w.report(TANGZHEN, nil=False, figures={SHOULD: 10})
    w.wait(minutes=60)
    w.tick()
    w.report(WEIFANG)
    renewed = w.now.city
    w.wait(minutes=61)
    w.tick()
    old = {cell.street: (cell.as_of, cell.is_old) for cell in look.see().cells if cell.should is not None}
    assert old == {WEI: (renewed, False), TANG: (renewed - 3600, True)}
    assert (look.see().figures["relocation"].old, look.see().figures["relocation"].as_of) == (
        1, renewed - 3600,
    )  # fmt: skip


def test_numbers_of_an_earlier_emergency_do_not_count_in_the_next_one() -> None:
    look = Look()
    w = look.w
    w.figures(WEIFANG, WEI, {SHOULD: 40, MOVED: 40})
    w.level(0)
    assert look.see().figures["relocation"].of == 40
    w.wait(minutes=60 * 24 * 9)
    w.figures(TANGZHEN, TANG, {SHOULD: 7})
    w.wait(minutes=30)
    w.level(3)
    told = look.see().figures["relocation"]
    assert (told.value, told.of, told.unknown) == (0, 7, 3)
    # The first number of the new emergency is no correction of the old one.
    assert not hasattr(w.figures(WEIFANG, WEI, {SHOULD: 5}), "reason")


def test_every_street_has_a_cell_whether_it_is_asked_or_not() -> None:
    look = Look(0)
    assert [(cell.street, cell.state) for cell in look.see().cells] == [(s, "") for s in (WEI, LU, TANG, HE)]
    assert look.see().round is None


def test_a_cell_waits_is_sent_late_and_red_by_the_clock_alone() -> None:
    look = Look()
    w = look.w
    w.report(WEIFANG)

    def states() -> list[str]:
        seen = look.view.see(look.state, w.machine, linkage=look.linkage, sources=(0, 3))
        return [cell.state for cell in seen.cells]

    assert states() == ["sent", "waiting", "waiting", "waiting"]
    w.wait(minutes=30)
    assert states() == ["sent", "late", "late", "late"]
    w.wait(minutes=1)
    w.report(TANGZHEN)
    look.state.touch("situation")
    w.wait(minutes=30)
    assert states() == ["sent", "over", "sent", "over"]
    seen = look.see()
    assert seen.round is not None
    assert (seen.round.holders, seen.round.sent, seen.round.in_time) == (7, 2, 1)
    assert seen.round.late == (LU, HE, "cg", "xf", "dl")
    assert next(cell for cell in seen.cells if cell.street == TANG).late_s == 60.0
    assert seen.round.next_at == w.round.opened_at + 7200


def test_a_late_report_keeps_its_lateness() -> None:
    look = Look()
    look.w.wait(minutes=50)
    look.w.report(TANGZHEN)
    cell = next(cell for cell in look.see().cells if cell.street == TANG)
    assert (cell.state, cell.late_s, cell.reported_at) == ("sent", 1200.0, look.w.now.city)


def test_points_without_data_are_told_beside_the_flooded_ones_and_are_not_dry() -> None:
    look = Look()
    assert look.see().figures["waterlogging"].value is None
    look.gauge("g1", wet=True)
    look.gauge("g2", wet=True, silent=True)
    look.gauge("g3")
    look.gauge("g4", silent=True)
    told = look.see().figures["waterlogging"]
    assert (told.value, told.of, told.unknown) == (2, 4, 1)
    look.w.wait(minutes=6)
    told = look.see().figures["waterlogging"]
    assert (told.value, told.unknown) == (2, 2)


@pytest.mark.parametrize(
    "changes", [{"state": "cleared"}, {"state": "suppressed"}, {"threshold": "stuck"}, {"op": "gap_gt"}]
)
def test_an_alarm_that_is_not_of_water_makes_no_flooded_point(changes: dict[str, Any]) -> None:
    look = Look()
    look.gauge("g1", wet=True)
    alarms = look.w.state.sensing.alarms
    alarms["g1/road_depth_cm"] = msgspec.structs.replace(alarms["g1/road_depth_cm"], **changes)
    assert look.see().figures["waterlogging"].value == 0


def test_p1_tasks_that_nobody_acknowledged_and_those_that_are_late() -> None:
    tasks = [
        task(1, state="issued", ack_by=CITY - 1), task(2, state="issued", ack_by=CITY + 200),
        task(3, state="arrived", due_by=CITY - 5), task(4, state="verified"),
        task(5, state="issued", priority="P2", ack_by=CITY - 1),
    ]  # fmt: skip
    linkage = LinkageView(None).see(city_with([incident()], tasks), CITY)
    figures = Look().see(linkage=linkage).figures
    told = {key: (figures[key].value, figures[key].of, figures[key].level) for key in
            ("p1_unacknowledged", "p1_late")}  # fmt: skip
    assert told == {"p1_unacknowledged": (2, 3, "over"), "p1_late": (2, 3, "over")}


def test_customers_without_power_and_people_in_shelters() -> None:
    look = Look()
    w = look.w
    figures = look.see().figures
    assert (figures["outage"].value, figures["shelters"].value, figures["shelters_open"].value) == (
        None, None, None,
    )  # fmt: skip
    w.figures(POWER, "dl", {"outage.out": 300, "outage.restored": 100})
    w.figures(CHEN, WEI, {"shelter.S1.open": 1, "shelter.S1.occupied": 80})
    figures = look.see().figures
    assert (figures["outage"].value, figures["outage"].of) == (300, 400)
    assert (figures["shelters"].value, figures["shelters"].of) == (80, 240)
    assert (figures["shelters_open"].value, figures["shelters_open"].of) == (1, 1)


def test_lost_sources_closures_relaxations_and_deferred_cases() -> None:
    look = Look()
    w = look.w
    look.gauge("u1", name="川沙路下立交")
    span = Span(w.now.city, w.now.city + 600, "wang", "王××（副区长）", "灾害")
    w.state.relaxations["defer_ordinary"] = Relaxation("defer_ordinary", 1, (span,))
    seen = look.see(sources=(2, 5), deferred=213)
    assert (seen.figures["sources_lost"].value, seen.figures["sources_lost"].of) == (2, 5)
    assert (seen.figures["closures"].value, seen.figures["closures"].of) == (0, 1)
    assert [(one.kind, one.by) for one in seen.relaxations] == [("defer_ordinary", "王××（副区长）")]
    assert seen.deferred == 213
    w.wait(minutes=10)
    assert look.view.see(look.state, w.machine, linkage=look.linkage, sources=(2, 5)).relaxations == ()


def forecast(kind: str = "tide", place: str = "a", value: float = 4.0, **given: Any) -> Forecast:
    plain: dict[str, Any] = {"unit": "m", "peak_at": CITY + 600, "source": "marine", "issued_at": CITY - 60}
    return Forecast(kind, place, value, **{**plain, **given})


def test_of_each_kind_the_worst_that_is_still_to_come_and_a_tide_by_its_own_line() -> None:
    held = [
        forecast(place="a", value=4.9, line=5.5), forecast(place="b", value=4.0, line=3.8),
        forecast(place="c", value=9.0, line=1.0, peak_at=CITY - 1),
        forecast("rain_1h", "x", 30.0), forecast("rain_1h", "y", 60.0),
    ]  # fmt: skip
    told = next_forecasts(held, CITY)
    assert [(one.kind, one.place, one.value, one.line) for one in told] == [
        ("tide", "b", 4.0, 3.8), ("rain_1h", "y", 60.0, None),
    ]  # fmt: skip
    assert (told[0].source, told[0].source_at) == ("marine", CITY - 60)
    assert next_forecasts(held, CITY + 601) == ()


def storm(*lons: float, **given: Any) -> Storm:
    """A storm that moves along 31.2 N, six hours from one point to the next."""
    points = tuple(StormPoint(CITY + 21_600 * n, lon, 31.2, forecast=n > 0) for n, lon in enumerate(lons))
    return Storm("2413", "贝碧嘉", points, CITY - 300, 0.0, **given)


SQUARE = np.array([(121.5, 31.0), (121.9, 31.0), (121.9, 31.4), (121.5, 31.4)])


def over_land() -> Any:
    inside = lambda lon, lat: WEI if 121.5 <= lon <= 121.9 and 31.0 <= lat <= 31.4 else ""  # noqa: E731
    return msgspec.structs.replace(
        ReportsWorld().rules, street_of=inside, rings_of=lambda code: (SQUARE,) if code == WEI else ()
    )


def test_a_storm_whose_track_crosses_the_district_tells_when_and_says_whose_track_it_is() -> None:
    told = storm_ahead([storm(123.0, 121.0)], over_land(), CITY)
    assert told is not None
    assert (told.kind, told.place, told.value, told.source, told.source_at) == (
        "landfall", "贝碧嘉", 0, "storm_track", CITY - 300,
    )  # fmt: skip
    assert told.at == pytest.approx(CITY + 21_600 * 1.1 / 2.0, abs=1800)


def test_a_storm_that_passes_or_has_made_landfall_elsewhere_is_no_landfall_and_a_far_one_is_nothing() -> None:
    passing = storm_ahead([storm(122.6, 122.5, 122.6)], over_land(), CITY)
    assert passing is not None
    assert (passing.kind, passing.at) == ("passing", CITY + 21_600)
    assert 55 < (passing.value or 0) < 65
    ashore = storm(123.0, 121.0, landfalls=(Landfall(CITY - 60, 122.0, 29.9),))
    told = storm_ahead([ashore], over_land(), CITY)
    assert told is not None
    assert told.kind == "passing"
    assert storm_ahead([storm(128.0, 127.0)], over_land(), CITY) is None
    assert storm_ahead([storm(123.0, 121.0)], over_land(), CITY + 21_600) is None
    assert storm_ahead([storm(123.0, 121.0)], over_land(), CITY + 2 * 86_400) is None


def test_nothing_is_built_again_while_nothing_changed() -> None:
    look = Look()
    first = look.see()
    look.w.wait(minutes=1)
    again = look.view.see(look.state, look.w.machine, linkage=look.linkage, sources=(0, 3))
    assert again is first
    look.state.touch("situation")
    assert look.view.see(look.state, look.w.machine, linkage=look.linkage, sources=(0, 3)) is not first


NUMBERS = st.dictionaries(st.sampled_from(RELOCATION_GROUPS), st.integers(0, 99), max_size=4)

ACTS = st.tuples(st.sampled_from(["chen", "street"]), st.sampled_from([WEI, TANG]), NUMBERS, NUMBERS)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=10))
def test_no_street_is_counted_twice_and_never_more_than_all_are_moved(acts: list[Any]) -> None:
    look = Look()
    w, expected = look.w, dict[str, dict[str, int]]()
    for by, street, should, moved in acts:
        figures = {f"relocation.{group}.should": n for group, n in should.items()}
        figures |= {f"relocation.{group}.moved": n for group, n in moved.items()}
        sender = CHEN if by == "chen" else {WEI: WEIFANG, TANG: TANGZHEN}[street]
        answer = w.figures(sender, street, figures, reason="更正")
        if not hasattr(answer, "reason"):
            expected.setdefault(street, {}).update(figures)
    told = look.see().figures["relocation"]
    known = [one for one in expected.values() if any(key.endswith("should") for key in one)]
    should_sum = sum(n for one in known for key, n in one.items() if key.endswith("should"))
    moved_sum = sum(n for one in known for key, n in one.items() if key.endswith("moved"))
    assert told.of == (should_sum if known else None)
    assert told.value == (moved_sum if known else None)
    assert told.value is None or told.of is None or told.value <= told.of
    assert look.w.state.responses[DISTRICT].rank == 3


def test_a_level_that_waits_for_its_approvals_is_told() -> None:
    look = Look(0)
    w = look.w
    w.give("propose_level", f"response:{DISTRICT}", GU, rank=2, text="雨势加强")
    assert [(one.response, one.rank) for one in look.see().proposals] == [(DISTRICT, 2)]
