"""联动任务: the linkage tasks of one agency, the worst first, with what its people need to act."""

from typing import Any

from city.views.holders.agency_seen import AgencySeen, OwnTaskSeen
from layouts.cards.wall.linkage import task_row
from layouts.contract import Row, View

__all__ = ["AgencyTasks"]


class AgencyTasks:
    """Rows: ``t:<task>`` as in the matrix, and the fields of ``OwnTaskSeen``.

    Scalars: ``code`` of the agency, ``tasks`` (their number), ``waiting`` (not acknowledged). ``unit_as_of``
    is machine time.
    """

    key = "agency_tasks"
    reads = ("incidents", "tasks", "units")

    def view(self, seen: AgencySeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        waiting = sum(own.task.state in ("issued", "delivered") for own in seen.own)
        scalars = {"code": seen.code, "tasks": len(seen.own), "waiting": waiting}
        return View(now, scalars, [_row(own) for own in seen.own])


def _row(own: OwnTaskSeen) -> Row:
    task = own.task
    key, fields = task_row(task)
    more: dict[str, Any] = {
        "no": task.no, "version": task.version, "unit": task.unit, "call_sign": task.call_sign,
        "why": task.why, "why_names": own.why_names, "ack_by": task.ack_by,
        "text": own.text, "by": own.by, "role": own.role, "road": own.road, "street": own.street,
        "lon": _known(own.lon), "lat": _known(own.lat), "evidence": own.evidence,
        "verifier": own.verifier, "fallback_next": own.fallback_next,
        "metres": own.metres, "unit_as_of": own.unit_as_of, "over_by": own.over_by,
        "over_at": own.over_at, "over_reason": own.over_reason, "photos": list(own.photos),
    }  # fmt: skip
    return key, fields | more


def _known(degrees: float) -> float | None:
    return degrees if degrees == degrees else None
