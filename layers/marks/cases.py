"""Cases that need action now: 特急 ◆ red and 紧急 ▲ orange. Ordinary cases are in the density only."""

from typing import Any, Final

import numpy as np
from bokeh.models import Scatter

from city.views.case_book import marked_of
from city.views.wall_seen import CaseSeen
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, machine_time, source_of
from layers.fields.heat import SeesCases
from layers.marks.columns import outline
from layers.palette import EDGE, ORANGE, RED
from layers.projection import to_mercator

__all__ = ["MARKS", "Cases", "marked"]

MARKS: Final = {"urgent": ("triangle", ORANGE, 17.0), "critical": ("square", RED, 18.0)}
"""Marker, colour, size in CSS px; in drawing order: an urgent case never covers a critical one.

A square rotated by 45° is the ◆ of the rows; Bokeh's diamond is narrower."""


class Cases:
    """Open critical and urgent cases with a position; critical ones have a ring around them."""

    key = "cases"
    title = "layer.cases"
    reads = ("marks",)
    every_s = 0.03

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting

    def frame(self, seen: SeesCases, now: float) -> Frame:
        """Return one row per mark, critical ones last (on top); ``meta`` counts them, and unplaced ones."""
        cases = marked(seen)
        chosen = [case for mark in MARKS for case in cases if case.urgency == mark]
        placed = [case for case in chosen if case.lon == case.lon]
        x, y = to_mercator([case.lon for case in placed], [case.lat for case in placed])
        looks = [MARKS[case.urgency] for case in placed]
        rings = np.array([46.0 if case.urgency == "critical" else 0.0 for case in placed])
        return Frame(
            self.key,
            min(now, machine_time(seen.clock, max(c.recorded_at for c in chosen))) if chosen else now,
            {
                "x": x,
                "y": y,
                "key": [case.key for case in placed],
                "marker": [look[0] for look in looks],
                "colour": [look[1] for look in looks],
                "size": np.array([look[2] for look in looks]),
                "ring": rings,
                "angle": np.where(rings > 0, np.pi / 4, 0.0),
            },
            {mark: _count(chosen, mark) for mark in MARKS} | {"unplaced": len(chosen) - len(placed)},
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the ring, then the mark with a dark outline."""
        source = source_of(frame, prefix)
        ring = Scatter(
            size="ring", marker="circle", fill_color=RED, fill_alpha=0.10,
            line_color=RED, line_alpha=0.75, line_width=1.2,
        )  # fmt: skip
        add(figure, source, ring, level="overlay")
        outline(
            figure, source, marker="marker", size="size", angle="angle", fill_color="colour",
            line_color=EDGE, line_width=2, level="overlay",
        )  # fmt: skip


def marked(seen: SeesCases) -> tuple[CaseSeen, ...]:
    """Return the open cases that have a mark."""
    return marked_of(seen.cases, getattr(seen, "book", None))


def _count(cases: list[CaseSeen], urgency: str) -> int:
    return sum(case.urgency == urgency for case in cases)
