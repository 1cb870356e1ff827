"""Nearby reports: open cases of one class within some metres of each other."""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from city.state.ledger_state import Case
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON, Place

__all__ = ["NearbyReports"]

NEAR_M: Final = 45.0
"""Slightly less than the distance for merging (domain §4.3)."""

Cell = tuple[str, str, int, int]


class NearbyReports:
    """Keys of open cases by class and place; a case without a position has no twin."""

    def __init__(self) -> None:
        self._cells: defaultdict[Cell, set[str]] = defaultdict(set)
        self._where: dict[str, Cell] = {}

    def update(self, case: Case) -> None:
        """Store the place of an open case; remove a closed one."""
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

    def oldest(self, case: Case, cases: Mapping[str, Case]) -> str:
        """Return the key of the oldest earlier case that is filed, open and near this one, '' for none."""
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
