"""Storm tracks: past white, forecast dashed, dotted rings of wind forces 7, 10 and 12, the landfall crossed.

``static/js/map/field_labels.js`` writes the time of the landfall beside its mark.
"""

from typing import Any, Final

import numpy as np
from bokeh.models import Line, Scatter
from numpy.typing import NDArray

from city.places.rings import BEARINGS, around
from city.state.warning_records import Landfall, StormPoint
from city.views.wall_seen import StormSeen, WallSeen
from layers.base.free_space import Box, View
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.columns import newest
from layers.marks.labels import LabelPlaces
from layers.marks.warnings import lines, padded
from layers.palette import GROUND, MUTED
from layers.projection import to_mercator

__all__ = ["FORCES", "LANDFALL_PX", "Storms", "ring"]

Floats = NDArray[np.float64]

LANDFALL_PX: Final = (124.0, 30.0)
"""Width and height of a landfall's label, for the longer of two languages."""
FORCES: Final = ("7", "10", "12")
WHITE: Final = "#FFFFFF"


class Storms:
    """Tracks as last published; the past ends at the newest fix."""

    key = "storms"
    title = "layer.storms"
    reads = ("warnings", "marks", "incidents", "closures")
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._places = LabelPlaces(setting)
        self._view = View(setting)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return lines past, ahead and ring, points fix and landfall (``_x``, ``_y`` each), padded with NaN.

        ``meta``: names of the storms; landfalls as at (city time), x, y and the place of the label (px from
        the mark to its middle, None = no room).
        """
        past, ahead, rings, fixes = [], [], [], []
        for storm in seen.storms:
            been, coming = _parts(storm)
            # Reversed: the newest fix keeps its position; parts beyond the 180th meridian continue from it.
            past.append([(p.lon, p.lat) for p in reversed(been)])
            ahead.append([(p.lon, p.lat) for p in (*been[-1:], *coming)])
            fixes += [(p.lon, p.lat) for p in been[-1:]]
            rings += [
                ring(p, p.radii_km[force]) for p in been[-1:] for force in FORCES if force in p.radii_km
            ]
        columns: dict[str, Floats] = {}
        landfalls = [storm.landfall for storm in seen.storms if storm.landfall is not None]
        points = {"fix": [[f] for f in fixes], "landfall": [[(one.lon, one.lat)] for one in landfalls]}
        for name, paths in {"past": past, "ahead": ahead, "ring": rings, **points}.items():
            columns[f"{name}_x"], columns[f"{name}_y"] = lines(paths)
        received = np.array([storm.received for storm in seen.storms], dtype=np.float64)
        return Frame(
            self.key, newest(received, now), padded(columns),
            {
                "names": [storm.name for storm in seen.storms],
                "landfalls": self._landfalls(seen, now, landfalls),
            },
        )  # fmt: skip

    def boxes(self, seen: Any, now: float) -> list[Box]:
        """Return the boxes (CSS px of the home view) of the landfalls' labels."""
        landfalls = [one.landfall for one in getattr(seen, "storms", ()) if one.landfall is not None]
        (wide, high), found = LANDFALL_PX, []
        for one in self._landfalls(seen, now, landfalls):
            if one["dx"] is not None:
                x, y = self._view.px(one["x"], one["y"])
                left, top = x + one["dx"] - wide / 2, y + one["dy"] - high / 2
                found.append((left, top, left + wide, top + high))
        return found

    def _landfalls(self, seen: Any, now: float, landfalls: list[Landfall]) -> list[dict[str, Any]]:
        if not landfalls:
            return []
        hard, soft = self._places.begin(seen, now)
        found = []
        for one in landfalls:
            x, y = (float(part) for part in to_mercator(one.lon, one.lat))
            dx, dy = self._places.place((x, y), LANDFALL_PX, hard, soft)
            has_room = dx == dx
            found.append({
                "at": one.at, "x": x, "y": y, "dx": dx if has_room else None, "dy": dy if has_room else None,
            })  # fmt: skip
        return found

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add rings, forecast, past, landfall, newest fix."""
        source = source_of(frame, prefix)
        for glyph in (
            Line(x="ring_x", y="ring_y", line_color=MUTED, line_dash=[2, 5], line_width=1.2, line_alpha=0.7),
            Line(x="ahead_x", y="ahead_y", line_color=WHITE, line_dash=[9, 7], line_width=2),
            Line(x="past_x", y="past_y", line_color=WHITE, line_width=2.5),
            Scatter(x="landfall_x", y="landfall_y", marker="x", size=13, line_color=WHITE, line_width=3),
            Scatter(x="fix_x", y="fix_y", size=15, fill_color=GROUND, line_color=WHITE, line_width=5),
        ):
            add(figure, source, glyph)


def ring(fix: StormPoint, radius: Any) -> list[tuple[float, float]]:
    """Return the ring of a wind force around a fix, WGS84 degrees.

    ``radius`` is in km: one number, or four for the quadrants NE, SE, SW, NW. Any other value has no ring.
    """
    radii = radius if isinstance(radius, list | tuple) else [radius] * 4
    if len(radii) != 4 or not all(isinstance(r, int | float) and r > 0 for r in radii):
        return []
    return list(around(fix.lon, fix.lat, np.array(radii)[(BEARINGS // 90.0).astype(int) % 4]))


def _parts(storm: StormSeen) -> tuple[list[StormPoint], list[StormPoint]]:
    """Return the measured and the forecast fixes, in time order, without forecasts before the newest fix."""
    been = sorted((p for p in storm.points if not p.forecast), key=lambda p: p.at)
    since = been[-1].at if been else float("-inf")
    return been, sorted((p for p in storm.points if p.forecast and p.at > since), key=lambda p: p.at)
