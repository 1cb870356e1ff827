"""A person's own report of a case: once, at a place of theirs, with the time at which they saw it."""

from typing import Any

import pytest

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.commands.field.reporting import report_key
from tests.city.commands.world import HE, INSPECTOR, POWER, TANGZHEN, World, person

SHOP: dict[str, Any] = {"kind": "event", "code": "0405", "lon": 121.52, "lat": 31.22}
VILLAGE = person("cun1", "village_operator", street=HE)
ID = "0a1b2c3d4e5f"


def report(w: World, by: Person, id_: str = ID, **args: Any) -> Decision | Refusal:
    w.commands += 1
    command = Command(f"c{w.commands}", "report", f"report:{id_}", 0, {**SHOP, **args})
    answer = decide(w.state, command, by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, "report", by)
    return answer


def why(answer: Decision | Refusal) -> tuple[str, str, Any]:
    assert isinstance(answer, Refusal), answer
    return answer.code, answer.reason, answer.names.get("field", "")


def test_a_village_reports_a_case_that_is_ours_with_its_class_and_place() -> None:
    w = World()
    answer = report(w, VILLAGE, road="上丰路")
    assert isinstance(answer, Decision)
    assert answer.expects == ((f"report:{ID}", 0),)
    case = w.case(report_key(ID))
    assert (case.state, case.kind, case.code, case.channel) == ("reported", "event", "0405", "department")
    assert (case.place.street, case.place.road, case.at) == (HE, "上丰路", w.now.city)
    assert case.file.own


def test_a_report_that_is_sent_again_makes_no_second_case() -> None:
    w = World()
    report(w, VILLAGE)
    assert why(report(w, VILLAGE))[:2] == ("not_now", "reported_before")
    assert len(w.state.cases) == 1


def test_a_report_written_without_network_keeps_its_own_time_and_says_that_it_is_late() -> None:
    w = World()
    seen_at = w.now.city
    w.wait(minutes=30)
    report(w, VILLAGE, at=iso(seen_at))
    assert w.case(report_key(ID)).at == seen_at
    assert w.facts[-1].data["late_s"] == 1800.0


@pytest.mark.parametrize("hours", [-25, 1])
def test_a_report_of_another_day_or_of_the_future_is_refused(hours: float) -> None:
    w = World()
    assert why(report(w, VILLAGE, at=iso(w.now.city + hours * 3600))) == ("bad_args", "bad_arg", "at")


def test_an_inspectors_report_needs_a_photo() -> None:
    w = World()
    assert why(report(w, INSPECTOR)) == ("bad_args", "missing_arg", "photos")
    report(w, INSPECTOR, photos=["a" * 64])
    case = w.case(report_key(ID))
    assert case.channel == "inspector"
    assert [(one.sha256, one.stage) for one in case.file.photos] == [("a" * 64, "report")]


def test_a_street_reports_in_its_own_area_alone() -> None:
    w = World()  # every point of the small district lies in HE
    assert why(report(w, TANGZHEN))[:2] == ("not_allowed", "other_street")
    assert isinstance(report(w, POWER), Decision)


@pytest.mark.parametrize(
    ("id_", "args", "field"),
    [("a b", {}, "subject"), ("x" * 65, {}, "subject"), (ID, {"code": "9999"}, "code")],
)
def test_a_wrong_id_or_class_is_named(id_: str, args: dict[str, Any], field: str) -> None:
    assert why(report(World(), VILLAGE, id_, **args)) == ("bad_args", "bad_arg", field)
