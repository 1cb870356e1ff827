"""Incidents: their radius, closed underpasses, and lines from the units that have set out for a task.

The frame holds codes; ``static/js/map/incident_labels.js`` writes the labels, because they depend on
the language.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from bokeh.models import Circle, Scatter, Segment, Text

from city.views.linkage_seen import ClosureSeen, IncidentSeen
from city.views.wall_seen import WallSeen
from layers.base.free_space import Box, Boxes, Point, View, around
from layers.base.glyphs import add
from layers.contract import Frame, MapSetting, source_of
from layers.marks.callouts import Callouts
from layers.marks.cases import MARKS, marked
from layers.marks.columns import newest, outline
from layers.palette import EDGE, FAINT, RED, TEXT
from layers.projection import to_mercator

__all__ = ["LABEL", "Incidents", "Lines"]

LABEL: Final = (250.0, 30.0)
"""Width and height of a label in CSS px; a text that does not fit ends in an ellipsis."""

SIGN_PX: Final = 16.0
_SIDES: Final = ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))
LABELLED: Final = 6
RING_PX: Final = 22.0
GAPS: Final = (20.0, 44.0)
DRAWN: Final = frozenset({"closing", "closed", "reopening"})


class Incidents:
    """A ring and the radius of each incident; a red sign, hollow until it is closed, of each underpass."""

    key = "incidents"
    title = "layer.incidents"
    reads = ("incidents", "closures", "marks")
    every_s = 0.03

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._callouts = Callouts(setting)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per incident and closure; ``meta``: label (its size), incidents, closed.

        ``radius`` is in metres of the projection (0 = none), ``dx, dy`` are CSS px from the mark to the
        label's upper left corner, NaN = no label. A sign that would lie under a critical or urgent mark
        stands beside it (``beside, below`` in px, 0 = at its place) as a text: only texts move by px.
        """
        incidents = [one for one in seen.incidents if one.lon == one.lon]
        closures = [one for one in seen.closures if one.lon == one.lon and one.state in DRAWN]
        marks: list[IncidentSeen | ClosureSeen] = [*incidents, *closures]
        x, y = to_mercator([one.lon for one in marks], [one.lat for one in marks])
        labels = self._labels(seen, now, incidents)
        offsets = [labels.get(one.id, (np.nan, np.nan)) for one in incidents] + [(np.nan, np.nan)] * len(
            closures
        )
        closed = [one.state == "closed" for one in closures]
        rest = [0.0] * len(incidents)
        places = list(zip(x.tolist(), y.tolist(), strict=True))
        told = zip(incidents, places, strict=False)
        labelled = [(here, labels[one.id]) for one, here in told if one.id in labels]
        moved = self._beside(seen, now, places[len(incidents) :], labelled)
        beside = [(0.0, 0.0)] * len(incidents) + moved
        own = [1.0 if offset == (0.0, 0.0) else 0.0 for offset in beside]
        return Frame(
            self.key,
            now,
            {
                "x": x,
                "y": y,
                "radius": np.array([_radius(one) for one in incidents] + [0.0] * len(closures)),
                "size": np.array([RING_PX] * len(incidents) + [SIGN_PX] * len(closures)) * own,
                "colour": [TEXT] * len(incidents) + [RED] * len(closures),
                "fill": np.array([*rest, *(1.0 if is_closed else 0.0 for is_closed in closed)]),
                "bar": np.array([*rest, *(9.0 for _ in closures)]) * own,
                "beside": np.array([across for across, _ in beside], dtype=np.float64),
                "below": np.array([down for _, down in beside], dtype=np.float64),
                "sign": ["" if is_own else "\u2212" for is_own in own],
                "shown": np.array([1.0 - is_own for is_own in own], dtype=np.float64),
                "bar_colour": [EDGE] * len(incidents) + [EDGE if one else RED for one in closed],
                "dx": np.array([dx for dx, _ in offsets]),
                "dy": np.array([dy for _, dy in offsets]),
                "key": [one.id for one in incidents] + [one.device for one in closures],
                "kind": [one.kind for one in incidents] + [""] * len(closures),
                "road": [one.road for one in marks],
                "street": [one.street for one in marks],
            },
            {"label": list(LABEL), "incidents": len(incidents), "closed": sum(closed)},
        )

    def boxes(self, seen: WallSeen, now: float) -> list[Box]:
        """Return where the labels stand, in px: names give way to them."""
        incidents, view = [one for one in seen.incidents if one.lon == one.lon], View(self.setting)
        labels = self._labels(seen, now, incidents)
        labelled = [one for one in incidents if one.id in labels]
        x, y = to_mercator([one.lon for one in labelled], [one.lat for one in labelled])
        places = zip(x.tolist(), y.tolist(), strict=True)
        return [_box(view.px(*here), labels[one.id]) for here, one in zip(places, labelled, strict=True)]

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add rings, radii and signs; the page writes the labels as HTML."""
        source = source_of(frame, prefix)
        circle = Circle(
            radius="radius",
            line_color=TEXT,
            line_alpha=0.7,
            line_dash=[6, 4],
            fill_color=TEXT,
            fill_alpha=0.05,
        )
        add(figure, source, circle)
        outline(
            figure, source, marker="circle", size="size", fill_color="colour", fill_alpha="fill",
            line_color="colour", line_width=1.6,
        )  # fmt: skip
        add(figure, source, Scatter(marker="dash", size="bar", line_color="bar_colour", line_width=3))
        moved = Text(
            text="sign", x_offset="beside", y_offset="below", text_align="center", text_baseline="middle",
            text_font_size="13px", text_font_style="bold", text_color="bar_colour", outline_shape="circle",
            background_fill_color="colour", background_fill_alpha="fill", border_line_color="colour",
            border_line_alpha="shown", border_line_width=1.6,
        )  # fmt: skip
        add(figure, source, moved, level="overlay")

    def _beside(
        self, seen: WallSeen, now: float, places: list[Point], labels: list[tuple[Point, Point]]
    ) -> list[Point]:
        """Return by how many px each sign stands beside a critical or urgent mark at its place, else 0, 0.

        It stands where no call-out and no label of an incident (place, offset) covers it, if there is one.
        """
        view = View(self.setting)
        cases = [case for case in marked(seen) if case.lon == case.lon]
        if not cases or not places:
            return [(0.0, 0.0)] * len(places)
        taken = Boxes()
        for here, offset in labels:
            taken.take(_box(view.px(*here), offset))
        for box in self._callouts.boxes(seen, now):
            taken.take(box)
        x, y = to_mercator([case.lon for case in cases], [case.lat for case in cases])
        sizes = [MARKS[case.urgency][2] for case in cases]
        marks = list(zip(map(view.px, x, y), sizes, strict=True))
        return [_side(view.px(*here), marks, taken) for here in places]

    def _labels(self, seen: WallSeen, now: float, incidents: list[IncidentSeen]) -> dict[str, Point]:
        """Return the offset of each label that covers no critical case.

        An incident whose case has a call-out needs no label.
        """
        if not incidents:
            return {}
        view, hard, soft = View(self.setting), self._callouts.occupied(seen, now, names=False), Boxes()
        for extent in self.setting.clear:
            soft.take(view.box(extent))
        named = set(self._callouts.frame(seen, now).columns["key"])
        found = {}
        for one in incidents[:LABELLED]:
            if named.intersection(one.cases):
                continue
            x, y = to_mercator(one.lon, one.lat)
            here = view.px(float(x), float(y))
            boxes = [(offer, _box(here, offer)) for offer in _offers()]
            free = [(soft.overlap(box), n) for n, (_, box) in enumerate(boxes)
                    if view.holds(box, 6.0) and not hard.overlap(box)]  # fmt: skip
            if free:
                offer, box = boxes[min(free)[1]]
                hard.take(box)
                found[one.id] = offer
        return found


class Lines:
    """A line from each unit that has set out to the place of its task; a lost position has a faint one."""

    key = "linkage_lines"
    title = "layer.linkage_lines"
    reads = ("incidents", "tasks", "units")
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return one row per unit, from ``x, y`` to ``x1, y1``."""
        units = [one for one in seen.committed if one.metres == one.metres]
        x, y = to_mercator([one.lon for one in units], [one.lat for one in units])
        x1, y1 = to_mercator([one.to_lon for one in units], [one.to_lat for one in units])
        colour = [FAINT if one.lost else TEXT for one in units]
        as_of = newest(np.array([one.as_of for one in units]), now)
        return Frame(self.key, as_of, {"x": x, "y": y, "x1": x1, "y1": y1, "colour": colour})

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the lines."""
        line = Segment(x0="x", y0="y", x1="x1", y1="y1", line_color="colour", line_alpha=0.8, line_width=1.5)
        add(figure, source_of(frame, prefix), line)


def _side(here: Point, marks: list[tuple[Point, float]], taken: Boxes) -> Point:
    """Return the offset of a sign from its place ``here`` beside the first mark that it lies under."""
    for mark, size in marks:
        apart = (size + SIGN_PX) / 2
        if np.hypot(mark[0] - here[0], mark[1] - here[1]) < apart:
            far = apart + 4.0
            sides = [(mark[0] - here[0] + dx * far, mark[1] - here[1] + dy * far) for dx, dy in _SIDES]
            hidden = [taken.overlap(around((here[0] + dx, here[1] + dy), SIGN_PX / 2)) for dx, dy in sides]
            return sides[int(np.argmin(hidden))]
    return 0.0, 0.0


def _radius(one: IncidentSeen) -> float:
    """Return the radius in metres of EPSG:3857, which stretches with the latitude."""
    return one.radius_m / float(np.cos(np.radians(one.lat)))


def _offers() -> Iterator[Point]:
    """Yield positions of a label: right, left, below, above; near first."""
    width, height = LABEL
    for gap in GAPS:
        yield gap, -height / 2
        yield -gap - width, -height / 2
        yield -width / 2, gap
        yield -width / 2, -gap - height


def _box(here: Point, offer: Point) -> Box:
    left, top = here[0] + offer[0], here[1] + offer[1]
    return left, top, left + LABEL[0], top + LABEL[1]
