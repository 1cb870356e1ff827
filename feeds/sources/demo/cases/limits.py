"""Deadlines of handling limits by the calendar of the invented source systems.

Office time is Monday to Friday, 09:00 to 12:00 and 13:00 to 17:30, without public holidays. The mirrored
systems of the demo are invented; the console computes its own deadlines.
"""

from typing import Final

from feeds.sources.demo.chance import DAY_S, ZONE_S

__all__ = ["due"]

_PERIODS: Final = ((9 * 3600, 12 * 3600), (13 * 3600, 17 * 3600 + 1800))


def due(at: float, value: int, unit: str) -> float:
    """Return the deadline (epoch seconds) of a limit of ``value`` ``unit`` from ``at``.

    Units are those of city.dispatch.tables.categories.LIMIT_UNITS; raises ValueError for another.
    """
    match unit:
        case "urgent_hour":
            return at + value * 3600
        case "calendar_day":
            return at + value * DAY_S
        case "office_hour":
            return _spend(at, value * 3600)
        case "office_day":
            return _days_on(_spend(at, 0), value)
    raise ValueError(f"expected a limit unit, got {unit!r}")


def _spend(at: float, seconds: float) -> float:
    """Return the time ``seconds`` of office time after ``at``."""
    midnight = (at + ZONE_S) // DAY_S * DAY_S - ZONE_S
    while True:
        for opens, closes in _PERIODS if _is_workday(midnight) else ():
            begin = max(at, midnight + opens)
            left = midnight + closes - begin
            if left > 0 and seconds <= left:
                return begin + seconds
            seconds -= max(left, 0)
        midnight += DAY_S


def _days_on(at: float, days: int) -> float:
    while days:
        at += DAY_S
        days -= _is_workday(at)
    return at


def _is_workday(at: float) -> bool:
    # Day 0 of the epoch, 1970-01-01, was a Thursday; 0 is Monday.
    return (int((at + ZONE_S) // DAY_S) + 3) % 7 < 5
