"""Patrols (巡查): the unit grids that an inspector went through, from the positions of the phone (K25)."""

import re
from typing import Final

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.decision import moment, not_now
from city.commands.field.arguments import PatrolPoint, RecordPatrol
from city.commands.late_acts import AHEAD_S, LATEST_S
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["ERROR_M", "decide_record_patrol"]

ERROR_M: Final = 50.0
"""A position with a larger error does not say in which grid somebody was."""
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def decide_record_patrol(order: SubjectOrder, args: RecordPatrol) -> SubjectAnswer:
    """Record when the sender was last in each grid. The track itself is not kept: nobody needs it.

    The id of the subject makes it happen once. Positions outside the sender's streets do not count.
    """
    if not _ID.fullmatch(order.subject.id):
        return bad_arg("subject", "patrol:<8 to 64 of A-Z, a-z, 0-9, _, ->")
    if order.subject.record is not None:
        return not_now("patrol_recorded")
    if not order.rules.villages:
        return not_now("no_grids")
    times = [_time(point) for point in args.points]
    now = order.now.city
    told = [at for at in times if at is not None and now - LATEST_S <= at <= now + AHEAD_S]
    if len(told) < len(times):
        return bad_arg("points", "times of the last 24 hours, ISO 8601 with an offset")
    grids: dict[str, float] = {}
    left_out = 0
    for point, at in zip(args.points, told, strict=True):
        grid = _grid(order, point)
        left_out += not grid
        if grid:
            grids[grid] = max(at, grids.get(grid, at))
    if not grids:
        return bad_arg("points", f"positions in your streets, with an error of at most {ERROR_M:.0f} m")
    data = {
        "began": moment(min(told)), "ended": moment(max(told)), "left_out": left_out,
        "grids": {grid: moment(at) for grid, at in sorted(grids.items())},
    }  # fmt: skip
    return (order.fact("PatrolRecorded", data),)


def _time(point: PatrolPoint) -> float | None:
    try:
        return parse(point.at)
    except (ValueError, OverflowError):
        return None


def _grid(order: SubjectOrder, point: PatrolPoint) -> str:
    """Return the grid of a position in one of the sender's streets, '' for another one."""
    beats, street = order.by.beats, order.rules.street_of(point.lon, point.lat)
    if point.accuracy_m > ERROR_M or not street or (beats and street not in beats):
        return ""
    return order.rules.grid_of(point.lon, point.lat)
