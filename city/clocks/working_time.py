"""Working time: when a limit is due, by clock or by an agency's office calendar (domain §4.4)."""

import math
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

__all__ = ["Calendar", "Due", "due", "office_seconds"]

DAY = 86_400
HOUR = 3600
EPOCH_DAY = date(1970, 1, 1).toordinal()
LAST_DAY = date.max.toordinal()
IDLE_DAYS = 400
"""A calendar that is closed for longer than this has no office time: limits then use clock time."""

Periods = tuple[tuple[int, int], ...]


class Calendar(msgspec.Struct, frozen=True):
    """An agency's office time. Dates are ISO (``2025-10-01``), periods are seconds of the local day.

    ``all_hours`` agencies use clock time for everything. A year outside ``known_years`` falls back to
    weekdays, and results are marked as undetermined (日历未定). ``hours``: special periods of single dates.
    """

    holidays: frozenset[str] = frozenset()
    make_up_days: frozenset[str] = frozenset()
    known_years: frozenset[int] = frozenset()
    periods: Periods = ((32_400, 43_200), (46_800, 63_000))
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    all_hours: bool = False
    hours: Mapping[str, Periods] = {}  # msgspec copies it

    def periods_of(self, day: date) -> Periods:
        """Return the office periods of a local day, () when the office is closed."""
        name = day.isoformat()
        works = name in self.make_up_days or (day.weekday() in self.weekdays and name not in self.holidays)
        if not works:
            return ()
        return self.hours.get(name, self.periods) if self.hours else self.periods


class Due(msgspec.Struct, frozen=True):
    """A due time (epoch seconds), and whether it was computed with a year of unknown holidays."""

    at: float
    undetermined: bool = False


def due(start: float, value: float, unit: str, calendar: Calendar, *, zone_offset_s: int) -> Due:
    """Return when a limit that starts at ``start`` (epoch seconds) is due.

    ``urgent_hour`` and ``calendar_day`` are clock time, ``office_hour`` counts office periods only,
    ``office_day`` is n working days later at the same time of day; a start outside office time first moves
    to the next office period. A limit of 0 or less is due at once. Raises ValueError for an unknown unit.
    """
    if unit not in _BY_CLOCK:
        message = f"unit: expected urgent_hour, office_hour, office_day or calendar_day, got {unit!r}"
        raise ValueError(message)
    if unit in ("urgent_hour", "calendar_day") or calendar.all_hours or value <= 0:
        return Due(start + max(0.0, value) * _BY_CLOCK[unit])
    local = start + zone_offset_s
    found = (
        _hours_later(local, value, calendar) if unit == "office_hour" else _days_later(local, value, calendar)
    )
    if found is None:
        return Due(start + value * _BY_CLOCK[unit], undetermined=True)
    return Due(found - zone_offset_s, _undetermined(local, found, calendar))


def office_seconds(begin: float, end: float, calendar: Calendar, *, zone_offset_s: int) -> float:
    """Return the office time between two times (epoch seconds), 0 when ``end`` is not later."""
    if end <= begin:
        return 0.0
    if calendar.all_hours:
        return end - begin
    first, last = begin + zone_offset_s, end + zone_offset_s
    total = 0.0
    for day in range(_day_of(first), min(_day_of(last), LAST_DAY - EPOCH_DAY) + 1):
        for opens, closes in calendar.periods_of(date.fromordinal(EPOCH_DAY + day)):
            total += max(0.0, min(last, day * DAY + closes) - max(first, day * DAY + opens))
    return total


_BY_CLOCK = {"urgent_hour": HOUR, "office_hour": HOUR, "office_day": DAY, "calendar_day": DAY}


def _day_of(local: float) -> int:
    return math.floor(local / DAY)


def _office_periods(local: float, calendar: Calendar) -> Iterator[tuple[float, float]]:
    """Yield the office periods (local seconds) from ``local`` on; the first is cut off at ``local``."""
    day = _day_of(local)
    idle = 0
    while idle < IDLE_DAYS and 0 < EPOCH_DAY + day <= LAST_DAY:
        idle += 1
        for opens, closes in calendar.periods_of(date.fromordinal(EPOCH_DAY + day)):
            if day * DAY + closes > local:
                yield max(local, day * DAY + opens), day * DAY + closes
                idle = 0
        day += 1


def _hours_later(local: float, hours: float, calendar: Calendar) -> float | None:
    left = hours * HOUR
    for opens, closes in _office_periods(local, calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


def _days_later(local: float, days: float, calendar: Calendar) -> float | None:
    """Return the same time of day on the n-th working day, or the next open time if the office is closed."""
    begin = next(_office_periods(local, calendar), (None, None))[0]
    if begin is None:
        return None
    day, left, idle = _day_of(begin), math.ceil(days), 0
    while left:
        day, idle = day + 1, idle + 1
        if idle > IDLE_DAYS or EPOCH_DAY + day > LAST_DAY:
            return None
        if calendar.periods_of(date.fromordinal(EPOCH_DAY + day)):
            left, idle = left - 1, 0
    same = day * DAY + begin % DAY
    return next(_office_periods(same, calendar), (None, None))[0]


def _undetermined(first: float, last: float, calendar: Calendar) -> bool:
    years = range(
        date.fromordinal(EPOCH_DAY + _day_of(first)).year,
        date.fromordinal(EPOCH_DAY + _day_of(last)).year + 1,
    )
    return not calendar.known_years.issuperset(years)
