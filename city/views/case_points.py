"""Open cases as columns: where, since when, until when, how urgent. Only a changed case costs anything."""

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from city.state.case_file import URGENCIES

if TYPE_CHECKING:
    from city.views.wall_seen import CaseSeen

__all__ = ["CaseColumns", "CasePoints", "columns_of"]

Floats = npt.NDArray[np.float64]

_NAMES: Final = ("lon", "lat", "at", "until", "urgency")


class CaseColumns(msgspec.Struct, frozen=True, eq=False):
    """One row per open case, in no particular order.

    Positions are WGS84 degrees (NaN = address only), times city epoch seconds; ``until`` is that of
    ``CaseSeen.until`` (NaN = none), ``urgency`` counts from 0 (normal).
    """

    lon: Floats
    lat: Floats
    at: Floats
    until: Floats
    urgency: Floats


class CasePoints:
    """Keeps the columns of open cases by their marks."""

    def __init__(self) -> None:
        self._row: dict[str, int] = {}
        self._marks: list[str] = []
        self._data = np.full((len(_NAMES), 64), np.nan)
        self._seen: CaseColumns | None = None

    def put(self, case: "CaseSeen") -> None:
        """Add an open case or write it anew."""
        row = self._row.get(case.key)
        if row is None:
            row = self._row[case.key] = len(self._marks)
            self._marks.append(case.key)
            if row == self._data.shape[1]:
                self._data = np.concatenate([self._data, np.full_like(self._data, np.nan)], axis=1)
        self._data[:, row] = _values(case)
        self._seen = None

    def drop(self, mark: str) -> None:
        """Remove a case; the last row takes its place."""
        row = self._row.pop(mark, None)
        if row is None:
            return
        last = self._marks.pop()
        if last != mark:
            self._marks[row], self._row[last] = last, row
            self._data[:, row] = self._data[:, len(self._marks)]
        self._seen = None

    def seen(self) -> CaseColumns:
        """Return a copy of the columns, the same one until a case changes."""
        if self._seen is None:
            self._seen = CaseColumns(*self._data[:, : len(self._marks)].copy())
        return self._seen


def columns_of(cases: tuple["CaseSeen", ...]) -> CaseColumns:
    """Return the columns of some cases, read one by one."""
    found = np.array([_values(case) for case in cases], dtype=np.float64).reshape(-1, len(_NAMES))
    return CaseColumns(*np.ascontiguousarray(found.T))


def _values(case: "CaseSeen") -> tuple[float, ...]:
    until = case.until
    rank = URGENCIES.index(case.urgency) if case.urgency in URGENCIES else 0
    return case.lon, case.lat, case.at, float("nan") if until is None else until, float(rank)
