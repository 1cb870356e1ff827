"""联动任务: the linkage tasks of one agency."""

from city.views.agency_seen import AgencySeen
from layouts.contract import View

__all__ = ["AgencyTasks"]


class AgencyTasks:
    """Scalars: ``code`` of the agency, ``tasks`` (their number)."""

    key = "agency_tasks"
    reads = ("linkage",)

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {"code": seen.code, "tasks": len(seen.tasks)})
