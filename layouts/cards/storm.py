"""Storms with a fix in the last day: name, where it stood and how strong, as last published."""

from typing import Final

from city.seen import StormSeen, WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["Storm"]

NEWS_S: Final = 86_400.0


class Storm:
    """Rows: ``name``, ``at`` of the newest fix, ``wind_ms``, ``pressure_hpa``; newest storm first."""

    key = "storm"
    reads = ("warnings", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        rows = [row for storm in seen.storms if (row := _row(storm, city)) is not None]
        rows.sort(key=lambda row: (-row[1]["at"], row[0]))
        return View(now, {}, rows)


def _row(storm: StormSeen, city: float) -> Row | None:
    fixes = [p for p in storm.points if not p.forecast and city - NEWS_S <= p.at <= city]
    if not fixes:
        return None
    last = max(fixes, key=lambda p: p.at)
    fields = {
        "name": storm.name, "at": last.at, "wind_ms": last.wind_ms, "pressure_hpa": last.pressure_hpa,
    }  # fmt: skip
    return storm.key, fields
