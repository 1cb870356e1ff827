"""Extensions, suspensions and appeals: the only ways in which the citizen's clock moves (C14, C15)."""

from city.acts.args import ApplyExtension, ApplySuspension, Decide, DecideAppeal, Words, bad_arg
from city.acts.command import NewFact, Refusal
from city.acts.limits import deadline, due_by, extended, limit_of, shifted
from city.acts.order import Answer, Order, allowed, moment, not_now
from city.moments import parse

__all__ = [
    "decide_appeal", "decide_apply_extension", "decide_apply_suspension", "decide_decide_appeal",
    "decide_decide_extension", "decide_decide_suspension", "decide_resume", "extension_decided_fact",
    "resumed_fact",
]  # fmt: skip

DAY = 86_400.0


def _in_time_to_ask(order: Order) -> Refusal | None:
    """Refuse to ask for more time outside of handling, when it is overdue, or while asking already."""
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
    """Ask for one more limit (C15)."""
    wrong = _in_time_to_ask(order)
    if wrong:
        return wrong
    if order.file.extensions >= order.numbers.extensions:
        return not_now("no_more_extensions", count=order.numbers.extensions)
    decide_by = due_by(order, order.now.city, order.numbers.extension_office_hours, "office_hour")
    data = {"holder": order.file.holder, "reason": args.reason, "decide_by": moment(decide_by.at)}
    return (order.fact("ExtensionApplied", data),)


def decide_decide_extension(order: Order, args: Decide) -> Answer:
    """Grant or refuse it: the shift lead the first, the duty leader the second (C15)."""
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
    """Return the decision on an extension; an approved one moves every clock by at most one limit."""
    file = order.file
    fix, end, own = file.fix_by_at, file.deadline_at, file.holder_due_at
    if approved and fix is not None:
        fix = extended(order, fix).at
        end = deadline(order, fix, limit_of(order)[1]).at
        own = fix if own is None else max(fix, extended(order, own).at)
    data = {
        "approved": approved, "text": text, "number": file.extensions + int(approved),
        "fix_by_at": moment(fix), "deadline_at": moment(end), "holder_due_at": moment(own),
    }  # fmt: skip
    return order.fact("ExtensionDecided", data)


def decide_apply_suspension(order: Order, args: ApplySuspension) -> Answer:
    """Ask to stop the clock until a date, for engineering, season or law (C14)."""
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
        "holder": order.file.holder, "reason": args.reason, "until": moment(until), "text": args.text
    }  # fmt: skip
    return (order.fact("SuspensionApplied", data),)


def _moment(text: str) -> float | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


def decide_decide_suspension(order: Order, args: Decide) -> Answer:
    """Grant or refuse it; the second one is the duty leader's (C14)."""
    asked = order.file.suspension
    if asked is None or asked.until is None:
        return not_now("not_asked")
    if args.approved:
        wrong = allowed(order, "handling") or _second_needs_leader(order, order.file.suspensions)
        if wrong:
            return wrong
        if asked.until <= order.now.city:
            return not_now("suspension_over", until_at=asked.until)
    data = {"approved": args.approved, "until": moment(asked.until), "text": args.text or ""}
    return (order.fact("SuspensionDecided", data),)


def decide_resume(order: Order, _args: object) -> Answer:
    """Let the clock run on with what was left of it."""
    wrong = allowed(order, "suspended")
    return wrong or (resumed_fact(order),)


def resumed_fact(order: Order) -> NewFact:
    """Return the end of a suspension: every clock has as much left as it had when it stopped."""
    file, now = order.file, order.now.city
    since = file.suspended_at if file.suspended_at is not None else now
    fix = shifted(order, file.fix_by_at, since)
    end = deadline(order, fix, limit_of(order)[1]).at if fix is not None else None
    own = shifted(order, file.holder_due_at, since)
    data = {
        "fix_by_at": moment(fix), "deadline_at": moment(end), "holder_due_at": moment(own),
        "suspended_s": max(0.0, now - since),
    }  # fmt: skip
    return order.fact("CaseResumed", data)


def decide_appeal(order: Order, args: Words) -> Answer:
    """Say that a ruling or an overdue was not one's own doing: once, within three office days."""
    file = order.file
    if file.appeal:
        return not_now("appealed_before")
    ruled = file.ruling.ruled_at if file.ruling and file.ruling.holder == order.by.holder else None
    overdue = file.fix_by_at is not None and (file.handled_at or order.now.city) > file.fix_by_at
    if ruled is None and not overdue:
        return not_now("nothing_to_appeal")
    since = max(ruled or 0.0, file.closed_at or (order.now.city if overdue else 0.0))
    until = due_by(order, since, order.numbers.appeal_office_days, "office_day").at
    if order.now.city > until:
        return not_now("appeal_too_late", until_at=until)
    return (order.fact("AppealLodged", {"text": args.text, "holder": order.by.holder}),)


def decide_decide_appeal(order: Order, args: DecideAppeal) -> Answer:
    """Uphold an appeal or not; an upheld one exempts, the fact stays visible."""
    if order.file.appeal != "lodged":
        return not_now("not_asked")
    return (order.fact("AppealDecided", {"upheld": args.upheld, "text": args.text or ""}),)
