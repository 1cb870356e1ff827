"""Work in the field: lists, numbers, the day's work, and acts that are sent later than they were done."""

from typing import Any

import msgspec
import pytest

from city.access import Person
from city.clocks.timestamps import iso, parse
from city.commands.command import Command, Decision, NewFact, Refusal
from city.commands.decide import decide
from city.indicators.compute import indicators
from tests.city.commands.paths import PATHS, THERE
from tests.city.commands.world import (
    HE,
    INSPECTOR,
    OTHER_INSPECTOR,
    TANG,
    WEI,
    WEIFANG,
    World,
    person,
)

VILLAGE = person("cun1", "village_operator", street=WEI)
OTHER_VILLAGE = person("cun2", "village_operator", street=WEI)
AFAR = person("cun3", "village_operator", street=HE)


def give(w: World, verb: str, subject: str, by: Person, *, at: str | None = None, **args: Any) -> Any:
    w.commands += 1
    answer = decide(w.state, Command(f"c{w.commands}", verb, subject, 0, args, at), by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, verb, by)
    return answer


def record(w: World, by: Person = VILLAGE, code: str = "cun1", **args: Any) -> Any:
    return give(w, "record_numbers", f"station:{code}", by, **args)


def test_one_tap_takes_a_case_from_ones_own_list_and_nothing_else_changes() -> None:
    w = World()
    key = PATHS["handled"](w)
    w.done("not_my_list", key, INSPECTOR)
    file = w.case(key).file
    assert (file.not_lists, file.state) == (("sun",), "handled")
    assert "sun" not in file.supervised_by
    assert w.refused("not_my_list", key, INSPECTOR) == ("not_now", "taken_off_before")
    w.wait(minutes=5)
    told = {"passed": True, "mode": "field", "photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    assert w.done("check", key, OTHER_INSPECTOR, **told) == ["CaseChecked", "CaseClosed"]


def test_only_what_is_on_a_list_may_be_taken_from_it_and_only_by_those_who_have_one() -> None:
    w = World()
    assert w.refused("not_my_list", PATHS["handling"](w), INSPECTOR) == ("not_now", "state_handling")
    key = w.report("hotline/9")
    assert w.refused("not_my_list", key, WEIFANG) == ("not_allowed", "no_right")
    assert w.refused("not_my_list", key, AFAR) == ("not_allowed", "other_street")
    w.done("not_my_list", key, VILLAGE)
    assert w.case(key).state == "reported"


def test_each_number_has_its_own_time_and_what_is_not_said_stays() -> None:
    w = World()
    first = w.now.city
    record(w, should=40, shelter="open")
    w.wait(minutes=10)
    record(w, moved=12)
    numbers = w.state.stations["cun1"]
    assert (numbers.should, numbers.should_at, numbers.moved, numbers.moved_at, numbers.shelter) == (
        40, first, 12, first + 600, "open",
    )  # fmt: skip
    assert (numbers.street, numbers.by, numbers.version) == (WEI, "cun1××", 2)


def test_a_number_that_comes_late_does_not_replace_a_newer_one() -> None:
    w = World()
    w.wait(minutes=60)
    record(w, should=40)
    # The console adds the act's own time to its facts, see console/orders/answers.py.
    late = {"should": 7, "acted_at": iso(w.now.city - 1800), "version": 2}
    w.append(NewFact("NumbersRecorded", "station:cun1", late), VILLAGE)
    numbers = w.state.stations["cun1"]
    assert (numbers.should, numbers.should_at, numbers.version) == (40, w.now.city, 2)
    newer = {"should": 8, "acted_at": iso(w.now.city + 60), "version": 3}
    w.append(NewFact("NumbersRecorded", "station:cun1", newer), VILLAGE)
    assert w.state.stations["cun1"].should == 8
    assert w.state.refused == {}


@pytest.mark.parametrize(
    ("by", "code", "args", "why"),
    [
        (VILLAGE, "cun2", {"should": 1}, ("not_allowed", "other_post")),
        (OTHER_VILLAGE, "cun1", {"should": 1}, ("not_allowed", "other_post")),
        (WEIFANG, "cun1", {"should": 1}, ("not_allowed", "no_right")),
        (VILLAGE, "cun1", {}, ("bad_args", "missing_arg")),
        (VILLAGE, "cun1", {"should": 3, "moved": 4}, ("bad_args", "bad_arg")),
        (VILLAGE, "cun1", {"moved": 1}, ("bad_args", "bad_arg")),
        (VILLAGE, "cun1", {"should": -1}, ("bad_args", "bad_arg")),
        (VILLAGE, "cun1", {"should": 10_001}, ("bad_args", "bad_arg")),
        (VILLAGE, "cun1", {"should": "40"}, ("bad_args", "bad_arg")),
        (VILLAGE, "cun1", {"shelter": "ajar"}, ("bad_args", "bad_arg")),
    ],
)
def test_numbers_of_another_workstation_and_impossible_ones_are_refused(
    by: Person, code: str, args: dict[str, Any], why: tuple[str, str]
) -> None:
    w = World()
    answer = record(w, by, code, **args)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.reason) == why
    assert w.state.stations == {}


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22T08:59:00+08:00", "2026-11-23T09:01:00+08:00"])
def test_an_act_of_another_day_or_of_the_future_is_refused(at: str) -> None:
    w = World()
    answer = give(w, "record_numbers", "station:cun1", VILLAGE, at=at, should=1)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == ("bad_args", "at")


def test_the_days_work_is_counted_and_beyond_the_cap_it_is_counted_too() -> None:
    w = World(workload_cap=1)
    for number in range(2):
        key = w.report(f"hotline/v{number}")
        w.done("request_verification", key, person("zhao", "intake_officer"))
        w.done("verify", key, INSPECTOR, result="confirmed", photos=["p"], **THERE)
    own = w.report("hotline/own")
    w.done("self_handle", own, VILLAGE, text="swept", photos=["a", "b"])
    assert w.state.workloads == {"20261123": {"inspector:sun": 2, "village_operator:cun1": 1}}
    begin = parse("2026-11-23T00:00:00+08:00")
    given = {"now": w.now.city, "zone_offset_s": 28_800, "most_tasks": 1}
    found = indicators(w.state, (begin, begin + 86_400), **given)
    assert (found["K23"].value, found["K23"].denominator) == (2.0, 1)
    assert (found["K23b"].numerator, found["K23b"].denominator) == (1, 1)
    assert indicators(w.state, (begin + 86_400, begin + 172_800), **given)["K23"].value is None


def test_a_failed_check_gives_a_reason_code_or_words() -> None:
    w = World()
    key = PATHS["handled"](w)
    w.wait(minutes=5)
    told = {"passed": False, "mode": "field", "photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    assert w.refused("check", key, OTHER_INSPECTOR, **told) == ("bad_args", "missing_arg")
    w.done("check", key, OTHER_INSPECTOR, fault="not_clean", **told)
    assert w.facts[-1].data["fault"] == "not_clean"


def test_an_inspector_of_other_streets_takes_nothing_from_a_list() -> None:
    w = World()
    key = w.report("hotline/7")
    assert w.refused("not_my_list", key, person("far", "inspector", street=TANG))[1] == "other_street"


def test_a_village_acts_on_cases_of_its_own_village_and_on_its_own_reports() -> None:
    w = World()
    own, east = f"{WEI}001", f"{WEI}002"
    w.rules = msgspec.structs.replace(
        w.rules, villages=frozenset({own, east}), street_of=lambda _lon, _lat: WEI,
        grid_of=lambda lon, _lat: f"{own if lon < 121.525 else east}001",
    )  # fmt: skip
    here, there = w.report("hotline/1"), w.report("hotline/2", lon=121.53)
    officer = person("cun1", "village_operator", street=WEI)
    officer = msgspec.structs.replace(officer, seat=own)
    for verb in ("not_my_list", "comment"):
        told = {"text": "路滑"} if verb == "comment" else {}
        assert w.refused(verb, there, officer, **told) == ("not_allowed", "other_village")
        w.done(verb, here, officer, **told)
    give(w, "report", "report:1234567890", officer, kind="event", code="0405", lon=121.53, lat=31.22)
    w.done("self_handle", "citywall/1234567890", officer, text="清理", photos=["a", "b"])
    # Where no grid tells how far a village reaches, its people act in their street, as before.
    w.done("not_my_list", there, VILLAGE)
