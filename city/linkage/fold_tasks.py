"""Folding facts of linkage tasks."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.clocks.freshness import STEP_LATE_S
from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, maybe_moment, names, number, text, texts, whole
from city.linkage.fold_common import exercise_mark, signed_of, site_of
from city.linkage.task_messages import announce, recall
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task, TaskResult
from city.state.subject_marks import mark_fact

__all__ = ["RESTORED_BY_UNDO", "TASKS"]

RESTORED_BY_UNDO: Final = ("state", "over_reason", "fallback", "assists")
"""Fields of a task that ``undo_task`` restores; ``over`` becomes None."""

COLUMN_OF_STEP: Final = {"arrive": "arrived", "due": "done", "verify": "verified"}
"""Automatic step → its column of the matrix; those that are not named belong to the acknowledgement."""
QUIET: Final = ("delivery", "due_near", "repeat")
"""Steps that are noted and shown nowhere."""

Fold = Callable[[LedgerState, Fact], tuple[str, ...]]


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
        unit=text(data, "unit"), unit_call_sign=text(data, "call_sign"),
        fallback_of=text(data, "fallback_of"), tried=texts(data, "tried"),
        late=_late({}, fact, "issued"), is_exercise=incident.is_exercise,
        repeat_of=text(data, "repeat_of"), write_by=maybe_moment(data, "write_by"),
    )  # fmt: skip
    mark_fact(task, fact)
    state.tasks[id_] = task
    incident = msgspec.structs.replace(incident, tasks=(*incident.tasks, id_))
    # The ledger counts an act that names the incident; in the act that opens it that is the opening.
    incident.version = max(incident.version, whole(data, "incident_version", 0))
    if incident.state == "confirmed":  # §3.5: automatic when the first task is issued
        incident.state, incident.since = "responding", signed.at
    state.incidents[incident.id] = incident
    return ("tasks", "incidents", *announce(state, task, fact))


def _late(before: dict[str, float], fact: Fact, column: str) -> dict[str, float]:
    """Return how late the steps of each column were done, this one too."""
    late_s = number(fact.data, "late_s") or 0.0
    if late_s <= max(STEP_LATE_S, before.get(column, 0.0)):
        return before
    return {**before, column: late_s}


def _on_task(change: Callable[[LedgerState, Fact, Task], tuple[str, ...]], *, moves: bool = True) -> Fold:
    """Return the fold of a fact that changes a copy of its task, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        task = msgspec.structs.replace(state.tasks[fact.subject.removeprefix("task:")])
        step = text(fact.data, "step")
        if step not in QUIET:
            task.late = _late(task.late, fact, COLUMN_OF_STEP.get(step, "acknowledged"))
        if moves and task.undo:
            task.undo = {}
        touched = change(state, fact, task)
        mark_fact(task, fact, moves=moves)
        state.tasks[task.id] = task
        return ("tasks", *touched)

    return fold


def _delivered(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.delivered_at = state.clock.at(fact.recorded_at)
    if task.state == "issued":
        task.state = "delivered"
    return ()


def _acknowledged(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    signed = signed_of(state, fact)
    task.state, task.acknowledged = "acknowledged", signed
    if task.delivered_at is None:
        task.delivered_at = signed.at
    return ()


def _declined(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.state, task.over, task.over_reason = "declined", signed_of(state, fact), text(fact.data, "reason")
    return _say(state, fact, task, "log.task_declined")


def _set_out(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.state, task.set_out = "set_out", signed_of(state, fact)
    task.unit = text(fact.data, "unit") or task.unit
    task.unit_call_sign = text(fact.data, "call_sign") or task.unit_call_sign
    return ()


def _arrived(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.state, task.arrived = "arrived", signed_of(state, fact)
    task.arrived_by_hand = flag(fact.data, "by_hand")
    return ()


def _done(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    data = fact.data
    task.state, task.done = "done", signed_of(state, fact)
    task.result = TaskResult(text(data, "text"), number(data, "number"), texts(data, "photos"))
    task.photos = tuple(dict.fromkeys((*task.photos, *task.result.photos)))
    task.verify_by = maybe_moment(data, "verify_by")
    return ()


def _verified(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.state, task.verified = "verified", signed_of(state, fact)
    return ()


def _verification_failed(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.state, task.done, task.verify_by = "arrived", None, None
    task.overdue = tuple(code for code in task.overdue if code != "verify")
    return _say(state, fact, task, "log.task_not_verified")


def _reminded(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.reminders += 1
    task.reminded_at = state.clock.at(fact.recorded_at)
    step = text(fact.data, "step")
    if step == "ack_half":
        task.noted = (*task.noted, step)
    return ()


def _escalated(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.escalated = max(task.escalated, whole(fact.data, "level"))
    task.overdue = (*task.overdue, text(fact.data, "step"))
    return _say(state, fact, task, f"log.task_escalated.{task.escalated}", lead=text(fact.data, "lead"))


def _fell_back(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.fallback = text(fact.data, "task")
    return _say(state, fact, task, "log.task_fell_back", to=text(fact.data, "to"))


def _limit_passed(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    step = text(fact.data, "step")
    if step in QUIET:
        task.noted = (*task.noted, step)
        return ()
    task.overdue = (*task.overdue, step)
    return _say(state, fact, task, f"log.task_limit.{step}")


def _reassigned(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    _end(state, fact, task)
    task.fallback = text(fact.data, "task")
    return (
        *announce(state, task, fact),
        *_say(state, fact, task, "log.task_reassigned", to=text(fact.data, "to")),
    )


def _cancelled(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    _end(state, fact, task)
    return (*announce(state, task, fact), *_say(state, fact, task, "log.task_cancelled"))


def _order_written(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    task.text, task.write_by = text(fact.data, "text"), None
    return announce(state, task, fact)


def _taken_over(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    """The lead of the next shift has it at the hand-over; for its agency nothing changes."""
    task.accepted_by_shift = text(fact.data, "shift")
    return ()


def _end(state: LedgerState, fact: Fact, task: Task) -> None:
    """Cancel the task; what undo restores is saved when the fact allows an undo."""
    data = fact.data
    if task.state != "declined":  # a declined task that is reassigned stays declined
        task.state, task.over = "cancelled", signed_of(state, fact)
        task.over_reason = text(data, "text") or text(data, "why")
    _keep_for_undo(fact, task)


def _assisting(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    """It goes on without limits of its own: the task that arrived first runs against them."""
    task.assists = text(fact.data, "assists")
    _keep_for_undo(fact, task)
    first = state.tasks.get(task.assists)
    return _say(state, fact, task, "log.task_assisting", to=first.agency if first is not None else "")


def _keep_for_undo(fact: Fact, task: Task) -> None:
    data = fact.data
    seconds = number(data, "undo_s")
    if seconds is not None:
        before = data.get("before") or {}
        task.undo = {
            **{name: str(before[name]) for name in RESTORED_BY_UNDO if name in before},
            "position": fact.position, "actor": fact.actor, "until": fact.recorded_at + seconds,
            "task": text(data, "task"),
        }  # fmt: skip


def _undone(state: LedgerState, fact: Fact, task: Task) -> tuple[str, ...]:
    restored = fact.data.get("restored") or {}
    for name in RESTORED_BY_UNDO:
        if name in restored:
            setattr(task, name, str(restored[name]))
    incident = state.incidents[task.incident]
    version = max(incident.version, whole(fact.data, "incident_version", 0))
    state.incidents[incident.id] = msgspec.structs.replace(incident, version=version)
    if "assists" in restored:  # no notice went out with it
        return ("incidents", *_say(state, fact, task, "log.task_undone"))
    if task.state != "declined":
        task.over = None
    touched = recall(state, task, fact, undone=whole(fact.data, "position"))
    return ("incidents", *touched, *_say(state, fact, task, "log.task_undone"))


def _say(state: LedgerState, fact: Fact, task: Task, line: str, **more: str) -> tuple[str, ...]:
    """Add a line to the duty log. No typed text goes into it."""
    note(
        state, fact, line, task=task.id, task_no=task.no, task_words=task.words, agency=task.agency,
        priority=task.priority, road=task.place.road, street=task.place.street, **exercise_mark(task), **more,
    )  # fmt: skip
    return ("log",)


TASKS: Final[dict[str, Fold]] = {
    "TaskIssued": _issued,
    "TaskDelivered": _on_task(_delivered, moves=False),
    "TaskAcknowledged": _on_task(_acknowledged),
    "TaskDeclined": _on_task(_declined),
    "TaskSetOut": _on_task(_set_out),
    "TaskArrived": _on_task(_arrived),
    "TaskDone": _on_task(_done),
    "TaskVerified": _on_task(_verified),
    "TaskVerificationFailed": _on_task(_verification_failed),
    "TaskReminded": _on_task(_reminded, moves=False),
    "TaskEscalated": _on_task(_escalated, moves=False),
    "TaskFellBack": _on_task(_fell_back, moves=False),
    "TaskLimitPassed": _on_task(_limit_passed, moves=False),
    "TaskReassigned": _on_task(_reassigned),
    "TaskCancelled": _on_task(_cancelled),
    "TaskAssisting": _on_task(_assisting),
    "TaskOrderWritten": _on_task(_order_written, moves=False),
    "TaskTakenOver": _on_task(_taken_over, moves=False),
    "TaskUndone": _on_task(_undone),
}
"""Fact type → its fold."""
