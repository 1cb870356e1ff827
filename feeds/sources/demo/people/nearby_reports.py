"""Twins: open cases of one class that lie within some metres of one another."""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from city.state.ledger_state import Case
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON, Place

__all__ = ["Twins"]

NEAR_M: Final = 45.0
"""A little less than what may be merged (domain §4.3)."""

Cell = tuple[str, str, int, int]


class Twins:
    """Keys of open cases by class and place; what cannot be placed has no twin."""

    def __init__(self) -> None:
        self._cells: defaultdict[Cell, set[str]] = defaultdict(set)
        self._where: dict[str, Cell] = {}

    def note(self, case: Case) -> None:
        """Note an open case where it is now, forget one that is over."""
        old = self._where.get(case.key)
        new = _cell(case) if case.is_open else None
        if old == new:
            return
        if old is not None:
            del self._where[case.key]
            self._cells[old].discard(case.key)
            if not self._cells[old]:
                del self._cells[old]
        if new is not None:
            self._where[case.key] = new
            self._cells[new].add(case.key)

    def of(self, case: Case, cases: Mapping[str, Case]) -> str:
        """Return the key of the oldest earlier case that is filed and open beside this one, '' for none."""
        cell = _cell(case)
        if cell is None:
            return ""
        kind, code, column, row = cell
        here = Place(0, "", "", "", case.place.lon, case.place.lat)
        near = [
            cases[key]
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            for key in self._cells.get((kind, code, x, y), ())
        ]
        found = [
            (other.at, other.key)
            for other in near
            if (other.at, other.key) < (case.at, case.key)
            and other.file.filed_at is not None
            and here.metres_to(other.place.lon, other.place.lat) <= NEAR_M
        ]
        return min(found)[1] if found else ""


def _cell(case: Case) -> Cell | None:
    place = case.place
    if math.isnan(place.lon) or math.isnan(place.lat):
        return None
    return case.kind, case.code, int(place.lon * M_PER_LON // NEAR_M), int(place.lat * M_PER_LAT // NEAR_M)
