"""36街镇 in an emergency: which street has sent its report of the round, which is late."""

from typing import Any, Final

from city.views.wall_seen import WallSeen
from layouts.contract import View, each_second

__all__ = ["ZeroReports"]

LATE: Final = {"over": 0, "late": 1}


class ZeroReports:
    """Rows: the streets by code, the latest first: ``state`` (waiting, sent, late, over), ``late_s``.

    Scalars: ``due_at`` of the round (None = no round is open), ``sent`` and ``holders``; ``late``: how many
    are late.
    """

    key = "zero_reports"
    reads = ("situation", "response", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        situation = seen.situation
        cells = sorted(situation.cells, key=lambda one: (LATE.get(one.state, 2), -one.late_s, one.street))
        current = situation.round
        scalars: dict[str, Any] = {
            "due_at": current.due_at if current else None, "sent": current.sent if current else None,
            "holders": current.holders if current else None,
            "late": sum(one.state in LATE for one in cells),
        }  # fmt: skip
        rows = [(one.street, {"state": one.state, "late_s": one.late_s}) for one in cells if one.state]
        return View(now, scalars, rows)
