"""The header: the warnings in force and the marks that say what this is not. The clock is the browser's."""

from city.seen import WallSeen
from layouts.contract import View, each_second

__all__ = ["Header"]

SHOWN = 3


class Header:
    """Scalars ``more`` (warnings not shown), ``marks``; rows: the worst and newest warnings."""

    key = "header"
    reads = ("warnings", "cases", "clock", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        ranked = sorted(seen.warnings, key=lambda w: (w.exercise, -w.rank, -w.sent, w.key))
        rows = [
            (
                w.key,
                {
                    "hazard": w.hazard, "colour": w.colour, "headline": w.headline,
                    "sent": w.sent, "exercise": w.exercise,
                },
            )
            for w in ranked[:SHOWN]
        ]  # fmt: skip
        scalars = {
            "more": len(ranked) - len(rows),
            "marks": ["transplanted"] if seen.transplanted else [],
        }
        return View(now, scalars, rows)
