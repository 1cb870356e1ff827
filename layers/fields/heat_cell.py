"""What a pressed place of the heat says: how many, the worst urgency, the share overdue, the trend."""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from city.state.case_file import URGENCIES
from layers.contract import MapSetting
from layers.fields.buckets import KEPT_MINUTES, MINUTE_S, Buckets
from layers.fields.case_heat import CaseHeat, SeesCases
from layers.fields.heat_choices import MANY, HeatChoice
from layers.fields.pictures import CELL_PX
from layers.projection import stretch

__all__ = ["HeatCell", "cell_at"]

LEAST_M: Final = 500.0
"""Metres on the ground around the press: a case is spread so far that its own cell would tell little."""
CELLS: Final = 2
HOUR_S: Final = 3600.0


class HeatCell(msgspec.Struct, frozen=True):
    """What lies within ``radius_m`` (metres on the ground) of a press.

    ``worst`` is an urgency, '' for no case; ``overdue`` counts those past their limit of the ``limited`` that
    have one. ``before`` is the number of the span before (``span_s``), None = not known.
    """

    radius_m: float
    count: int
    worst: str = ""
    overdue: int = 0
    limited: int = 0
    span_s: float = HOUR_S
    new: int | None = None
    before: int | None = None


def cell_at(
    seen: SeesCases, now: float, choice: HeatChoice, place: tuple[float, float, float], setting: MapSetting,
    many: Mapping[str, Buckets],
) -> HeatCell:  # fmt: skip
    """Return what lies around ``place`` = (x, y, metres per CSS px), metres EPSG:3857."""
    x, y, metres_per_px = place
    ground = float(stretch(setting.latitude))
    radius = max(LEAST_M * ground, CELLS * CELL_PX * metres_per_px)
    if choice.kind in MANY:
        return _of_points(seen, now, choice, (x, y, radius), radius / ground, many)
    city, heat = seen.clock.at(now), CaseHeat(choice)
    cases = heat.cases(seen)
    with np.errstate(invalid="ignore"):
        here = heat.shown(cases, city) & (np.hypot(cases.x - x, cases.y - y) <= radius)
    until, at = cases.until[here], cases.at[here]
    span = choice.window_s if choice.kind == "cases" else HOUR_S
    if choice.kind == "cases":  # what was reported in the window before is not among those shown
        everywhere = np.hypot(cases.x - x, cases.y - y) <= radius
        at = cases.at[everywhere]
    count = int(here.sum())
    return HeatCell(
        radius / ground, count,
        worst=URGENCIES[int(cases.urgency[here].max())] if count else "",
        overdue=int((until < city).sum()), limited=int(np.isfinite(until).sum()), span_s=span,
        new=int(((at > city - span) & (at <= city)).sum()),
        before=int(((at > city - 2 * span) & (at <= city - span)).sum()),
    )  # fmt: skip


def _of_points(
    seen: SeesCases, now: float, choice: HeatChoice, place: tuple[float, float, float], radius_m: float,
    many: Mapping[str, Buckets],
) -> HeatCell:  # fmt: skip
    counts = many.get(choice.kind)
    last = int(seen.clock.at(now) // MINUTE_S)
    minutes = int(choice.window_s // MINUTE_S)
    if counts is None:
        return HeatCell(radius_m, 0, span_s=choice.window_s)
    found = counts.around(*place, (last - minutes + 1, last))
    first = last - 2 * minutes + 1
    is_known = 2 * minutes <= KEPT_MINUTES and counts.since is not None and counts.since <= first
    before = counts.around(*place, (first, last - minutes)) if is_known else None
    return HeatCell(radius_m, found, span_s=choice.window_s, new=found, before=before)
