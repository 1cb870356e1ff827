"""联动处置: the incidents in which an agency has a task, and what the joint session decided for it."""

from city.views.agency_seen import AgencySeen
from layouts.cards.linkage import incident_row, task_row
from layouts.contract import Row, View

__all__ = ["AgencyIncidents"]


class AgencyIncidents:
    """Rows: ``i:<incident>``, each followed by the ``t:<task>`` of its matrix; ``s:<line>`` of a session.

    Scalars: ``incidents`` (their number).
    """

    key = "agency_incidents"
    reads = ("incidents", "tasks")

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows: list[Row] = []
        for incident in seen.incidents:
            rows.append(incident_row(incident))
            rows += (task_row(task) for task in seen.tasks if task.incident == incident.id)
        rows += (
            (f"s:{line.id}", {"incident": line.incident, "text": line.text, "at": line.at, "task": line.task})
            for line in seen.lines
        )
        return View(now, {"incidents": len(seen.incidents)}, rows)
