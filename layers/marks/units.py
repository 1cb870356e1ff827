"""Committed units: a small pale square each, with its call sign where there is space.

More than ``MANY`` of them are one picture (`layers.marks.many_marks`). Those on the tasks of incidents, and
the first of the others, stay glyphs with call signs.
"""

from typing import Any, Final

import numpy as np
from bokeh.models import ColumnDataSource, ImageURL
from numpy.typing import NDArray

from city.dispatch.sendable_units import COMMITTED
from city.views.wall_seen import UnitsSeen, WallSeen
from layers.base.free_space import BESIDE, Side, View, around, text_box
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting
from layers.marks.callouts import Callouts
from layers.marks.columns import newest, outline, write
from layers.marks.many_marks import MANY, ManyMarks, Marks
from layers.marks.mark_picture import Look
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds
from layers.palette import FAINT, MUTED, TEXT
from layers.projection import to_mercator

__all__ = ["Units"]

MOST_LABELS: Final = 40
MOST_ON_TASKS: Final = 200
"""Most units on the tasks of incidents that stay glyphs beside a picture; only the first have call signs."""
TEXT_PX: Final = 17.0
SIZE: Final = 9.0
LOOKS: Final = (Look("square", SIZE, TEXT), Look("square_x", SIZE, FAINT, is_hollow=True))
"""Of a unit that is heard from, and of a lost one. In a picture the lost ones lie on top: they are hollow."""
PICTURE_S: Final = 5.0
"""A picture is drawn at most so often; in this time a vehicle moves about a pixel of the home view."""

Rows = NDArray[np.intp]


class Units:
    """Committed units; one whose position is older than 120 s is hollow and grey, with a cross."""

    key = "units"
    title = "layer.units"
    reads = ("units", "marks")

    def __init__(self, setting: MapSetting, most: float = MANY) -> None:
        """Store the settings; ``most``: how many are glyphs before there is a picture."""
        self.setting = setting
        self._most = most
        self.many = ManyMarks(setting, LOOKS)
        self._callouts = Callouts(setting)
        self._fields = (WaterLevels(setting), Winds(setting))

    @property
    def every_s(self) -> float:
        """Least time between two frames, machine seconds: longer while there is a picture to draw."""
        return PICTURE_S if self.many.is_shown else 0.03

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per unit; ``text`` is '' if a call sign would hide something. ``meta``: counts.

        More than ``MANY`` units: one row per glyph that stays, and the others as a picture, see
        ``ManyMarks.about`` for its ``meta``. Where a page has another view, it asks for that view's picture.
        """
        units = seen.units
        committed = np.isin(units.state, list(COMMITTED))
        x, y = to_mercator(units.lon, units.lat)
        rows = np.flatnonzero(committed & np.isfinite(x))
        counts = {
            "committed": int(committed.sum()), "lost": int(units.lost[rows].sum()), "total": len(units.ids),
        }  # fmt: skip
        if len(rows) > self._most:
            rows, others = _ranked(seen, rows)
            self.many.show(_marks(units, others, x, y))
            counts |= self.many.about()
        else:
            self.many.hide()
        lost = units.lost[rows]
        signs = [str(sign) for sign in units.call_sign[rows]]
        labels = self._labels(seen, now, x[rows], y[rows], signs)
        return Frame(
            self.key,
            newest(units.as_of, now),
            {
                "x": x[rows],
                "y": y[rows],
                "marker": [LOOKS[int(gone)].marker for gone in lost],
                "colour": [LOOKS[int(gone)].colour for gone in lost],
                "fill": np.where(lost, 0.0, 1.0),
                "text": [text for text, _ in labels],
                "align": [side.align for _, side in labels],
                "right": np.array([side.x for _, side in labels]),
                "shade": np.array([0.55 if text else 0.0 for text, _ in labels]),
                **({"png": self.many.png} if self.many.is_shown else {}),
            },
            counts,
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the picture of many, squares, and on the main map their call signs."""
        none: dict[str, list[Any]] = {name: [] for name in ("url", *"xywh")}
        pictures = ColumnDataSource(data=none, name=f"{prefix}:{self.key}:picture")
        add(figure, pictures, ImageURL(url="url", x="x", y="y", w="w", h="h"))
        columns = {name: column for name, column in frame.columns.items() if name != "png"}
        source = ColumnDataSource(data=columns, name=f"{prefix}:{self.key}")
        outline(
            figure,
            source,
            marker="marker",
            size=SIZE,
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
            sides = self._sides(sign, here) if sign and row < MOST_LABELS else ()
            side = view.side(sign, here, TEXT_PX, taken=taken, sides=sides, most=0.0)
            found.append(("", BESIDE[0]) if side is None else (sign, side))
        return found

    def _sides(self, sign: str, here: tuple[float, float]) -> tuple[Side, ...]:
        """Return the sides on which a call sign hides no mark of the picture."""
        if not self.many.is_shown:
            return BESIDE
        return tuple(side for side in BESIDE if not self.many.hides(text_box(sign, here, TEXT_PX, side)))


def _ranked(seen: WallSeen, rows: Rows) -> tuple[Rows, Rows]:
    """Return the rows that stay glyphs, those on tasks of incidents first, and the others."""
    tasked = {one.call_sign for one in seen.committed}
    signs = seen.units.call_sign[rows]
    on_task = np.fromiter((sign in tasked for sign in signs), dtype=np.bool_, count=len(rows))
    first = rows[on_task][:MOST_ON_TASKS]
    others = rows[~np.isin(rows, first)]
    more = max(0, MOST_LABELS - len(first))
    return np.concatenate([first, others[:more]]), others[more:]


def _marks(units: UnitsSeen, rows: Rows, x: NDArray[np.float64], y: NDArray[np.float64]) -> Marks:
    said = {name: getattr(units, name)[rows] for name in ("call_sign", "state", "as_of", "lost")}
    return Marks(x[rows], y[rows], units.lost[rows].astype(np.uint8), said)
