"""The leader's five numbers. The change since the last look is the reader's own: their page knows it."""

from typing import Any, Final

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View, each_second

__all__ = ["FIGURES", "LeaderFigures"]

FIGURES: Final = ("relocation", "p1_late", "closures", "waterlogging", "outage")
"""Key → the order on the page."""


class LeaderFigures:
    """Rows: one per number, always five. ``value`` None = not known, which is not zero."""

    key = "leader_figures"
    reads = ("situation", "tasks", "closures", each_second)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {}, [(key, _row(seen, key)) for key in FIGURES])


def _row(seen: LeaderSeen, key: str) -> dict[str, Any]:
    figure = seen.situation.figures.get(key)
    if figure is None:
        return {"value": None, "of": None, "unknown": 0, "as_of": None, "level": ""}
    return {
        "value": figure.value, "of": figure.of, "unknown": figure.unknown, "as_of": figure.as_of,
        "level": figure.level,
    }  # fmt: skip
