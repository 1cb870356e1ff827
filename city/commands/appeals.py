"""Appeals: a holder contests a ruling, or being overdue without its own fault (domain §4.2, §4.4)."""

from city.commands.arguments import DecideAppeal, Words
from city.commands.decision import Answer, Order, not_now
from city.commands.limits import due_by

__all__ = ["decide_appeal", "decide_decide_appeal"]


def decide_appeal(order: Order, args: Words) -> Answer:
    """Lodge an appeal: once per holder and case, within three office days; handling continues."""
    holder = order.by.holder
    if holder in order.file.appeals:
        return not_now("appealed_before")
    since = [at for at in (_ruled_at(order), _overdue_at(order)) if at is not None]
    if not since:
        return not_now("nothing_to_appeal")
    until = due_by(order, max(since), order.numbers.appeal_office_days, "office_day").at
    if order.now.city > until:
        return not_now("appeal_too_late", until_at=until)
    return (order.fact("AppealLodged", {"text": args.text, "holder": holder}),)


def _ruled_at(order: Order) -> float | None:
    """Return when the last ruling for the sender's holder was made."""
    return max(
        (one.ruled_at for one in order.file.rulings if one.holder == order.by.holder and one.ruled_at),
        default=None,
    )


def _overdue_at(order: Order) -> float | None:
    """Return the time from which the limit to appeal an overdue counts: its end, or now while it is open."""
    file, now = order.file, order.now.city
    # The feedback counts only if the case waits for its check or is over: a failed check undoes it.
    done_at = file.handled_at if file.state == "handled" or not file.is_open else None
    end = file.closed_at if file.closed_at is not None else now
    fixed_at = done_at if done_at is not None else end
    return end if file.fix_by_at is not None and fixed_at > file.fix_by_at else None


def decide_decide_appeal(order: Order, args: DecideAppeal) -> Answer:
    """Uphold or refuse the oldest open appeal; an upheld one exempts, and the overdue stays visible."""
    lodged = next((holder for holder, stands in order.file.appeals.items() if stands == "lodged"), None)
    if lodged is None:
        return not_now("not_asked")
    data = {"upheld": args.upheld, "text": args.text or "", "holder": lodged}
    return (order.fact("AppealDecided", data),)
