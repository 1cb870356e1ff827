"""Extensions and suspensions: the only changes of the citizen's deadline (C14, C15)."""

from typing import Any

from city.clocks.timestamps import parse
from city.clocks.working_time import Due
from city.commands.arguments import ApplyExtension, ApplySuspension, Decide, bad_arg
from city.commands.cases.limits import deadline, due_by, extended, limit_of, shifted
from city.commands.command import NewFact, Refusal
from city.commands.decision import Answer, Order, allowed, moment, not_now

__all__ = [
    "decide_apply_extension", "decide_apply_suspension", "decide_decide_extension",
    "decide_decide_suspension", "decide_resume", "decide_withdraw", "extension_decided_fact",
    "resumed_fact", "suspension_decided_fact",
]  # fmt: skip

DAY = 86_400.0


def _in_time_to_ask(order: Order) -> Refusal | None:
    """Refuse an application outside of handling, when overdue, or while another one is open."""
    file = order.file
    wrong = allowed(order, "handling")
    if wrong:
        return wrong
    if file.extension is not None or file.suspension is not None:
        return not_now("asked_before")
    if file.fix_by_at is None or order.now.city > file.fix_by_at:
        return not_now("overdue", until_at=file.fix_by_at)
    return None


def decide_apply_extension(order: Order, args: ApplyExtension) -> Answer:
    """Apply for an extension by one more limit (C15)."""
    wrong = _in_time_to_ask(order)
    if wrong:
        return wrong
    if order.file.extensions >= order.numbers.extensions:
        return not_now("no_more_extensions", count=order.numbers.extensions)
    data = {"holder": order.file.holder, "reason": args.reason, "decide_by": _decide_by(order)}
    return (order.fact("ExtensionApplied", data),)


def _decide_by(order: Order) -> str | None:
    """Return until when an application must be decided; after that it counts as refused."""
    return moment(due_by(order, order.now.city, order.numbers.extension_office_hours, "office_hour").at)


def decide_withdraw(order: Order, _args: object) -> Answer:
    """Withdraw an application that is not decided yet."""
    what = "extension" if order.file.extension else "suspension" if order.file.suspension else ""
    if not what:
        return not_now("not_asked")
    return (order.fact("AskWithdrawn", {"holder": order.file.holder, "what": what}),)


def decide_decide_extension(order: Order, args: Decide) -> Answer:
    """Grant or refuse an extension: the shift lead decides the first, the duty leader the second (C15)."""
    if order.file.extension is None:
        return not_now("not_asked")
    if args.approved:
        wrong = allowed(order, "handling") or _second_needs_leader(order, order.file.extensions)
        if wrong:
            return wrong
    return (extension_decided_fact(order, approved=args.approved, text=args.text or ""),)


def _second_needs_leader(order: Order, granted: int) -> Refusal | None:
    if order.role == "system":
        return Refusal("not_allowed", "person_decides")
    if granted >= 1 and "duty_leader" not in order.by.on_shift:
        return Refusal("not_allowed", "leader_decides")
    return None


def extension_decided_fact(order: Order, *, approved: bool, text: str = "") -> NewFact:
    """Return the decision on an extension; an approved one moves every due time by at most one limit."""
    file = order.file
    data: dict[str, Any] = {
        "approved": approved, "text": text, "number": file.extensions + int(approved),
        "fix_by_at": moment(file.fix_by_at), "deadline_at": moment(file.deadline_at),
        "holder_due_at": moment(file.holder_due_at),
    }  # fmt: skip
    if approved and file.fix_by_at is not None:
        fix = extended(order, file.fix_by_at)
        own = fix if file.holder_due_at is None else extended(order, file.holder_due_at)
        data |= _clocks(order, fix, Due(max(fix.at, own.at), own.undetermined))
    return order.fact("ExtensionDecided", data)


def _clocks(order: Order, fix: Due | None, own: Due | None) -> dict[str, Any]:
    """Return the moved due times of a case in the format of facts."""
    end = None if fix is None else deadline(order, fix.at, limit_of(order)[1])
    moved = {"fix_by_at": fix, "deadline_at": end, "holder_due_at": own}
    written: dict[str, Any] = {name: None if due is None else moment(due.at) for name, due in moved.items()}
    return {**written, "undetermined": any(due is not None and due.undetermined for due in moved.values())}


def decide_apply_suspension(order: Order, args: ApplySuspension) -> Answer:
    """Apply for a suspension until a date, for engineering, season or law (C14)."""
    wrong = _in_time_to_ask(order)
    if wrong:
        return wrong
    until = _moment(args.until)
    if until is None:
        return bad_arg("until", "ISO 8601 with an offset")
    last = order.now.city + order.numbers.suspension_days * DAY
    if not order.now.city < until <= last:
        return not_now("suspension_until", until_at=last)
    data = {
        "holder": order.file.holder, "reason": args.reason, "until": moment(until), "text": args.text,
        "decide_by": _decide_by(order),
    }  # fmt: skip
    return (order.fact("SuspensionApplied", data),)


def _moment(text: str) -> float | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


def decide_decide_suspension(order: Order, args: Decide) -> Answer:
    """Grant or refuse a suspension; the duty leader decides the second one (C14)."""
    asked = order.file.suspension
    if asked is None or asked.until is None:
        return not_now("not_asked")
    if args.approved:
        wrong = allowed(order, "handling") or _second_needs_leader(order, order.file.suspensions)
        if wrong:
            return wrong
        if asked.until <= order.now.city:
            return not_now("suspension_over", until_at=asked.until)
    return (suspension_decided_fact(order, approved=args.approved, text=args.text or ""),)


def suspension_decided_fact(order: Order, *, approved: bool, text: str = "") -> NewFact:
    """Return the decision on a suspension; an approved one stops the clock until its end date."""
    asked = order.file.suspension
    until = None if asked is None else asked.until
    return order.fact("SuspensionDecided", {"approved": approved, "until": moment(until), "text": text})


def decide_resume(order: Order, _args: object) -> Answer:
    """Resume a suspended case with the remaining time."""
    wrong = allowed(order, "suspended")
    return wrong or (resumed_fact(order),)


def resumed_fact(order: Order) -> NewFact:
    """Return the end of a suspension: every limit keeps the remaining time from when it stopped."""
    file, now = order.file, order.now.city
    since = file.suspended_at if file.suspended_at is not None else now
    clocks = _clocks(order, shifted(order, file.fix_by_at, since), shifted(order, file.holder_due_at, since))
    return order.fact("CaseResumed", {**clocks, "suspended_s": max(0.0, now - since)})
