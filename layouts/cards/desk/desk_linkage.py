"""The desk's linkage: every open incident with its whole matrix, and what may be done with each task."""

from typing import Any, Final

from city.views.desk_seen import DeskSeen
from city.views.linkage_seen import ClosureSeen, TaskSeen, UnitOnTask
from layouts.cards.wall.linkage import incident_row, task_row
from layouts.contract import Row, View, each_second

__all__ = ["DeskLinkage"]

INCIDENTS: Final = 40
TASKS: Final = 600
METRES: Final = 50
"""Distances are told in steps of so many metres, so that a row is not sent anew for every position."""


class DeskLinkage:
    """Rows: ``i:<incident>`` and ``t:<task>``, each the worst first; ``c:<device>`` for closed underpasses.

    Scalars: ``open`` (incidents; None = not known), ``late`` (tasks not acknowledged in time), ``more``
    (incidents that are not told). A task's ``unit`` is the one on its way: call sign, distance (metres) and
    machine time of its position; None for none.
    """

    key = "desk_linkage"
    reads = ("incidents", "tasks", "closures", "units", each_second)

    def __init__(self) -> None:
        self._rows: dict[str, tuple[TaskSeen, UnitOnTask | None, Row]] = {}
        self._of: tuple[object, object, object, object] = (None, None, None, None)
        self._told: list[Row] = []

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`. Unchanged rows are reused."""
        if not seen.position:
            return View(now, {"open": None, "late": None, "more": 0})
        of = (seen.incidents, seen.tasks, seen.closures, seen.committed)
        if (
            any(one is not before for one, before in zip(of[:3], self._of[:3], strict=True))
            or of[3] != self._of[3]
        ):
            self._of, self._told = of, self._build(seen)
        scalars = {
            "open": len(seen.incidents), "late": sum(one.counts.late for one in seen.incidents),
            "more": max(0, len(seen.incidents) - INCIDENTS),
        }  # fmt: skip
        return View(now, scalars, self._told)

    def _build(self, seen: DeskSeen) -> list[Row]:
        first = seen.incidents[:INCIDENTS]
        ids, units = {one.id for one in first}, {one.task: one for one in seen.committed}
        kept = {}
        for task in seen.tasks[:TASKS]:
            if task.incident in ids:
                unit, before = units.get(task.id), self._rows.get(task.id)
                same = before is not None and before[0] is task and before[1] == unit
                kept[task.id] = before if before and same else (task, unit, _row(task, unit))
        self._rows = kept
        rows: list[Row] = []
        for incident in first:
            key, row = incident_row(incident)
            rows.append((key, {**row, "no": incident.no, "cases": list(incident.cases),
                               "version": incident.version, "lon": _known(incident.lon),
                               "lat": _known(incident.lat)}))  # fmt: skip
        rows += (row for _, _, row in kept.values())
        rows += (_closure(closure) for closure in seen.closures)
        return rows


def _closure(closure: ClosureSeen) -> Row:
    return f"c:{closure.device}", {
        "device": closure.device, "state": closure.state, "at": closure.at, "road": closure.road,
        "street": closure.street, "depth_cm": round(closure.depth_cm, 1),
        "rise_cm_min": round(closure.rise_cm_min, 1), "version": closure.version, "verb": closure.verb,
    }  # fmt: skip


def _row(task: TaskSeen, unit: UnitOnTask | None) -> Row:
    key, fields = task_row(task)
    told: dict[str, Any] = {
        "no": task.no, "version": task.version, "verbs": list(task.verbs), "targets": list(task.targets),
        "call_sign": task.call_sign, "why": task.why, "mode": task.mode,
        "unit": None,
    }  # fmt: skip
    if unit is not None and not unit.is_there:
        metres = METRES * round(unit.metres / METRES) if unit.metres == unit.metres else None
        told["unit"] = {
            "call_sign": unit.call_sign, "metres": metres, "as_of": unit.as_of, "lost": unit.lost,
        }  # fmt: skip
    return key, {**fields, **told}


def _known(degrees: float) -> float | None:
    return degrees if degrees == degrees else None
