"""Rights: role, shift, street, holder and axis are checked before everything else."""

from typing import Any

import pytest

from city.access import Person
from city.commands.command import Command, Refusal
from city.commands.decide import decide
from city.views.holders.own_cases import OwnCases
from tests.city.commands.paths import PATHS
from tests.city.commands.world import (
    CHEN,
    DISPATCHER,
    GU,
    INTAKE,
    LU,
    POWER,
    TELECOM,
    WEI,
    WEIFANG,
    World,
    person,
)

LUJIAZUI = person("lj1", "street_operator", street=LU)


def test_a_duty_officer_makes_no_first_dispatch() -> None:
    w = World()
    assert w.refused("dispatch", PATHS["filed"](w), CHEN, to="lh") == ("not_allowed", "no_right")


def test_a_shifts_role_is_none_off_shift() -> None:
    w = World()
    off = person("chen", "duty_officer", shift=False)
    assert w.refused("escalate", PATHS["handling"](w), off) == ("not_allowed", "off_shift")


@pytest.mark.parametrize(
    ("verb", "args"),
    [("file", {}), ("self_handle", {"text": "t", "photos": ["a", "b"]}), ("send_unit", {"unit": "u"})],
)
def test_another_streets_officer_is_refused(verb: str, args: dict[str, Any]) -> None:
    w = World()
    key = w.report()
    answer = w.ask(verb, key, LUJIAZUI, **args)
    assert answer == Refusal("not_allowed", "other_street", {"at_holder": WEI})
    assert not isinstance(w.ask(verb, key, WEIFANG, **args), Refusal)


def test_an_operator_whose_streets_are_not_told_has_its_own_alone() -> None:
    w = World()
    bare = Person("lj2", "", ("street_operator",), street=LU)
    assert w.refused("file", w.report(), bare) == ("not_allowed", "other_street")


def test_a_street_may_act_on_a_case_elsewhere_that_it_holds() -> None:
    w = World()
    key = PATHS["returned"](w)
    w.done("reassign", key, CHEN, to=LU)
    w.done("sign", key, LUJIAZUI)
    assert w.case(key).state == "handling"


def test_an_agency_has_no_say_in_cases_of_others() -> None:
    w = World()
    key = PATHS["handling"](w)
    assert w.refused("comment", key, POWER, text="t") == ("not_allowed", "not_holder")
    assert w.refused("contact", key, POWER) == ("not_allowed", "not_holder")
    w.done("contact", key, TELECOM)


def test_rights_come_before_arguments_and_version() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    assert w.refused("sign", key, POWER, version=99, nonsense=1) == ("not_allowed", "not_holder")
    assert w.refused("sign", key, TELECOM, version=99, nonsense=1) == ("bad_args", "unknown_arg")
    assert w.refused("sign", key, TELECOM, version=99) == ("conflict", "conflict")


BOTH = person("both", "intake_officer", "dispatcher", "inspector")


def test_nobody_both_supervises_and_commands_in_one_case() -> None:
    w = World()
    key = w.report()
    w.done("file", key, BOTH)
    w.done("return", key, TELECOM, reason="not_my_duty", text="t")
    assert w.refused("dispatch", key, BOTH, to="dl") == ("not_allowed", "both_axes")


def test_one_may_hold_both_roles_in_different_cases() -> None:
    w = World()
    first, second = w.report("hotline/a"), w.report("hotline/b")
    w.done("file", first, BOTH)
    w.done("file", second, INTAKE)
    w.done("return", second, TELECOM, reason="not_my_duty", text="t")
    w.done("dispatch", second, BOTH, to="dl")
    field = {"passed": True, "mode": "field"}
    assert w.refused("check", second, BOTH, **field) == ("not_allowed", "both_axes")


def test_a_remark_puts_nobody_on_an_axis() -> None:
    w = World()
    key = PATHS["returned"](w)
    w.done("comment", key, BOTH, text="t")
    w.done("dispatch", key, BOTH, to="dl")


def test_who_handled_it_once_never_checks_it() -> None:
    w = World()
    key = PATHS["handled"](w)
    w.done("reassign", key, GU, to="dl", text="wrong owner")
    turncoat = person("tx1", "inspector")
    assert w.refused("check", key, turncoat) == ("not_allowed", "handler_checks")


def test_a_version_ahead_of_the_state_has_no_winner_to_name() -> None:
    w = World()
    key = PATHS["filed"](w)
    answer = w.ask("dispatch", key, DISPATCHER, version=7, to="lh")
    assert answer == Refusal("conflict", "conflict")


def test_a_remark_is_taken_at_any_version() -> None:
    w = World()
    key = PATHS["filed"](w)
    decision = w.ask("comment", key, DISPATCHER, version=0, text="t")
    assert decision.expects == ((f"case:{key}", 1),)


def test_the_mark_names_the_case_too() -> None:
    w = World()
    w.report()
    mark = next(iter(w.state.by_mark))
    decision = decide(w.state, Command("c", "contact", f"case:~{mark}"), INTAKE, w.rules, w.now)
    assert not isinstance(decision, Refusal)
    assert decision.facts[0].subject == "case:hotline/1"


PHOTOS = {"photos_before": ["a"], "photos_after": ["b"]}
GOOD_ARGS: dict[str, dict[str, Any]] = {
    "sign": {}, "withdraw": {}, "contact": {}, "make_safe": {"photos": ["a"]},
    "return": {"reason": "not_my_duty", "text": "t"}, "feedback": {"outcome": "fixed", "text": "t", **PHOTOS},
    "apply_extension": {"reason": "t"}, "appeal": {"text": "t"}, "report_rule_error": {"text": "t"},
    "apply_suspension": {"reason": "law", "until": "2026-12-24T10:00:00+08:00", "text": "t"},
    "reveal": {"purpose": "contact"}, "send_unit": {"unit": "u"},
    "transfer_level": {"text": "t", "photos": ["a"], "reason": "major"}, "answer_level": {"accepted": True},
}  # fmt: skip
HOLDERS = {"tx": TELECOM, "dl": POWER, WEI: WEIFANG}
SUPERVISION = frozenset(
    {"send_unit", "answer_level", "transfer_level", "contact", "reveal", "report_rule_error"}
)
"""What the centre, an intake officer or an inspector may do, too."""


@pytest.mark.parametrize("state", PATHS)
def test_what_a_holders_page_offers_its_people_may_do_and_no_other_holder(state: str) -> None:
    w = World()
    PATHS[state](w)
    elsewhere = (person("lh1", "agency_operator", agency="lh"), LUJIAZUI)
    for code, own in HOLDERS.items():
        for case in OwnCases(w.rules).see(w.state, code, w.now.city):
            key = w.state.by_mark[case.key]
            for verb in (*case.verbs, *case.more_verbs):
                answer = w.ask(verb, key, own, **GOOD_ARGS[verb])
                assert not isinstance(answer, Refusal), (code, verb, answer)
                for other in elsewhere:
                    refused = w.ask(verb, key, other, **GOOD_ARGS[verb])
                    assert isinstance(refused, Refusal), (code, verb, other.account)
                    assert refused.code == "not_allowed", (code, verb, other.account, refused)
                for one in () if verb in SUPERVISION else (CHEN, GU, INTAKE, DISPATCHER):
                    assert w.refused(verb, key, one, **GOOD_ARGS[verb])[0] == "not_allowed", (verb, one)
