"""Supervision: escalation, undo, and requests to a higher level (C22 – C24)."""

from typing import Any, Final, get_args

from city.commands.arguments import AnswerLevel, Escalate, LevelReason, TransferLevel, Undo
from city.commands.arguments import Words as Typed
from city.commands.cases.automatic_steps import office_time, share_used
from city.commands.cases.handling import restorable
from city.commands.cases.limits import level_by
from city.commands.cases.photo_proof import kept
from city.commands.cases.routing import ranked, route_of
from city.commands.command import NewFact, Refusal
from city.commands.decision import Answer, Order, allowed, moment, not_now
from city.commands.hotline.order_limits import hotline_limit
from city.state.case_file import OPEN
from city.state.ledger_state import Case

__all__ = [
    "LEVELS", "decide_acknowledge", "decide_answer_level", "decide_escalate", "decide_remind",
    "decide_supervise", "decide_transfer_level", "decide_undo", "escalate_to", "escalated_fact",
    "level_answered_fact", "reminded_fact",
]  # fmt: skip

LEVELS: Final = ("shift_lead", "duty_leader", "district")
"""The supervisors at levels 1, 2 and 3."""

ABILITY: Final = ("village", "street", "district", "city")
SENT_FROM: Final = {"village_operator": "village", "street_operator": "street", "duty_officer": "district"}
ESCALATE_RESTORES = ("supervised", "escalated_at", "acknowledge_by", "acknowledged_at")
OWN_LEVEL: Final = {"shift_lead": 1, "duty_leader": 2, "rotating_leader": 2}


def escalate_to(case: Case, *roles: str) -> str:
    """Return the next supervisor of a case (shift_lead, duty_leader, district), '' when none is left.

    ``roles`` are those of the sender: nobody escalates to themselves.
    """
    level = _next_level(case, *roles)
    return LEVELS[level - 1] if level <= len(LEVELS) else ""


def _next_level(case: Case, *roles: str) -> int:
    return max(case.file.supervised, *(OWN_LEVEL.get(role, 0) for role in roles), 0) + 1


def decide_escalate(order: Order, args: Escalate) -> Answer:
    """Escalate it to the next supervisor, once per level (C22); the case's state does not change."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    level = _next_level(order.case, order.role, *order.by.on_shift)
    if args.level is not None and args.level <= order.file.supervised:
        return not_now("level_done")
    if level > len(LEVELS):
        return not_now("top_level")
    if args.level not in (None, level):
        return not_now("next_level")
    return (escalated_fact(order, level, reason=args.reason or ""),)


def escalated_fact(order: Order, level: int, *, why: str = "", reason: str = "") -> NewFact:
    """Return the escalation to a level (1 … 3); without a typed reason, the reason is the used time.

    ``why`` is a catalogue key below ``escalate.``: ``used`` (names ``percent``), ``overdue``, ``no_clock``,
    ``typed`` (names ``text``), or what a timer gives.
    """
    prepared, names = _reason(order, reason)
    acknowledge = order.now.city + order.numbers.acknowledge_s if level < len(LEVELS) else None
    data: dict[str, Any] = {
        "level": level, "to": LEVELS[level - 1], "why": why or prepared, "names": names,
        "acknowledge_by": moment(acknowledge), "undo_s": order.numbers.undo_s,
        "before": restorable(order, ESCALATE_RESTORES),
    }  # fmt: skip
    return order.fact("CaseEscalated", data, reason=reason)


def _reason(order: Order, typed: str) -> tuple[str, dict[str, str]]:
    if typed:
        return "typed", {"text": typed}
    file = order.file
    start = file.filed_at if file.filed_at is not None else order.case.at
    if file.fix_by_at is None or file.fix_by_at <= start:
        return "no_clock", {}
    stopped = file.suspended_at if file.state == "suspended" else None
    at = order.now.city if stopped is None else stopped
    share = share_used(order.case, at, office_time(order.case, order.rules))
    # Rounded down, so that 100 % never appears too early; a float of 28.999… counts as 29.
    names = {"percent": str(int(round(100 * share, 6)))}
    return ("overdue" if at > file.fix_by_at else "used"), names


def decide_acknowledge(order: Order, _args: object) -> Answer:
    """Acknowledge the escalation, at its level or above."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    file = order.file
    if not file.supervised or file.escalated_at is None:
        return not_now("not_escalated")
    if file.acknowledged_at is not None:
        return not_now("acknowledged_before")
    if OWN_LEVEL.get(order.role, 0) < min(file.supervised, 2):
        leads = any(role in order.by.on_shift for role in ("duty_leader", "rotating_leader"))
        if not leads:
            return Refusal("not_allowed", "level_above")
    return (order.fact("EscalationAcknowledged", {"level": file.supervised}),)


def decide_undo(order: Order, args: Undo) -> Answer:
    """Undo an escalation or a reassignment that is the last act on the case (C23)."""
    file = order.file
    position = file.undo.get("position")
    if file.last is None or position != file.last.position:
        return not_now("nothing_to_undo")
    own = file.undo.get("actor") == order.by.account
    until = file.undo.get("until")
    in_time = isinstance(until, float) and order.now.machine <= until
    if not (own and in_time):
        if "shift_lead" not in order.by.on_shift:
            return not_now("undo_too_late" if own else "undo_not_yours")
        if not args.reason:
            return Refusal("bad_args", "missing_arg", {"field": "reason", "expected": "str"})
    restored = {key: value for key, value in file.undo.items() if key not in ("position", "actor", "until")}
    data = {"position": position, "type": file.last.type, "restored": restored}
    return (order.fact("ActUndone", data, reason=args.reason or ""),)


def decide_transfer_level(order: Order, args: TransferLevel) -> Answer:
    """Ask the level above, with a text on what was tried on the spot (C24)."""
    wrong = allowed(order, *(state for state in OPEN if state != "transferred_up"))
    if wrong:
        return wrong
    if order.file.level_asked:
        return not_now("level_asked")
    start = SENT_FROM.get(order.role, "district")
    if start == "street" and args.reason is None:
        expected = "|".join(get_args(LevelReason))
        return Refusal("bad_args", "missing_arg", {"field": "reason", "expected": expected})
    data = {
        "from": start, "to": ABILITY[ABILITY.index(start) + 1], "text": args.text,
        "photos": list(args.photos), "reason": args.reason or "", "answer_by": moment(level_by(order)),
        **kept(order, args.photo_facts),
    }  # fmt: skip
    return (order.fact("LevelTransferred", data),)


def decide_answer_level(order: Order, args: AnswerLevel) -> Answer:
    """Accept it at the level that was asked, or send it back; for the city's answer see C18."""
    file = order.file
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    if not file.level_asked:
        return not_now("not_asked")
    if order.role == "street_operator" and file.level_asked != "street":
        return Refusal("not_allowed", "level_above")
    if args.accepted and file.level_asked == "city":
        return Refusal("not_allowed", "up_by_leader")
    return (level_answered_fact(order, accepted=args.accepted, text=args.text or ""),)


def level_answered_fact(order: Order, *, accepted: bool, text: str = "") -> NewFact:
    """Return the answer of the level that was asked; if the district accepts, with the next targets."""
    file = order.file
    level = file.level_asked if accepted else file.level_from
    data: dict[str, Any] = {"accepted": accepted, "level": level, "text": text}
    if accepted and level == "district":
        beyond = order.with_file(beyond_power=True)
        data |= {
            "beyond_power": True, "targets": ranked(beyond, route_of(beyond), without=(file.holder,)),
        }  # fmt: skip
    return order.fact("LevelAnswered", data)


def decide_remind(order: Order, _args: object) -> Answer:
    """Remind its holder, or the verifier during a verification."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    to = order.file.verify_to if order.case.state == "verifying" else order.file.holder
    if not to:
        return not_now("nobody_has_it")
    return (reminded_fact(order, to),)


def reminded_fact(order: Order, to: str, *, by_rule: bool = False, late_s: float = 0.0) -> NewFact:
    """Return a reminder; ``late_s`` is the delay of an automatic one."""
    data = {"n": order.file.reminders + 1, "to": to, "by_rule": by_rule, "late_s": late_s}
    return order.fact("CaseReminded", data)


def decide_supervise(order: Order, args: Typed) -> Answer:
    """Supervise it in writing (督办); an order of the hotline then has the limit of a supervised one."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    data: dict[str, Any] = {"text": args.text}
    by = order.file.hotline_by
    review = hotline_limit(order.case, "review", order.rules, order.now.city)
    if by is not None and review is not None and review < by:
        data["hotline_by"] = moment(review)
    return (order.fact("CaseSupervised", data),)
