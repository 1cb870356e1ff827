"""Free space on the home view, in CSS px from its upper left corner: occupied boxes, text positions."""

from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np

from layers.base.label_placing import text_width
from layers.contract import Extent, MapSetting

__all__ = ["Box", "Boxes", "Point", "Side", "View", "around", "text_box"]

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

HIGH: Final = 1.35
"""Line height in units of the font size."""


class Side(msgspec.Struct, frozen=True):
    """Position of a text beside its mark: Bokeh's align, px from the mark to the text's anchor."""

    align: str
    x: float
    y: float


GAP: Final = 10.0
BESIDE: Final = (Side("left", GAP, 0.0), Side("right", -GAP, 0.0))
OVER: Final = tuple(
    Side(align, 0.0, y) for y in (-22.0, 22.0, -42.0, 42.0) for align in ("center", "left", "right")
)


class Boxes:
    """Occupied boxes of a greedy placement."""

    def __init__(self) -> None:
        self._rows = np.empty((64, 4))
        self._count = 0

    @property
    def boxes(self) -> list[Box]:
        """Return all occupied boxes."""
        return [(row[0], row[1], row[2], row[3]) for row in self._rows[: self._count].tolist()]

    def take(self, box: Box) -> None:
        """Add an occupied box."""
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = box
        self._count += 1

    def copy(self) -> "Boxes":
        """Return the same boxes, to take more without taking them here."""
        other = Boxes()
        other._rows, other._count = self._rows.copy(), self._count
        return other

    def overlap(self, box: Box) -> float:
        """Return the occupied area of a box in px²."""
        rows = self._rows[: self._count]
        across = np.minimum(rows[:, 2], box[2]) - np.maximum(rows[:, 0], box[0])
        down = np.minimum(rows[:, 3], box[3]) - np.maximum(rows[:, 1], box[1])
        return float((across.clip(0.0) * down.clip(0.0)).sum())


class View:
    """The home view of a setting, in px."""

    def __init__(self, setting: MapSetting) -> None:
        self._west, self._north = setting.extent[0], setting.extent[3]
        self._metres = setting.metres_per_px
        self.size = setting.size

    def px(self, x: float, y: float) -> Point:
        """Return the position in px of a point in metres, EPSG:3857."""
        return (float(x) - self._west) / self._metres, (self._north - float(y)) / self._metres

    def box(self, extent: Extent) -> Box:
        """Return the box of an extent in metres, EPSG:3857."""
        return (*self.px(extent[0], extent[3]), *self.px(extent[2], extent[1]))

    def extent(self, box: Box) -> Extent:
        """Return the extent in metres, EPSG:3857, of a box."""
        west, north, metres = self._west, self._north, self._metres
        left, top, right, bottom = box
        return west + left * metres, north - bottom * metres, west + right * metres, north - top * metres

    def holds(self, box: Box, edge: float = 0.0) -> bool:
        """Say whether a box is inside the view, at least ``edge`` px from its border."""
        width, height = self.size
        return box[0] >= edge and box[1] >= edge and box[2] <= width - edge and box[3] <= height - edge

    def side(
        self,
        text: str,
        here: Point,
        size: float,
        *,
        taken: Boxes,
        sides: Iterable[Side],
        most: float = float("inf"),
    ) -> Side | None:
        """Return and occupy the side of a mark where a text of ``size`` px hides least; first of equals.

        None when no side is inside the view, or each would hide more than ``most`` px².
        """  # fmt: skip
        boxes = [(side, text_box(text, here, size, side)) for side in sides]
        found = [(taken.overlap(box), n) for n, (_, box) in enumerate(boxes) if self.holds(box)]
        hidden, best = min(found, default=(float("inf"), -1))
        if best < 0 or hidden > most:
            return None
        taken.take(boxes[best][1])
        return boxes[best][0]


def around(here: Point, half: float) -> Box:
    """Return the square box around a point."""
    return here[0] - half, here[1] - half, here[0] + half, here[1] + half


def text_box(text: str, here: Point, size: float, side: Side) -> Box:
    """Return the box of a text of ``size`` px on a side of its mark."""
    width, half = text_width(text, size), size * HIGH / 2
    x, y = here[0] + side.x, here[1] + side.y
    left = {"left": x, "right": x - width, "center": x - width / 2}[side.align]
    return left, y - half, left + width, y + half
