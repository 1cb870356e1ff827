"""Duplicate groups: reports that are probably of the same thing share one row (story M8)."""

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from city.places.distance import M_PER_DEGREE, metres
from city.views.wall_seen import CaseSeen

__all__ = ["NEAR_M", "DuplicateGroups"]

NEAR_M: Final = 50.0
URGENCY: Final = {"critical": 0, "urgent": 1, "normal": 2}
UNDECIDED: Final = frozenset({"reported", "verifying"})
Cell = tuple[str, str, int, int]


class _Placed(NamedTuple):
    """The fields of a case that decide its group; a change of any other field costs nothing."""

    cell: Cell
    lon: float
    lat: float
    undecided: bool
    order: tuple[int, bool, float, float, str]
    """Most urgent first, hazards before others, then in the order of the reports."""
    hazard: bool
    rank: int
    """Rank of the urgency, 0 = critical."""

    def may_join(self, other: "_Placed") -> bool:
        """Whether the other case comes first and is at least as urgent and hazardous."""
        is_first = not other.undecided or other.order < self.order
        return is_first and other.rank <= self.rank and other.hazard >= self.hazard


class DuplicateGroups:
    """Groups undecided reports under the nearest open case of their class within ``near_m``, the head.

    Decided cases come first, then the most urgent ones, then cases in the order of their reports. A head is
    never itself a member, never less urgent than a member, and a hazard is a member of hazards only.
    Reports without a position or a class are in no group. The cost of a change depends on the cases around
    it, not on all open cases.
    """

    def __init__(self, near_m: float = NEAR_M) -> None:
        self._near_m = near_m
        # No side of a cell is shorter than near_m below 63° of latitude.
        self._side = near_m / (M_PER_DEGREE * 0.45)
        self._placed: dict[str, _Placed] = {}
        self._undecided: defaultdict[Cell, set[str]] = defaultdict(set)
        self._heads: defaultdict[Cell, set[str]] = defaultdict(set)
        self._head_of: dict[str, str] = {}
        self._pending: set[str] = set()

    def put(self, case: CaseSeen) -> None:
        """Add an open case, or update it."""
        placed, before = self._place(case), self._placed.get(case.key)
        if placed == before:
            return
        self.drop(case.key)
        if placed is None:
            return
        self._placed[case.key] = placed
        if placed.undecided:
            self._undecided[placed.cell].add(case.key)
            self._pending.add(case.key)
        else:
            self._add_head(case.key, placed)

    def drop(self, key: str) -> None:
        """Remove a case that is no longer open, by its mark."""
        placed = self._placed.pop(key, None)
        if placed is None:
            return
        self._discard(self._undecided, placed.cell, key)
        self._pending.discard(key)
        if self._head_of.pop(key, None) is None:
            self._remove_head(key, placed)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return mark of each head → marks of its members, in the order of their reports."""
        self._decide()
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, head in self._head_of.items():
            found[head].append(key)
        return {head: tuple(sorted(keys, key=self._reported)) for head, keys in found.items()}

    def _place(self, case: CaseSeen) -> _Placed | None:
        if not case.code or math.isnan(case.lon):
            return None
        column, row = math.floor(case.lon / self._side), math.floor(case.lat / self._side)
        rank = URGENCY.get(case.urgency, len(URGENCY))
        return _Placed(
            (case.kind, case.code, column, row), case.lon, case.lat, case.state in UNDECIDED,
            (rank, not case.hazard, case.recorded_at, case.at, case.key), case.hazard, rank,
        )  # fmt: skip

    def _order(self, key: str) -> tuple[int, bool, float, float, str]:
        return self._placed[key].order

    def _reported(self, key: str) -> tuple[float, float, str]:
        return self._placed[key].order[2:]

    def _add_head(self, key: str, placed: _Placed) -> None:
        self._heads[placed.cell].add(key)
        self._mark_nearby(placed)

    def _remove_head(self, key: str, placed: _Placed) -> None:
        self._discard(self._heads, placed.cell, key)
        self._mark_nearby(placed)

    def _discard(self, cells: defaultdict[Cell, set[str]], cell: Cell, key: str) -> None:
        if cell in cells:
            cells[cell].discard(key)
            if not cells[cell]:
                del cells[cell]

    def _mark_nearby(self, placed: _Placed) -> None:
        """Mark reports near a changed head for a new decision; those that come before it never join it."""
        for _, key in self._near(self._undecided, placed):
            if not placed.undecided or self._order(key) > placed.order:
                self._pending.add(key)

    def _decide(self) -> None:
        """Decide again for marked reports, in their order; continue only where heads changed."""
        waiting = [(self._order(key), key) for key in self._pending]
        heapq.heapify(waiting)
        while waiting:
            _, key = heapq.heappop(waiting)
            if key not in self._pending:
                continue
            self._pending.discard(key)
            known = set(self._pending)
            self._decide_one(key)
            for other in self._pending - known:
                heapq.heappush(waiting, (self._order(other), other))

    def _decide_one(self, key: str) -> None:
        placed = self._placed[key]
        was_head = key in self._heads.get(placed.cell, ())
        head = self._head(key, placed)
        if head is None:
            self._head_of.pop(key, None)
            if not was_head:
                self._add_head(key, placed)
            return
        self._head_of[key] = head
        if was_head:
            self._remove_head(key, placed)

    def _head(self, key: str, placed: _Placed) -> str | None:
        heads = [
            (distance, other)
            for distance, other in self._near(self._heads, placed)
            if placed.may_join(self._placed[other])
        ]
        return min(heads)[1] if heads else None

    def _near(self, cells: Mapping[Cell, set[str]], placed: _Placed) -> list[tuple[float, str]]:
        """Return (metres, mark) of the cases of the same class within ``near_m``."""
        kind, code, column, row = placed.cell
        found = []
        for x in (column - 1, column, column + 1):
            for y in (row - 1, row, row + 1):
                for key in cells.get((kind, code, x, y), ()):
                    other = self._placed[key]
                    distance = metres(placed.lon, placed.lat, other.lon, other.lat)
                    if distance <= self._near_m:
                        found.append((distance, key))
        return found
