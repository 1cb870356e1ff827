"""Relaxations of an emergency (domain §4.6): switches with who, when and until."""

from typing import Final

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.decision import moment, not_now
from city.commands.hotline.arguments import StartRelaxation
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.hotline_records import DEFER, Relaxation, Span

__all__ = ["decide_end_relaxation", "decide_start_relaxation"]

HOUR: Final = 3600.0


def decide_start_relaxation(order: SubjectOrder, args: StartRelaxation) -> SubjectAnswer:
    """Switch a relaxation on until a time; the citizen's limits keep running."""
    if order.subject.id != DEFER:
        return not_now("unknown_relaxation", known=DEFER)
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
    return (order.fact("RelaxationStarted", {"until": moment(until), "text": args.text}),)


def decide_end_relaxation(order: SubjectOrder, _args: object) -> SubjectAnswer:
    """Switch a relaxation off before its time is over."""
    if _running(order) is None:
        return not_now("not_relaxed")
    return (order.fact("RelaxationEnded", {}),)


def _running(order: SubjectOrder) -> Span | None:
    record = order.subject.record
    return record.active(order.now.city) if isinstance(record, Relaxation) else None
