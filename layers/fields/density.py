"""Computes a density of points: projection, aggregation, transformation.

Datashader counts points per cell. A kernel of fixed size on the ground spreads the counts and
keeps their sum. Divided by the true area of a cell this gives cases per km², equal for the same place at
every zoom.
"""

from typing import Any, Final

import datashader as ds
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.palette import Ramp, Scale
from layers.png import palette_png
from layers.projection import stretch, to_degrees

__all__ = [
    "Area", "count", "density", "density_of", "inner", "mean", "paint", "regrid", "spread", "warm_up",
    "worst",
]  # fmt: skip

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

KERNEL_M: Final = ((0.5, 170.0), (0.5, 550.0))
"""Shares and standard deviations, in metres on the ground: a core, so that one case is visible from the
hall, and a halo, so that neighbouring cases merge. The shares add up to 1: no case is lost or doubled."""

REACH: Final = 3.0
"""Standard deviations at which the kernel is cut; the rest is normalised to keep the sum."""


class Area:
    """A rectangle in EPSG:3857 cut into cells; row 0 is the southernmost.

    ``latitude`` (degrees) sets the kernel's scale, so that neighbouring tiles match.
    """

    def __init__(
        self, extent: tuple[float, float, float, float], shape: tuple[int, int], latitude: float
    ) -> None:
        self.extent = extent
        self.shape = shape
        self.cell_x = (extent[2] - extent[0]) / shape[1]
        self.cell_y = (extent[3] - extent[1]) / shape[0]
        metre = float(stretch(latitude))
        self.metre = metre
        self.sigmas = tuple((share, size * metre) for share, size in KERNEL_M)

    def margin(self) -> int:
        """Return the width, in cells, of the border from which the kernel reaches into the area."""
        widest = max(size for _, size in self.sigmas)
        return int(np.ceil(REACH * widest / min(self.cell_x, self.cell_y)))

    def wider(self, cells: int) -> "Area":
        """Return the area with `cells` more cells on every side."""
        west, south, east, north = self.extent
        wide, high = cells * self.cell_x, cells * self.cell_y
        found = Area.__new__(Area)
        found.extent = (west - wide, south - high, east + wide, north + high)
        found.shape = (self.shape[0] + 2 * cells, self.shape[1] + 2 * cells)
        found.cell_x, found.cell_y = self.cell_x, self.cell_y
        found.metre, found.sigmas = self.metre, self.sigmas
        return found

    def km2(self) -> Floats:
        """Return the true area of a cell in km², one value per row of the grid (a column vector)."""
        edges = self.extent[1] + self.cell_y * (np.arange(self.shape[0]) + 0.5)
        lat = to_degrees(np.zeros(self.shape[0]), edges)[1]
        return (self.cell_x * self.cell_y / 1e6 / stretch(lat) ** 2)[:, None]


def count(x: Floats, y: Floats, area: Area) -> NDArray[np.uint32]:
    """Return how many points (metres, EPSG:3857) lie in each cell; points outside are not counted."""
    return np.asarray(_canvas(area).points(pd.DataFrame({"x": x, "y": y}), "x", "y", ds.count()).values)


def spread(counts: NDArray[np.uint32] | Grid, area: Area) -> Grid:
    """Return the counts spread by the kernel. The sum stays, except for parts beyond the area's edge."""
    flat = counts.astype(np.float32)
    total = np.zeros_like(flat)
    for share, size in area.sigmas:
        part = _blur(_blur(flat, size / area.cell_y, 0), size / area.cell_x, 1)
        part *= np.float32(share)
        total += part
    return total


def density(x: Floats, y: Floats, area: Area) -> Grid:
    """Return points per km² on the ground for each cell of the area, including points just outside."""
    wide = area.wider(area.margin())
    return _per_km2(inner(spread(count(x, y, wide), wide), area), area)


def density_of(counts: Grid | NDArray[np.uint32], grid: Area, area: Area) -> Grid:
    """Return the same from counts per cell of a finer grid, whose points lie evenly in their cells."""
    wide = area.wider(area.margin())
    return _per_km2(inner(spread(regrid(counts, grid, wide), wide), area), area)


def mean(x: Floats, y: Floats, values: Floats, area: Area) -> tuple[Grid, Grid]:
    """Return the mean value of the points around each cell, and their number per km².

    A point weighs as much as it adds to the density there. Without any point the mean is 0.
    """
    wide = area.wider(area.margin())
    frame = pd.DataFrame({"x": x, "y": y, "value": values})
    total = np.nan_to_num(_canvas(wide).points(frame, "x", "y", ds.sum("value")).values)
    near = inner(spread(count(x, y, wide), wide), area)
    weighed = inner(spread(total.astype(np.float32), wide), area)
    found = np.divide(weighed, near, out=np.zeros_like(near), where=near > 0)
    return found, _per_km2(near, area)


def worst(x: Floats, y: Floats, values: Floats, area: Area, reach_m: float) -> Grid:
    """Return the highest value of the points within ``reach_m`` (metres on the ground, a square) of a cell.

    Values are positive; 0 = no point.
    """
    reach = reach_m * area.metre
    cells = max(int(np.ceil(reach / area.cell_x)), int(np.ceil(reach / area.cell_y)))
    wide = area.wider(cells)
    frame = pd.DataFrame({"x": x, "y": y, "value": values})
    grid = np.nan_to_num(_canvas(wide).points(frame, "x", "y", ds.max("value")).values).astype(np.float32)
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(grid, 2 * cells + 1, axis=axis)
        grid = windows.max(axis=-1)
    return np.asarray(grid)


def inner(grid: Grid, area: Area) -> Grid:
    """Return the part of a grid of ``area.wider(area.margin())`` that is the area itself."""
    margin = area.margin()
    return np.asarray(grid[margin : margin + area.shape[0], margin : margin + area.shape[1]])


def regrid(counts: Grid | NDArray[np.uint32], grid: Area, area: Area) -> Grid:
    """Return counts of one grid in the cells of another; each is shared by the part that lies in a cell."""
    for axis, (low, to) in enumerate(((1, "cell_y"), (0, "cell_x"))):
        size, cell = getattr(grid, to), getattr(area, to)
        edges = area.extent[low] + cell * np.arange(area.shape[axis] + 1)
        counts = _shares(counts, (edges - grid.extent[low]) / size, axis)
    return counts.astype(np.float32)


def _shares(counts: Grid | NDArray[np.uint32], edges: Floats, axis: int) -> Grid:
    """Return sums between edges along one axis; edges count in cells.

    Whole cells are summed; then the part of each edge's own cell that lies before the edge moves over it.
    """
    last = counts.shape[axis] - 1
    at = np.clip(edges, 0.0, last + 1.0)
    cells = np.minimum(at.astype(np.intp), last)
    shape = (-1, 1) if axis == 0 else (1, -1)
    whole = np.add.reduceat(counts, cells, axis=axis).astype(np.float32)  # the last one goes to the end
    whole[_along(axis, np.flatnonzero(np.diff(cells) == 0))] = 0.0  # reduceat gives a cell, not nothing
    parts = np.take(counts, cells, axis=axis) * (at - cells).astype(np.float32).reshape(shape)
    return np.asarray(whole[_along(axis, slice(-1))] + np.diff(parts, axis=axis), dtype=np.float32)


def _along(axis: int, which: Any) -> Any:
    return (which, slice(None)) if axis == 0 else (slice(None), which)


def paint(grid: Grid, ramp: Ramp | Scale) -> bytes:
    """Return a palette PNG of a grid whose row 0 is the southernmost."""
    return palette_png(ramp.steps(grid)[::-1], ramp.table)


def warm_up() -> None:
    """Compile Datashader's kernel (about a second, once per process), before the console is ready."""
    area = Area((0.0, 0.0, 4000.0, 4000.0), (4, 4), 0.0)
    one = np.array([1.0])
    density(one, one, area)
    mean(one, one, one, area)
    worst(one, one, one, area, 1.0)


def _per_km2(grid: Grid, area: Area) -> Grid:
    return np.asarray(grid / area.km2().astype(np.float32))


def _canvas(area: Area) -> ds.Canvas:
    west, south, east, north = area.extent
    return ds.Canvas(area.shape[1], area.shape[0], x_range=(west, east), y_range=(south, north))


def _blur(grid: Grid, sigma: float, axis: int) -> Grid:
    """Spread along one axis by a normalised Gaussian; taps are summed as shifted views."""
    radius = int(np.ceil(REACH * sigma))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    out = np.zeros_like(grid)
    into, length = np.moveaxis(out, axis, 0), grid.shape[axis]
    from_ = np.moveaxis(grid, axis, 0)
    for shift in range(-min(radius, length - 1), min(radius, length - 1) + 1):
        low, high = max(0, shift), min(length, length + shift)
        into[low:high] += taps[shift + radius] * from_[low - shift : high - shift]
    return out
