"""The header: warnings in force or announced, and what this is not. The clock is the browser's."""

from typing import Any

from city.seen import WallSeen, WarningSeen
from layouts.contract import View, each_second

__all__ = ["Header"]

SHOWN = 3


class Header:
    """Scalars ``more`` (warnings not shown), ``marks``; rows: the worst and newest warnings.

    A row's ``begins`` is there when the warning is announced only, ``ends`` when its end is assumed.
    """

    key = "header"
    reads = ("warnings", "cases", "clock", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
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
