"""What inspectors and workstations may see: their street's cases, the day's work, their numbers."""

from typing import Any

from city.state.ledger_state import CityState
from city.views.case_view import account_mark
from city.views.holders.field_seen import FieldCaseSeen
from city.views.holders.field_view import FieldView
from city.views.page_view import PageView
from tests.city.commands.paths import PATHS, THERE
from tests.city.commands.test_field_work import VILLAGE, give
from tests.city.commands.world import HE, INSPECTOR, INTAKE, LU, WEI, World


def views(w: World) -> tuple[FieldView, CityState]:
    w.state.position = len(w.facts)
    view = FieldView(PageView(rules=w.rules), w.rules, street_of=lambda code: WEI if code == "cun1" else "")
    return view, CityState(w.state)


def checks(w: World, street: str = WEI) -> tuple[FieldCaseSeen, ...]:
    view, state = views(w)
    return view.check(state, w.machine, street).cases


def station(w: World, code: str = "cun1") -> Any:
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


def test_a_case_taken_from_a_list_names_whose_and_an_address_is_given_only_without_a_position() -> None:
    w = World()
    key = w.report("hotline/1", address="羽山路1号")
    w.report("hotline/2", address="羽山路2号", lon=None, lat=None)
    give(w, "not_my_list", f"case:{key}", VILLAGE)
    found = {one.address: one.not_for for one in station(w).cases}
    assert found == {"": (account_mark("cun1"),), "羽山路2号": ()}


def test_the_days_work_is_told_by_the_marks_of_the_accounts() -> None:
    w = World()
    key = PATHS["verifying"](w)
    w.done("verify", key, INSPECTOR, result="confirmed", photos=["p"], **THERE)
    view, state = views(w)
    seen = view.check(state, w.machine, WEI)
    assert (dict(seen.done), seen.cap) == ({account_mark("sun"): 1}, 30)
    assert dict(view.station(state, w.machine, "cun1").done) == {}


def test_a_workstation_sees_its_own_numbers_and_an_unknown_one_nothing() -> None:
    w = World()
    w.report("hotline/1")
    give(w, "record_numbers", "station:cun1", VILLAGE, should=5)
    seen = station(w)
    assert (seen.street, seen.numbers.should, seen.numbers.should_at, seen.wanted) == (
        WEI, 5, w.now.city, "",
    )  # fmt: skip
    assert len(seen.cases) == 1
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
