"""联动处置: incidents in which an agency has a task, decisions of joint sessions, closures of underpasses."""

from city.views.holders.agency_seen import AgencySeen
from layouts.cards.wall.linkage import incident_row, task_row
from layouts.contract import Row, View

__all__ = ["AgencyIncidents"]


class AgencyIncidents:
    """Rows: ``i:<incident>``, each followed by the ``t:<task>`` of its matrix; ``s:<line>`` of a session;
    ``c:<device>`` for a closure of which the agency is a party.

    Scalars: ``incidents`` (their number).
    """

    key = "agency_incidents"
    reads = ("incidents", "tasks", "closures")

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
        rows += (
            (
                f"c:{one.closure.device}",
                {
                    "device": one.closure.device, "state": one.closure.state, "at": one.closure.at,
                    "road": one.closure.road, "street": one.closure.street, "version": one.version,
                    "agreed": one.agreed, "verb": one.verb,
                },
            )
            for one in seen.closures
        )  # fmt: skip
        return View(now, {"incidents": len(seen.incidents)}, rows)
