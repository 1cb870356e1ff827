"""Storm tracks: past white, forecast dashed, dotted rings of wind forces 7, 10 and 12, the landfall crossed.

``static/js/field_labels.js`` writes the time of the landfall beside its mark.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from bokeh.models import Line, Scatter
from numpy.typing import NDArray

from city.places.rings import BEARINGS, around
from city.state.warning_records import StormPoint
from city.views.wall_seen import StormSeen, WallSeen
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.columns import newest
from layers.marks.warnings import lines, padded
from layers.palette import GROUND, MUTED

__all__ = ["CHIP_PX", "FORCES", "Storms", "ring", "strips"]

Floats = NDArray[np.float64]

CHIP_PX: Final = (10.0, 78.0, 426.0, 40.0)
"""Left, top, right and height in CSS px of a storm's strip over the map."""

STRIPS: Final = 2
"""Storms that have a strip; a third strip counts the others, and a landfall doubles a strip's height."""

FORCES: Final = ("7", "10", "12")
WHITE: Final = "#FFFFFF"


class Storms:
    """Tracks as last published; the past ends at the newest fix."""

    key = "storms"
    title = "layer.storms"
    reads = ("warnings",)
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return lines past, ahead and ring, points fix and landfall (``_x``, ``_y`` each), padded with NaN.

        ``meta``: names of the storms; landfalls as at (city time), x and y.
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
                "landfalls": [
                    {"at": one.at, "x": float(x), "y": float(y)}
                    for one, x, y in zip(
                        landfalls, columns["landfall_x"][::2], columns["landfall_y"][::2], strict=True
                    )
                ],
            },
        )  # fmt: skip

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


def strips(storms: Sequence[StormSeen]) -> list[tuple[float, float, float, float]]:
    """Return the boxes (CSS px of the home view) of the storms' strips over the map."""
    left, top, right, high = CHIP_PX
    landed = sum(storm.landfall is not None for storm in storms[:STRIPS])
    count = min(STRIPS + 1, len(storms)) + landed
    return [(left, top + n * high, right, top + (n + 1) * high) for n in range(count)]


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
