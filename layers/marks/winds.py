"""Strong wind at gauges, as force and direction; only in an emergency.

The frame holds numbers; ``static/js/map/field_labels.js`` writes the words.
"""

from typing import Any, Final

import numpy as np
from bokeh.models import Scatter

from layers.base.free_space import Box, View
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.columns import newest, thin
from layers.marks.labels import LabelPlaces, Remembered, SeesFields, boxes_of
from layers.marks.storms import Storms
from layers.marks.water_levels import WaterLevels
from layers.palette import TEXT
from layers.projection import to_mercator

__all__ = ["FORCES_MS", "SHOWN_FROM", "Winds", "force"]

SPEED: Final = "wind_ms"
DIRECTION: Final = "wind_dir_deg"
"""Metric of the direction the wind comes from, degrees from north, clockwise."""
FORCES_MS: Final = (
    0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7, 37.0, 41.5, 46.2, 51.0, 56.1,
)  # fmt: skip
"""Least speed (m/s) of forces 1 to 17 (GB/T 28591)."""
SHOWN_FROM: Final = 7
"""Least force that has a mark [J]: the first ring of a storm."""
THIN_PX: Final = 90.0
MOST: Final = 10
SIZE: Final = (66.0, 24.0)


class Winds:
    """The strongest gauges of each area, from force 7 on; a lost gauge is drawn as such by the sensors."""

    key = "winds"
    title = "layer.winds"
    reads = ("readings", "registry", "marks", "incidents", "closures", "warnings", "response")
    every_s = 2.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._places = LabelPlaces(setting)
        self._levels = WaterLevels(setting)
        self._storms = Storms(setting)
        view = View(setting)
        self._remembered = Remembered(lambda seen, now: boxes_of(self.frame(seen, now), view))

    def frame(self, seen: SeesFields, now: float) -> Frame:
        """Return one row per mark, the strongest first; ``dx, dy`` NaN = its label has no room.

        ``force`` is 7 … 17, ``to`` the direction it blows to (degrees from north, clockwise; NaN = unknown).
        """
        readings = seen.readings
        rows = np.zeros(0, dtype=np.intp)
        if seen.response.mode == "emergency":
            is_well = ~readings.lost & (readings.quality != "bad") & np.isfinite(readings.lon)
            strong = is_well & (readings.metric == SPEED)
            strong[strong] = readings.value[strong] >= FORCES_MS[SHOWN_FROM - 1]
            rows = np.flatnonzero(strong)
        x, y = to_mercator(readings.lon[rows], readings.lat[rows])
        forces = force(readings.value[rows])
        kept, _ = thin(x, y, forces.astype(np.uint8), THIN_PX * self.setting.metres_per_px)
        order = kept[np.argsort(-readings.value[rows][kept], kind="stable")][:MOST]
        rows, x, y, forces = rows[order], x[order], y[order], forces[order]
        offsets = []
        if len(rows):
            hard, soft = self._places.begin(
                seen, now, (*self._levels.boxes(seen, now), *self._storms.boxes(seen, now))
            )
            offsets = [
                self._places.place((float(here[0]), float(here[1])), SIZE, hard, soft)
                for here in zip(x, y, strict=True)
            ]
        directions = np.flatnonzero((readings.metric == DIRECTION) & ~readings.lost) if len(rows) else rows
        come = {str(readings.device[row]): float(readings.value[row]) for row in directions}
        to = [(come.get(str(readings.device[row]), np.nan) + 180.0) % 360.0 for row in rows]
        return Frame(
            self.key,
            newest(readings.as_of[rows], now),
            {
                "x": x,
                "y": y,
                "dx": np.array([dx for dx, _ in offsets], dtype=np.float64),
                "dy": np.array([dy for _, dy in offsets], dtype=np.float64),
                "wide": np.full(len(rows), SIZE[0]),
                "high": np.full(len(rows), SIZE[1]),
                "key": [str(number) for number in range(len(rows))],
                "force": forces.astype(np.int32),
                "to": np.array(to, dtype=np.float64),
            },
            {"shown": len(rows), "from": SHOWN_FROM},
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add a small cross at each gauge; the page writes the forces as HTML."""
        mark = Scatter(marker="cross", size=8, line_color=TEXT, line_width=1.5, line_alpha=0.8)
        add(figure, source_of(frame, prefix), mark)

    def boxes(self, seen: SeesFields, now: float) -> list[Box]:
        """Return the boxes (CSS px of the home view) of the labels."""
        return self._remembered.boxes(seen, now)


def force(speed_ms: Any) -> Any:
    """Return the wind force (0 … 17, Beaufort) of speeds in m/s."""
    return np.searchsorted(np.array(FORCES_MS), np.asarray(speed_ms) + 1e-9, side="right")
