"""Take-over of mirrored cases: our limits start then, and earlier handlers stay recorded."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.cases.automatic_steps import Step, office_time, steps
from city.commands.command import Refusal
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from tests.city.commands.paths import THERE
from tests.city.commands.world import (
    CHEN,
    GU,
    INSPECTOR,
    INTAKE,
    POWER_INSPECTOR,
    SYSTEM,
    WANG,
    World,
    person,
)

HOUR = 3600.0
OWN_INSPECTOR = person("dl3", "inspector", agency="dl")


def mirrored(w: World, state: str, *, ago: float = 2400.0, **told: Any) -> str:
    """Report a case that has been in a state of another system for some time."""
    at = w.now.city - ago
    return w.report(mirror={"state": state, "at": iso(at), **told}, at=iso(at))


def coming(w: World, key: str) -> list[Step]:
    case = w.case(key)
    return steps(case, w.rules.numbers, office_time(case, w.rules))


def pass_due(w: World, key: str) -> list[str]:
    """Pass everything that is due now, as the engine does; return the codes."""
    passed = []
    while (left := coming(w, key)) and left[0].at <= w.now.city:
        step = left[0]
        w.done("pass_limit", key, SYSTEM, step=step.code, serial=step.serial, due_at=iso(step.at))
        passed.append(step.code)
    return passed


def check(w: World) -> dict[str, Any]:
    return {"passed": True, "mode": "field", "photo_at": iso(w.now.city), "photos": ["c"], **THERE}


def test_an_agency_does_not_check_the_work_that_its_source_says_it_did() -> None:
    w = World()
    key = mirrored(w, "handled", agency="电力")
    assert w.refused("check", key, POWER_INSPECTOR, **check(w)) == ("not_allowed", "handler_checks")
    w.done("supervise", key, GU, text="look at it")
    assert w.case(key).file.handled_by == ("dl",)
    assert w.refused("check", key, OWN_INSPECTOR, **check(w)) == ("not_allowed", "handler_checks")
    w.done("check", key, INSPECTOR, **check(w))
    assert w.case(key).state == "closed"


def test_who_handled_it_stays_so_when_the_first_act_is_undone() -> None:
    w = World()
    key = mirrored(w, "handled", agency="电力")
    w.done("reassign", key, GU, to="tx", text="wrong owner")
    w.done("undo", key, GU)
    assert w.refused("check", key, POWER_INSPECTOR, **check(w)) == ("not_allowed", "handler_checks")


def test_our_clocks_of_a_mirrored_case_begin_with_the_first_act_of_our_own() -> None:
    w = World()
    key = mirrored(w, "filed", due_at=iso(w.now.city + 8 * HOUR))
    w.done("escalate", key, CHEN)
    file, now = w.case(key).file, w.now.city
    assert (file.since, file.unowned_since, file.taken_at) == (now, now, now)
    assert pass_due(w, key) == []
    w.wait(seconds=1)
    w.done("undo", key, CHEN)
    w.wait(minutes=5)
    w.done("escalate", key, CHEN)
    assert {step.code: step.at for step in coming(w, key)}["dispatch"] == w.now.city + 900
    w.wait(minutes=10)
    assert pass_due(w, key) == ["acknowledge"]
    w.wait(minutes=5)
    assert pass_due(w, key) == ["dispatch"]
    assert {fact.data["late_s"] for fact in w.facts if fact.type == "StageLimitPassed"} == {0.0}


def test_what_passed_before_a_case_was_ours_is_announced_to_nobody() -> None:
    w = World()
    now = w.now.city
    key = mirrored(w, "handling", ago=3000, agency="电力", due_at=iso(now - 600))
    w.done("supervise", key, GU, text="what keeps you")
    assert pass_due(w, key) == []
    left = {step.code: step.at - now for step in coming(w, key)}
    assert left["red2"] == 600  # of the 40 minutes from its report to its due moment
    assert not left.keys() & {"remind", "red1"}


def test_a_mirrored_ruling_has_the_numbers_limit_from_when_it_is_ours() -> None:
    w = World()
    key = mirrored(w, "ruling", due_at=iso(w.now.city - HOUR))
    w.done("send_for_ruling", key, CHEN)
    ruling = w.case(key).file.ruling
    assert ruling is not None
    assert (ruling.opened_at, ruling.due_at) == (w.now.city, w.now.city + 7200)
    assert ruling.on_site_by > ruling.due_at
    assert pass_due(w, key) == []
    told = w.facts[-1].data["took_over"]
    assert (told["rule_by"], told["on_site_by"]) == (iso(ruling.due_at), iso(ruling.on_site_by))
    later = World()
    due_at = later.now.city + 3 * HOUR
    key = mirrored(later, "ruling", due_at=iso(due_at))
    later.done("send_for_ruling", key, CHEN)
    ruling = later.case(key).file.ruling
    assert ruling is not None
    assert ruling.due_at == due_at


def test_a_report_that_is_merged_into_a_mirrored_ruling_begins_its_limit_too() -> None:
    w = World()
    key = mirrored(w, "ruling", due_at=iso(w.now.city - HOUR))
    w.report("hotline/2")
    w.done("merge", "hotline/2", INTAKE, into=key)
    ruling = w.case(key).file.ruling
    assert ruling is not None
    assert ruling.due_at == w.now.city + 7200
    assert w.case("hotline/2").state == "merged"


def test_a_word_on_a_mirrored_case_leaves_it_to_its_source() -> None:
    w = World()
    key = mirrored(w, "handling", agency="电力", due_at=iso(w.now.city - HOUR))
    w.done("comment", key, CHEN, text="t")
    w.done("report_rule_error", key, CHEN, text="t")
    w.done("contact", key, INTAKE)
    file = w.case(key).file
    assert (w.case(key).holder, file.own, file.version) == ("电力", False, 3)
    assert (file.errata, file.contact_at) == (True, w.now.city)
    assert all("took_over" not in fact.data for fact in w.facts)
    assert coming(w, key) == []
    stale = w.ask("escalate", key, CHEN, version=0)
    assert isinstance(stale, Refusal)
    assert stale.code == "conflict"
    w.done("escalate", key, CHEN)
    file = w.case(key).file
    assert (w.case(key).holder, file.own, file.version, file.errata) == ("dl", True, 4, True)


def test_a_word_that_took_a_case_over_in_an_older_ledger_still_does() -> None:
    w = World()
    key = mirrored(w, "handling", agency="电力")
    w.done("comment", key, CHEN, text="t")
    state = LedgerState(clock=w.state.clock)
    for fact in w.facts:
        if fact.type == "CommentAdded":
            fact.data["took_over"] = {"holder": "dl", "bounced": []}
        apply(state, fact)
    assert (state.cases[key].holder, state.cases[key].file.own) == ("dl", True)


@pytest.mark.parametrize("state", ["filed", "returned"])
def test_nobody_has_had_it_too_long_only_since_it_is_ours(state: str) -> None:
    w = World()
    at = iso(w.now.city - 3000)
    key = w.report(mirror={"state": state, "at": at, "returned_by": ["通信"]}, at=at, hazard=True)
    w.done("supervise", key, WANG, text="t")
    assert pass_due(w, key) == []
    assert {step.code: step.at for step in coming(w, key)}["unowned"] == w.now.city + 1800
