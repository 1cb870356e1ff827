"""Reports of the same thing: one row for one place, however many call (story M8)."""

import math
from collections import defaultdict
from typing import Final, NamedTuple

from city.distance import M_PER_DEGREE, metres
from city.seen import CaseSeen

__all__ = ["NEAR_M", "SamePlace"]

NEAR_M: Final = 50.0
UNDECIDED: Final = frozenset({"reported", "verifying"})
Cell = tuple[str, str, int, int]


class _Placed(NamedTuple):
    """What counts of a case: the fewer things, the fewer changes matter."""

    cell: Cell
    lon: float
    lat: float
    undecided: bool
    order: tuple[float, float, str]


class SamePlace:
    """Heaps undecided reports on the nearest open case of their class within ``near_m``.

    What is decided comes first, then whoever was reported first; nothing lies on what itself lies on
    another. Reports without a position or a class lie on nothing. A change costs what lies around it,
    not what is open in the city.
    """

    def __init__(self, near_m: float = NEAR_M) -> None:
        self._near_m = near_m
        # No side of a cell is shorter than near_m below 63° of latitude.
        self._side = near_m / (M_PER_DEGREE * 0.45)
        self._placed: dict[str, _Placed] = {}
        self._cells: defaultdict[Cell, set[str]] = defaultdict(set)
        self._head_of: dict[str, str] = {}
        self._unsettled: set[str] = set()

    def put(self, case: CaseSeen) -> None:
        """Take in an open case, or what changed of it."""
        placed, before = self._place(case), self._placed.get(case.key)
        if placed == before:
            return
        self.drop(case.key)
        if placed is not None:
            self._placed[case.key] = placed
            self._cells[placed.cell].add(case.key)
            self._unsettled.add(case.key)
            self._unsettle_around(placed)

    def drop(self, key: str) -> None:
        """Forget a case, by its mark: it is not open any more."""
        placed = self._placed.pop(key, None)
        if placed is None:
            return
        self._cells[placed.cell].discard(key)
        if not self._cells[placed.cell]:
            del self._cells[placed.cell]
        self._head_of.pop(key, None)
        self._unsettled.discard(key)
        self._unsettle_around(placed)

    def heaps(self) -> dict[str, tuple[str, ...]]:
        """Return mark of a case → marks of the reports that may be the same, in the order of their coming."""
        self._settle()
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, head in self._head_of.items():
            found[head].append(key)
        return {head: tuple(sorted(keys, key=self._order)) for head, keys in found.items()}

    def _place(self, case: CaseSeen) -> _Placed | None:
        if not case.code or math.isnan(case.lon):
            return None
        column, row = math.floor(case.lon / self._side), math.floor(case.lat / self._side)
        return _Placed(
            (case.kind, case.code, column, row), case.lon, case.lat, case.state in UNDECIDED,
            (case.recorded_at, case.at, case.key),
        )  # fmt: skip

    def _order(self, key: str) -> tuple[float, float, str]:
        return self._placed[key].order

    def _unsettle_around(self, placed: _Placed) -> None:
        self._unsettled.update(key for _, key in self._near(placed) if self._placed[key].undecided)

    def _settle(self) -> None:
        """Decide anew for what changed and for every report that hangs together with it."""
        if not self._unsettled:
            return
        # A decided case lies on nothing whatever happens, so no influence goes on through it.
        touched: set[str] = set()
        waiting = [key for key in self._unsettled if self._placed[key].undecided]
        while waiting:
            key = waiting.pop()
            if key not in touched:
                touched.add(key)
                near = (other for _, other in self._near(self._placed[key]))
                waiting += [other for other in near if self._placed[other].undecided]
        self._unsettled.clear()
        for key in touched:
            self._head_of.pop(key, None)
        for key in sorted(touched, key=self._order):
            head = self._head(key)
            if head is not None:
                self._head_of[key] = head

    def _head(self, key: str) -> str | None:
        placed = self._placed[key]
        heads = [
            (distance, other)
            for distance, other in self._near(placed)
            if other not in self._head_of
            and (not self._placed[other].undecided or self._order(other) < placed.order)
        ]
        return min(heads)[1] if heads else None

    def _near(self, placed: _Placed) -> list[tuple[float, str]]:
        """Return (metres, mark) of the cases of its class within ``near_m`` of a place."""
        kind, code, column, row = placed.cell
        found = []
        for x in (column - 1, column, column + 1):
            for y in (row - 1, row, row + 1):
                for key in self._cells.get((kind, code, x, y), ()):
                    other = self._placed[key]
                    distance = metres(placed.lon, placed.lat, other.lon, other.lat)
                    if distance <= self._near_m:
                        found.append((distance, key))
        return found
