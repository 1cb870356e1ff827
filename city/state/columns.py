"""Columns: measurements as numpy arrays with one row per id. The newest value overwrites the row."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Columns", "Ring"]


class Columns:
    """A table of named numpy columns and an id → row index. Rows are never removed, only overwritten.

    A numeric column starts as NaN (floats) or 0; an object column as ''.
    """

    def __init__(self, **kinds: str) -> None:
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
        return number

    def find(self, key: str) -> int | None:
        """Return the row of an id, None when it is unknown."""
        return self._row.get(key)

    def set(self, row: int, values: Mapping[str, Any]) -> None:
        """Write values into one row."""
        for name, value in values.items():
            self._data[name][row] = value

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
