"""A full pass of Datashader: what our own counts must equal, and what benchmarks compare them with."""

from typing import Any

import datashader as ds
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.fields.density import Area

__all__ = ["full_pass"]

Floats = NDArray[np.float64]


def full_pass(x: Floats, y: Floats, area: Area, values: Floats | None = None, kind: str = "count") -> Any:
    """Return the ``count``, ``sum`` or ``max`` (of values) of the points in each cell of an area."""
    west, south, east, north = area.extent
    canvas = ds.Canvas(area.shape[1], area.shape[0], x_range=(west, east), y_range=(south, north))
    frame = pd.DataFrame({"x": x, "y": y, **({} if values is None else {"value": values})})
    reduction = ds.count() if values is None else getattr(ds, kind)("value")
    return np.nan_to_num(canvas.points(frame, "x", "y", reduction).values)
