"""Pictures over the whole map: one palette PNG per frame, in whole cells of CSS pixels."""

import base64
from typing import Any, Final

import numpy as np
from bokeh.models import ColumnDataSource, ImageURL

from layers.base.glyphs import add
from layers.contract import Extent, Frame
from layers.palette import DENSITY
from layers.png import palette_png

__all__ = ["CELL_PX", "CLEAR", "draw_picture", "image_of", "shape_of"]

CELL_PX: Final = 4
MOST_CELLS: Final = 512 * 288

CLEAR: Final = palette_png(np.zeros((1, 1), dtype=np.uint8), DENSITY.table)
"""A picture of nothing: a field that is off."""


def shape_of(extent: Extent, metres_per_px: float) -> tuple[int, int]:
    """Return rows and columns of a view: cells of 4 CSS px, larger if there were too many."""
    west, south, east, north = extent
    cell = max(CELL_PX * metres_per_px, ((east - west) * (north - south) / MOST_CELLS) ** 0.5)
    return max(1, int((north - south) / cell)), max(1, int((east - west) / cell))


def image_of(extent: Extent) -> dict[str, float]:
    """Return the place of a picture, as the page sets it: its north-west corner and its size, metres."""
    west, south, east, north = extent
    return {"x": west, "y": north, "w": east - west, "h": north - south}


def draw_picture(figure: Any, frame: Frame, prefix: str) -> None:
    """Add a frame's picture below the names."""
    image = frame.meta["image"]
    png = "data:image/png;base64," + base64.b64encode(frame.columns["png"]).decode()  # type: ignore[arg-type]  # bytes
    data = {"url": [png], **{name: [image[name]] for name in "xywh"}}
    picture = ImageURL(url="url", x="x", y="y", w="w", h="h")  # from its north-west corner
    add(figure, ColumnDataSource(data=data, name=f"{prefix}:{frame.key}"), picture, level="underlay")
