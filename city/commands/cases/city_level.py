"""The city's answer: how a case that was handed up to the city returns or ends (C18)."""

from city.commands.arguments import AnswerCity
from city.commands.cases.routing import ranked, route_of
from city.commands.cases.suspensions import resumed_fact
from city.commands.decision import Answer, Order, allowed

__all__ = ["decide_answer_city"]


def decide_answer_city(order: Order, args: AnswerCity) -> Answer:
    """Record the city's answer: it is done, or the district takes it back and dispatches it."""
    wrong = allowed(order, "transferred_up")
    if wrong:
        return wrong
    file = order.file
    if args.done:
        in_time = file.deadline_at is None or order.now.city <= file.deadline_at
        data = {"close_kind": "transferred_up", "in_time": in_time, "text": args.text}
        return (order.fact("CaseClosed", data),)
    # A suspension from before the hand-up ends: its clock continues with the remaining time.
    resumed = (resumed_fact(order),) if file.suspended_at is not None else ()
    targets = ranked(order, route_of(order)) if file.filed_at is not None else []
    return *resumed, order.fact("CaseTakenBack", {"text": args.text, "targets": targets})
