"""Official warnings on the map: the outline of each area, dashed, in the warning's colour."""

from typing import Any, Final

import numpy as np
from bokeh.models import Line
from numpy.typing import NDArray

from city.state.warning_records import Ring
from city.views.wall_seen import WallSeen, WarningArea
from layers.atlas.atlas import Atlas
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, machine_time, source_of
from layers.palette import LEVELS
from layers.projection import to_mercator

__all__ = ["Warnings", "lines", "padded"]

Floats = NDArray[np.float64]
NONE: Final = np.zeros(0)


class Warnings:
    """Areas of the warnings in force, each in its own colour; equal areas once, in the highest level."""

    key = "warnings"
    title = "layer.warnings"
    reads = ("warnings",)
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._streets = _streets(setting.atlas)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return, per colour, one line of all outlines (``<colour>_x, <colour>_y``), separated by NaN.

        ``meta``: in_force, and without_area = the number of warnings without an outline on this map.
        """
        in_force = [warning for warning in seen.warnings if not warning.announced]
        areas = sorted((area for warning in in_force for area in warning.areas), key=lambda area: area.rank)
        worst = {ring: area.colour for area in areas for ring in self._rings(area)}
        columns = {}
        for colour in LEVELS:
            rings = [ring for ring, level in worst.items() if level == colour]
            columns[f"{colour}_x"], columns[f"{colour}_y"] = lines(rings, closed=True)
        sent = [machine_time(seen.clock, warning.sent) for warning in in_force]
        without = sum(not any(map(self._rings, warning.areas)) for warning in in_force)
        return Frame(
            self.key,
            min(now, max(sent)) if sent else now,
            padded(columns),
            {"in_force": len(in_force), "without_area": without},
        )

    def _rings(self, area: WarningArea) -> tuple[Ring, ...]:
        if area.ring:
            return (area.ring,)
        # A street has nine digits; some offices write twelve, as in a village's code.
        return self._streets.get(area.code.removesuffix("000"), ()) or self._streets.get(area.code, ())

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add one dashed line per colour, the highest level last."""
        source = source_of(frame, prefix)
        for colour, css in LEVELS.items():
            line = Line(
                x=f"{colour}_x", y=f"{colour}_y", line_color=css, line_dash=[8, 6], line_width=1.5,
                line_alpha=0.8,
            )  # fmt: skip
            add(figure, source, line)


def _streets(atlas: Atlas | None) -> dict[str, tuple[Ring, ...]]:
    """Return the outer rings (lon, lat) of each street by its code."""
    found = {}
    for feature in atlas.lookup["features"] if atlas else ():
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found[str(feature["properties"]["code"])] = tuple(
            tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons
        )
    return found


def lines(paths: Any, *, closed: bool = False) -> tuple[Floats, Floats]:
    """Return paths of (lon, lat) degrees as one line in metres, separated by NaN.

    A path that crosses the 180th meridian continues beyond it, on the shorter way.
    """
    parts_x, parts_y = [NONE], [NONE]
    for path in paths:
        if not path:
            continue
        ring = (*path, path[0]) if closed and path[0] != path[-1] else path
        lon = np.unwrap([point[0] for point in ring], period=360.0)
        x, y = to_mercator(lon, [point[1] for point in ring])
        parts_x += [x, np.array([np.nan])]
        parts_y += [y, np.array([np.nan])]
    return np.concatenate(parts_x), np.concatenate(parts_y)


def padded(columns: dict[str, Floats]) -> dict[str, Any]:
    """Return columns padded to one length, as a Bokeh source requires."""
    length = max(len(column) for column in columns.values())
    return {
        name: np.concatenate([column, np.full(length - len(column), np.nan)])
        for name, column in columns.items()
    }
