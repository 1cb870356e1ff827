"""Marks as one picture: where a layer has more of them than a browser can paint one by one.

A picture has the pixels of one view, and each mark the shape, size and colours of its glyph. Of marks at one
pixel one is drawn, so the cost has a limit however many they are.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from layers.contract import Extent, MapSetting
from layers.png import palette_png

__all__ = ["Look", "MarkPicture", "Pixels", "home_pixels"]

Floats = NDArray[np.float64]
Steps = NDArray[np.uint8]
Rows = NDArray[np.intp]

LEVELS: Final = 3
"""Steps of opacity of a mark's edge."""
FINE: Final = 8
"""Samples per pixel and axis by which the edge of a mark is found."""
BORDER: Final = 0.04
"""The home view's picture reaches beyond it by this share: a page's map differs a little in size."""


class Look(msgspec.Struct, frozen=True):
    """The look of a mark: a square of ``size`` CSS px, with a cross if its marker is ``square_x``.

    ``colour`` (#RRGGBB) is that of the line, ``line`` CSS px wide, and of the inside unless it is hollow.
    """

    marker: str
    size: float
    colour: str
    is_hollow: bool = False
    line: float = 1.5

    def levels(self, density: float) -> Steps:
        """Return the opacity, 0 to ``LEVELS``, of each pixel of a mark in the middle of the middle one."""
        half = self.size / 2
        reach = max(0, int(np.ceil((half + self.line / 2) * density - 0.5)))
        side = 2 * reach + 1
        fine = (np.arange(side * FINE) + 0.5) / FINE - side / 2
        y, x = np.meshgrid(fine / density, fine / density, indexing="ij")
        edge = np.maximum(np.abs(x), np.abs(y)) - half
        covered = np.abs(edge) <= self.line / 2
        if not self.is_hollow:
            covered |= edge <= 0.0
        if self.marker == "square_x":
            diagonals = np.minimum(np.abs(x - y), np.abs(x + y)) / np.sqrt(2.0)
            covered |= (edge <= 0.0) & (diagonals <= self.line / 2)
        share = covered.reshape(side, FINE, side, FINE).mean(axis=(1, 3))
        return np.asarray(np.round(share * LEVELS), dtype=np.uint8)


class Pixels(msgspec.Struct, frozen=True):
    """The pixels of a view: ``width`` × ``height`` CSS px from its north-west corner (metres, EPSG:3857) on.

    ``scale`` is metres per CSS px, ``density`` device px per CSS px.
    """

    west: float
    north: float
    scale: float
    width: int
    height: int
    density: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the picture, device px."""
        return max(1, round(self.height * self.density)), max(1, round(self.width * self.density))

    @property
    def extent(self) -> Extent:
        """The view in metres."""
        east, south = self.west + self.width * self.scale, self.north - self.height * self.scale
        return self.west, south, east, self.north

    def at(self, x: Floats, y: Floats) -> tuple[Rows, Rows]:
        """Return the rows and columns of places in metres; those outside have some that are not there."""
        per_px = self.scale / self.density
        return _whole((self.north - y) / per_px), _whole((x - self.west) / per_px)


class MarkPicture:
    """Draws marks of a few looks; of two at one place the one of the later look is on top."""

    def __init__(self, looks: tuple[Look, ...]) -> None:
        self.looks = looks
        rows = [
            (*(int(look.colour[i : i + 2], 16) for i in (1, 3, 5)), round(255 * level / LEVELS))
            for look in looks
            for level in range(1, LEVELS + 1)
        ]
        self.table: NDArray[np.uint8] = np.array([(0, 0, 0, 0), *rows], dtype=np.uint8)

    def steps(self, x: Floats, y: Floats, look: Steps, pixels: Pixels) -> Steps:
        """Return the palette's number of each pixel; ``look`` is the number of each mark's look."""
        rows, columns = pixels.at(x, y)
        grid = np.zeros(pixels.shape, dtype=np.uint8)
        for number, one in enumerate(self.looks):
            levels = one.levels(pixels.density)
            which = look == number
            drawn = _stamp(rows[which], columns[which], levels, pixels.shape)
            over = (drawn > LEVELS // 2) | ((drawn > 0) & (grid == 0))
            np.copyto(grid, drawn + np.uint8(number * LEVELS), where=over)
        return grid

    def png(self, steps: Steps) -> bytes:
        """Return the picture of what ``steps`` returned."""
        return palette_png(steps, self.table)


def home_pixels(setting: MapSetting) -> Pixels:
    """Return the pixels of a map's home view and a border around it."""
    west, south, east, north = setting.extent
    scale = setting.metres_per_px
    border = BORDER * max(east - west, north - south)
    width = int(np.ceil((east - west + 2 * border) / scale))
    height = int(np.ceil((north - south + 2 * border) / scale))
    return Pixels(west - border, north + border, scale, width, height)


def _whole(px: Floats) -> Rows:
    far = 2.0**31
    return np.nan_to_num(np.floor(px), nan=-far).clip(-far, far).astype(np.intp)


def _stamp(rows: Rows, columns: Rows, levels: Steps, shape: tuple[int, int]) -> Steps:
    """Return the highest level that any mark gives to each pixel."""
    side = len(levels)
    reach = side // 2
    height, width = shape[0] + 4 * reach, shape[1] + 4 * reach  # a mark just outside has pixels inside
    down, right = rows + 2 * reach, columns + 2 * reach
    is_near = (down >= reach) & (right >= reach) & (down < height - reach) & (right < width - reach)
    places = np.zeros(height * width, dtype=np.bool_)
    places[down[is_near] * width + right[is_near]] = True
    middles = np.flatnonzero(places)  # of marks at one pixel one is drawn
    found = np.zeros(height * width, dtype=np.uint8)
    for level in np.unique(levels[levels > 0]):  # the higher ones last
        for row, column in np.argwhere(levels == level) - reach:
            found[middles + (row * width + column)] = level
    inner = 2 * reach
    return found.reshape(height, width)[inner : inner + shape[0], inner : inner + shape[1]]
