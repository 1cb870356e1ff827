"""快速记录 (F2): the entry form of the duty log, on the duty page and on the desk."""

from city.views.wall_seen import PageSeen
from layouts.contract import View

__all__ = ["DutyEntryForm"]


class DutyEntryForm:
    """Scalars: ``shift``, the shift to whose log an entry is written."""

    key = "duty_entry"
    reads = ("duty",)

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {"shift": seen.duty.shift})
