"""值班日志 on the duty page: what makes its list old. The list itself is asked for: entries are class P2."""

from city.views.duty.duty_page_seen import DutyPageSeen
from layouts.contract import View

__all__ = ["DutyLog"]


class DutyLog:
    """Scalars: the shift, the positions of the newest entry and line, and the saved daily reports."""

    key = "duty_log"
    reads = ("log", "duty", "duty_log")

    def view(self, seen: DutyPageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        board = seen.board
        line = seen.log[-1].position if seen.log else 0
        return View(now, {"entry": board.entry, "line": line, "reports": board.reports})
