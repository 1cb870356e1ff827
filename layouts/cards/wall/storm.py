"""Storms: name, time and strength of the newest fix, as last published."""

from typing import Final

from city.views.wall_seen import StormSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["Storm"]

SHOWN: Final = 2


class Storm:
    """Scalar ``more`` (storms not shown); rows, the nearest storm first.

    A row has ``name``, ``at`` of the newest fix, ``wind_ms``, ``pressure_hpa``; ``landed`` and ``place`` of
    the district's landfall, None and '' without one.
    """

    key = "storm"
    reads = ("warnings", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        rows = [row for storm in seen.storms if (row := _row(storm, city)) is not None]
        return View(now, {"more": max(0, len(rows) - SHOWN)}, rows[:SHOWN])


def _row(storm: StormSeen, city: float) -> Row | None:
    fixes = [p for p in storm.points if not p.forecast and p.at <= city]
    if not fixes:
        return None
    last = max(fixes, key=lambda p: p.at)
    fields = {
        "name": storm.name, "at": last.at, "wind_ms": last.wind_ms, "pressure_hpa": last.pressure_hpa,
        "landed": storm.landfall.at if storm.landfall else None,
        "place": storm.landfall.place if storm.landfall else "",
    }  # fmt: skip
    return storm.key, fields
