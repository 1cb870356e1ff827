"""The steps of a linkage task that its agency reports."""

from city.commands.argument_types import Args
from city.commands.command import Refusal
from city.commands.decision import not_now
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.linkage_records import Task

__all__ = ["decide_acknowledge_task"]


def decide_acknowledge_task(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Acknowledge (签收) a task of the sender's own agency."""
    task = _own_task(order)
    if isinstance(task, Refusal):
        return task
    if task.state not in ("issued", "delivered"):
        return not_now("task_state", task_state=task.state)
    return (order.fact("TaskAcknowledged", {}),)


def _own_task(order: SubjectOrder) -> Task | Refusal:
    """Return the order's task, or the refusal of a task that is unknown or another agency's."""
    task = order.subject.record
    if not isinstance(task, Task):
        return Refusal("unknown_subject", "unknown_task")
    if order.role != "system" and order.by.holder != task.agency:
        return Refusal("not_allowed", "not_holder", {"at_holder": task.agency})
    return task
