"""Limits: the due times of a case (domain §4.4), computed once in a decision and stored in its fact."""

from city.clocks.working_time import Due, due, office_seconds
from city.commands.decision import Order
from city.commands.hotline.order_limits import office_day_hours

__all__ = [
    "deadline", "due_by", "extended", "half_of", "holder_due", "is_urgent", "level_by", "limit_of",
    "return_by", "ruling_by", "shifted", "sign_by",
]  # fmt: skip

HOUR = 3600.0
BY_CLOCK = ("urgent_hour", "calendar_day")


def limit_of(order: Order) -> tuple[int, str]:
    """Return the limit of a case: from its filing, else the default of its class, else (0, '')."""
    file, rules = order.file, order.rules
    if file.limit_unit:
        return file.limit_value, file.limit_unit
    standards = rules.standards_of(order.case.kind, order.case.code)
    if standards:
        return standards[0].limit_value, standards[0].limit_unit
    category = rules.categories.get(order.class_key)
    return (category.limit_value, category.limit_unit) if category else (0, "")


def is_urgent(order: Order) -> bool:
    """Whether the case is of an urgent class: its limit is in urgent hours."""
    return limit_of(order)[1] == "urgent_hour"


def due_by(order: Order, start: float, value: float, unit: str, holder: str = "") -> Due:
    """Return the due time of a limit from ``start`` by a holder's calendar (the centre's for '')."""
    rules = order.rules
    calendar = rules.calendar_of(holder) if holder else rules.calendar
    return due(start, value, unit, calendar, zone_offset_s=rules.zone_offset_s)


def deadline(order: Order, fix_by_at: float, unit: str) -> Due:
    """Return when the case must be closed: the fix-by time plus the allowance for its check."""
    numbers = order.numbers
    if unit == "urgent_hour":
        return Due(fix_by_at + numbers.allowance_urgent_s)
    return due_by(order, fix_by_at, numbers.allowance_office_hours, "office_hour")


def sign_by(order: Order, holder: str) -> Due:
    """Return until when a holder must sign a case that is dispatched to it now."""
    if is_urgent(order):
        return Due(order.now.city + order.numbers.sign_urgent_s)
    return due_by(order, order.now.city, order.numbers.sign_office_hours, "office_hour", holder)


def return_by(order: Order, holder: str) -> Due:
    """Return until when a holder may return a case that is dispatched to it now."""
    if is_urgent(order):
        return Due(order.now.city + order.numbers.return_urgent_s)
    return due_by(order, order.now.city, order.numbers.return_office_hours, "office_hour", holder)


def ruling_by(order: Order) -> tuple[float, float]:
    """Return when a ruling that opens now is due, and until when the site must be visited."""
    now, numbers = order.now.city, order.numbers
    wait = numbers.ruling_hazard_s if order.case.hazard else numbers.ruling_s
    return now + wait, due_by(order, now, 1, "office_day").at


def level_by(order: Order) -> float:
    """Return when a case that was handed up a level must be answered."""
    if order.case.hazard:
        return order.now.city + order.numbers.level_hazard_s
    return due_by(order, order.now.city, order.numbers.level_office_hours, "office_hour").at


def half_of(order: Order, holder: str) -> Due | None:
    """Return the due time of half the case's limit from now by a holder's calendar; None without a limit."""
    value, unit = limit_of(order)
    if not unit:
        return None
    now = order.now.city
    if unit != "office_day":
        return due_by(order, now, value / 2, unit, holder)
    whole = due_by(order, now, value // 2, unit, holder) if value > 1 else Due(now)
    if value % 2 == 0:
        return whole
    hours = office_day_hours(order.rules.calendar_of(holder)) / 2
    end = due_by(order, whole.at, hours, "office_hour", holder)
    return Due(end.at, whole.undetermined or end.undetermined)


def holder_due(order: Order, holder: str, *, first: bool) -> Due:
    """Return a holder's own due time: the citizen's for the first one; later ones get half of the limit."""
    fix_by_at = order.file.fix_by_at
    half = None if first and fix_by_at is not None else half_of(order, holder)
    if half is None:
        return Due(fix_by_at if fix_by_at is not None else order.now.city)
    return Due(max(fix_by_at or 0.0, half.at), half.undetermined)


def extended(order: Order, at: float) -> Due:
    """Return a time moved later by one whole limit of the case."""
    value, unit = limit_of(order)
    return due_by(order, at, value, unit) if unit else Due(at)


def shifted(order: Order, at: float | None, since: float) -> Due | None:
    """Return a due time moved by a suspension from ``since`` until now: the remaining time is unchanged."""
    if at is None:
        return None
    now, (_, unit) = order.now.city, limit_of(order)
    if unit in BY_CLOCK or not unit or at <= since:
        return Due(at + max(0.0, now - since))
    left = office_seconds(since, at, order.rules.calendar, zone_offset_s=order.rules.zone_offset_s)
    moved = due_by(order, now, left / HOUR, "office_hour")
    return Due(max(at, moved.at), moved.undetermined)
