"""Filing, merging and voiding: their conditions and results."""

import math
from collections.abc import Mapping

import msgspec
import pytest

from city.clocks.timestamps import iso, parse
from city.commands.command import Decision, Refusal
from city.dispatch.routing.case_inputs import Situation
from city.dispatch.routing.route import Route
from tests.city.commands.paths import PATHS, ROAD, THERE
from tests.city.commands.world import (
    GU,
    HE,
    INSPECTOR,
    INTAKE,
    SYSTEM,
    TANG,
    TELECOM,
    WANG,
    WEI,
    World,
    invented_route,
    person,
)  # fmt: skip
from tests.lives import DISPATCHER, Lives, operator
from tests.lives import INTAKE as AT_INTAKE

SHOP = {"category": {"kind": "event", "code": "0405"}, "title": "店外经营"}


def test_a_case_gets_a_number_of_the_district_the_city_day_and_the_day() -> None:
    w = World("2026-11-23T23:59:00+08:00")
    first, second = w.report("h/1"), w.report("h/2")
    w.done("file", first, INTAKE)
    w.done("file", second, INTAKE)
    w.wait(minutes=2)
    third = w.report("h/3")
    w.done("file", third, INTAKE)
    assert [w.case(key).file.no for key in (first, second, third)] == [
        "3101152026112300001", "3101152026112300002", "3101152026112400001"
    ]  # fmt: skip


def test_an_ordinary_class_has_office_days_and_a_check_allowance_of_four_office_hours() -> None:
    w = World("2026-11-23T16:00:00+08:00")
    key = w.report(**ROAD)
    w.done("file", key, INTAKE)
    file = w.case(key).file
    assert file.fix_by_at == parse("2026-11-30T16:00:00+08:00")
    assert file.deadline_at == parse("2026-12-01T11:30:00+08:00")
    assert file.holder == WEI


def test_the_class_may_be_put_right_at_filing() -> None:
    w = World()
    key = w.report(category={"kind": "event", "code": "", "label": "门口有洞"})
    assert w.refused("file", key, INTAKE) == ("not_now", "class_needed")
    assert w.refused("file", key, INTAKE, code="9999") == ("bad_args", "bad_arg")
    w.done("file", key, INTAKE, kind="component", code="0123")
    case = w.case(key)
    assert (case.kind, case.code, case.label, case.hazard) == ("component", "0123", "门口有洞", True)


def test_an_unknown_standard_is_refused_with_those_that_there_are() -> None:
    w = World()
    answer = w.ask("file", w.report(), INTAKE, standard="x")
    assert answer == Refusal("bad_args", "bad_arg", {"field": "standard", "expected": "component:0123#1"})


def test_imported_history_has_its_limits_from_its_report() -> None:
    w = World()
    key = w.report(at=iso(w.now.city - 7200))
    w.done("file", key, SYSTEM)
    case = w.case(key)
    assert case.file.imported
    assert case.file.filed_at == case.at
    assert case.file.fix_by_at == case.at + 7200


@pytest.mark.parametrize("told", [{}, {"hazard": False}])
def test_a_danger_to_life_is_a_hazard_of_any_class_and_is_handed_over_at_once(told: dict[str, bool]) -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE, danger=["crime"], **told)
    case = w.case(key)
    assert (case.hazard, case.urgency) == (True, "urgent")
    assert case.file.make_safe is not None
    assert w.state.danger_signals == {key: ("119",)}
    assert case.file.incident == "119"
    assert any(item.to == "119" and item.not_before == w.machine for item in w.state.outbox.values())


def test_what_no_rule_knows_waits_for_a_dispatcher() -> None:
    w = World()
    key = PATHS["filed"](w)
    file = w.case(key).file
    assert (file.holder, file.unowned_since) == ("", w.now.city)
    assert file.targets == ("cg",)


@pytest.mark.parametrize("said", ["", "disputed"])
def test_only_a_doubt_that_somebody_said_binds_a_later_route(said: str) -> None:
    """A route that finds several owners calls the owner disputed; a return must not make that a backstop."""
    w = World()
    asked: list[Situation] = []

    def route(situation: Situation, rulings: Mapping[str, object]) -> Route:
        asked.append(situation)
        return msgspec.structs.replace(invented_route(situation, rulings), owner_state="disputed")

    w.rules = msgspec.structs.replace(w.rules, route=route)
    key = w.report()
    w.done("file", key, INTAKE, **({"owner_state": said} if said else {}))
    assert w.case(key).file.owner_state == "disputed"
    w.done("return", key, TELECOM, reason="not_my_duty", text="不是本单位的")
    assert {situation.owner_state for situation in asked} == {said}


@pytest.mark.parametrize(("metres", "reason"), [(40, ""), (60, "too_far")])
def test_reports_merge_within_fifty_metres(metres: float, reason: str) -> None:
    w = World()
    w.report("h/1")
    key = w.report("h/2", lat=31.22 + metres / 111_195)
    answer = w.ask("merge", key, INTAKE, into="h/1")
    assert isinstance(answer, Decision) is (reason == "")
    assert getattr(answer, "reason", "") == reason


def test_a_merge_expects_both_cases_and_carries_the_callers_over() -> None:
    w = World()
    for key in ("h/1", "h/2", "h/3"):
        w.report(key)
    w.done("merge", "h/3", INTAKE, into="h/2")
    w.done("merge", "h/2", INTAKE, into="h/1")
    assert w.case("h/1").file.callers == 3
    assert w.case("h/1").file.joined == ("h/2",)
    w.report("h/4")
    answer = w.ask("merge", "h/4", INTAKE, into="h/1")
    assert answer.expects == (("case:h/4", 0), ("case:h/1", 1))
    assert w.refused("merge", "h/4", INTAKE, into="h/4") == ("bad_args", "bad_arg")
    assert w.refused("merge", "h/4", INTAKE, into="h/2") == ("not_now", "into_closed")


def test_a_graver_report_makes_the_case_graver_that_it_is_merged_into() -> None:
    w = World()
    w.report("h/1", **ROAD)
    w.done("file", "h/1", INTAKE)
    key = w.report("h/2", **ROAD, hazard=True, urgency="critical")
    w.done("merge", key, INTAKE, into="h/1")
    case = w.case("h/1")
    assert (case.hazard, case.urgency, case.state) == (True, "critical", "dispatched")
    assert case.file.make_safe is not None
    assert (case.file.make_safe.holder, case.file.make_safe.due_at) == (WEI, w.now.city + 3600)
    assert w.state.log[-1].text == "log.critical"
    w.report("h/3", **ROAD)
    w.done("merge", "h/3", INTAKE, into="h/1")
    assert (w.case("h/1").hazard, w.case("h/1").urgency) == (True, "critical")
    assert [fact.type for fact in w.facts].count("MakeSafeOrdered") == 1


def test_a_report_of_a_hazard_makes_one_that_nobody_filed_yet_urgent() -> None:
    w = World()
    w.report("h/1", **ROAD)
    w.report("h/2", **ROAD, hazard=True)
    assert w.done("merge", "h/2", INTAKE, into="h/1") == ["CaseMerged", "CallersJoined"]
    assert (w.case("h/1").hazard, w.case("h/1").urgency) == (True, "urgent")
    assert "MakeSafeOrdered" in w.done("file", "h/1", INTAKE)


def test_reports_of_unknown_classes_merge_only_when_their_sources_words_are_the_same() -> None:
    w = World()
    unknown = {"kind": "event", "code": "0405", "system": "CJT214-2007", "mapped": "unmapped"}
    w.report("h/1", category=unknown)
    w.report("h/2", category=unknown | {"code": "0406"})
    w.report("h/3", category=unknown)
    assert w.refused("merge", "h/2", INTAKE, into="h/1") == ("not_now", "other_class")
    w.done("merge", "h/3", INTAKE, into="h/1")


def test_reports_of_other_classes_or_without_a_place_do_not_merge() -> None:
    w = World()
    w.report("h/1")
    w.report("h/2", **ROAD)
    w.report("h/3", lon=None, lat=None, address="羽山路")
    assert w.refused("merge", "h/2", INTAKE, into="h/1") == ("not_now", "other_class")
    assert w.refused("merge", "h/3", INTAKE, into="h/1") == ("not_now", "no_place")


def test_an_owner_unknown_is_no_reason_to_reject() -> None:
    w = World()
    key = w.report()
    assert w.refused("reject", key, INTAKE, reason="owner_unknown") == ("bad_args", "bad_arg")
    assert w.refused("reject", key, INTAKE, reason="not_city_matter") == ("bad_args", "missing_arg")


def test_two_people_void_a_case() -> None:
    w = World()
    key = w.report()
    assert w.refused("confirm_void", key, WANG) == ("not_now", "void_not_proposed")
    w.done("void", key, GU, reason="duplicate_in_error", text="t")
    assert w.refused("confirm_void", key, GU) == ("not_allowed", "two_people")
    assert w.refused("void", key, person("hu", "shift_lead"), reason="test_data", text="t") == (
        "not_now", "void_proposed"
    )  # fmt: skip
    w.done("confirm_void", key, WANG)
    assert w.facts[-1].data["proposed_by"] == "gu"


def test_who_was_there_finds_the_place_and_the_street_of_a_report_by_address() -> None:
    w = World()
    key = w.report(lon=None, lat=None, address="羽山路巨野路", street="")
    assert math.isnan(w.case(key).place.lon)
    w.done("request_verification", key, INTAKE, to="sun")
    w.done("verify", key, INSPECTOR, result="confirmed", lon=121.5, lat=31.2, photos=["a"])
    place = w.case(key).place
    assert (place.lon, place.lat, place.street) == (121.5, 31.2, HE)
    w.done("file", key, INTAKE)
    assert w.case(key).file.make_safe is not None


def test_an_address_is_found_in_its_street_or_not_at_all() -> None:
    w = World()
    key = w.report(lon=None, lat=None, address="羽山路", street=TANG)
    w.done("request_verification", key, INTAKE)
    there = {"result": "confirmed", "lon": 121.5, "lat": 31.2, "photos": ["a"]}
    assert w.refused("verify", key, INSPECTOR, **there) == ("bad_args", "bad_arg")


def test_a_report_that_nobody_went_to_look_at_in_time_may_be_filed() -> None:
    w = World()
    key = PATHS["verifying"](w)
    w.wait(minutes=29)
    until = w.case(key).file.verify_by
    assert w.ask("file", key, INTAKE) == Refusal("not_now", "verify_first", {"until_at": until})
    w.wait(minutes=1)
    w.done("file", key, INTAKE)
    case = w.case(key)
    assert (case.state, case.file.verify_by, w.facts[-3].data["in_time"]) == ("dispatched", None, False)


def test_the_clock_of_a_filing_begins_anew_after_a_verification() -> None:
    w = World()
    key = PATHS["verifying"](w)
    w.wait(minutes=20)
    w.done("verify", key, INSPECTOR, result="confirmed", photos=["a"], **THERE)
    w.wait(minutes=14)
    w.done("file", key, INTAKE)
    [filed] = [fact for fact in w.facts if fact.type == "CaseFiled"]
    assert filed.data["in_time"]


def test_the_source_of_the_trouble_counts_for_every_later_dispatch() -> None:
    lives = Lives(parse("2026-06-09T10:00:00+08:00"))
    case = lives.report(category=("event", "0114"))
    lives.did(case, "file", AT_INTAKE, source_site="GD-031")
    assert (case.file.holder, case.file.source_site) == ("jg", "GD-031")
    lives.did(case, "return", operator("jg"), reason="cannot_find", text="t")
    lives.did(case, "dispatch", DISPATCHER)
    assert (case.file.holder, case.file.why) == ("jg", "source_owner")


def test_a_verification_from_afar_is_refused() -> None:
    w = World()
    key = PATHS["verifying"](w)
    there = {"result": "confirmed", "lon": 121.52, "photos": ["a"]}
    assert w.refused("verify", key, INSPECTOR, lat=31.23, **there) == ("not_now", "too_far")


def test_what_an_inspector_saw_needs_no_verification() -> None:
    w = World()
    key = w.report(channel="inspector")
    assert w.refused("request_verification", key, INTAKE) == ("not_now", "seen_already")
