"""Committed units: a small pale square each, with its call sign where there is space."""

from typing import Any, Final

import numpy as np

from city.dispatch.sendable_units import COMMITTED
from city.views.wall_seen import WallSeen
from layers.base.free_space import BESIDE, Side, View, around
from layers.contract import Frame, MapSetting, source_of
from layers.marks.callouts import Callouts
from layers.marks.columns import newest, outline, write
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds
from layers.palette import FAINT, MUTED, TEXT
from layers.projection import to_mercator

__all__ = ["Units"]

MOST_LABELS: Final = 40
TEXT_PX: Final = 17.0


class Units:
    """Committed units; one whose position is older than 120 s is hollow and grey, with a cross."""

    key = "units"
    title = "layer.units"
    reads = ("units", "marks")
    every_s = 0.03

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._callouts = Callouts(setting)
        self._fields = (WaterLevels(setting), Winds(setting))

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per unit; ``text`` is '' if a call sign would hide something. ``meta``: counts."""
        units = seen.units
        committed = np.isin(units.state.astype(str), list(COMMITTED))
        x, y = to_mercator(units.lon, units.lat)
        rows = np.flatnonzero(committed & np.isfinite(x))
        lost = units.lost[rows]
        signs = [str(sign) for sign in units.call_sign[rows]]
        labels = self._labels(seen, now, x[rows], y[rows], signs)
        return Frame(
            self.key,
            newest(units.as_of, now),
            {
                "x": x[rows],
                "y": y[rows],
                "marker": ["square_x" if gone else "square" for gone in lost],
                "colour": [FAINT if gone else TEXT for gone in lost],
                "fill": np.where(lost, 0.0, 1.0),
                "text": [text for text, _ in labels],
                "align": [side.align for _, side in labels],
                "right": np.array([side.x for _, side in labels]),
                "shade": np.array([0.55 if text else 0.0 for text, _ in labels]),
            },
            {"committed": int(committed.sum()), "lost": int(lost.sum()), "total": len(units.ids)},
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add squares, and on the main map their call signs."""
        source = source_of(frame, prefix)
        outline(
            figure,
            source,
            marker="marker",
            size=9,
            fill_color="colour",
            fill_alpha="fill",
            line_color="colour",
        )
        if prefix != "layer":
            return  # call signs are placed at the main map's scale
        write(
            figure, source, "text", first=MOST_LABELS, x_offset="right", text_align="align",
            text_font_size=f"{TEXT_PX:.0f}px", text_color=MUTED,
        )  # fmt: skip

    def _labels(self, seen: WallSeen, now: float, x: Any, y: Any, signs: list[str]) -> list[tuple[str, Side]]:
        """Return the call signs that hide nothing, each with its side; '' for the others."""
        view, taken = View(self.setting), self._callouts.occupied(seen, now)
        for layer in self._fields:
            for box in layer.boxes(seen, now):
                taken.take(box)
        places = [view.px(*place) for place in zip(x, y, strict=True)]
        for here in places:
            taken.take(around(here, 5.0))
        found = []
        for row, (sign, here) in enumerate(zip(signs, places, strict=True)):
            wanted = bool(sign) and row < MOST_LABELS
            side = view.side(sign, here, TEXT_PX, taken=taken, sides=BESIDE, most=0.0) if wanted else None
            found.append(("", BESIDE[0]) if side is None else (sign, side))
        return found
