"""Call-outs: at most three, critical cases only, placed where they hide no critical or urgent mark.

The frame holds codes and times; ``static/js/map/callouts.js`` writes the text into positioned HTML, because
it changes with the language and every second.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np

from city.views.wall_seen import CaseSeen
from layers.base.free_space import Box, Boxes, Point, View, around
from layers.contract import Frame, MapSetting, machine_time
from layers.fields.heat import SeesCases
from layers.marks.cases import MARKS, marked
from layers.projection import to_mercator

__all__ = ["BOX", "BOX_EN", "MOST", "Callouts"]

MOST: Final = 3
BOX: Final = (256.0, 56.0)
"""Width and height in CSS px; a class or road that does not fit ends in an ellipsis."""

BOX_EN: Final = (300.0, 80.0)
"""The same in English, where class, road and time have a line each.

Placement uses this box: the Chinese one is inside it, so it is free as well.
"""

GAPS: Final = (24.0, 56.0, 96.0)
EDGE_PX: Final = 6.0
BLOCKED: Final = 1e9
STEP_COST: Final = 150.0
"""Hidden px² that the next candidate in the list must save: a third of a short name."""


class Placed(msgspec.Struct, frozen=True):
    """A case and the position of its box, an index into ``OFFERS``."""

    case: CaseSeen
    offer: int


class Callouts:
    """The three critical cases that are due first, with their boxes."""

    key = "callouts"
    title = "layer.callouts"
    reads = ("marks",)
    every_s = 0.03

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._view = View(setting)
        self._occupied: tuple[object, bool, Boxes] | None = None

    def frame(self, seen: SeesCases, now: float) -> Frame:
        """Return one row per call-out; ``due_at`` NaN = none; ``meta``: box, box_en, more (not shown).

        ``dx, dy`` (``dx_en, dy_en``) are CSS px from the mark to the upper left corner of its ``box``
        (``box_en``).
        """
        cases = [c for c in marked(seen) if c.lon == c.lon]
        critical = sorted((c for c in cases if c.urgency == "critical"), key=_order)
        placed = list(self._place(critical[:MOST], cases))
        x, y = to_mercator([p.case.lon for p in placed], [p.case.lat for p in placed])
        shown = [p.case for p in placed]
        words = ("key", "label", "state", "agency", "road", "street")
        return Frame(
            self.key,
            min(now, machine_time(seen.clock, max(c.recorded_at for c in critical))) if critical else now,
            {
                "x": x,
                "y": y,
                "dx": np.array([OFFERS_ZH[p.offer][0] for p in placed]),
                "dx_en": np.array([OFFERS[p.offer][0] for p in placed]),
                "dy": np.array([OFFERS_ZH[p.offer][1] for p in placed]),
                "dy_en": np.array([OFFERS[p.offer][1] for p in placed]),
                "at": np.array([c.at for c in shown]),
                "due_at": np.array([np.nan if c.until is None else c.until for c in shown]),
                "returned": np.array([len(c.returned_by) for c in shown], dtype=np.int32),
                "class": [_class_key(c) for c in shown],
                **{word: [str(getattr(c, word)) for c in shown] for word in words},
            },
            {"box": list(BOX), "box_en": list(BOX_EN), "more": len(critical) - len(placed)},
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Draw nothing on the canvas: the page writes call-outs as HTML over it."""

    def occupied(self, seen: SeesCases, now: float, *, names: bool = True) -> Boxes:
        """Return the boxes that texts avoid: call-outs, critical and urgent marks, and optionally names."""
        cases = marked(seen)
        known = self._occupied
        if known is None or known[0] is not cases or known[1] != names:
            taken = Boxes()
            for extent in (*self.setting.covered, *(self.setting.clear if names else ())):
                taken.take(self._view.box(extent))
            for box in self._marks([c for c in cases if c.lon == c.lon]):
                taken.take(box)
            for box in self.boxes(seen, now):
                taken.take(box)
            known = self._occupied = (cases, names, taken)  # one atomic assignment, as in Heat
        return known[2].copy()

    def boxes(self, seen: SeesCases, now: float) -> list[Box]:
        """Return the boxes of the call-outs, in the longer of two languages."""
        columns: dict[str, Any] = dict(self.frame(seen, now).columns)
        rows = zip(*(columns[name] for name in ("x", "y", "dx_en", "dy_en")), strict=True)
        return [_at(self._view.px(x, y), (float(dx), float(dy))) for x, y, dx, dy in rows]

    def _place(self, chosen: list[CaseSeen], marked: list[CaseSeen]) -> Iterator[Placed]:
        hard, soft = Boxes(), Boxes()
        for box in self._marks(marked):
            hard.take(box)
        for extent in self.setting.covered:
            hard.take(self._view.box(extent))
        for extent in self.setting.clear:
            soft.take(self._view.box(extent))
        for case in chosen:
            here = self._px(case)
            costs = [(self._cost(_at(here, offer), hard, soft), n) for n, offer in enumerate(OFFERS)]
            cost, best = min((cost + STEP_COST * n, n) for cost, n in costs)
            if cost < BLOCKED:
                hard.take(_at(here, OFFERS[best]))
                yield Placed(case, best)

    def _cost(self, box: Box, hard: Boxes, soft: Boxes) -> float:
        if not self._view.holds(box, EDGE_PX) or hard.overlap(box) > 0:
            return BLOCKED
        # Names move for a call-out if there is space, so hiding one is allowed but costs.
        return soft.overlap(box)

    def _marks(self, cases: list[CaseSeen]) -> Iterator[Box]:
        """Return a box around each case's mark, wider around a critical one."""
        x, y = to_mercator([case.lon for case in cases], [case.lat for case in cases])
        for case, here in zip(cases, zip(x.tolist(), y.tolist(), strict=True), strict=True):
            clear = 10.0 if case.urgency == "critical" else 2.0
            yield around(self._view.px(*here), MARKS[case.urgency][2] / 2 + clear)

    def _px(self, case: CaseSeen) -> Point:
        x, y = to_mercator(case.lon, case.lat)
        return self._view.px(float(x), float(y))


def _class_key(case: CaseSeen) -> str:
    """Return the catalogue key of the class, as in the rows of the queue: ``event.0506``."""
    return f"{case.kind}.{case.code}" if case.code else ""


def _order(case: CaseSeen) -> tuple[bool, float, float, str]:
    """Return the sort key: hazards first, then by due time; without a limit the newest first."""
    due = float("inf") if case.due_at is None else case.due_at
    return not case.hazard, due, -case.at, case.key


def _offers(box: tuple[float, float]) -> Iterator[Point]:
    """Yield positions of a box by preference: right, left, below, above; near first; centred first."""
    width, height = box
    for gap in GAPS:
        for shift in (-0.5, -1.0, 0.0):
            yield gap, shift * height
            yield -gap - width, shift * height
        for shift in (-0.5, -1.0, 0.0):
            yield shift * width, gap
            yield shift * width, -gap - height


OFFERS: Final = tuple(_offers(BOX_EN))
OFFERS_ZH: Final = tuple(_offers(BOX))


def _at(here: Point, offer: Point) -> Box:
    left, top = here[0] + offer[0], here[1] + offer[1]
    return left, top, left + BOX_EN[0], top + BOX_EN[1]
