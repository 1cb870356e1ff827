"""Relaxations of an emergency (domain §4.6): switches with who, when and until."""

from typing import Final

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.decision import moment, not_now
from city.commands.hotline.arguments import StartRelaxation
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.dispatch.tables.response_rules import RELAXATIONS
from city.state.hotline_records import Relaxation, Span

__all__ = ["decide_end_relaxation", "decide_start_relaxation"]

HOUR: Final = 3600.0


def decide_start_relaxation(order: SubjectOrder, args: StartRelaxation) -> SubjectAnswer:
    """Switch a relaxation on until a time; the citizen's limits keep running.

    While a level is in force it ends, at the latest, when the level falls below the one that the plan names
    for it. What has no switch here never relaxes.
    """
    if order.subject.id not in RELAXATIONS:
        return not_now("unknown_relaxation", known=", ".join(RELAXATIONS))
    running = _running(order)
    if running is not None:
        return not_now("relaxed_already", until_at=running.end)
    most = order.rules.numbers.relaxed_hours
    try:
        until = parse(args.until)
    except (ValueError, OverflowError):
        return bad_arg("until", "ISO 8601 with an offset")
    if not order.now.city < until <= order.now.city + most * HOUR:
        return bad_arg("until", f"a time within the next {most} hours")
    data = {"until": moment(until), "text": args.text, "rank": _lowest_rank(order)}
    return (order.fact("RelaxationStarted", data),)


def _lowest_rank(order: SubjectOrder) -> int:
    """Return the rank below which the relaxation ends, 0 = it does not depend on a level."""
    real = [
        response for response in order.state.responses.values()
        if response.jurisdiction == order.rules.district and response.active is not None
        and not response.active.is_exercise
    ]  # fmt: skip
    if not real:
        return 0
    worst = max(real, key=lambda one: one.rank)
    plan = order.rules.response.plans.get(worst.hazard)
    named = plan.relaxations.get(order.subject.id, 1) if plan is not None else 1
    return min(named, worst.rank)


def decide_end_relaxation(order: SubjectOrder, _args: object) -> SubjectAnswer:
    """Switch a relaxation off before its time is over."""
    if _running(order) is None:
        return not_now("not_relaxed")
    return (order.fact("RelaxationEnded", {}),)


def _running(order: SubjectOrder) -> Span | None:
    record = order.subject.record
    return record.active(order.now.city) if isinstance(record, Relaxation) else None
