"""联勤联动: the incidents, the worst first, and under each the rows of its agencies × tasks matrix."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from city.views.linkage_seen import IncidentSeen, TaskSeen
from city.views.wall_seen import WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["COLUMNS", "Linkage", "incident_row", "stacked", "task_row"]

COLUMNS: Final = ("issued", "acknowledged", "set_out", "arrived", "done", "verified")
"""The columns of the matrix."""

SHOWN: Final = {0: 0, 1: 4, 2: 4, 3: 3}
"""Number of incidents on a wall → rows of tasks for which there is room below their headlines."""
SHOWN_IN_EMERGENCY: Final = {0: 0, 1: 4, 2: 3}
"""The same beside the emergency's cameras."""


class Linkage:
    """Rows: ``i:<incident>``, each followed by its ``t:<task>``; finished tasks are only counted.

    Scalars: ``open`` (incidents; None = not known), ``more`` and ``more_tasks`` (not shown), ``late`` (tasks
    not acknowledged in time).
    """

    key = "linkage"
    reads = ("incidents", "tasks", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if not seen.position:
            return View(now, {"open": None, "more": 0, "more_tasks": 0, "late": None})
        is_emergency = seen.response.mode == "emergency"
        chosen = stacked(seen.incidents, seen.tasks, SHOWN_IN_EMERGENCY if is_emergency else SHOWN)
        shown = {task.id for _, tasks in chosen for task in tasks}
        rest = sum(not task.is_over and task.id not in shown for task in seen.tasks)
        rows: list[Row] = []
        for incident, tasks in chosen:
            rows.append(incident_row(incident))
            rows += (task_row(task) for task in tasks)
        late = sum(incident.counts.late for incident in seen.incidents)
        more = len(seen.incidents) - len(chosen)
        return View(now, {"open": len(seen.incidents), "more": more, "more_tasks": rest, "late": late}, rows)


def stacked(
    incidents: Sequence[IncidentSeen], tasks: Sequence[TaskSeen], shown: Mapping[int, int] = SHOWN
) -> list[tuple[IncidentSeen, list[TaskSeen]]]:
    """Return the worst incidents with the tasks for which a wall has room, both the worst first.

    Each incident has its worst open task; the other rows go to the worst tasks of all.
    """
    first = incidents[: max(shown)]
    ids = {incident.id for incident in first}
    running = [task for task in tasks if task.incident in ids and not task.is_over]
    leading = {task.incident: task for task in reversed(running)}
    rest = [task for task in running if leading[task.incident] is not task]
    room = shown[len(first)] - len(leading)
    chosen = {task.id for task in (*leading.values(), *rest[:room])}
    return [
        (incident, [task for task in running if task.incident == incident.id and task.id in chosen])
        for incident in first
    ]


def incident_row(incident: IncidentSeen) -> Row:
    """Return an incident's headline; ``id`` is the incident's own."""
    counts = incident.counts
    fields: dict[str, Any] = {
        "id": incident.id, "kind": incident.kind, "title": incident.title, "road": incident.road,
        "street": incident.street, "grade": incident.grade, "state": incident.state,
        "opened_at": incident.opened_at, "level": incident.level, "open": counts.open,
        "tasks": counts.tasks, "late": counts.late, "finished": counts.finished, "dropped": counts.dropped,
        "exercise": incident.is_exercise,
    }  # fmt: skip
    return f"i:{incident.id}", fields


def task_row(task: TaskSeen) -> Row:
    """Return a row of the matrix: ``at`` has a time or None per column, ``clock`` is the running cell.

    ``travels``: whether somebody sets out and arrives at all. ``late``: column → seconds (晚).
    ``ahead`` and ``assists`` are the agency that arrived first: still asked, or to be assisted.
    """
    times = (task.set_out_at, task.arrived_at)
    clock = task.clock
    fields: dict[str, Any] = {
        "id": task.id, "incident": task.incident, "agency": task.agency, "words": task.words,
        "text": task.text, "priority": task.priority, "state": task.state, "level": task.level,
        "at": [task.issued_at, *(getattr(task, f"{column}_at") for column in COLUMNS[1:])],
        "clock": None if clock is None else [COLUMNS.index(clock.column), clock.since, clock.by],
        "travels": task.arrive_by is not None or any(at is not None for at in times),
        "fallback": task.fallback, "ahead": task.ahead, "assists": task.assists, "by_hand": task.by_hand,
        "is_over": task.is_over, "reminders": task.reminders, "exercise": task.is_exercise,
        "late": {str(COLUMNS.index(c)): round(s) for c, s in task.late.items()},
    }  # fmt: skip
    return f"t:{task.id}", fields
