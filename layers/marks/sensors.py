"""Readings off normal, water levels over their own lines, and lost devices.

Normal devices are not drawn. A lost device is a hollow grey mark with a cross: no data is never zero. Many
marks would hide the rest, so one mark represents all within some 20 px.
"""

from typing import Any, Final

import numpy as np
from bokeh.models import Scatter

from city.places.road_names import roads_in
from city.views.desk_seen import DeskSeen
from city.views.wall_seen import ReadingsSeen, WallSeen
from layers.base.free_space import OVER, Box, Side, View, text_box
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.callouts import Callouts
from layers.marks.columns import newest, outline, thin, write
from layers.marks.judged import LOST, Judged
from layers.normal_limits import RANK, Line, scale
from layers.palette import EDGE, FAINT, LEVELS

__all__ = ["Sensors"]

THIN_PX: Final = 20.0
MANY: Final = 5
TEXT_PX: Final = 17.0
COLOURS: Final = ("", *(LEVELS[level] for level in RANK), FAINT)
# Shape and colour mean the same: road water is "slow", then "no entry"; other classes are hollow hexagons.
CLOSED, SLOW, OTHER, NO_DATA = "circle", "inverted_triangle", "hex", "circle_x"
SIZES: Final = {CLOSED: 16.0, SLOW: 13.0, OTHER: 10.0, NO_DATA: 8.0}
FILLS: Final = {CLOSED: 1.0, SLOW: 1.0, OTHER: 0.0, NO_DATA: 0.0}


class Sensors:
    """Devices off normal or lost, the worst of a place on top."""

    key = "sensors"
    title = "layer.sensors"
    reads = ("readings", "registry", "marks", "response")
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._callouts = Callouts(setting)
        self._judged = Judged(setting)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per mark; ``meta`` counts devices: off_normal, lost, total, unplaced, kinds.

        ``n`` is the number of marks that one represents, ``bar`` the size of the white bar of "no entry" (0 =
        none). On a desk ``device`` is the id of the first of them; no wall gets the publishers' ids.
        """
        readings = seen.readings
        rank, x, y = self._judged.read(readings)
        drawn = rank > 0
        if seen.response.mode == "emergency":  # the rain field, capsules and forces of the wind tell these
            drawn &= ~self._judged.told | (rank == LOST)
        rows = np.flatnonzero(drawn & np.isfinite(x))
        # A level precedes a lost device at the same place: somebody must act on it.
        weight = np.where(rank[rows] == LOST, 0, rank[rows]).astype(np.uint8)
        kept, number = thin(x[rows], y[rows], weight, THIN_PX * self.setting.metres_per_px)
        rows = rows[kept]
        order = np.argsort(weight[kept], kind="stable")
        rows, number = rows[order], number[order]
        texts = [self._text(readings, row, int(count)) for row, count in zip(rows, number, strict=True)]
        markers = [_marker(str(readings.kind[row]), int(rank[row])) for row in rows]
        sides = self._sides(seen, now, zip(x[rows], y[rows], strict=True), texts)
        return Frame(
            self.key,
            newest(readings.as_of, now),
            {
                "x": x[rows],
                "y": y[rows],
                "marker": markers,
                "colour": [COLOURS[rank[row]] for row in rows],
                "fill": np.array([FILLS[marker] for marker in markers]),
                "size": np.array([SIZES[marker] for marker in markers]),
                "bar": np.array([9.0 if marker == CLOSED else 0.0 for marker in markers]),
                "n": number,
                "text": texts,
                "align": [side.align for side in sides],
                "down": np.array([side.y for side in sides]),
                "shade": np.array([0.85 if text else 0.0 for text in texts]),
                **(
                    {"device": [str(readings.device[row]) for row in rows]}
                    if isinstance(seen, DeskSeen)
                    else {}
                ),
            },
            self._judged.counts(readings),
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add marks, the bar of "no entry", and on the main map the texts of gauges over their lines."""
        source = source_of(frame, prefix)
        outline(
            figure, source, marker="marker", size="size", fill_color="colour", fill_alpha="fill",
            line_color="colour", line_width=1.6,
        )  # fmt: skip
        add(figure, source, Scatter(marker="dash", size="bar", line_color=EDGE, line_width=3))
        if prefix != "layer":
            return  # the inset would cut off texts, which changes their meaning
        write(figure, source, "text", y_offset="down", text_align="align")

    def texts(self, frame: Frame) -> list[Box]:
        """Return the boxes (CSS px of the home view) of a frame's texts."""
        view, columns = View(self.setting), frame.columns
        rows: Any = zip(*(columns[name] for name in ("x", "y", "text", "align", "down")), strict=True)
        return [
            text_box(text, view.px(x, y), TEXT_PX, Side(align, 0.0, float(down)))
            for x, y, text, align, down in rows
            if text
        ]

    def _sides(self, seen: WallSeen, now: float, places: Any, texts: list[str]) -> list[Side]:
        """Return the side of each text, where it hides least; a gauge over its line always has its text.

        Names are ignored, because they move for texts.
        """
        view, taken = View(self.setting), self._callouts.occupied(seen, now, names=False)
        sides = []
        for (x, y), text in zip(places, texts, strict=True):
            side = view.side(text, view.px(x, y), TEXT_PX, taken=taken, sides=OVER) if text else None
            sides.append(side or OVER[0])
        return sides

    def _text(self, readings: ReadingsSeen, row: Any, number: int) -> str:
        """Return name, value and excess of a gauge over its line; ``×n`` for five or more marks."""
        line = _line_of(readings, row, self.setting.lines)
        if line is not None:
            value = float(readings.value[row]) * float(scale(readings.unit[row : row + 1], line.unit)[0])
            over = value - min(step.value for step in line.steps)
            if over >= 0:
                return f"{_public_name(str(readings.name[row]), line)} {value:.2f} +{over:.2f}"
        return f"×{number}" if number >= MANY else ""


def _line_of(readings: ReadingsSeen, row: Any, lines: tuple[Line, ...]) -> Line | None:
    names = (readings.device[row], readings.name[row])
    return next((line for line in lines if line.device in names), None)


def _public_name(name: str, line: Line) -> str:
    """Return a gauge's public name: its station's, as in city.toml, else the road in its own name."""
    return line.label or _name_or_road(name, line)


def _name_or_road(name: str, line: Line) -> str:
    return line.device if name == line.device else roads_in(name) or line.device


def _marker(kind: str, rank: int) -> str:
    if rank == LOST:
        return NO_DATA
    if kind == "road_water_depth":
        return CLOSED if rank == RANK["red"] else SLOW
    return OTHER
