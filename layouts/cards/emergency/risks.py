"""险情与任务: in an emergency the queue holds incidents, P1 tasks and hazards only; the rest is counted."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from city.views.linkage_seen import LEVELS, IncidentSeen, TaskSeen
from city.views.response.command_view import RESPONSE
from city.views.wall_seen import CaseSeen, WallSeen
from layouts.cards.wall.act import gaps
from layouts.cards.wall.linkage import task_row
from layouts.cards.wall.queue import URGENCIES, callers, case_row, first_at, until_of_row
from layouts.case_tally import CaseTally
from layouts.contract import Row, View, each_second

__all__ = ["Risks", "is_risk"]

SHOWN: Final = 8
WORST_TASKS: Final = 2
"""Tasks that are told below an incident."""

Ranked = tuple[tuple[int, int, float, str], Row]


class Risks:
    """Rows, the worst first, at most eight: ``what`` is incident, task or case.

    ``i:<incident>`` with ``tasks``, its worst ones (agency, state, level); ``p:<words>`` one row for the P1
    tasks of the response with the same words: ``n`` of them are open, the worst is told; cases by their mark,
    as in the queue.

    Scalars: ``total`` of these (None = not known), ``others``: open cases that keep no row; ``deferred``
    ones; ``earliest_due`` of what has no row; ``gaps``.
    """

    key = "risks"
    reads = ("cases", "sources", "incidents", "tasks", "response", each_second)

    def __init__(self) -> None:
        self._of: tuple[object, object] = (None, None)
        self._kept = _Cases()
        self._cases = CaseTally[CaseSeen](
            counts={"deferred": lambda case: (case.deferred,)}, orders={"risk": _risk, "until": until_of_row}
        )

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`. Of the cases only changed ones are read."""
        if seen.response.mode != "emergency":
            return View(now, {"total": None, "others": 0, "deferred": 0, "earliest_due": None, "gaps": []})
        if self._of[0] is not seen.cases or self._of[1] is not seen.incidents:
            self._cases.follow(seen)
            self._of, self._kept = (seen.cases, seen.incidents), _cases(seen, self._cases)
        kept = self._kept
        ranked = sorted((*_incidents(seen), *_tasks(seen), *kept.first), key=lambda one: one[0])
        rest = [row["until"] for _, (_, row) in ranked[SHOWN:] if row["until"] is not None]
        dues = [due for due in (*rest, kept.earliest) if due is not None]
        scalars = {
            "total": len(ranked) - len(kept.first) + kept.risks if seen.position else None,
            "others": kept.others, "deferred": kept.deferred, "earliest_due": min(dues, default=None),
            "gaps": gaps(seen),
        }  # fmt: skip
        return View(now, scalars, [row for _, row in ranked[:SHOWN]])


def is_risk(case: CaseSeen) -> bool:
    """Whether a case keeps its row in an emergency: a hazard, or critical or urgent."""
    return case.hazard or case.urgency != "normal"


class _Cases(msgspec.Struct, frozen=True):
    """The cases: the rows of the first, how many keep a row, how many do not, and when the first is due."""

    first: tuple[Ranked, ...] = ()
    risks: int = 0
    others: int = 0
    deferred: int = 0
    earliest: float | None = None
    """Of those that have no row here."""


def _cases(seen: WallSeen, tally: CaseTally[CaseSeen]) -> _Cases:
    told = {mark for incident in seen.incidents for mark in incident.cases}
    first = list(islice((case for case in tally.orders["risk"] if case.key not in told), SHOWN))
    shown = {case.key for case in first} | told
    dues = (case.until for case in tally.orders["until"] if case.key not in shown)
    carried = [case for mark in told - seen.duplicate_marks if (case := tally.get(mark)) is not None]
    risks = len(tally.orders["risk"]) - sum(map(is_risk, carried))
    others = len(seen.cases) - len(seen.duplicate_marks) - len(carried) - risks
    rows = []
    for case in first:
        key, row = case_row(case, callers(case, seen), first_at(case, seen))
        rows.append((_case_order(case), (key, {**row, "what": "case"})))
    return _Cases(
        tuple(rows), risks, others, tally.counts["deferred"][True], next(dues, None),
    )  # fmt: skip


def _risk(case: CaseSeen, is_duplicate: bool) -> tuple[int, int, float, str] | None:
    return _case_order(case) if is_risk(case) and not is_duplicate else None


def _case_order(case: CaseSeen) -> tuple[int, int, float, str]:
    return _order(case.urgency, 1, case.until, case.at, case.key)


def _incidents(seen: WallSeen) -> Iterator[Ranked]:
    for incident in seen.incidents:
        if incident.kind == RESPONSE:
            continue
        tasks = [task for task in seen.tasks if task.incident == incident.id and not task.is_over]
        urgency = "critical" if any(task.priority == "P1" for task in tasks) else "urgent"
        key = f"i:{incident.id}"
        yield (
            _order(urgency, 0, None, incident.opened_at, key),
            (key, _incident(incident, urgency, tasks[:WORST_TASKS])),
        )


def _incident(incident: IncidentSeen, urgency: str, tasks: list[TaskSeen]) -> dict[str, Any]:
    return {
        "what": "incident", "urgency": urgency, "kind": incident.kind, "title": incident.title,
        "road": incident.road, "street": incident.street, "grade": incident.grade, "state": incident.state,
        "at": incident.opened_at, "until": None, "level": incident.level,
        "tasks": [[task.agency, task.state, task.level] for task in tasks],
    }  # fmt: skip


def _tasks(seen: WallSeen) -> Iterator[Ranked]:
    """Yield the P1 tasks of responses, those of the same words as one row: an order to 36 streets is one."""
    responses = {incident.id for incident in seen.incidents if incident.kind == RESPONSE}
    alike: dict[str, list[TaskSeen]] = {}
    for task in seen.tasks:
        if task.incident in responses and task.priority == "P1" and not task.is_over:
            alike.setdefault(task.words or task.id, []).append(task)
    for words, tasks in alike.items():
        worst = min(tasks, key=_worst)
        until = worst.clock.by if worst.clock is not None else None
        key = f"p:{words}"
        fields = {
            **task_row(worst)[1], "what": "task", "urgency": "critical", "until": until, "n": len(tasks),
            "late": sum(task.level == "over" for task in tasks), "road": "", "street": "",
            "issued_at": worst.issued_at,
        }  # fmt: skip
        yield _order("critical", 0, until, worst.issued_at, key), (key, fields)


def _worst(task: TaskSeen) -> tuple[int, float, str]:
    return LEVELS.index(task.level), task.clock.by if task.clock is not None else math.inf, task.id


def _order(urgency: str, kind: int, until: float | None, at: float, key: str) -> tuple[int, int, float, str]:
    """Return the sort key: urgency, incidents and tasks before cases, then the time left (or the oldest)."""
    return URGENCIES.get(urgency, 2), kind, at if until is None else until, key
