"""Labels that a page writes as HTML over the map: where each has room, beside its mark.

A label hides no critical or urgent mark, no call-out, no other label and no text; it may cost a name, because
names move.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol

import numpy as np

from city.clocks.city_clock import CityClock
from city.views.linkage_seen import ClosureSeen, IncidentSeen
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import CaseSeen, ReadingsSeen
from layers.base.free_space import Box, Boxes, Point, View
from layers.contract import Frame, MapSetting
from layers.marks.callouts import Callouts
from layers.marks.incidents import Incidents
from layers.marks.sensors import Sensors
from layers.marks.strips import strips

__all__ = ["EDGE_PX", "LabelPlaces", "Remembered", "SeesFields", "boxes_of"]

EDGE_PX: Final = 4.0
_GAPS: Final = (14.0, 28.0, 42.0, 56.0, 70.0, 85.0, 100.0)


class SeesFields(Protocol):
    """The part of a view that rain, water and wind need: a wall's, a street's own map, a leader's."""

    @property
    def clock(self) -> CityClock:
        """City time."""

    @property
    def response(self) -> ResponseSeen:
        """The response levels in force."""

    @property
    def readings(self) -> ReadingsSeen:
        """Newest readings."""

    @property
    def cases(self) -> tuple[CaseSeen, ...]:
        """Open cases."""

    @property
    def incidents(self) -> tuple[IncidentSeen, ...]:
        """Incidents that are not over."""

    @property
    def closures(self) -> tuple[ClosureSeen, ...]:
        """Underpasses that are not open."""


class Remembered:
    """Boxes of labels, placed once a second for all layers that avoid them."""

    def __init__(self, place: Callable[[Any, float], list[Box]]) -> None:
        self._place = place
        self._known: tuple[float, object, object, list[Box]] = (-1.0, None, None, [])

    def boxes(self, seen: SeesFields, now: float) -> list[Box]:
        """Return the boxes of a view, none in peacetime."""
        if seen.response.mode != "emergency":
            return []
        second, cases, incidents, boxes = self._known
        if second != now // 1 or cases is not seen.cases or incidents is not seen.incidents:
            boxes = self._place(seen, now)
            self._known = (now // 1, seen.cases, seen.incidents, boxes)
        return boxes


class LabelPlaces:
    """The free places of one view at one moment; every label that is placed takes its own."""

    def __init__(self, setting: MapSetting) -> None:
        self._setting = setting
        self._view = View(setting)
        self._callouts = Callouts(setting)
        self._incidents = Incidents(setting)
        self._sensors = Sensors(setting)

    def begin(self, seen: Any, now: float, others: Iterable[Box] = ()) -> "tuple[Boxes, Boxes]":
        """Return what a label must not hide (with ``others``), and what it hides at a cost."""
        hard, soft = self._callouts.occupied(seen, now, names=False), Boxes()
        incidents = self._incidents.frame(seen, now)
        texts = self._sensors.texts(self._sensors.frame(seen, now))
        for box in (*strips(getattr(seen, "storms", ())), *texts, *boxes_of(incidents, self._view), *others):
            hard.take(box)
        for extent in self._setting.clear:
            soft.take(self._view.box(extent))
        return hard, soft

    def place(self, here: tuple[float, float], size: Point, hard: Boxes, soft: Boxes) -> Point:
        """Return the offset (px) from a mark (metres) to the middle of its label; NaN = there is no room."""
        x, y = self._view.px(*here)
        offers = []
        for number, (dx, dy) in enumerate(_offers(size)):
            box = _box((x + dx, y + dy), size)
            if self._view.holds(box, EDGE_PX) and not hard.overlap(box):
                offers.append((soft.overlap(box) + 40.0 * number, dx, dy))
        if not offers:
            return np.nan, np.nan
        _, dx, dy = min(offers)
        hard.take(_box((x + dx, y + dy), size))
        return dx, dy


def boxes_of(frame: Frame, view: View) -> list[Box]:
    """Return the boxes (CSS px of the home view) of a frame's labels that have room.

    The frame has ``dx, dy`` per row and either ``meta["label"]``, a size with offsets to its upper left
    corner, or the columns ``wide`` and ``high``, with offsets to the middle.
    """
    columns: dict[str, Any] = dict(frame.columns)
    found = []
    for row in range(len(columns["x"])):
        dx, dy = float(columns["dx"][row]), float(columns["dy"][row])
        if dx != dx:
            continue
        x, y = view.px(columns["x"][row], columns["y"][row])
        if "label" in frame.meta:
            wide, high = frame.meta["label"]
            found.append((x + dx, y + dy, x + dx + wide, y + dy + high))
        else:
            found.append(_box((x + dx, y + dy), (float(columns["wide"][row]), float(columns["high"][row]))))
    return found


def _offers(size: Point) -> Iterator[Point]:
    """Yield offsets of a label's middle by preference: above, below, right, left; near first."""
    wide, high = size
    for gap in _GAPS:
        for shift in (0.0, 0.48, -0.48):
            yield shift * wide, -gap - high / 2
            yield shift * wide, gap + high / 2
        yield gap + wide / 2, 0.0
        yield -gap - wide / 2, 0.0


def _box(middle: Point, size: Point) -> Box:
    half_wide, half_high = size[0] / 2, size[1] / 2
    return middle[0] - half_wide, middle[1] - half_high, middle[0] + half_wide, middle[1] + half_high
