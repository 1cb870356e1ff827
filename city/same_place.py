"""Reports of the same thing: one row for one place, however many call (story M8)."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from city.distance import metres
from city.seen import CaseSeen

__all__ = ["NEAR_M", "Heaps", "heaps"]

NEAR_M: Final = 50.0
UNDECIDED: Final = frozenset({"reported", "verifying"})
_CELL: Final = 0.001
"""Degrees: no side of a cell is shorter than NEAR_M below 63° of latitude."""

Cell = tuple[str, str, int, int]
Heads = dict[Cell, list[CaseSeen]]
Heaps = dict[str, tuple[CaseSeen, ...]]
"""Mark of a case → the undecided reports that may be the same, in the order in which they came."""


def heaps(cases: Iterable[CaseSeen]) -> Heaps:
    """Heap undecided reports on the nearest open case of their class within 50 m.

    What is decided comes first, then whoever was reported first; nothing lies on what itself lies on
    another. Reports without a position lie on nothing.
    """
    known = [case for case in cases if case.code and not math.isnan(case.lon)]
    undecided = [case for case in known if case.state in UNDECIDED]
    # Most open cases are decided and of a class that nobody waits in: they cost one look.
    waited_in = {(case.kind, case.code) for case in undecided}
    heads: Heads = defaultdict(list)
    for case in known:
        if (case.kind, case.code) in waited_in and case.state not in UNDECIDED:
            heads[_cell(case)].append(case)
    found: defaultdict[str, list[CaseSeen]] = defaultdict(list)
    for case in sorted(undecided, key=lambda one: (one.recorded_at, one.at, one.key)):
        head = _head(heads, case)
        if head is None:
            heads[_cell(case)].append(case)
        else:
            found[head.key].append(case)
    return {mark: tuple(members) for mark, members in found.items()}


def _cell(case: CaseSeen) -> Cell:
    return case.kind, case.code, math.floor(case.lon / _CELL), math.floor(case.lat / _CELL)


def _head(heads: Heads, case: CaseSeen) -> CaseSeen | None:
    kind, code, column, row = _cell(case)
    near = [
        (metres(head.lon, head.lat, case.lon, case.lat), head)
        for x in (column - 1, column, column + 1)
        for y in (row - 1, row, row + 1)
        for head in heads.get((kind, code, x, y), ())
    ]
    distance, head = min(near, key=lambda one: one[0], default=(math.inf, None))
    return head if distance <= NEAR_M else None
