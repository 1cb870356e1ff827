"""参观汇报 on the desk and the duty page: whether one runs, to start one, and to throw visitors off."""

from city.views.wall_seen import PageSeen
from layouts.contract import View

__all__ = ["BriefingControl"]


class BriefingControl:
    """Scalars: ``until``, the planned end of the running briefing (city time), None for none; ``version``."""

    key = "briefing_control"
    reads = ("duty",)

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {"until": seen.duty.briefing_until, "version": seen.duty.briefing_version})
