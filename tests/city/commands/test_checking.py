"""Contacts with the caller, and where a case without a position may be checked."""

from city.clocks.timestamps import iso
from tests.city.commands.paths import PATHS, PHOTO, THERE
from tests.city.commands.world import (
    HE,
    INTAKE,
    OTHER_INSPECTOR,
    TANG,
    TELECOM,
    World,
)

ASKED = {"satisfaction": "satisfied", "resolved": "solved"}


def test_a_caller_is_contacted_for_the_first_time_once() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("contact", key, INTAKE)
    at = w.case(key).file.contact_at
    w.wait(minutes=1)
    assert w.refused("contact", key, TELECOM) == ("not_now", "contacted_before")
    assert w.case(key).file.contact_at == at


def test_a_caller_may_be_contacted_when_it_was_over_quickly() -> None:
    w = World()
    key = PATHS["rejected"](w)
    w.done("contact", key, INTAKE)
    assert w.case(key).file.contact_at == w.now.city


def test_the_callers_of_a_merged_report_are_called_back_when_its_case_is_over() -> None:
    w = World()
    for key in ("h/1", "h/2", "h/3"):
        w.report(key)
    w.done("merge", "h/3", INTAKE, into="h/2")
    w.done("merge", "h/2", INTAKE, into="h/1")
    assert w.refused("call_back", "h/3", INTAKE, **ASKED) == ("not_now", "not_over_yet")
    w.done("reject", "h/1", INTAKE, reason="no_problem")
    w.done("call_back", "h/3", INTAKE, **ASKED)
    assert w.case("h/3").file.satisfaction == "satisfied"


def handled_by_address(w: World, street: str) -> str:
    key = w.report(lon=None, lat=None, address="羽山路", street=street)
    w.done("file", key, INTAKE)
    w.done("sign", key, TELECOM)
    w.done("feedback", key, TELECOM, outcome="fixed", text="done", **PHOTO)
    w.wait(minutes=5)
    return key


def test_a_case_without_a_position_is_checked_in_its_street() -> None:
    w = World()
    key = handled_by_address(w, HE)
    shown = {"passed": True, "mode": "field", "photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    assert w.done("check", key, OTHER_INSPECTOR, **shown) == ["CaseChecked", "CaseClosed"]
    elsewhere = World()
    key = handled_by_address(elsewhere, TANG)
    assert elsewhere.refused("check", key, OTHER_INSPECTOR, **shown) == ("bad_args", "bad_arg")
