"""Case density: how many cases per km² were reported within the window, in absolute colours.

The home view is one palette PNG inside the live frame (columns ``{"png": bytes}``); the page makes a blob
URL of it and sets the source to one row ``url, x, y, w, h`` with x, y, w, h from ``meta["image"]`` (metres,
EPSG:3857; x, y is the north-west corner). Bokeh keeps drawing the old picture until the new one is decoded,
so the map is never blank. Every case is spread over some 700 m so that a single one is visible; its parts
add up to exactly one case.
"""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from city.clocks.city_clock import CityClock
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import CaseSeen
from layers.atlas.inset import FACTOR
from layers.contract import Extent, Frame, MapSetting, machine_time
from layers.fields.density import Area, density, paint
from layers.fields.pictures import CLEAR, draw_picture, image_of, shape_of
from layers.palette import DENSITY
from layers.projection import RADIUS, stretch, to_mercator

__all__ = ["TILE_CELLS", "WINDOWS", "BesideHeat", "CoreHeat", "Heat", "SeesCases", "tile_extent"]

Floats = NDArray[np.float64]

WINDOWS: Final = {"15m": 900.0, "1h": 3600.0, "6h": 21600.0, "24h": 86400.0}
"""Allowed windows, in city seconds."""

TILE_CELLS: Final = 128
FINEST_M: Final = 40.0
"""Metres on the ground: the kernel has no finer detail, so a deeper tile gets fewer cells."""


class SeesCases(Protocol):
    """The part of a view that the density needs."""

    @property
    def cases(self) -> tuple[CaseSeen, ...]:
        """Open cases."""

    @property
    def clock(self) -> CityClock:
        """City time."""

    @property
    def response(self) -> ResponseSeen:
        """The response levels in force."""


class Heat:
    """Density of the open cases reported within the window (city time, by ``at``)."""

    key = "heat"
    title = "layer.heat"
    reads: tuple[str, ...] = ("cases", "response")
    every_s = 2.0
    prefix = "layer"

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self.extent = setting.extent
        self.area = Area(self.extent, shape_of(self.extent, setting.metres_per_px), setting.latitude)
        self._kept: tuple[tuple[CaseSeen, ...], tuple[Floats, Floats, Floats]] | None = None

    def frame(self, seen: SeesCases, now: float) -> Frame:
        """Return the home view's picture; ``meta``: image, numbers, window_s, count, unplaced."""
        x, y, at = self._points(seen, now, self.setting.window_s)
        placed = np.isfinite(x)
        is_off = seen.response.mode == "emergency"  # rain takes its place
        return Frame(
            self.key,
            min(now, machine_time(seen.clock, float(at.max()))) if len(at) else now,
            {"png": CLEAR if is_off else paint(density(x[placed], y[placed], self.area), DENSITY)},
            {
                "image": image_of(self.extent),
                "numbers": DENSITY.numbers(),
                "window_s": self.setting.window_s,
                "count": int(placed.sum()),
                "unplaced": int((~placed).sum()),
                "off": is_off,
            },
        )

    def tile(self, seen: SeesCases, now: float, at: tuple[int, int, int], window_s: float = 3600.0) -> bytes:
        """Return the PNG of the 512 px tile ``at`` = (z, x, y), XYZ order, for every other view.

        The colours are those of the home view. Raises ValueError for a tile that does not exist.
        """
        extent = tile_extent(*at)
        if seen.response.mode == "emergency":
            return CLEAR
        x, y, _ = self._points(seen, now, window_s)
        placed = np.isfinite(x)
        fewer = FINEST_M * float(stretch(self.setting.latitude)) * TILE_CELLS / (extent[2] - extent[0])
        cells = TILE_CELLS >> max(0, min(6, int(np.ceil(np.log2(fewer)))))
        area = Area(extent, (cells, cells), self.setting.latitude)
        return paint(density(x[placed], y[placed], area), DENSITY)

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the picture below the names, only to the figure of ``self.prefix``."""
        if prefix == self.prefix:
            draw_picture(figure, frame, prefix)

    def _points(self, seen: SeesCases, now: float, window_s: float) -> tuple[Floats, Floats, Floats]:
        """Return x, y (NaN = address only) and ``at`` of the cases inside the window."""
        cases = seen.cases
        kept = self._kept
        if kept is None or kept[0] is not cases:
            kept = (cases, _columns(cases))
            self._kept = (
                kept  # one atomic assignment: two threads may both build it, none reads a partial value
            )
        x, y, at = kept[1]
        inside = at > seen.clock.at(now) - window_s
        return x[inside], y[inside], at[inside]


class CoreHeat(Heat):
    """The density of the inset of the dense core, at the inset's scale; drawn on the inset's figure only."""

    key = "heat_core"
    prefix = "inset"

    def __init__(self, setting: MapSetting) -> None:
        super().__init__(setting)
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


def _columns(cases: tuple[CaseSeen, ...]) -> tuple[Floats, Floats, Floats]:
    number = len(cases)
    lon = np.fromiter((case.lon for case in cases), np.float64, number)
    lat = np.fromiter((case.lat for case in cases), np.float64, number)
    at = np.fromiter((case.at for case in cases), np.float64, number)
    x, y = to_mercator(lon, lat)
    return x, y, at
