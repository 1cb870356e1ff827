"""Cameras that may be shown on a wall: small grey marks with the direction of view."""

from typing import Any, Final

import numpy as np
from bokeh.models import Ray, Scatter

from city.views.wall_seen import WallSeen
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.columns import newest, thin
from layers.palette import FAINT
from layers.projection import to_mercator

__all__ = ["Cameras"]

THIN_PX: Final = 16.0
COLOUR: Final = "#4F6077"


class Cameras:
    """Cameras; one that is lost, frozen or black is a hollow square with a cross, never just fainter."""

    key = "cameras"
    title = "layer.cameras"
    reads = ("cameras", "registry")
    every_s = 5.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per mark, faulty cameras of a place first; ``meta`` counts total, lost.

        ``look`` is the length of the line of sight in CSS px, ``angle`` radians from east; NaN if the
        direction is unknown: Bokeh draws a ray of length 0 to the edge of the map, and none for NaN.
        """
        clock = seen.clock
        cameras = [camera for camera in seen.cameras if camera.lon == camera.lon]
        x, y = to_mercator([c.lon for c in cameras], [c.lat for c in cameras])
        faulty = np.array([not camera.state_at(now, clock).is_well for camera in cameras], dtype=np.uint8)
        kept, _ = thin(x, y, faulty, THIN_PX * self.setting.metres_per_px)
        shown = [cameras[row] for row in kept]
        moments = [c.as_of if c.as_of is not None else np.nan for c in seen.cameras]
        return Frame(
            self.key,
            newest(np.array(moments, dtype=np.float64), now),
            {
                "x": x[kept],
                "y": y[kept],
                "marker": ["square_x" if faulty[row] else "square" for row in kept],
                "fill": np.array([0.0 if faulty[row] else 1.0 for row in kept]),
                "size": np.where(faulty[kept] == 1, 7.0, 5.0),
                "colour": [FAINT if faulty[row] else COLOUR for row in kept],
                "look": np.array([np.nan if c.azimuth is None else 8.0 for c in shown]),
                "angle": np.radians([np.nan if c.azimuth is None else 90.0 - c.azimuth for c in shown]),
            },
            {
                "total": len(seen.cameras),
                "lost": sum(not c.state_at(now, clock).is_well for c in seen.cameras),
            },
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add lines of sight, then the cameras."""
        source = source_of(frame, prefix)
        sight = Ray(length={"field": "look", "units": "screen"}, angle="angle", line_color=COLOUR)
        camera = Scatter(
            marker="marker", size="size", fill_color=COLOUR, fill_alpha="fill", line_color="colour",
            line_width=1,
        )  # fmt: skip
        add(figure, source, sight)
        add(figure, source, camera)
