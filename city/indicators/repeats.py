"""Repeated orders, recurring problems, and the same time a year earlier (K16, K17)."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from city.indicators.indicator import Counted
from city.places.distance import M_PER_DEGREE, metres
from city.state.ledger_state import Case, Place
from city.state.past_case import PastCase

__all__ = ["AnyCase", "Nearby", "is_valid", "recurs", "repeats", "year_before"]

AnyCase = Case | PastCase
"""A case of the state, or one that has left it."""

NEAR_M = 50.0
WINDOW_S = 30 * 86_400.0

STRIDE = 1 << 32
AROUND = tuple(x * STRIDE + y for x in (0, -1, 1) for y in (0, -1, 1))


class Nearby:
    """Index of cases by class and place, to find cases of the same class within ``near_m`` metres."""

    def __init__(self, cases: Iterable[AnyCase], near_m: float = NEAR_M) -> None:
        self._near_m = near_m
        # Wider than near_m in both directions up to 60° of latitude: a near case is in a neighbour cell.
        self._side = near_m / M_PER_DEGREE * 2
        self._classes: dict[tuple[str, str], dict[int, list[AnyCase]]] = {}
        for case in cases:
            if case.code and math.isfinite(case.place.lon):
                cells = self._classes.setdefault((case.kind, case.code), {})
                cells.setdefault(self._cell(case.place), []).append(case)

    def within(self, case: Case, begin: float, end: float) -> bool:
        """Whether another case of the class was reported nearby in ``[begin, end]`` (city epoch s)."""
        cells = self._classes.get((case.kind, case.code))
        if cells is None or not math.isfinite(case.place.lon):
            return False
        middle = self._cell(case.place)
        for offset in AROUND:
            for other in cells.get(middle + offset, ()):
                if begin <= other.at <= end and other is not case and self._near(case, other):
                    return True
        return False

    def _cell(self, place: Place | PastCase) -> int:
        return math.floor(place.lon / self._side) * STRIDE + math.floor(place.lat / self._side)

    def _near(self, case: Case, other: AnyCase) -> bool:
        here, there = case.place, other.place
        return metres(here.lon, here.lat, there.lon, there.lat) <= self._near_m


def is_valid(case: AnyCase) -> bool:
    """Whether a case counts: it was not voided. Of those that have left the state only such ones are kept."""
    return not isinstance(case, Case) or case.state != "voided"


def repeats(orders: Iterable[Case], before: Iterable[AnyCase]) -> Counted:
    """Count the ``orders`` that repeat one of ``before`` within the 30 days before.

    A repeat has the same class within 50 m, or the same caller. ``before`` includes the orders themselves.
    """
    earlier = list(before)
    nearby = Nearby(earlier)
    calls: dict[str, list[float]] = {}
    for case in earlier:
        if case.caller_ref:
            calls.setdefault(case.caller_ref, []).append(case.at)
    found = Counted()
    for order in orders:
        begin, end = order.at - WINDOW_S, math.nextafter(order.at, -math.inf)
        called = any(begin <= at <= end for at in calls.get(order.caller_ref, ()))
        found.add(called or nearby.within(order, begin, end))
    return found


def recurs(closed: Iterable[Case], after: Iterable[AnyCase]) -> Counted:
    """Count the closed cases that got a new case of the class within 50 m and 30 days after closing."""
    nearby = Nearby(after)
    return Counted(
        nearby.within(case, math.nextafter(at, math.inf), at + WINDOW_S)
        for case in closed
        if (at := case.file.closed_at) is not None
    )


def year_before(at: float, zone_offset_s: int) -> float:
    """Return the same local time one year earlier (28 February for a leap day), epoch seconds."""
    local = datetime.fromtimestamp(at + zone_offset_s, UTC)
    leap = local.month == 2 and local.day == 29
    return local.replace(year=local.year - 1, day=28 if leap else local.day).timestamp() - zone_offset_s
