"""Heat over the whole map in absolute colours: the density of cases, or what a viewer chose instead.

The home view is one palette PNG inside the live frame (columns ``{"png": bytes}``); the page makes a blob
URL of it and sets the source to one row ``url, x, y, w, h`` with x, y, w, h from ``meta["image"]`` (metres,
EPSG:3857; x, y is the north-west corner). Bokeh keeps drawing the old picture until the new one is decoded,
so the map is never blank. Every case is spread over some 700 m so that a single one is visible; its parts
add up to exactly one case. Other views are tiles.
"""

import itertools
import os
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from layers.atlas.inset import FACTOR
from layers.contract import Extent, Frame, MapSetting, machine_time
from layers.fields.buckets import MINUTE_S, Buckets
from layers.fields.case_heat import CaseHeat, PlacedCases, SeesCases
from layers.fields.density import Area, density_of, paint
from layers.fields.heat_choices import DEFAULT, MANY, HeatChoice
from layers.fields.pictures import CLEAR, draw_picture, image_of, shape_of
from layers.png import palette_png
from layers.projection import RADIUS, stretch

__all__ = ["TILE_CELLS", "BesideHeat", "CoreHeat", "Heat", "SeesCases", "tile_extent"]

Steps = NDArray[np.uint8]

TILE_CELLS: Final = 128
FINEST_M: Final = 40.0
"""Metres on the ground: the kernel has no finer detail, so a deeper tile gets fewer cells."""

_BOOT: Final = os.urandom(3).hex()
"""Versions of two processes never meet in a shared cache."""
_versions: Final = itertools.count(1)


class Heat:
    """The heat of one choice. ``many`` has the counts of detections, readings and positions, by kind.

    An unchanged picture is neither computed nor encoded again.
    """

    key = "heat"
    title = "layer.heat"
    every_s = 2.0
    prefix = "layer"

    def __init__(
        self, setting: MapSetting, choice: HeatChoice = DEFAULT, many: Mapping[str, Buckets] | None = None
    ) -> None:
        self.setting = setting
        self.choice = choice
        self.extent = setting.extent
        self.area = Area(self.extent, shape_of(self.extent, setting.metres_per_px), setting.latitude)
        self.reads: tuple[str, ...] = ("cases", "response", *((choice.kind,) if choice.kind in MANY else ()))
        self.version = ""
        self._cases = CaseHeat(choice)
        self._counts = (many or {}).get(choice.kind)
        self._drawn: tuple[Any, ...] = ()
        self._steps: Steps = np.zeros((0, 0), dtype=np.uint8)
        self._png = CLEAR

    def frame(self, seen: SeesCases, now: float) -> Frame:
        """Return the home view's picture.

        ``meta``: image, count (of what is shown), unplaced, off, ``v`` (the version of tiles that go with
        it), ``cell`` (metres), ``since`` (city time from which on all is known, None = the whole window),
        and the legend's.
        """
        if self.choice.kind in MANY:
            return self._many_frame(seen, now)
        city, cases = seen.clock.at(now), self._cases.cases(seen)
        shown = self._cases.shown(cases, city)
        placed = int((shown & np.isfinite(cases.x)).sum())
        if _is_off(seen) or not placed:
            self._show_nothing()
        elif self.choice.window_s == 0.0 or not self._is_drawn(cases, shown):
            self._show(self._cases.field(cases, shown, city, self.area), (cases, shown))
        newest = float(cases.at[shown].max()) if shown.any() else None
        as_of = now if newest is None else min(now, machine_time(seen.clock, newest))
        return self._frame(as_of, placed, int(shown.sum()) - placed, is_off=_is_off(seen))

    def tile(self, seen: SeesCases, now: float, at: tuple[int, int, int]) -> bytes:
        """Return the PNG of the 512 px tile ``at`` = (z, x, y), XYZ order, for every other view.

        The colours are those of the home view. Raises ValueError for a tile that does not exist.
        """
        extent = tile_extent(*at)
        if _is_off(seen):
            return CLEAR
        fewer = FINEST_M * float(stretch(self.setting.latitude)) * TILE_CELLS / (extent[2] - extent[0])
        cells = TILE_CELLS >> max(0, min(6, int(np.ceil(np.log2(fewer)))))
        area, city = Area(extent, (cells, cells), self.setting.latitude), seen.clock.at(now)
        if self.choice.kind in MANY:
            if self._counts is None:
                return CLEAR
            counts = self._counts.window(self._minutes, city, now)
            return paint(density_of(counts, self._counts.grid, area), self.choice.ramp)
        cases = self._cases.cases(seen)
        return paint(self._cases.field(cases, self._cases.shown(cases, city), city, area), self.choice.ramp)

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the picture below the names, only to the figure of ``self.prefix``."""
        if prefix == self.prefix:
            draw_picture(figure, frame, prefix)

    @property
    def _minutes(self) -> int:
        return int(self.choice.window_s // MINUTE_S)

    def _many_frame(self, seen: SeesCases, now: float) -> Frame:
        counts, city = self._counts, seen.clock.at(now)
        if counts is None or _is_off(seen):
            self._show_nothing()
            return self._frame(now, 0, 0, is_off=_is_off(seen))
        inputs = (counts.revision, city // MINUTE_S)
        if self._drawn[1:] != inputs:
            window = counts.window(self._minutes, city, now)
            self._count = int(window.sum())
            self._show(density_of(window, counts.grid, self.area), (None, *inputs))
        first = (int(city // MINUTE_S) - self._minutes + 1) * MINUTE_S
        since = (city // MINUTE_S if counts.since is None else counts.since) * MINUTE_S
        return self._frame(now, self._count, 0, is_off=False, since=since if since > first else None)

    def _is_drawn(self, cases: PlacedCases, shown: NDArray[np.bool_]) -> bool:
        drawn = self._drawn
        return len(drawn) == 2 and drawn[0] is cases and np.array_equal(drawn[1], shown)

    def _show(self, grid: NDArray[np.float32], inputs: tuple[Any, ...]) -> None:
        """Take a field as the present picture; the same colours are not encoded again."""
        steps = self.choice.ramp.steps(grid)
        if self._drawn == ("nothing",) or not np.array_equal(steps, self._steps):
            self._steps = steps
            self._png = palette_png(steps[::-1], self.choice.ramp.table)
            self._next_version()
        elif self.choice.window_s != 0.0:  # a tile may show what the home view's colours do not
            self._next_version()
        self._drawn = inputs

    def _show_nothing(self) -> None:
        if self._drawn != ("nothing",):
            self._drawn, self._png = ("nothing",), CLEAR
            self._next_version()

    def _next_version(self) -> None:
        self.version = f"{_BOOT}{next(_versions)}"

    def _frame(
        self, as_of: float, count: int, unplaced: int, *, is_off: bool, since: float | None = None
    ) -> Frame:
        return Frame(
            self.key, as_of, {"png": self._png},
            {
                "image": image_of(self.extent), "count": count, "unplaced": unplaced, "off": is_off,
                "v": self.version, "since": since, "cell": self.area.cell_x, **self.choice.about(),
            },
        )  # fmt: skip


class CoreHeat(Heat):
    """The heat of the inset of the dense core, at the inset's scale; drawn on the inset's figure only."""

    key = "heat_core"
    prefix = "inset"

    def __init__(
        self, setting: MapSetting, choice: HeatChoice = DEFAULT, many: Mapping[str, Buckets] | None = None
    ) -> None:
        super().__init__(setting, choice, many)
        self.extent = self._shown() or setting.extent
        scale = setting.metres_per_px / FACTOR
        self.area = Area(self.extent, shape_of(self.extent, scale), setting.latitude)

    def _shown(self) -> Extent | None:
        return self.setting.core


class BesideHeat(CoreHeat):
    """The same for the inset beside the map: cells of the same metres, so of more CSS px."""

    key = "heat_beside"
    prefix = "beside"

    def _shown(self) -> Extent | None:
        return self.setting.beside


def tile_extent(z: int, x: int, y: int) -> Extent:
    """Return the extent of a tile (XYZ: y counts from the north); raises ValueError when there is none."""
    side = 1 << z if 0 <= z <= 22 else 0
    if not (0 <= x < side and 0 <= y < side):
        message = f"expected a tile with 0 <= z <= 22 and x, y below 2^z, got {z}/{x}/{y}"
        raise ValueError(message)
    half = np.pi * RADIUS
    size = 2 * half / side
    west, north = x * size - half, half - y * size
    return (float(west), float(north - size), float(west + size), float(north))


def _is_off(seen: SeesCases) -> bool:
    return seen.response.mode == "emergency"  # rain takes its place
