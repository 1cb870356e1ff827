"""Folding facts of linkage tasks."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, names, number, text
from city.linkage.fold_common import signed_of, site_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task
from city.state.subject_marks import mark_fact

__all__ = ["TASKS"]


def _issued(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("task:")
    incident = state.incidents[text(data, "incident")]
    signed = signed_of(state, fact)
    task = Task(
        id=id_, no=f"{incident.no}-{len(incident.tasks) + 1:02d}", incident=incident.id,
        agency=text(data, "agency"), priority=text(data, "priority"), words=text(data, "words"),
        text=text(data, "text"), place=site_of(data), mode=text(data, "mode"), ordered=signed,
        issued_at=signed.at, evidence=text(data, "evidence"), verifier=text(data, "verifier"),
        template=text(data, "template"), why=text(data, "why"), why_names=names(data, "why_names"),
        ack_by=maybe_moment(data, "ack_by"), arrive_by=maybe_moment(data, "arrive_by"),
        due_by=maybe_moment(data, "due_by"), verify_s=number(data, "verify_s") or 0.0,
        unit=text(data, "unit"), fallback_of=text(data, "fallback_of"),
    )  # fmt: skip
    mark_fact(task, fact)
    state.tasks[id_] = task
    incident = msgspec.structs.replace(incident, tasks=(*incident.tasks, id_))
    if incident.state == "confirmed":  # §3.5: automatic when the first task is issued
        incident.state, incident.since = "responding", signed.at
    state.incidents[incident.id] = incident
    return ("tasks", "incidents")


def _acknowledged(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    task = msgspec.structs.replace(state.tasks[fact.subject.removeprefix("task:")])
    task.state, task.acknowledged = "acknowledged", signed_of(state, fact)
    mark_fact(task, fact)
    state.tasks[task.id] = task
    return ("tasks",)


def _reminded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    task = msgspec.structs.replace(state.tasks[fact.subject.removeprefix("task:")])
    task.reminders += 1
    task.reminded_at = state.clock.at(fact.recorded_at)
    task.late_s = number(fact.data, "late_s") or 0.0
    mark_fact(task, fact, moves=False)
    state.tasks[task.id] = task
    return ("tasks",)


TASKS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "TaskIssued": _issued,
    "TaskAcknowledged": _acknowledged,
    "TaskReminded": _reminded,
}
"""Fact type → its fold."""
