"""Rain of the last hour: millimetres between the gauges, in absolute colours; only in an emergency.

The colour of a place is what its gauges measured. Where no gauge that measures is near there is no colour,
which is not zero: a dry place near a gauge has the ramp's first colour. The picture is made again only when
a gauge's millimetres have changed.
"""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.state.last_hour import RAIN_RATE, rain
from city.views.wall_seen import ReadingsSeen, WallSeen
from layers.atlas.inset import FACTOR
from layers.contract import Extent, Frame, MapSetting, machine_time
from layers.fields.density import Area, paint
from layers.fields.interpolation import field
from layers.fields.pictures import CLEAR, draw_picture, image_of, shape_of
from layers.palette import RAIN
from layers.projection import to_mercator

__all__ = ["RADIUS_M", "BesideRain", "CoreRain", "Gauges", "Rain", "gauges"]

Floats = NDArray[np.float64]

RAIN_SUM: Final = "rain_1h"
"""Metric of a gauge that itself adds up the millimetres of the last hour."""
RADIUS_M: Final = 5000.0
"""A gauge speaks for what is nearer than this, metres on the ground [J]: a rain cell is about as large."""
KNOWN: Final = 0.75
"""A gauge has an hour when so much of it is known [J]; a gauge that has just begun to report has none."""


class Gauges(msgspec.Struct, frozen=True, eq=False):
    """The rain gauges with a position: ``mm`` of the last hour (NaN = lost, or the hour is not known yet)."""

    x: Floats
    y: Floats
    mm: Floats
    lost: NDArray[np.bool_]
    at: Floats
    owners: tuple[str, ...]
    """Who runs those that measure, most gauges first."""


class Rain:
    """The rain field; its picture is clear in peacetime."""

    key = "rain"
    title = "layer.rain"
    reads: tuple[str, ...] = ("readings", "registry", "response")
    every_s = 10.0
    prefix = "layer"

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self.extent, scale = self._shown() or setting.extent, setting.metres_per_px / self._factor()
        self.area = Area(self.extent, shape_of(self.extent, scale), setting.latitude)
        self._kept: tuple[list[NDArray[Any]], bytes] | None = None

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return the picture; ``meta``: image, on, at (city time of the newest reading), owners, counts.

        ``gauges`` counts all gauges, ``lost`` the silent ones, ``short`` those whose hour is not known yet;
        ``most`` is the most millimetres of a gauge.
        """
        if seen.response.mode != "emergency":
            return Frame(self.key, now, {"png": CLEAR}, {"image": image_of(self.extent), "on": False})
        found = gauges(seen.readings, seen.clock.at(now))
        known = np.isfinite(found.mm)
        newest = float(found.at[known].max()) if known.any() else None
        return Frame(
            self.key,
            now if newest is None else min(now, machine_time(seen.clock, newest)),
            {"png": self._picture(found)},
            {
                "image": image_of(self.extent),
                "on": True,
                "at": newest if newest is None else newest // 60 * 60,
                "owners": list(found.owners),
                "gauges": len(known),
                "lost": int(found.lost.sum()),
                "short": int((~known & ~found.lost).sum()),
                "most": round(float(found.mm[known].max()), 1) if known.any() else None,
                "radius_km": RADIUS_M / 1000,
            },
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the picture below the names, only to the figure of ``self.prefix``."""
        if prefix == self.prefix:
            draw_picture(figure, frame, prefix)

    def _picture(self, found: Gauges) -> bytes:
        # A tenth of a millimetre is what gauges measure: less would make a new picture of nothing new.
        given = [found.x, found.y, np.round(found.mm, 1), found.lost]
        kept = self._kept
        if kept is not None and all(map(_equal, kept[0], given)):
            return kept[1]
        x, y, mm, lost = given
        use = np.isfinite(mm) | lost
        grid = field(
            x[use], y[use], mm[use], lost[use].astype(np.bool_), self.area, RADIUS_M, self.setting.latitude
        )
        png = paint(grid, RAIN)
        self._kept = (given, png)  # one atomic assignment, as in Heat
        return png

    def _shown(self) -> Extent | None:
        return self.setting.extent

    def _factor(self) -> int:
        return 1


class CoreRain(Rain):
    """The rain field of the inset of the dense core."""

    key = "rain_core"
    prefix = "inset"

    def _shown(self) -> Extent | None:
        return self.setting.core

    def _factor(self) -> int:
        return FACTOR


class BesideRain(CoreRain):
    """The same for the inset beside the map."""

    key = "rain_beside"
    prefix = "beside"

    def _shown(self) -> Extent | None:
        return self.setting.beside


def gauges(readings: ReadingsSeen, city_now: float) -> Gauges:
    """Return the rain gauges of some readings at a city time (epoch seconds).

    A gauge that adds up the hour itself is taken at its word; of one that measures the rate the hour is added
    up (`city.state.last_hour`). A lost gauge has no millimetres.
    """
    sums = np.flatnonzero(readings.metric == RAIN_SUM)
    rates = np.flatnonzero((readings.metric == RAIN_RATE) & ~np.isin(readings.device, readings.device[sums]))
    rows = np.concatenate([sums, rates])
    mm = np.full(len(readings.ids), np.nan)
    mm[sums] = readings.value[sums]
    hour = readings.hour
    own = np.flatnonzero(np.isin(hour.rows, rates))
    fell, share = rain(hour.of(rates), readings.interval[hour.rows[own]], city_now)
    mm[hour.rows[own]] = np.where(share >= KNOWN, fell, np.nan)
    x, y = to_mercator(readings.lon[rows], readings.lat[rows])
    rows, x, y = rows[np.isfinite(x)], x[np.isfinite(x)], y[np.isfinite(x)]
    lost = readings.lost[rows] | (readings.quality[rows] == "bad") | np.isnan(readings.value[rows])
    found = np.where(lost | (mm[rows] < 0), np.nan, mm[rows])
    return Gauges(x, y, found, lost, readings.at[rows], _owners(readings.owner[rows[np.isfinite(found)]]))


def _owners(names: NDArray[np.object_]) -> tuple[str, ...]:
    known, counts = np.unique(names.astype(str), return_counts=True)
    return tuple(name for _, name in sorted(zip(-counts, known.tolist(), strict=True)) if name)


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
