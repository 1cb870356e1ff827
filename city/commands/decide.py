"""Decide: turn one command into facts or a refusal. Pure; it never raises on invalid input."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.access import VERBS, Person, acting_role
from city.cases.takeover import own_file
from city.commands.argument_types import Args
from city.commands.arguments import ARGS, described, read_args
from city.commands.cases import (
    appeals,
    checking,
    city_level,
    dispatching_units,
    filing,
    handling,
    rulings,
    supervision,
    suspensions,
)
from city.commands.cases.limits import ruling_by
from city.commands.cases.rights import at_wall, checks_own_work, refused
from city.commands.command import Command, Decision, NewFact, Now, Refusal, Winner
from city.commands.decision import Answer, Order, moment, ordered
from city.commands.duty.deciders import DUTY
from city.commands.field import field_work
from city.commands.field.patrolling import decide_record_patrol
from city.commands.field.reporting import decide_report
from city.commands.hotline.classifying import decide_classify_order
from city.commands.hotline.deciders import RELAXING
from city.commands.late_acts import wrong_time
from city.commands.leaders.deciders import LEADING
from city.commands.linkage.deciders import LINKAGE
from city.commands.response.briefings import BRIEFINGS
from city.commands.response.levels.deciders import LEVEL_DECIDERS
from city.commands.response.recovering import RECOVERING
from city.commands.response.situation.deciders import SITUATION
from city.commands.sensing.deciders import SENSING
from city.commands.subject_order import SubjectDecider, SubjectOrder
from city.commands.subjects import find_case, find_subject, find_wall
from city.commands.video.deciders import VIDEO
from city.dispatch.decision_rules import DecisionRules
from city.state.case_file import LastAct
from city.state.ledger_state import Case, LedgerState

__all__ = ["VERB_HELP", "decide"]

Decider = Callable[[Order, Any], Answer]

ANY_VERSION: Final = frozenset({
    "comment", "report_rule_error", "reveal", "open_incident", "call", "write_entry", "answer_call_out",
    "start_call_out", "load_roster", "override_roster", "sign_in", "note_depth", "issue_task",
    "add_session_line", "join_case", "report", "not_my_list", "add_photos", "record_numbers", "go_away",
    "come_back", "sign_out", "answer_item", "record_visit", "start_maintenance", "end_maintenance",
    "receive_detection", "view_camera", "end_camera_view", "end_briefing", "send_zero_report",
    "record_forecast", "record_patrol",
    "request_support", "order_relocation", "note_look",
})  # fmt: skip
"""Verbs without a version check: their meaning does not depend on the case's version."""

LEAVES_MIRRORED: Final = frozenset({"comment", "report_rule_error", "contact", "not_my_list"})
"""Verbs that leave a mirrored case to its source system: they add a note and decide nothing."""

DECIDERS: Final[dict[str, tuple[Decider, str]]] = {
    "request_verification": (filing.decide_request_verification, "C2"),
    "verify": (filing.decide_verify, "C3"),
    "file": (filing.decide_file, "C4"),
    "reject": (filing.decide_reject, "C5"),
    "merge": (filing.decide_merge, "C6"),
    "self_handle": (filing.decide_self_handle, ""),
    "not_my_list": (field_work.decide_not_my_list, ""),
    "add_photos": (field_work.decide_add_photos, ""),
    "void": (filing.decide_void, "C20"),
    "confirm_void": (filing.decide_confirm_void, "C20"),
    "dispatch": (handling.decide_dispatch, "C7 C10"),
    "reassign": (handling.decide_reassign, "C21"),
    "sign": (handling.decide_sign, "C8"),
    "return": (handling.decide_return, "C9"),
    "make_safe": (handling.decide_make_safe, ""),
    "feedback": (handling.decide_feedback, "C13"),
    "request_ruling": (rulings.decide_request_ruling, "C11"),
    "send_for_ruling": (rulings.decide_send_for_ruling, "C11"),
    "rule": (rulings.decide_rule, "C12"),
    "transfer_up": (rulings.decide_transfer_up, "C18"),
    "answer_city": (city_level.decide_answer_city, "C18"),
    "apply_extension": (suspensions.decide_apply_extension, "C15"),
    "decide_extension": (suspensions.decide_decide_extension, "C15"),
    "apply_suspension": (suspensions.decide_apply_suspension, "C14"),
    "decide_suspension": (suspensions.decide_decide_suspension, "C14"),
    "withdraw": (suspensions.decide_withdraw, "C14 C15"),
    "resume": (suspensions.decide_resume, "C14"),
    "appeal": (appeals.decide_appeal, ""),
    "decide_appeal": (appeals.decide_decide_appeal, ""),
    "check": (checking.decide_check, "C16 C17"),
    "contact": (checking.decide_contact, ""),
    "call_back": (checking.decide_call_back, ""),
    "classify_order": (decide_classify_order, ""),
    "reopen": (checking.decide_reopen, "C19"),
    "escalate": (supervision.decide_escalate, "C22"),
    "acknowledge": (supervision.decide_acknowledge, "C22"),
    "undo": (supervision.decide_undo, "C23"),
    "transfer_level": (supervision.decide_transfer_level, "C24"),
    "answer_level": (supervision.decide_answer_level, "C24"),
    "remind": (supervision.decide_remind, ""),
    "supervise": (supervision.decide_supervise, ""),
    "send_unit": (dispatching_units.decide_send_unit, ""),
    "comment": (dispatching_units.decide_comment, ""),
    "report_rule_error": (dispatching_units.decide_report_rule_error, ""),
    "reveal": (dispatching_units.decide_reveal, ""),
}
"""Verb → its decider and the transition of domain §3.4, without the verbs of walls and timers."""

ON_SUBJECTS: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "report": (("report",), decide_report),
    "record_numbers": (("station",), field_work.decide_record_numbers),
    "record_patrol": (("patrol",), decide_record_patrol),
    **LINKAGE, **DUTY, **RELAXING, **SENSING, **VIDEO, **BRIEFINGS, **LEVEL_DECIDERS, **RECOVERING,
    **SITUATION,
    **LEADING,
}  # fmt: skip
"""Verb → the kinds of subject that it takes, and its decider."""

AT_WALLS: Final = {"show": dispatching_units.decide_show, "clear": dispatching_units.decide_clear}


def subject_of(verb: str) -> str:
    """Return the kinds of subject that a verb takes, in words."""
    if verb in AT_WALLS:
        return "wall"
    return ", ".join(ON_SUBJECTS[verb][0]) if verb in ON_SUBJECTS else "case"


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
        "subject": subject_of(verb),
    }
    for verb, roles in VERBS.items()
    if verb in DECIDERS or verb in AT_WALLS or verb in ON_SUBJECTS or verb == "pass_limit"
}  # fmt: skip
"""Verb → its arguments with their types, the required ones, and the roles that may give it."""


def decide(
    state: LedgerState, command: Command, by: Person, rules: DecisionRules, now: Now
) -> Decision | Refusal:
    """Return the facts that a command makes, or its refusal.

    Checks are made in this order: verb, subject, rights, arguments, version, the verb's own guard. The
    caller adds actor, role, seat and shift; the ledger checks the expected versions again.
    """
    if command.verb not in VERB_HELP:
        return Refusal("bad_args", "unknown_verb", {"field": "verb", "verb": str(command.verb)[:64]})
    wrong = wrong_time(command, now)
    if wrong:
        return wrong
    if command.verb in AT_WALLS:
        return _at_wall(state, command, by, now)
    if command.verb in ON_SUBJECTS:
        return _on_subject(state, command, by, rules, now)
    case = find_case(state, command.subject)
    if case is None:
        return Refusal("unknown_subject", "unknown_case")
    return _on_case(state, case, command, by, rules, now)


def _on_subject(
    state: LedgerState, command: Command, by: Person, rules: DecisionRules, now: Now
) -> Decision | Refusal:
    kinds, decider = ON_SUBJECTS[command.verb]
    subject = find_subject(state, command.subject)
    if subject is None or subject.kind not in kinds:
        return Refusal("unknown_subject", "unknown_subject", {"subject_kinds": ", ".join(kinds)})
    role = at_wall(by, command.verb)
    if isinstance(role, Refusal):
        return role
    args = read_args(command.verb, command.args)
    if isinstance(args, Refusal):
        return args
    if command.verb not in ANY_VERSION and not subject.moved <= command.version <= subject.version:
        return _conflict_on(subject.record and subject.record.last, command.version, subject.version)
    answer = decider(SubjectOrder(state, subject, command, by, role, rules, now), args)
    if isinstance(answer, Refusal | Decision):
        return answer
    return Decision(answer, ((subject.counted, subject.version),))


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


def _on_case(  # a case and the five arguments of decide
    state: LedgerState, case: Case, command: Command, by: Person, rules: DecisionRules, now: Now
) -> Decision | Refusal:
    role = acting_role(by, command.verb)
    order = _begun(ordered(state, case, command, by, rules, now, role), case)
    if command.verb == "check" and checks_own_work(by, order.case):
        return Refusal("not_allowed", "handler_checks")
    if not role:
        refusal = at_wall(by, command.verb)
        assert isinstance(refusal, Refusal)
        return refusal
    wrong = refused(order)
    if wrong:
        return wrong
    args = read_args(command.verb, command.args)
    if isinstance(args, Refusal):
        return args
    if command.verb not in ANY_VERSION and not case.file.moved <= command.version <= case.file.version:
        return _conflict(case, command.version)
    if command.verb == "pass_limit":
        from city.commands.cases.passed_limits import (
            decide_pass_limit,  # it uses the deciders, so it is imported last
        )

        return decide_pass_limit(state, case, command, by, rules, now)
    answer = DECIDERS[command.verb][0](msgspec.structs.replace(order, args=args), args)
    if isinstance(answer, Refusal):
        return answer
    if not isinstance(answer, Decision):
        answer = Decision(answer, ((f"case:{case.key}", case.file.version),))
    return msgspec.structs.replace(answer, facts=tuple(_until_ruled(order, fact) for fact in answer.facts))


def _begun(order: Order, case: Case) -> Order:
    """Return the order with the file that a mirrored case gets when this command takes it over."""
    if not order.mirrored:
        return order
    rule_by, on_site_by = ruling_by(order)
    file = own_file(
        case, order.file.holder, order.file.bounced, at=order.now.city, rule_by=rule_by, on_site_by=on_site_by
    )
    takes_over = order.command.verb not in LEAVES_MIRRORED
    return msgspec.structs.replace(order.with_case(file=file), mirrored=takes_over)


def _until_ruled(order: Order, fact: NewFact) -> NewFact:
    """Add the ruling's limits to a fact that takes over a mirrored ruling; other facts are unchanged."""
    taken = fact.data.get("took_over")
    case = order.state.cases.get(fact.subject.removeprefix("case:"))
    if taken is None or case is None or case.mirror.state != "ruling":
        return fact
    rule_by, on_site_by = ruling_by(order.with_case(hazard=case.hazard))
    limits = {"rule_by": moment(rule_by), "on_site_by": moment(on_site_by)}
    return msgspec.structs.replace(fact, data={**fact.data, "took_over": {**taken, **limits}})


def _conflict(case: Case, version: int) -> Refusal:
    """Return a conflict that names the winner, unless the version is not folded here yet."""
    return _conflict_on(case.file.last, version, case.file.version)


def _conflict_on(last: LastAct | None, version: int, present: int) -> Refusal:
    if last is None or version > present:
        return Refusal("conflict", "conflict")
    return Refusal(
        "conflict", "conflict", {}, Winner(last.name or last.actor, last.recorded_at, last.type, last.to)
    )
