"""The centre's orders on a task: issue, remind (催办), reassign (改派), cancel (撤回), assist (协同)."""

from typing import Any

from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import not_now
from city.commands.linkage.arguments import Cancelled, IssueTask, Reassigned, TaskRow, WriteOrder
from city.commands.linkage.guards import (
    absent,
    known_holder,
    open_incident,
    outranks,
    the_incident,
    the_task,
)
from city.commands.linkage.issuing import follow_up, issue_into
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.linkage.fold_tasks import RESTORED_BY_UNDO
from city.linkage.pairs import is_second_of_pair, other_of_pair
from city.state.linkage_records import Task

__all__ = [
    "decide_assist_task", "decide_cancel_task", "decide_issue_task", "decide_reassign_task",
    "decide_remind_task", "decide_undo_task", "decide_write_task_order",
]  # fmt: skip

WAITING = ("issued", "delivered")
REMINDED = (*WAITING, "acknowledged", "set_out", "arrived")
REASSIGNED = (*REMINDED, "declined")


def decide_issue_task(order: SubjectOrder, args: IssueTask) -> SubjectAnswer:
    """Give an agency one more task of an incident, from a template row or typed."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    row = TaskRow(args.agency, args.priority, args.template, args.text, args.unit)
    issued = issue_into(order, incident, (row,), mode=args.mode)
    return issued if isinstance(issued, Refusal) else Decision(tuple(issued[0]), tuple(issued[1]))


def decide_write_task_order(order: SubjectOrder, args: WriteOrder) -> SubjectAnswer:
    """Write down an order that was spoken while that was relaxed (§4.6)."""
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    if task.write_by is None:
        return not_now("order_is_written")
    late_s = max(0.0, order.now.city - task.write_by)
    return (order.fact("TaskOrderWritten", {"text": args.text, "agency": task.agency, "late_s": late_s}),)


def decide_remind_task(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Remind (催办) the agency by hand."""
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    if task.state not in REMINDED:
        return not_now("task_state", task_state=task.state)
    return (order.fact("TaskReminded", {"step": "hand", "call": False, "agency": task.agency}),)


def decide_reassign_task(order: SubjectOrder, args: Reassigned) -> SubjectAnswer:
    """Reassign (改派): cancel the task and issue it to another agency, in one append.

    A declined task is reassigned by the duty leader's order, too; it stays declined.
    """
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    wrong = _may_end(order, task, REASSIGNED)
    if wrong is not None:
        return wrong
    taken = order.state.tasks.get(task.fallback)
    if task.state == "declined" and taken is not None and taken.state != "cancelled":
        return not_now("reassigned_before", to_holder=taken.agency)
    if not known_holder(order, args.to):
        return bad_arg("to", "code of an agency or street")
    if args.to == task.agency:
        return not_now("same_task_holder", to_holder=args.to)
    nobody = absent(order, args.to)
    if nobody is not None:
        return nobody
    undo = _undo(order, task)
    issued, expects = follow_up(order, task, args.to, why="reassigned", **undo)
    data = {"to": args.to, "task": issued[0].subject.removeprefix("task:"), "text": args.text or ""}
    fact = order.fact("TaskReassigned", {**data, **undo, **_before(task, undo)})
    return Decision((fact, *issued), ((order.subject.name, order.subject.version), *expects))


def decide_cancel_task(order: SubjectOrder, args: Cancelled) -> SubjectAnswer:
    """Cancel (撤回) a task, with the reason; the second of a pair whose other one has arrived needs none."""
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    wrong = _may_end(order, task, (*REMINDED, "done"))
    if wrong is not None:
        return wrong
    second = is_second_of_pair(order.state, task)
    if not args.text and not second:
        return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "reason"})
    undo = _undo(order, task)
    data: dict[str, Any] = {"text": args.text or "", "why": "other_arrived" if second else "ordered"}
    return (order.fact("TaskCancelled", {**data, **undo, **_before(task, undo), "agency": task.agency}),)


def decide_assist_task(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Keep the second of a pair to assist (协同) the agency that arrived first; its limits end.

    Nothing leaves the house with it, so that a P1 task's is undone, too.
    """
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    wrong = _may_end(order, task, REMINDED)
    if wrong is not None:
        return wrong
    first = other_of_pair(order.state, task)
    if task.assists or first is None or not is_second_of_pair(order.state, task):
        return not_now("not_second_of_pair")
    data = {
        "assists": first.id, "agency": task.agency, "undo_s": order.rules.linkage.numbers.undo_s,
        "before": {"assists": ""},
    }  # fmt: skip
    return (order.fact("TaskAssisting", data),)


def _may_end(order: SubjectOrder, task: Task, states: tuple[str, ...]) -> Refusal | None:
    if task.state not in states:
        return not_now("task_state", task_state=task.state)
    incident = open_incident(order, task)
    return incident if isinstance(incident, Refusal) else outranks(order, task)


def _undo(order: SubjectOrder, task: Task) -> dict[str, float]:
    """Return how long the act may be undone: a P1 order has left at once, so it may not."""
    return {} if task.priority == "P1" else {"undo_s": order.rules.linkage.numbers.undo_s}


def _before(task: Task, undo: dict[str, float]) -> dict[str, Any]:
    if not undo:
        return {}
    return {"before": {"state": task.state, "over_reason": task.over_reason, "fallback": task.fallback}}


def decide_undo_task(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Undo the sender's own reassignment, cancellation or order to assist while it is the last act."""
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    position, until = task.undo.get("position"), task.undo.get("until")
    if task.last is None or position is None or position != task.last.position:
        return not_now("nothing_to_undo")
    if task.undo.get("actor") != order.by.account:
        return not_now("undo_not_yours")
    if not (isinstance(until, float) and order.now.machine <= until):
        return not_now("undo_task_too_late")
    incident = open_incident(order, task)
    if isinstance(incident, Refusal):
        return incident
    ended, expects = _take_back(order, task)
    if isinstance(ended, Refusal):
        return ended
    restored = {name: task.undo[name] for name in RESTORED_BY_UNDO if name in task.undo}
    version = incident.version + 1
    fact = order.fact("TaskUndone", {"position": position, "restored": restored, "incident_version": version})
    return Decision(
        (fact, *ended),
        ((order.subject.name, order.subject.version), (f"incident:{incident.id}", version - 1), *expects),
    )


def _take_back(
    order: SubjectOrder, task: Task
) -> tuple[tuple[NewFact, ...] | Refusal, tuple[tuple[str, int], ...]]:
    """Return the cancellation of the task that a reassignment made; refuse when its agency acted on it."""
    made = order.state.tasks.get(str(task.undo.get("task") or ""))
    if made is None or not made.is_open:
        return (), ()
    if made.state not in WAITING:
        return not_now("task_begun", at_holder=made.agency), ()
    subject = Subject("task", made.id, made, made.version, made.moved)
    data = {"text": "", "why": "undone", "agency": made.agency}
    return (order.fact_on(subject, "TaskCancelled", data),), ((subject.name, made.version),)
