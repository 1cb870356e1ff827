"""Ordinary cases: a grey ring each, from street zoom on. At smaller scales they are in the density only."""

import re
from typing import Any, Final

import numpy as np
from bokeh.models import CustomJS, Scatter

import static
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, machine_time, source_of
from layers.fields.heat import SeesCases
from layers.palette import FAINT, GROUND
from layers.projection import to_mercator

__all__ = ["MOST", "Ordinary"]

MOST: Final = 6_000
"""Most rings of a frame: it is sent to every page and must stay below 100 kB."""

MARK: Final = re.compile(r"[0-9a-f]{12}")


class Ordinary:
    """Open cases that are neither critical nor urgent; at most the newest ``MOST``."""

    key = "ordinary"
    title = "layer.ordinary"
    reads = ("cases",)
    every_s = 5.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting

    def frame(self, seen: SeesCases, now: float) -> Frame:
        """Return one row per ring; ``meta``: count, unplaced, left_out.

        Positions are float32, exact to a metre (a tenth of a pixel), for half the bytes. ``mark`` is the
        case's mark as a number, so that a desk can identify a clicked case; NaN = the key is no mark.
        """
        cases = [case for case in seen.cases if case.urgency == "normal"]
        placed = [case for case in cases if case.lon == case.lon]
        newest = max((case.recorded_at for case in cases), default=None)
        shown = sorted(placed, key=lambda case: -case.at)[:MOST] if len(placed) > MOST else placed
        x, y = to_mercator([case.lon for case in shown], [case.lat for case in shown])
        return Frame(
            self.key,
            now if newest is None else min(now, machine_time(seen.clock, newest)),
            {
                "x": x.astype(np.float32),
                "y": y.astype(np.float32),
                "mark": np.array([_number(case.key) for case in shown], dtype=np.float64),
            },
            {
                "count": len(cases),
                "unplaced": len(cases) - len(placed),
                "left_out": len(placed) - len(shown),
            },
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the rings, invisible until street zoom; none on the inset, which never reaches it."""
        if prefix != "layer":
            return
        ring = Scatter(size=11, fill_color=GROUND, fill_alpha=0.35, line_color=FAINT, line_width=1.6)
        marks = add(figure, source_of(frame, prefix), ring, visible=False)
        code = static.path(static.script("js", "street_zoom")).read_text(encoding="utf-8")
        look = CustomJS(
            args={"figure": figure, "marks": marks, "most": self.setting.ordinary_below}, code=code
        )
        figure.x_range.js_on_change("end", look)
        figure.js_on_change("inner_width", look)


def _number(mark: str) -> float:
    """Return a mark (12 hexadecimal digits: exact in a float64) as a number, NaN for another text."""
    return float(int(mark, 16)) if MARK.fullmatch(mark) else float("nan")
