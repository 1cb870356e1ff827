"""The header of every page: warnings in force or announced, and marks. The page adds person and clock."""

from typing import Any

from city.views.wall_seen import PageSeen, WarningSeen
from layouts.contract import View, each_second

__all__ = ["Header"]

SHOWN = 3


class Header:
    """Scalars ``more`` (warnings not shown), ``marks``; rows: the worst and newest warnings.

    A row has ``begins`` only if the warning is announced, ``ends`` only if its end is assumed.
    """

    reads = ("warnings", "cases", "clock", each_second)

    def __init__(self, key: str = "header") -> None:
        self.key = key

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        ranked = sorted(seen.warnings, key=lambda w: (w.exercise, w.announced, -w.rank, -w.sent, w.key))
        rows = [(w.key, _row(w)) for w in ranked[:SHOWN]]
        scalars = {
            "more": len(ranked) - len(rows),
            "marks": ["transplanted"] if seen.transplanted else [],
        }
        return View(now, scalars, rows)


def _row(w: WarningSeen) -> dict[str, Any]:
    return {
        "hazard": w.hazard, "colour": w.colour, "headlines": w.headlines, "sent": w.sent,
        "exercise": w.exercise, "begins": w.begins if w.announced else None,
        "ends": w.ends if w.assumed else None,
    }  # fmt: skip
