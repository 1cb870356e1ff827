"""Appeals: a holder contests a ruling, or being overdue without its own fault (domain §4.2, §4.4)."""

from city.clocks.working_time import due
from city.commands.arguments import DecideAppeal, Words
from city.commands.decision import Answer, Order, not_now
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import Case

__all__ = ["appeal_by", "decide_appeal", "decide_decide_appeal"]


def decide_appeal(order: Order, args: Words) -> Answer:
    """Lodge an appeal: once per holder and case, within three office days; handling continues."""
    holder = order.by.holder
    if holder in order.file.appeals:
        return not_now("appealed_before")
    until = appeal_by(order.case, holder, order.now.city, order.rules)
    if until is None:
        return not_now("nothing_to_appeal")
    if order.now.city > until:
        return not_now("appeal_too_late", until_at=until)
    return (order.fact("AppealLodged", {"text": args.text, "holder": holder}),)


def appeal_by(case: Case, holder: str, now: float, rules: DecisionRules) -> float | None:
    """Return until when a holder may appeal at city time ``now``; None when there is nothing to appeal.

    It may contest a ruling for it, and being overdue; the limit of the latter begins when the work is done.
    """
    since = [at for at in (_ruled_at(case, holder), _overdue_at(case, now)) if at is not None]
    if not since:
        return None
    limit = due(
        max(since), rules.numbers.appeal_office_days, "office_day", rules.calendar,
        zone_offset_s=rules.zone_offset_s,
    )  # fmt: skip
    return limit.at


def _ruled_at(case: Case, holder: str) -> float | None:
    """Return when the last ruling for a holder was made."""
    return max(
        (one.ruled_at for one in case.file.rulings if one.holder == holder and one.ruled_at), default=None
    )


def _overdue_at(case: Case, now: float) -> float | None:
    """Return the time from which the limit to appeal an overdue counts: its end, or now while it is open."""
    file = case.file
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
