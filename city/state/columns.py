"""Columns: measurements as numpy arrays with one row per id. The newest value overwrites the row."""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Columns", "Journal", "Ring"]

_REMEMBERED: Final = 100_000
"""Changes of a journal that are kept at least; who read it longer ago than that reads everything."""


class Journal:
    """Which rows changed, in order, so that a reader reads these alone. One thread writes, any may read."""

    def __init__(self) -> None:
        # Both are replaced together, and a slice is one step: a reader in another thread never sees half.
        self._log: tuple[int, array[int]] = (0, array("q"))

    @property
    def revision(self) -> int:
        """How many changes were noted."""
        first, rows = self._log
        return first + len(rows)

    def note(self, row: int) -> None:
        """Note that a row changed."""
        first, rows = self._log
        rows.append(row)
        if len(rows) >= 2 * _REMEMBERED:
            self._log = (first + _REMEMBERED, rows[_REMEMBERED:])

    def since(self, revision: int) -> npt.NDArray[np.intp] | None:
        """Return the rows that changed after a revision, each once; None = too long ago to be known."""
        first, rows = self._log
        if revision < first:
            return None
        return np.unique(np.array(rows[revision - first :], dtype=np.intp))


class Columns:
    """A table of named numpy columns and an id → row index. Rows are never removed, only overwritten.

    A numeric column starts as NaN (floats) or 0; an object column as ''. ``journal`` has the rows that were
    added or written.
    """

    def __init__(self, **kinds: str) -> None:
        self.journal = Journal()
        self.ids: list[str] = []
        self._row: dict[str, int] = {}
        self._kinds = kinds
        self._data: dict[str, npt.NDArray[Any]] = {n: _blank(k, 64) for n, k in kinds.items()}

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, key: str) -> int:
        """Return the row of an id; a new id gets a blank row."""
        found = self._row.get(key)
        if found is not None:
            return found
        number = len(self.ids)
        if number == len(next(iter(self._data.values()))):
            self._grow(number * 2)
        self._row[key] = number
        self.ids.append(key)
        self.journal.note(number)
        return number

    def find(self, key: str) -> int | None:
        """Return the row of an id, None when it is unknown."""
        return self._row.get(key)

    def set(self, row: int, values: Mapping[str, Any]) -> None:
        """Write values into one row."""
        for name, value in values.items():
            self._data[name][row] = value
        self.journal.note(row)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return the used part of a column as a view of length ``len(self)``."""
        return self._data[name][: len(self.ids)]

    def _grow(self, size: int) -> None:
        for name, kind in self._kinds.items():
            bigger = _blank(kind, size)
            bigger[: len(self._data[name])] = self._data[name]
            self._data[name] = bigger


class Ring:
    """Ring buffer of the newest ``size`` points; older ones are overwritten."""

    def __init__(self, size: int, names: Iterable[str]) -> None:
        self._size = size
        self._next = 0
        self._count = 0
        self._data = {name: np.full(size, np.nan) for name in names}

    def __len__(self) -> int:
        return self._count

    def add(self, **values: float) -> None:
        """Add one point."""
        for name, value in values.items():
            self._data[name][self._next] = value
        self._next = (self._next + 1) % self._size
        self._count = min(self._count + 1, self._size)

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """Return the used part of a column, in no particular order."""
        return self._data[name][: self._count]


def _blank(kind: str, size: int) -> npt.NDArray[Any]:
    if kind == "object":
        return np.full(size, "", dtype=object)
    return np.full(size, np.nan) if kind == "float64" else np.zeros(size, dtype=kind)
