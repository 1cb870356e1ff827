"""Filing, merging and voiding: what each needs and what it computes."""

import math

import pytest

from city.acts.command import Decision, Refusal
from city.moments import iso, parse
from tests.city.acts.paths import PATHS, ROAD
from tests.city.acts.world import GU, INSPECTOR, INTAKE, SYSTEM, WANG, WEI, World, person


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
    assert (case.kind, case.code, case.label, case.hazard) == ("component", "0123", "", True)


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


def test_a_danger_to_life_is_handed_over_at_once() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE, danger=["trapped"])
    assert w.state.incidents == {key: ("119",)}
    assert w.case(key).file.incident == "119"
    assert any(item.to == "119" and item.not_before == w.machine for item in w.state.outbox.values())


def test_what_no_rule_knows_waits_for_a_dispatcher() -> None:
    w = World()
    key = PATHS["filed"](w)
    file = w.case(key).file
    assert (file.holder, file.unowned_since) == ("", w.now.city)
    assert file.targets == ("cg",)


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


def test_who_was_there_finds_the_place_of_a_report_by_address() -> None:
    w = World()
    key = w.report(lon=None, lat=None, address="羽山路巨野路")
    assert math.isnan(w.case(key).place.lon)
    w.done("request_verification", key, INTAKE)
    w.done("verify", key, INSPECTOR, result="confirmed", lon=121.5, lat=31.2, photos=["a"])
    assert (w.case(key).place.lon, w.case(key).place.lat) == (121.5, 31.2)


def test_a_verification_from_afar_is_refused() -> None:
    w = World()
    key = PATHS["verifying"](w)
    there = {"result": "confirmed", "lon": 121.52, "photos": ["a"]}
    assert w.refused("verify", key, INSPECTOR, lat=31.23, **there) == ("not_now", "too_far")


def test_what_an_inspector_saw_needs_no_verification() -> None:
    w = World()
    key = w.report(channel="inspector")
    assert w.refused("request_verification", key, INTAKE) == ("not_now", "seen_already")
