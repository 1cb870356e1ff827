"""Notices of linkage tasks to the systems of their agencies, in the same queue as those of cases.

A notice that may be undone leaves when the time to undo is over; every other one leaves at once. A notice of
an exercise goes to systems that take part in exercises, and to no other.
"""

from typing import Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import number, text
from city.state.ledger_state import Item, LedgerState
from city.state.linkage_records import Task

__all__ = ["announce", "notice_delivered", "notice_failed", "recall"]

ISSUED: Final = "TaskIssued"
ORDER: Final = f"outbox.{ISSUED}"
ANNOUNCED: Final = frozenset({ISSUED, "TaskReassigned", "TaskCancelled"})
ORDERS: Final = frozenset({ISSUED, "TaskOrderWritten"})
"""Facts that take back nothing: the order, and a spoken one in writing."""
KEPT: Final = "kept"
"""Status of a notice for a system without an adapter: nobody got it."""


def announce(state: LedgerState, task: Task, fact: Fact) -> tuple[str, ...]:
    """Put the notice of a fact for the task's agency into the outbox; return the changed slices."""
    if not _may_leave(state, task):
        return ()
    if fact.type not in ORDERS and _withdraw_order(state, task):
        return ("outbox",)  # the agency never heard of it
    wait = number(fact.data, "undo_s") or 0.0
    # One act may hold several facts on tasks, each with a position of its own.
    _put(state, _notice(task, fact, f"outbox.{fact.type}", not_before=fact.recorded_at + wait))
    return ("outbox",)


def recall(state: LedgerState, task: Task, fact: Fact, *, undone: int) -> tuple[str, ...]:
    """Take back the notice of an undone act: remove an unsent notice, send a recall for a sent one.

    ``undone`` is the position of the act's fact on this task.
    """
    item = state.outbox.pop(f"{undone}-0", None)
    if item is not None and not item.tries:
        return ("outbox",)
    if not _may_leave(state, task):
        return ()
    if item is None and task.sent_at is None:  # its order was withdrawn before it was sent
        _put(state, _notice(task, fact, ORDER))
        return ("outbox",)
    what = item.text if item is not None else "outbox.TaskCancelled"
    _put(state, _notice(task, fact, _recall_words(what), recall_of=f"{undone}-0"))
    return ("outbox",)


def _withdraw_order(state: LedgerState, task: Task) -> bool:
    """Remove the notice of the task's order; return whether it was certainly not delivered."""
    subject = f"task:{task.id}"
    waiting = [item for item in state.outbox.values() if item.subject == subject and item.text == ORDER]
    for item in waiting:
        del state.outbox[item.id]
    return bool(waiting) and not any(item.tries for item in waiting)


def notice_delivered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered`` on a task: its agency's system has the notice, unless it was only kept."""
    _end(state, fact)
    task = state.tasks.get(fact.subject.removeprefix("task:"))
    issued = text(fact.data, "what") == ORDER
    if task is None or not issued or text(fact.data, "status") == KEPT:
        return ("outbox",)
    sent_at = state.clock.at(fact.recorded_at)
    state.tasks[task.id] = msgspec.structs.replace(task, sent_at=sent_at)
    return ("outbox", "tasks")


def notice_failed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxFailed`` on a task: the notice is not tried again."""
    _end(state, fact)
    return ("outbox",)


def _end(state: LedgerState, fact: Fact) -> None:
    """Remove a notice that has ended; recall one whose act was undone while it was being sent."""
    name, what = text(fact.data, "item"), text(fact.data, "what")
    if state.outbox.pop(name, None) is not None:
        return
    task = state.tasks.get(fact.subject.removeprefix("task:"))
    if task is None or what.removeprefix("outbox.") not in ANNOUNCED:
        return
    _put(state, _notice(task, fact, _recall_words(what), recall_of=name))


def _recall_words(what: str) -> str:
    return f"outbox.recall.{what.removeprefix('outbox.')}"


def _notice(task: Task, fact: Fact, words: str, *, not_before: float = 0.0, recall_of: str = "") -> Item:
    names = {
        "no": task.no, "task_words": task.words or task.text, "priority": task.priority,
        "road": task.place.road, "street": task.place.street, "state": task.state,
    }  # fmt: skip
    return Item(
        f"{fact.position}-{'r' if recall_of else 0}", task.id, "notice", task.agency, words, names,
        not_before or fact.recorded_at, fact.position, recall_of, at=fact.recorded_at,
        subject=f"task:{task.id}", is_exercise=task.is_exercise,
    )  # fmt: skip


def _put(state: LedgerState, item: Item) -> None:
    if not item.recall_of or all(other.recall_of != item.recall_of for other in state.outbox.values()):
        state.outbox[item.id] = item


def _may_leave(state: LedgerState, task: Task) -> bool:
    """Whether the agency has an adapter; in an exercise it must take part in exercises as well."""
    if task.is_exercise and task.agency not in state.exercise_outlets:
        return False
    return state.outlets is None or task.agency in state.outlets
