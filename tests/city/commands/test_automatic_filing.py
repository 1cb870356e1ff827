"""Which reports are filed automatically, and which wait for intake."""

import pytest

from city.clocks.timestamps import iso
from city.commands.cases.automatic_filing import filing_facts, is_filed_automatically
from city.commands.command import Command
from city.commands.decision import ordered
from tests.city.commands.paths import THERE
from tests.city.commands.world import INSPECTOR, INTAKE, SYSTEM, World


@pytest.mark.parametrize(
    ("channel", "hazard", "itself"),
    [("sensor", False, True), ("video_ai", True, False), ("hotline_12345", True, False)],
)
def test_a_sensor_needs_no_intake(channel: str, *, hazard: bool, itself: bool) -> None:
    w = World()
    assert is_filed_automatically(w.case(w.report(channel=channel, hazard=hazard))) is itself


def test_a_camera_needs_none_for_a_hazard_that_somebody_confirmed() -> None:
    w = World()
    key = w.report(channel="video_ai", hazard=True)
    w.done("request_verification", key, INTAKE)
    assert not is_filed_automatically(w.case(key))
    w.done("verify", key, INSPECTOR, result="confirmed", photos=["a"], **THERE)
    assert is_filed_automatically(w.case(key))


def test_history_and_mirrored_reports_never_file_themselves() -> None:
    w = World()
    old = w.report("h/1", channel="sensor", at=iso(w.now.city - 7200))
    mirrored = w.report("h/2", channel="sensor", mirror={"state": "reported", "at": iso(w.now.city)})
    assert not is_filed_automatically(w.case(old))
    assert not is_filed_automatically(w.case(mirrored))


@pytest.mark.parametrize(
    ("code", "facts"), [("0123", ["CaseFiled", "MakeSafeOrdered", "CaseDispatched"]), ("", [])]
)
def test_what_files_itself_goes_where_the_rules_say_when_its_class_is_known(
    code: str, facts: list[str]
) -> None:
    w = World()
    key = w.report(channel="sensor", category={"kind": "component", "code": code, "label": "井盖"})
    order = ordered(w.state, w.case(key), Command("c", "pass_limit", f"case:{key}"), SYSTEM, w.rules, w.now)
    told = filing_facts(order)
    assert [fact.type for fact in told] == facts
    for fact in told:
        w.append(fact, SYSTEM, "system")
    assert w.case(key).state == ("dispatched" if facts else "reported")
