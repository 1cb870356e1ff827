"""Counts of what happens too often to be counted anew: a fixed grid, one bucket a minute, all integers.

A window is the sum of whole buckets. Adding a batch and dropping a bucket are exact, so the sum is at any
moment what a full recount would give.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.density import Area

__all__ = ["BUCKET_S", "BucketGrid"]

BUCKET_S: Final = 60.0
Floats = NDArray[np.float64]


class BucketGrid:
    """Points (metres, EPSG:3857) of the newest ``minutes`` city minutes, counted per cell of an area.

    City time is an argument and may not go back: what was dropped is gone.
    """

    def __init__(self, area: Area, minutes: int) -> None:
        self.area = area
        self.minutes = minutes
        self._buckets: dict[int, list[NDArray[np.int64]]] = {}
        self._total = np.zeros(area.shape[0] * area.shape[1], dtype=np.int32)
        self._oldest: int | None = None

    def add(self, x: Floats, y: Floats, at: Floats) -> None:
        """Count a batch, each point in the bucket of its own ``at`` (city epoch seconds).

        A late one counts if its bucket is still kept; one outside the area counts nowhere.
        """
        cells, inside = self._cells(x, y)
        buckets = np.floor(at / BUCKET_S).astype(np.int64)
        if self._oldest is not None:
            inside &= buckets >= self._oldest
        for bucket in np.unique(buckets[inside]):
            mine = cells[inside & (buckets == bucket)]
            self._buckets.setdefault(int(bucket), []).append(mine)
            np.add.at(self._total, mine, 1)

    def roll(self, city_now: float) -> None:
        """Drop the buckets that left the window at city time ``city_now`` (epoch seconds)."""
        oldest = int(np.floor(city_now / BUCKET_S)) - self.minutes + 1
        self._oldest = oldest if self._oldest is None else max(self._oldest, oldest)
        for bucket in [b for b in self._buckets if b < self._oldest]:
            for cells in self._buckets.pop(bucket):
                np.subtract.at(self._total, cells, 1)

    def counts(self) -> NDArray[np.uint32]:
        """Return the counts of the window, row 0 southernmost: ready for :func:`layers.density.spread`."""
        return self._total.reshape(self.area.shape).astype(np.uint32)

    def _cells(self, x: Floats, y: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        west, south, _, _ = self.area.extent
        rows, columns = self.area.shape
        with np.errstate(invalid="ignore"):
            across = np.floor((x - west) / self.area.cell_x)
            up = np.floor((y - south) / self.area.cell_y)
        inside = (across >= 0) & (across < columns) & (up >= 0) & (up < rows)
        cells = np.where(inside, up * columns + across, 0.0).astype(np.int64)
        return cells, inside
