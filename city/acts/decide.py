"""Decide: one order, the facts that it makes or why it is refused. Pure; it never raises on odd input."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.access import VERBS, Person, acting_role
from city.acts import checking, filing, handling, pauses, ruling, screens, supervising
from city.acts.args import ARGS, Args, described, read_args
from city.acts.command import Command, Decision, Now, Refusal, Winner
from city.acts.order import Answer, Order, ordered
from city.acts.rights import at_wall, checks_own_work, refused
from city.acts.subjects import find_case, find_wall
from city.acts.terms import Terms
from city.state import Case, LedgerState

__all__ = ["VERB_HELP", "decide"]

Decider = Callable[[Order, Any], Answer]

ANY_VERSION: Final = frozenset({"comment", "report_rule_error", "reveal"})
"""Verbs that mean the same whatever happened to the case since their sender looked."""

DECIDERS: Final[dict[str, tuple[Decider, str]]] = {
    "request_verification": (filing.decide_request_verification, "C2"),
    "verify": (filing.decide_verify, "C3"),
    "file": (filing.decide_file, "C4"),
    "reject": (filing.decide_reject, "C5"),
    "merge": (filing.decide_merge, "C6"),
    "self_handle": (filing.decide_self_handle, ""),
    "void": (filing.decide_void, "C20"),
    "confirm_void": (filing.decide_confirm_void, "C20"),
    "dispatch": (handling.decide_dispatch, "C7 C10"),
    "reassign": (handling.decide_reassign, "C21"),
    "sign": (handling.decide_sign, "C8"),
    "return": (handling.decide_return, "C9"),
    "make_safe": (handling.decide_make_safe, ""),
    "feedback": (handling.decide_feedback, "C13"),
    "request_ruling": (ruling.decide_request_ruling, "C11"),
    "send_for_ruling": (ruling.decide_send_for_ruling, "C11"),
    "rule": (ruling.decide_rule, "C12"),
    "transfer_up": (ruling.decide_transfer_up, "C18"),
    "apply_extension": (pauses.decide_apply_extension, "C15"),
    "decide_extension": (pauses.decide_decide_extension, "C15"),
    "apply_suspension": (pauses.decide_apply_suspension, "C14"),
    "decide_suspension": (pauses.decide_decide_suspension, "C14"),
    "resume": (pauses.decide_resume, "C14"),
    "appeal": (pauses.decide_appeal, ""),
    "decide_appeal": (pauses.decide_decide_appeal, ""),
    "check": (checking.decide_check, "C16 C17"),
    "contact": (checking.decide_contact, ""),
    "call_back": (checking.decide_call_back, ""),
    "reopen": (checking.decide_reopen, "C19"),
    "escalate": (supervising.decide_escalate, "C22"),
    "acknowledge": (supervising.decide_acknowledge, "C22"),
    "undo": (supervising.decide_undo, "C23"),
    "transfer_level": (supervising.decide_transfer_level, "C24"),
    "answer_level": (supervising.decide_answer_level, "C24"),
    "remind": (supervising.decide_remind, ""),
    "supervise": (supervising.decide_supervise, ""),
    "send_unit": (screens.decide_send_unit, ""),
    "comment": (screens.decide_comment, ""),
    "report_rule_error": (screens.decide_report_rule_error, ""),
    "reveal": (screens.decide_reveal, ""),
}
"""Verb → its decider and the transition of domain §3.4; those of walls and timers stand apart."""

AT_WALLS: Final = {"show": screens.decide_show, "clear": screens.decide_clear}

VERB_HELP: Final[dict[str, dict[str, Any]]] = {
    verb: {
        "args": {
            field: described(ARGS.get(verb, Args), field)
            for field in ARGS.get(verb, Args).__struct_fields__
        },
        "needed": [
            field.encode_name
            for field in msgspec.structs.fields(ARGS.get(verb, Args))
            if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        ],
        "who": list(roles),
        "c": DECIDERS[verb][1] if verb in DECIDERS else "",
        "subject": "wall" if verb in AT_WALLS else "case",
    }
    for verb, roles in VERBS.items()
}  # fmt: skip
"""Verb → its arguments (with what each takes), those that are needed, the roles that may give it."""


def decide(state: LedgerState, command: Command, by: Person, terms: Terms, now: Now) -> Decision | Refusal:
    """Return the facts that a command makes, or why not.

    Checked in this order: verb, subject, rights, arguments, version, the verb's own guard. The
    caller adds actor, role, seat and shift, and asks the ledger whether the versions still are so.
    """
    if command.verb not in VERBS:
        return Refusal("bad_args", "unknown_verb", {"field": "verb", "verb": str(command.verb)[:64]})
    if command.verb in AT_WALLS:
        return _at_wall(state, command, by, now)
    case = find_case(state, command.subject)
    if case is None:
        return Refusal("unknown_subject", "unknown_case")
    return _on_case(state, case, command, by, terms, now)


def _at_wall(state: LedgerState, command: Command, by: Person, now: Now) -> Decision | Refusal:
    if not find_wall(command.subject):
        return Refusal("unknown_subject", "unknown_wall")
    role = at_wall(by, command.verb)
    if isinstance(role, Refusal):
        return role
    args = read_args(command.verb, command.args)
    if isinstance(args, Refusal):
        return args
    decider: Callable[..., Decision | Refusal] = AT_WALLS[command.verb]
    return decider(state, command, by, now, args)


def _on_case(  # a case and the five of decide
    state: LedgerState, case: Case, command: Command, by: Person, terms: Terms, now: Now
) -> Decision | Refusal:
    if command.verb == "check" and checks_own_work(by, case):
        return Refusal("not_allowed", "handler_checks")
    role = acting_role(by, command.verb)
    if not role:
        told = at_wall(by, command.verb)
        assert isinstance(told, Refusal)
        return told
    order = ordered(state, case, command, by, terms, now, role)
    wrong = refused(order)
    if wrong:
        return wrong
    args = read_args(command.verb, command.args)
    if isinstance(args, Refusal):
        return args
    if command.verb not in ANY_VERSION and not case.file.moved <= command.version <= case.file.version:
        return _conflict(case, command.version)
    if command.verb == "pass_limit":
        from city.acts.passing import decide_pass_limit  # it builds on the deciders, so it comes last

        return decide_pass_limit(state, case, command, by, terms, now)
    answer = DECIDERS[command.verb][0](msgspec.structs.replace(order, args=args), args)
    if isinstance(answer, Decision | Refusal):
        return answer
    return Decision(answer, ((f"case:{case.key}", case.file.version),))


def _conflict(case: Case, version: int) -> Refusal:
    """Return who was first; a version that we have not folded yet has no winner to name."""
    last = case.file.last
    if last is None or version > case.file.version:
        return Refusal("conflict", "conflict")
    return Refusal(
        "conflict", "conflict", {}, Winner(last.name or last.actor, last.recorded_at, last.type, last.to)
    )
