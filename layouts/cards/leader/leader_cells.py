"""The streets as a leader sees them: who has not reported, and whose relocation is not complete."""

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View, each_second

__all__ = ["LeaderCells"]


class LeaderCells:
    """Scalars: the present round of zero reports, None for none. Rows: streets with something to tell."""

    key = "leader_cells"
    reads = ("situation", each_second)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        situation, round_ = seen.situation, seen.situation.round
        told = None
        if round_ is not None:
            told = {
                "due_at": round_.due_at, "holders": round_.holders, "sent": round_.sent,
                "late": list(round_.late),
            }  # fmt: skip
        rows = [
            (
                cell.street,
                {"state": cell.state, "reported_at": cell.reported_at, "late_s": cell.late_s,
                 "moved": cell.moved, "should": cell.should},
            )
            for cell in situation.cells
        ]  # fmt: skip
        return View(now, {"round": told, "known": seen.position > 0}, rows)
