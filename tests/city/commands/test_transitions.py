"""C1 – C24: every transition of domain §3.4, and that all others are refused."""

from typing import Any

import pytest

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Refusal
from city.commands.decide import VERB_HELP, decide
from city.state.case_file import CLOSED, OPEN, STATES
from tests.city.commands.paths import PATHS, PHOTO, THERE
from tests.city.commands.world import (
    CHEN,
    DISPATCHER,
    GU,
    INSPECTOR,
    INTAKE,
    SYSTEM,
    TELECOM,
    WANG,
    WEIFANG,
    World,
)

HANDLED = {"outcome": "fixed", "text": "t", **PHOTO}
WORDS = {"text": "t"}

# state before, verb, person, arguments, facts, state after
TABLE: list[tuple[str, str, Person, dict[str, Any], list[str], str]] = [
    ("reported", "request_verification", INTAKE, {}, ["VerificationRequested"], "verifying"),
    ("verifying", "verify", INSPECTOR, {"result": "confirmed", "photos": ["a"], **THERE},
     ["CaseVerified"], "reported"),
    ("reported", "file", INTAKE, {}, ["CaseFiled", "MakeSafeOrdered", "CaseDispatched"], "dispatched"),
    ("reported", "file", SYSTEM, {"danger": ["fire"]},
     ["CaseFiled", "MakeSafeOrdered", "IncidentSignalled", "CaseDispatched"], "dispatched"),
    ("reported", "file", INTAKE, {"owner_state": "unknown"},
     ["CaseFiled", "MakeSafeOrdered", "CaseDispatched", "RulingOpened"], "dispatched"),
    ("reported", "reject", INTAKE, {"reason": "not_city_matter", "right_place": "物业"},
     ["CaseRejected"], "rejected"),
    ("reported", "self_handle", INSPECTOR, {"text": "t", "photos": ["a", "b"]},
     ["CaseFiled", "CaseHandled", "CaseClosed"], "closed"),
    ("filed", "dispatch", DISPATCHER, {"to": "lh"}, ["CaseDispatched"], "dispatched"),
    ("returned", "dispatch", DISPATCHER, {}, ["CaseDispatched"], "dispatched"),
    ("returned", "dispatch", DISPATCHER, {"to": "tx"}, ["RulingOpened"], "ruling"),
    ("returned", "dispatch", DISPATCHER, {"to": "tx", "evidence": "map"}, ["CaseDispatched"], "dispatched"),
    ("dispatched", "sign", TELECOM, {}, ["CaseSigned"], "handling"),
    ("dispatched", "return", TELECOM, {"reason": "cannot_find", "text": "t"}, ["CaseReturned"], "returned"),
    ("handling", "return", TELECOM, {"reason": "not_my_area", "text": "t", "lon": 121.7, "lat": 31.2},
     ["CaseReturned"], "returned"),
    ("returned", "request_ruling", CHEN, {}, ["RulingOpened"], "ruling"),
    ("handling", "request_ruling", CHEN, {"reason": "shared_facility"}, ["RulingOpened"], "handling"),
    ("ruling", "send_for_ruling", CHEN, {}, ["RulingSent"], "ruling"),
    ("ruling", "rule", WANG, {"holder": "dl"}, ["OwnershipRuled", "CaseDispatched"], "dispatched"),
    ("handling", "feedback", TELECOM, HANDLED, ["CaseHandled"], "handled"),
    ("handling", "feedback", TELECOM, {**HANDLED, "outcome": "warned_first_offence"},
     ["CaseHandled"], "handled"),
    ("handling", "feedback", TELECOM, {**HANDLED, "outcome": "guided"}, ["CaseHandled"], "handled"),
    ("handling", "apply_extension", TELECOM, {"reason": "parts"}, ["ExtensionApplied"], "handling"),
    ("suspended", "resume", GU, {}, ["CaseResumed"], "handling"),
    ("dispatched", "make_safe", WEIFANG, {"photos": ["a"]}, ["MadeSafe"], "dispatched"),
    ("handling", "transfer_up", WANG, WORDS, ["CaseTransferredUp"], "transferred_up"),
    ("transferred_up", "answer_city", WANG, {"done": True, **WORDS}, ["CaseClosed"], "closed"),
    ("transferred_up", "answer_city", WANG, {"done": False, **WORDS}, ["CaseTakenBack"], "returned"),
    ("closed", "reopen", INTAKE, WORDS, ["CaseReported", "CaseReopened"], "closed"),
    ("closed", "call_back", INTAKE, {"satisfaction": "satisfied", "resolved": "solved"},
     ["CallerCalledBack"], "closed"),
    ("reported", "contact", INTAKE, {}, ["CallerContacted"], "reported"),
    ("handling", "reassign", CHEN, {"to": "dl"}, ["CaseReassigned"], "dispatched"),
    ("returned", "reassign", CHEN, {"to": "dl"}, ["CaseReassigned"], "dispatched"),
    ("handled", "reassign", GU, {"to": "dl", "text": "wrong place"}, ["CaseReassigned"], "dispatched"),
    ("handling", "escalate", CHEN, {}, ["CaseEscalated"], "handling"),
    ("handling", "transfer_level", CHEN, {"text": "t", "photos": ["a"]}, ["LevelTransferred"], "handling"),
    ("handling", "send_unit", CHEN, {"unit": "u1", "call_sign": "城管01"}, ["UnitSent"], "handling"),
    ("handling", "remind", CHEN, {}, ["CaseReminded"], "handling"),
    ("handling", "supervise", GU, WORDS, ["CaseSupervised"], "handling"),
    ("handling", "comment", TELECOM, WORDS, ["CommentAdded"], "handling"),
    ("handling", "report_rule_error", TELECOM, WORDS, ["RuleErrataOpened"], "handling"),
    ("filed", "void", GU, {"reason": "test_data", "text": "t"}, ["VoidProposed"], "filed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "verb", "by", "args", "facts", "behind"), TABLE,
    ids=[f"{row[0]}-{row[1]}-{n}" for n, row in enumerate(TABLE)],
)  # fmt: skip
def test_a_transition(
    before: str, verb: str, by: Person, args: dict[str, Any], facts: list[str], behind: str
) -> None:
    w = World()
    key = PATHS[before](w)
    version = w.case(key).file.version
    w.wait(minutes=1)
    assert w.case(key).state == before
    assert w.done(verb, key, by, **args) == facts
    assert w.case(key).state == behind
    assert w.case(key).file.version == version + 1
    assert w.state.unknown == {}


@pytest.mark.parametrize("state", sorted(STATES))
def test_the_ways_lead_into_every_state(state: str) -> None:
    w = World()
    assert w.case(PATHS[state](w)).state == state


# verb: person, arguments, allowed states
LEAVES: dict[str, tuple[Person, dict[str, Any], set[str]]] = {
    "request_verification": (INTAKE, {}, {"reported"}),
    "file": (INTAKE, {}, {"reported"}),  # from verifying later
    "reject": (INTAKE, {"reason": "no_problem"}, {"reported", "verifying"}),
    "self_handle": (INSPECTOR, {"text": "t", "photos": ["a", "b"]}, {"reported"}),
    "dispatch": (DISPATCHER, {"to": "lh"}, {"filed", "returned"}),
    "reassign": (GU, {"to": "lh", "text": "t"}, {"dispatched", "handling", "returned", "handled"}),
    "resume": (GU, {}, {"suspended"}),
    "reopen": (CHEN, WORDS, {"closed"}),
    "escalate": (CHEN, {}, set(OPEN)),
    "send_unit": (CHEN, {"unit": "u"}, set(OPEN)),
    "supervise": (GU, WORDS, set(OPEN)),
    "transfer_up": (WANG, WORDS, set(OPEN) - {"transferred_up"}),
    "answer_city": (WANG, {"done": True, **WORDS}, {"transferred_up"}),
    "request_ruling": (CHEN, {}, {"filed", "returned", "dispatched", "handling"}),
    "void": (GU, {"reason": "test_data", "text": "t"}, STATES - {"voided", "merged"}),
    "call_back": (
        INTAKE, {"satisfaction": "satisfied", "resolved": "solved"}, set(CLOSED) - {"merged"},
    ),
    "contact": (INTAKE, {}, STATES - {"voided"}),
}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(LEAVES))
@pytest.mark.parametrize("state", sorted(STATES))
def test_a_verb_is_refused_in_every_state_that_it_does_not_leave(verb: str, state: str) -> None:
    w = World()
    key = PATHS[state](w)
    by, args, states = LEAVES[verb]
    answer = w.ask(verb, key, by, **args)
    assert isinstance(answer, Refusal) is (state not in states)
    assert state in states or answer.code == "not_now"
    named = {f"state_{state}", "in_ruling", "ruling_open", "not_over_yet", "verify_first"}
    assert state in states or answer.reason in named


@pytest.mark.parametrize("verb", sorted(v for v, entry in VERB_HELP.items() if entry["subject"] == "case"))
def test_every_verb_on_an_unknown_case_is_refused(verb: str) -> None:
    w = World()
    w.report()
    answer = decide(w.state, Command("c", verb, "case:hotline/none"), SYSTEM, w.rules, w.now)
    assert answer == Refusal("unknown_subject", "unknown_case")


def test_a_failed_check_goes_back_and_renews_nothing() -> None:
    w = World()
    key = PATHS["handled"](w)
    before = w.case(key).file
    w.wait(minutes=3)
    there = {"photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    assert w.refused("check", key, INSPECTOR, passed=False, mode="field", **there) == (
        "bad_args", "missing_arg"
    )  # fmt: skip
    w.done("check", key, INSPECTOR, passed=False, mode="field", reason="still open", **there)
    file = w.case(key).file
    assert (file.state, file.reworks, file.holder) == ("handling", 1, "tx")
    assert (file.fix_by_at, file.deadline_at) == (before.fix_by_at, before.deadline_at)
