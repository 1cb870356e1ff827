"""Interpolates what gauges measure over the map: inverse distance, only near gauges that measure.

Datashader averages the gauges of each cell. A modified Shepard weight, ((R − d) / (R·d))², spreads each
cell's value up to the radius R; beyond it nothing is known. Where the nearest gauge is lost, nothing is known
either: its neighbours do not speak for it.
"""

from typing import Final

import datashader as ds
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.fields.density import Area
from layers.projection import stretch

__all__ = ["field", "warm_up"]

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

_NEAREST: Final = 0.5
"""Cells: a gauge's own cell has its value, whatever lies around it."""


def field(
    x: Floats, y: Floats, value: Floats, lost: NDArray[np.bool_], area: Area, radius_m: float, latitude: float
) -> Grid:  # fmt: skip
    """Return the value of each cell, NaN where no gauge that measures is the nearest within ``radius_m``.

    ``x, y`` are metres, EPSG:3857, ``radius_m`` is on the ground; a gauge that is ``lost`` has no value.
    """
    across, down = (radius_m * float(stretch(latitude)) / cell for cell in (area.cell_x, area.cell_y))
    margin = int(np.ceil(max(across, down)))
    wide = area.wider(margin)
    half_x, half_y = int(across), int(down)
    far = np.hypot(
        np.arange(-half_x, half_x + 1)[None, :] / across, np.arange(-half_y, half_y + 1)[:, None] / down
    ).astype(np.float32)  # 1 = at the radius
    near = np.maximum(far, np.float32(_NEAREST / max(across, down)))
    weight = np.where(far < 1, (np.maximum(1 - near, 0) / near) ** 2, 0).astype(np.float32)
    reached = np.where(far < 1, far, np.float32(np.inf))
    told, weights = np.zeros(wide.shape, np.float32), np.zeros(wide.shape, np.float32)
    measured, silent = (np.full(wide.shape, np.inf, np.float32) for _ in range(2))
    for row, column, mean in _cells(x[~lost], y[~lost], value[~lost], wide):
        place, part = _windows(row, column, half_x, half_y, wide.shape)
        told[place] += weight[part] * mean
        weights[place] += weight[part]
        np.minimum(measured[place], reached[part], out=measured[place])
    for row, column, _ in _cells(x[lost], y[lost], np.zeros(int(lost.sum())), wide):
        place, part = _windows(row, column, half_x, half_y, wide.shape)
        np.minimum(silent[place], reached[part], out=silent[place])
    is_known = (measured < silent) & (weights > 0)
    found = np.divide(told, weights, out=np.full(wide.shape, np.nan, np.float32), where=is_known)
    return np.asarray(found[margin : margin + area.shape[0], margin : margin + area.shape[1]])


def warm_up() -> None:
    """Compile Datashader's kernel, before the console is ready."""
    one = np.array([2000.0])
    area = Area((0.0, 0.0, 4000.0, 4000.0), (4, 4), 0.0)
    field(one, one, one, np.zeros(1, dtype=np.bool_), area, 1000.0, 0.0)


def _cells(x: Floats, y: Floats, value: Floats, area: Area) -> list[tuple[int, int, float]]:
    """Return row, column and mean of each cell with gauges."""
    if not len(x):
        return []
    west, south, east, north = area.extent
    canvas = ds.Canvas(area.shape[1], area.shape[0], x_range=(west, east), y_range=(south, north))
    means = canvas.points(pd.DataFrame({"x": x, "y": y, "value": value}), "x", "y", ds.mean("value")).values
    rows, columns = np.nonzero(np.isfinite(means))
    return list(zip(rows.tolist(), columns.tolist(), means[rows, columns].tolist(), strict=True))


def _windows(
    row: int, column: int, half_x: int, half_y: int, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the part of the grid that a gauge reaches, and the same part of its kernel."""
    low_y, low_x = max(0, row - half_y), max(0, column - half_x)
    high_y, high_x = min(shape[0], row + half_y + 1), min(shape[1], column + half_x + 1)
    off_y, off_x = half_y - row, half_x - column
    place = slice(low_y, high_y), slice(low_x, high_x)
    return place, (slice(low_y + off_y, high_y + off_y), slice(low_x + off_x, high_x + off_x))
