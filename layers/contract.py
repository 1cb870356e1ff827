"""The contract of a layer: a view becomes columns (once for all viewers), columns become glyphs."""

from collections.abc import Container, Iterable
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from bokeh.models import ColumnDataSource
from numpy.typing import NDArray

from city.clocks.city_clock import CityClock
from city.dispatch.tables.water_lines import WaterLines
from layers.atlas.atlas import Atlas
from layers.normal_limits import NORMAL, Limit, Line
from layers.projection import to_degrees

__all__ = [
    "NO_STATIONS",
    "STREET_ZOOM",
    "Column",
    "Extent",
    "Frame",
    "Layer",
    "MapSetting",
    "clear_sources",
    "machine_time",
    "same",
    "source_of",
]

Column = NDArray[Any] | list[str] | bytes
Extent = tuple[float, float, float, float]
"""West, south, east, north in metres, EPSG:3857."""


class Frame(msgspec.Struct, frozen=True, eq=False):
    """The present content of one layer: the same bytes for every viewer.

    ``columns`` are exactly the columns of the layer's Bokeh source, all of one length (float64, float32,
    int32, uint8 arrays or lists of strings); positions are metres, EPSG:3857. The only exception is a
    picture: one column ``png`` of bytes, which the page converts to the columns ``url, x, y, w, h`` with
    ``meta["image"]``. Beside other columns the picture has a source of its own, ``<prefix>:<key>:picture``,
    which is set together with theirs. ``as_of`` is machine time (epoch seconds) of the newest object shown,
    or of the computation when nothing is shown. ``meta`` is small JSON.
    """

    key: str
    as_of: float
    columns: dict[str, Column]
    meta: dict[str, Any] = {}


STREET_ZOOM: Final = 14.0
"""Mercator metres per CSS px, 12 m on the ground in Shanghai; the home view of a district has 80."""


NO_STATIONS: Final = WaterLines()


class MapSetting(msgspec.Struct, frozen=True):
    """The settings of a channel's map.

    ``extent`` is the home view and ``size`` its size in CSS px (a wall of another size differs a little;
    only the space for call-outs and labels depends on it). ``clear`` are extents that call-outs should
    leave free: the map's own names. ``covered`` are extents hidden by other elements, such as the inset.
    ``core`` is the extent of the inset, placed in ``corner`` (see layers.atlas.inset), None without an
    inset. ``beside`` is the extent of the inset beside a wide page's map, at ``beside_factor`` times the
    map's scale. ``atlas`` and ``text_px`` (CSS px) are
    used to place the names. Ordinary cases are seen below ``ordinary_below`` metres per CSS px. ``lines`` are
    those of single gauges, ``stations`` the water-level stations with theirs.
    """

    extent: Extent
    size: tuple[float, float] = (756.0, 986.0)
    limits: tuple[Limit, ...] = NORMAL
    lines: tuple[Line, ...] = ()
    stations: WaterLines = NO_STATIONS
    clear: tuple[Extent, ...] = ()
    covered: tuple[Extent, ...] = ()
    core: Extent | None = None
    corner: str = ""
    beside: Extent | None = None
    beside_factor: int = 1
    atlas: Atlas | None = None
    text_px: float = 17.0
    ordinary_below: float = STREET_ZOOM

    @property
    def metres_per_px(self) -> float:
        """Mercator metres per CSS px when the extent just fits the size."""
        west, south, east, north = self.extent
        return max((east - west) / self.size[0], (north - south) / self.size[1])

    @property
    def latitude(self) -> float:
        """Latitude of the middle of the home view, degrees."""
        return float(to_degrees(0.0, (self.extent[1] + self.extent[3]) / 2)[1])


class Layer(Protocol):
    """One layer of the map.

    ``reads`` are the slices of ``seen.revisions`` that it depends on. ``every_s`` (machine seconds) is the
    least time between two frames. Without any change a frame is due again after some seconds, because
    time windows move and objects become lost.
    """

    @property
    def key(self) -> str:
        """Name of the layer, its frame and its sources."""

    @property
    def title(self) -> str:
        """Key in the catalogue of words."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Slices of the view that the layer depends on."""

    @property
    def every_s(self) -> float:
        """Least time between two frames, machine seconds."""

    def frame(self, seen: Any, now: float) -> Frame:
        """Return the content at machine time ``now``; it depends only on the arguments."""

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the layer's glyphs to a Bokeh figure, on a source named ``<prefix>:<key>``."""


def source_of(frame: Frame, prefix: str) -> ColumnDataSource:
    """Return a Bokeh source with a frame's columns, under the name that the page uses."""
    return ColumnDataSource(data=dict(frame.columns), name=f"{prefix}:{frame.key}")


def clear_sources(figures: Iterable[Any], names: Container[str]) -> None:
    """Take the rows out of the named sources of figures: what they drew once must not be taken as present."""
    for figure in figures:
        for model in figure.references():
            if isinstance(model, ColumnDataSource) and model.name in names:
                model.data = {str(name): [] for name in model.data}


def same(one: Frame | None, other: Frame) -> bool:
    """Say whether two frames of a layer have equal content, apart from age; then nothing is sent."""
    if one is None:
        return False
    if one is other:
        return True
    if one.meta != other.meta or one.columns.keys() != other.columns.keys():
        return False
    return all(_equal(column, other.columns[name]) for name, column in one.columns.items())


def _equal(one: Column, other: Column) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        floats = one.dtype.kind == "f" and other.dtype.kind == "f"
        return np.array_equal(one, other, equal_nan=floats)
    return type(one) is type(other) and bool(one == other)


def machine_time(clock: CityClock, moment: float) -> float:
    """Return the machine time of a city time (epoch seconds); a stopped clock has only one."""
    if clock.rate == 0.0:
        return clock.machine0
    return clock.machine0 + (moment - clock.city0) / clock.rate
