"""What inspectors and workstations may see: their street's cases, the day's work, their numbers."""

from typing import Any, ClassVar

import msgspec

from city.clocks.timestamps import iso
from city.places.unit_grids import UnitGrids
from city.state.ledger_state import CityState
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark
from city.views.holders.field_seen import FieldCaseSeen
from city.views.holders.field_view import FieldView
from city.views.page_view import PageView
from tests.city.commands.paths import PATHS, THERE
from tests.city.commands.test_field_work import VILLAGE, give
from tests.city.commands.world import HE, INSPECTOR, INTAKE, LU, WANG, WEI, World, person
from tests.invented_grids import grid, square

CUN, EAST = f"{WEI}001", f"{WEI}002"
GRIDS = UnitGrids.from_geojson({"type": "FeatureCollection", "features": [
    grid(f"{CUN}001", square(121.515, 31.215, 121.525, 31.225)),
    grid(f"{EAST}001", square(121.525, 31.215, 121.535, 31.225)),
]})  # fmt: skip
TIAN = person("tian", "village_operator", street=WEI)


def views(w: World) -> tuple[FieldView, CityState]:
    w.state.position = len(w.facts)
    rules = msgspec.structs.replace(w.rules, grid_of=GRIDS.code_of, villages=GRIDS.villages)
    return FieldView(PageView(rules=rules), rules, Field()), CityState(w.state)


class Field:
    """Two officers at the station of the western village, one at a station that is no village's."""

    officers: ClassVar = {CUN: {"cun1", "tian"}, "cun7": {"cun7"}}

    def street_of(self, code: str) -> str:
        return WEI if code in self.officers else ""

    def officers_of(self, code: str) -> frozenset[str]:
        return frozenset(self.officers.get(code, ()))

    def inspectors_of(self, street: str) -> frozenset[str]:
        return frozenset({"sun", "tx1"}) if street == WEI else frozenset()


def checks(w: World, street: str = WEI) -> tuple[FieldCaseSeen, ...]:
    view, state = views(w)
    return view.check(state, w.machine, street).cases


def station(w: World, code: str = CUN) -> Any:
    view, state = views(w)
    return view.station(state, w.machine, code)


def test_a_street_lists_its_checks_and_verifications_by_time_left_and_nothing_of_others() -> None:
    w = World()
    handled = PATHS["handled"](w)
    asked = w.report("hotline/2", category={"kind": "event", "code": "0405"})
    w.done("request_verification", asked, INTAKE)
    w.report("hotline/3", street=LU)
    found = checks(w)
    assert [(one.task, one.code) for one in found] == [("check", "0123"), ("verify", "0405")]
    assert found[0].feedback_at == w.case(handled).file.handled_at
    assert found[0].handled_by == ("tx",)
    assert found[0].not_for == (account_mark("tx1"),)
    assert checks(w, LU) == ()
    assert [one.task for one in station(w).cases] == []


def test_a_report_whose_photo_is_due_is_on_its_streets_list_until_it_has_one() -> None:
    w = World()
    key = w.report("hotline/1")
    w.case(key).file.photo_by = w.now.city + 600
    assert [(one.task, one.due_at) for one in checks(w)] == [("photo", w.now.city + 600)]
    assert [one.task for one in station(w).cases] == ["report"]
    w.done("file", key, INTAKE)
    assert [one.task for one in checks(w)] == ["photo"]
    w.done("add_photos", key, INSPECTOR, photos=["a"])
    assert checks(w) == ()


def test_a_case_taken_from_a_list_names_whose_and_an_address_is_given_only_without_a_position() -> None:
    w = World()
    key = w.report("hotline/1", address="羽山路1号")
    give(w, "not_my_list", f"case:{key}", VILLAGE)
    give(w, "not_my_list", f"case:{key}", person("elsewhere", "village_operator", street=WEI))
    assert [(one.address, one.not_for) for one in station(w).cases] == [("", (account_mark("cun1"),))]
    w.report("hotline/2", address="羽山路2号", lon=None, lat=None)
    asked = w.done("request_verification", "hotline/2", INTAKE)
    assert asked == ["VerificationRequested"]
    assert [one.address for one in checks(w)] == ["羽山路2号"]


def test_a_station_sees_its_own_village_only_and_what_its_people_reported_elsewhere() -> None:
    w = World()
    w.report("hotline/here")
    w.report("hotline/east", lon=121.53)
    w.report("hotline/unknown", lon=None, lat=None)
    w.report("hotline/other_street", street=LU)
    for number, by in enumerate((TIAN, VILLAGE, person("east", "village_operator", street=WEI))):
        told = {"kind": "event", "code": "0405", "lon": 121.53, "lat": 31.22}
        w.rules = msgspec.structs.replace(w.rules, street_of=lambda _lon, _lat: WEI)
        give(w, "report", f"report:own-{number}-12345678", by, **told)
    own = {f"citywall/own-{number}-12345678" for number in range(2)}
    assert {one.key for one in station(w).cases} == {row_key_of(one) for one in ("hotline/here", *own)}
    assert station(w).village == CUN


def test_where_no_grid_tells_a_station_sees_its_own_reports_only() -> None:
    w = World()
    w.report("hotline/here")
    w.rules = msgspec.structs.replace(w.rules, street_of=lambda _lon, _lat: WEI)
    own = person("cun7", "village_operator", street=WEI)
    give(w, "report", "report:own-12345678", own, kind="event", code="0405", lon=121.52, lat=31.22)
    seen = station(w, "cun7")
    assert ([one.key for one in seen.cases], seen.village) == ([row_key_of("citywall/own-12345678")], "")


def test_the_days_work_is_told_by_the_marks_of_the_accounts() -> None:
    w = World()
    key = PATHS["verifying"](w)
    w.done("verify", key, INSPECTOR, result="confirmed", photos=["p"], **THERE)
    view, state = views(w)
    seen = view.check(state, w.machine, WEI)
    assert (dict(seen.done), seen.cap) == ({account_mark("sun"): 1}, 30)
    assert dict(view.station(state, w.machine, CUN).done) == {}


def test_inspectors_are_told_until_when_a_report_needs_no_photo() -> None:
    w = World()
    view, state = views(w)
    assert view.check(state, w.machine, WEI).photo_later is None
    subject = {"until": iso(w.now.city + 3600), "text": "防汛防台Ⅲ级响应"}
    give(w, "start_relaxation", "relaxation:photo_later", WANG, **subject)
    view, state = views(w)
    assert view.check(state, w.machine, WEI).photo_later == w.now.city + 3600
    w.wait(minutes=61)
    assert view.check(state, w.machine, WEI).photo_later is None


def test_the_work_of_other_stations_people_and_of_other_streets_inspectors_is_not_told() -> None:
    w = World()
    w.state.workloads = {
        "20261123": {
            "inspector:sun": 2, "inspector:far": 3, "village_operator:tian": 1, "village_operator:east": 4,
        }
    }  # fmt: skip
    view, state = views(w)
    assert dict(view.check(state, w.machine, WEI).done) == {account_mark("sun"): 2}
    assert dict(view.station(state, w.machine, CUN).done) == {account_mark("tian"): 1}


def test_a_workstation_sees_its_own_numbers_and_an_unknown_one_nothing() -> None:
    w = World()
    w.report("hotline/1")
    officer = person("cun7", "village_operator", street=WEI)
    give(w, "record_numbers", "station:cun7", officer, should=5)
    seen = station(w, "cun7")
    assert (seen.street, seen.numbers.should, seen.numbers.should_at, seen.wanted) == (
        WEI, 5, w.now.city, "",
    )  # fmt: skip
    assert station(w).numbers.should is None
    unknown = station(w, "nobody")
    assert (unknown.street, unknown.cases, unknown.numbers.should) == ("", (), None)


def test_a_street_whose_cases_did_not_change_gets_the_same_list() -> None:
    w = World()
    PATHS["handled"](w)
    view, state = views(w)
    first = view.check(state, w.machine, WEI).cases
    w.report("hotline/9", street=HE)
    w.state.position = len(w.facts)
    assert view.check(state, w.machine + 1, WEI).cases is first
