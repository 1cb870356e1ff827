"""The header of every page: warnings in force or announced, and marks. The page adds person and clock."""

from typing import Any

from city.views.wall_seen import DutySeen, PageSeen, WarningSeen
from layouts.contract import View, each_second

__all__ = ["Header"]

SHOWN = 3


class Header:
    """Scalars ``more`` (warnings not shown), ``marks``; rows: the worst and newest warnings.

    With ``duty`` also ``duty``: the hand-over, and what is empty or unanswered, for one line.

    A row has ``begins`` only if the warning is announced, ``ends`` only if its end is assumed.
    """

    reads = ("warnings", "cases", "clock", "duty", each_second)

    def __init__(self, key: str = "header", *, duty: bool = False) -> None:
        self.key = key
        self._has_duty = duty

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        ranked = sorted(seen.warnings, key=lambda w: (w.exercise, w.announced, -w.rank, -w.sent, w.key))
        rows = [(w.key, _row(w)) for w in ranked[:SHOWN]]
        scalars: dict[str, Any] = {
            "more": len(ranked) - len(rows),
            "marks": ["transplanted"] if seen.transplanted else [],
        }
        if self._has_duty:
            scalars["duty"] = _duty(seen.duty)
        return View(now, scalars, rows)


def _duty(duty: DutySeen) -> dict[str, Any]:
    return {
        "shift_lead": duty.shift_lead, "incoming_lead": duty.incoming_lead,
        "hand_over_at": duty.hand_over_at, "drafted": duty.drafted, "must": duty.must,
        "unanswered_items": duty.unanswered_items, "empty": len(duty.empty_seats),
        "first": duty.empty_seats[0] if duty.empty_seats else None, "unstaffed": duty.unstaffed,
        "unanswered": duty.unanswered,
    }  # fmt: skip


def _row(w: WarningSeen) -> dict[str, Any]:
    return {
        "hazard": w.hazard, "colour": w.colour, "headlines": w.headlines, "sent": w.sent,
        "exercise": w.exercise, "begins": w.begins if w.announced else None,
        "ends": w.ends if w.assumed else None,
    }  # fmt: skip
