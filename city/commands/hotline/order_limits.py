"""Limits of the hotline's orders (domain §4.4): first contact, the order itself, the call-back."""

import math
from collections.abc import Iterator

from city.clocks.working_time import Calendar, due
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.state.case_file import SHARE_STATES
from city.state.hotline_records import HOTLINES
from city.state.ledger_state import Case

__all__ = ["call_back_by", "caller_steps", "contact_by", "hotline_limit", "office_day_hours", "order_kind"]

SOON = 0.8
"""Share of a limit after which its reminder is due."""


def order_kind(case: Case) -> str:
    """Return the kind of an order of the hotline: what an officer chose, else review when reported again."""
    return case.file.order_kind or ("review" if case.file.reopen_of else "ordinary")


def hotline_limit(case: Case, kind: str, rules: DecisionRules, start: float | None = None) -> float | None:
    """Return until when an order of a kind must be handled; None for a report that is no order.

    The limit runs from the report, or from ``start``.
    """
    if case.channel not in HOTLINES:
        return None
    days = _days(kind, rules.numbers)
    begin = (case.at if case.file.imported else case.recorded_at) if start is None else start
    return due(begin, days, "office_day", rules.calendar, zone_offset_s=rules.zone_offset_s).at


def contact_by(case: Case, numbers: CaseNumbers, calendar: Calendar, zone_offset_s: int) -> float:
    """Return until when the caller must be contacted first."""
    return due(
        case.recorded_at, numbers.contact_office_days, "office_day", calendar, zone_offset_s=zone_offset_s
    ).at  # fmt: skip


def call_back_by(closed_at: float, numbers: CaseNumbers, calendar: Calendar, zone_offset_s: int) -> float:
    """Return until when the callers of a case that closed then must be called back."""
    return due(
        closed_at, numbers.call_back_office_days, "office_day", calendar, zone_offset_s=zone_offset_s
    ).at  # fmt: skip


def caller_steps(
    case: Case, numbers: CaseNumbers, calendar: Calendar, zone_offset_s: int
) -> Iterator[tuple[str, float, int]]:
    """Yield (code, city time, serial) of the steps that an order's caller causes, also after its end.

    A report that was merged into another case keeps its own first contact. The call-back of all callers is
    one step of the case that they were merged into.
    """
    file = case.file
    if case.channel not in HOTLINES or case.state == "voided":
        return
    passed = file.stages_passed

    def soon(begin: float, days: int) -> float:
        hours = SOON * days * office_day_hours(calendar)
        return due(begin, hours, "office_hour", calendar, zone_offset_s=zone_offset_s).at

    if file.contact_at is None and "contact:1" not in passed:
        ours = -math.inf if file.taken_at is None else file.taken_at
        at = soon(case.recorded_at, numbers.contact_office_days)
        if at >= ours:  # of a case that was taken over nobody is reminded of what passed before
            yield "contact_soon", at, 1
        yield "contact", contact_by(case, numbers, calendar, zone_offset_s), 1
    if file.hotline_by is not None and file.state in SHARE_STATES:
        serial = int(file.hotline_by)
        if f"hotline_soon:{serial}" not in passed:
            days = _days(order_kind(case), numbers)
            yield "hotline_soon", min(soon(case.recorded_at, days), file.hotline_by), serial
        yield "hotline", file.hotline_by, serial
    if file.state == "closed" and file.closed_at is not None and (file.joined or not file.satisfaction):
        by = call_back_by(file.closed_at, numbers, calendar, zone_offset_s)
        yield "call_back", by, int(file.closed_at)


def _days(kind: str, numbers: CaseNumbers) -> int:
    return {
        "advice": numbers.advice_office_days, "review": numbers.review_office_days,
        "complex": numbers.complex_office_days,
    }.get(kind, numbers.ordinary_office_days)  # fmt: skip


def office_day_hours(calendar: Calendar) -> float:
    """Return the office hours of an ordinary working day."""
    if calendar.all_hours:
        return 24.0
    return sum(closes - opens for opens, closes in calendar.periods) / 3600.0
