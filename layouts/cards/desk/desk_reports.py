"""零报告 on the desk: the streets of the round, and what a street told by telephone is entered here."""

from city.views.desk_seen import DeskSeen
from layouts.contract import View, each_second

__all__ = ["DeskReports"]


class DeskReports:
    """Rows: the streets by code: ``state`` (waiting, sent, late, over), ``late_s``, ``by_phone``.

    Scalars of the round: ``round`` (None = none is open), ``version``, ``due_at``, ``sent``, ``holders``.
    """

    key = "desk_reports"
    reads = ("situation", "response", each_second)

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        current = seen.situation.round
        if current is None:
            return View(now, {"round": None})
        scalars = {
            "round": current.id, "version": current.version, "due_at": current.due_at, "sent": current.sent,
            "holders": current.holders,
        }  # fmt: skip
        rows = [
            (one.street, {"state": one.state, "late_s": one.late_s, "by_phone": one.by_phone})
            for one in seen.situation.cells if one.state
        ]  # fmt: skip
        return View(now, scalars, rows)
