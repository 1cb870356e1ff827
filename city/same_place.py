"""Reports of the same thing: one row for one place, however many call (story M8)."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from city.distance import M_PER_DEGREE, metres
from city.seen import CaseSeen

__all__ = ["NEAR_M", "Heaps", "heaps"]

NEAR_M: Final = 50.0
UNDECIDED: Final = frozenset({"reported", "verifying"})
Cell = tuple[str, str, int, int]
Heaps = dict[str, tuple[CaseSeen, ...]]
"""Mark of a case → the undecided reports that may be the same, in the order in which they came."""


def heaps(cases: Iterable[CaseSeen], *, near_m: float = NEAR_M) -> Heaps:
    """Heap undecided reports on the nearest open case of their class within ``near_m``.

    What is decided comes first, then whoever was reported first; nothing lies on what itself lies on
    another. Reports without a position lie on nothing.
    """
    known = [case for case in cases if case.code and not math.isnan(case.lon)]
    undecided = [case for case in known if case.state in UNDECIDED]
    # Most open cases are decided and of a class that nobody waits in: they cost one look.
    waited_in = {(case.kind, case.code) for case in undecided}
    grid = _Grid(near_m)
    for case in known:
        if (case.kind, case.code) in waited_in and case.state not in UNDECIDED:
            grid.add(case)
    found: defaultdict[str, list[CaseSeen]] = defaultdict(list)
    for case in sorted(undecided, key=lambda one: (one.recorded_at, one.at, one.key)):
        head = grid.head(case)
        if head is None:
            grid.add(case)
        else:
            found[head.key].append(case)
    return {mark: tuple(members) for mark, members in found.items()}


class _Grid:
    """Heads by class and cell; who is within ``near_m`` lies in a cell or one beside it."""

    def __init__(self, near_m: float) -> None:
        self._near_m = near_m
        # No side of a cell is shorter than that below 63° of latitude.
        self._side = near_m / (M_PER_DEGREE * 0.45)
        self._heads: defaultdict[Cell, list[CaseSeen]] = defaultdict(list)

    def add(self, case: CaseSeen) -> None:
        column, row = self._place(case)
        self._heads[case.kind, case.code, column, row].append(case)

    def head(self, case: CaseSeen) -> CaseSeen | None:
        column, row = self._place(case)
        near = [
            (metres(head.lon, head.lat, case.lon, case.lat), head)
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            for head in self._heads.get((case.kind, case.code, x, y), ())
        ]
        distance, head = min(near, key=lambda one: one[0], default=(math.inf, None))
        return head if distance <= self._near_m else None

    def _place(self, case: CaseSeen) -> tuple[int, int]:
        return math.floor(case.lon / self._side), math.floor(case.lat / self._side)
