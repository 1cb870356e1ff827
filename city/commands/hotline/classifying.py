"""Classifying an order of the hotline: its kind decides the hotline's limit (domain §4.4)."""

from city.commands.command import Refusal
from city.commands.decision import Answer, Order, allowed, moment, not_now
from city.commands.hotline.arguments import ClassifyOrder
from city.commands.hotline.order_limits import hotline_limit, order_kind
from city.state.case_file import OPEN
from city.state.hotline_records import HOTLINES

__all__ = ["decide_classify_order"]

APPROVES = frozenset({"shift_lead", "duty_leader"})


def decide_classify_order(order: Order, args: ClassifyOrder) -> Answer:
    """Set the kind of an order; its limit runs from the report, and is never set later once it has passed."""
    wrong = allowed(order, *OPEN)
    if wrong:
        return wrong
    case, file = order.case, order.file
    if case.channel not in HOTLINES:
        return not_now("no_hotline_order")
    if args.kind == order_kind(case):
        return not_now("same_order_kind")
    if args.kind == "complex" and order.role not in APPROVES:
        return Refusal("not_allowed", "complex_needs_approval")
    limit = hotline_limit(case, args.kind, order.rules)
    passed = file.hotline_by is not None and file.hotline_by < order.now.city
    if passed and limit is not None and limit > (file.hotline_by or 0.0):
        return not_now("hotline_limit_passed", limit_at=file.hotline_by)
    data = {
        "kind": args.kind, "text": args.text or "", "before": order_kind(case),
        "hotline_by": moment(limit) if file.filed_at is not None else None,
    }  # fmt: skip
    return (order.fact("OrderClassified", data),)
