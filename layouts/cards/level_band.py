"""The band of the response level: on every page, over its full width, while a level is in force or ended."""

from typing import Any, Final

import msgspec

from city.response.in_force import SCREENS
from city.views.response.response_seen import LevelSeen
from city.views.wall_seen import PageSeen
from layouts.contract import Row, View, each_second

__all__ = ["FORCED", "LevelBand"]

FORCED: Final = SCREENS["face_forced"]
LOUD: Final = SCREENS["alarm_sounds"]
NEXT: Final = 4


class LevelBand:
    """Rows: the levels in force (``<jurisdiction>/<hazard>``), real ones before exercises, the worst first.

    Scalars: ``mode``; ``rank`` of the worst real level, ``drill_rank`` of the worst exercise; ``forced``:
    whether the emergency face cannot be left; ``loud``: whether a level that rises to this one is heard;
    ``recovery_open`` and ``recovery_since``; ``next``: what may get worse next (fields of ``ForecastSeen``).
    """

    key = "level_band"
    reads = ("response", "situation", "storms", "clock", each_second)

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        response = seen.response
        levels = sorted(response.levels, key=lambda one: (one.is_exercise, -one.rank, one.since))
        rank, drill = _worst(levels, is_exercise=False), _worst(levels, is_exercise=True)
        scalars: dict[str, Any] = {
            "mode": response.mode, "rank": rank, "drill_rank": drill, "forced": max(rank, drill) >= FORCED,
            "loud": max(rank, drill) >= LOUD,
            "recovery_open": response.recovery_open, "recovery_since": response.recovery_since,
            "next": [msgspec.to_builtins(one) for one in response.next[:NEXT]],
        }  # fmt: skip
        return View(now, scalars, [_row(one) for one in levels])


def _worst(levels: list[LevelSeen], *, is_exercise: bool) -> int:
    return max((one.rank for one in levels if one.is_exercise == is_exercise), default=0)


def _row(level: LevelSeen) -> Row:
    fields: dict[str, Any] = msgspec.to_builtins(level)
    for name in ("activation", "incident"):
        del fields[name]  # nobody reads them on a band
    return f"{level.jurisdiction}/{level.hazard}{'/drill' if level.is_exercise else ''}", fields
