"""Counts of many points: whole numbers per minute and cell of one fixed grid, kept batch by batch.

A window is the sum of whole minutes, kept as long as somebody looks at it. Adding a batch and dropping a
minute are exact, so that a window always equals a full pass of datashader over its points, cell by cell.
"""

import threading
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.fields.density import Area

__all__ = ["IDLE_S", "KEPT_MINUTES", "MINUTE_S", "Buckets", "Minute", "fixed_grid"]

Floats = NDArray[np.float64]
Counts = NDArray[np.uint32]
Minute = tuple[int, NDArray[np.int32], Counts]
"""A minute of the epoch, its cells, each once, and their counts. Nothing changes the arrays."""

MINUTE_S: Final = 60.0
KEPT_MINUTES: Final = 1440
"""Minutes that are kept: those of the longest window."""
EARLY_MINUTES: Final = 5
"""A point from further in the future than this is left out: a clock is wrong."""
IDLE_S: Final = 30.0
"""A window that nobody asked for during so many machine seconds is dropped."""
FINEST_CELL_M: Final = 60.0
MOST_CELLS: Final = 1024 * 576
BEYOND_M: Final = 3000.0
"""The grid reaches so far beyond the district: what lies there glows into it."""


def fixed_grid(bounds: tuple[float, float, float, float], latitude: float) -> Area:
    """Return the grid of a district (metres, EPSG:3857): square cells, finer than the density's kernel."""
    west, south, east, north = bounds
    west, south, east, north = west - BEYOND_M, south - BEYOND_M, east + BEYOND_M, north + BEYOND_M
    cell = max(FINEST_CELL_M, ((east - west) * (north - south) / MOST_CELLS) ** 0.5)
    rows, columns = int(np.ceil((north - south) / cell)), int(np.ceil((east - west) / cell))
    return Area((west, south, west + columns * cell, south + rows * cell), (rows, columns), latitude)


class _Minute:
    """The points of one minute: cells, each with its count, and batches that are not counted yet."""

    def __init__(self, cells: NDArray[np.int32] | None = None, counts: Counts | None = None) -> None:
        self._cells = np.zeros(0, dtype=np.int32) if cells is None else cells
        self._counts = np.zeros(0, dtype=np.uint32) if counts is None else counts
        self._batches: list[NDArray[np.int32]] = []
        self._waiting = 0

    def add(self, cells: NDArray[np.int32]) -> None:
        self._batches.append(cells)
        self._waiting += len(cells)
        if self._waiting > 4 * len(self._cells) + 100_000:
            self.counted()

    def counted(self) -> tuple[NDArray[np.int32], Counts]:
        """Return the cells of this minute, each once, and their counts."""
        if self._batches:
            cells, places = np.unique(np.concatenate([self._cells, *self._batches]), return_inverse=True)
            counts = np.zeros(len(cells), dtype=np.uint32)
            known = len(self._cells)
            counts[places[:known]] = self._counts
            counts += np.bincount(places[known:], minlength=len(cells)).astype(np.uint32)
            self._cells, self._counts = cells, counts
            self._batches, self._waiting = [], 0
        return self._cells, self._counts


class _Window:
    """The sum of the minutes ``first`` to ``last``."""

    def __init__(self, size: int, first: int, last: int) -> None:
        self.counts: Counts = np.zeros(size, dtype=np.uint32)
        self.first, self.last = first, last
        self.asked_at = 0.0


class Buckets:
    """Points (metres, EPSG:3857) by minute of their time ``at`` and cell of ``grid``; from any thread.

    ``since`` is the minute from which on every point is known: before it nothing is told, which is not zero.
    ``revision`` changes with the content. Minutes are whole minutes of the epoch, city time.
    """

    def __init__(self, grid: Area) -> None:
        self.grid = grid
        self.since: int | None = None
        self.revision = 0
        self.left_out = 0
        self._minutes: dict[int, _Minute] = {}
        self._windows: dict[int, _Window] = {}
        self._lock = threading.Lock()

    def add(self, x: Floats, y: Floats, at: Floats, now: float) -> None:
        """Take a batch at city time ``now``. Points without place or outside the grid are in no cell."""
        with np.errstate(invalid="ignore"):
            minutes = np.floor(at / MINUTE_S)
            newest = now // MINUTE_S
            timely = (minutes > newest - KEPT_MINUTES) & (minutes <= newest + EARLY_MINUTES)
        cells, inside = cells_of(x, y, self.grid)
        taken = timely & inside
        cells, whole = cells[taken], minutes[taken].astype(np.int64)
        with self._lock:
            self.left_out += int((~timely).sum())
            self.revision += 1
            for minute in np.unique(whole):
                own = cells[whole == minute]
                self._minutes.setdefault(int(minute), _Minute()).add(own)
                for window in self._windows.values():
                    if window.first <= minute <= window.last:
                        np.add.at(window.counts, own, np.uint32(1))
            for minute in [one for one in self._minutes if one <= newest - KEPT_MINUTES]:
                self._drop(minute)

    def window(self, minutes: int, now: float, machine: float) -> Counts:
        """Return a copy of the counts of the last ``minutes`` minutes, that of city time ``now`` included.

        ``machine`` is machine time: windows that nobody asked for lately are dropped.
        """
        last = int(now // MINUTE_S)
        first = last - minutes + 1
        with self._lock:
            self._forget(machine)
            window = self._windows.get(minutes)
            if window is None or not window.first <= first <= window.last + 1 or window.last > last:
                window = self._windows[minutes] = _Window(self.grid.shape[0] * self.grid.shape[1], 0, -1)
                window.first, window.last = first, first - 1
            window.asked_at = machine
            for minute in range(window.last + 1, last + 1):
                self._sum(window, minute, add=True)
            for minute in range(window.first, first):
                self._sum(window, minute, add=False)
            window.first, window.last = first, last
            return window.counts.reshape(self.grid.shape).copy()

    def around(self, x: float, y: float, radius: float, minutes: tuple[int, int]) -> int:
        """Return how many points of the minutes ``first`` to ``last`` lie in cells within a radius."""
        west, south, _, _ = self.grid.extent
        rows, columns = np.mgrid[0 : self.grid.shape[0], 0 : self.grid.shape[1]]
        far = np.hypot(
            west + (columns + 0.5) * self.grid.cell_x - x, south + (rows + 0.5) * self.grid.cell_y - y
        )
        near = (far <= radius).ravel()
        with self._lock:
            pairs = [
                bucket.counted()
                for minute, bucket in self._minutes.items()
                if minutes[0] <= minute <= minutes[1]
            ]
        return int(sum(int(counts[near[cells]].sum()) for cells, counts in pairs))

    def minutes(self) -> list[Minute]:
        """Return every minute that is kept."""
        with self._lock:
            return [(minute, *bucket.counted()) for minute, bucket in self._minutes.items()]

    def restore(self, minutes: Iterable[Minute]) -> None:
        """Take the minutes of an earlier process; to be called before any point is added."""
        with self._lock:
            self._minutes = {minute: _Minute(cells, counts) for minute, cells, counts in minutes}
            self._windows = {}
            self.revision += 1

    def clear(self) -> None:
        """Forget everything: the log is read anew."""
        with self._lock:
            self._minutes, self._windows, self.since = {}, {}, None
            self.revision += 1

    @property
    def windows(self) -> frozenset[int]:
        """The windows that are kept now, in minutes."""
        return frozenset(self._windows)

    def _sum(self, window: _Window, minute: int, *, add: bool) -> None:
        bucket = self._minutes.get(minute)
        if bucket is not None:
            cells, counts = bucket.counted()
            if add:
                window.counts[cells] += counts
            else:
                window.counts[cells] -= counts

    def _drop(self, minute: int) -> None:
        """Drop a minute that is older than the longest window, from windows that have not moved on too."""
        for window in self._windows.values():
            if window.first <= minute <= window.last:
                self._sum(window, minute, add=False)
        del self._minutes[minute]

    def _forget(self, machine: float) -> None:
        self._windows = {
            minutes: one for minutes, one in self._windows.items() if machine - one.asked_at <= IDLE_S
        }


def cells_of(x: Floats, y: Floats, area: Area) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the flat cell of each point and whether it lies in the area, just as datashader places it."""
    west, south, east, north = area.extent
    rows, columns = area.shape
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return _place(y, south, north, rows, inside) * columns + _place(x, west, east, columns, inside), inside


def _place(at: Floats, low: float, high: float, cells: int, inside: NDArray[np.bool_]) -> NDArray[np.int32]:
    scale = cells / (high - low)
    placed = np.where(inside, at, low) * scale + -low * scale
    return np.minimum(placed.astype(np.int32), np.int32(cells - 1))
