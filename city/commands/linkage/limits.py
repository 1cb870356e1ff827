"""The limits of linkage tasks: what is done by rule when one passes (domain §3.5)."""

from collections.abc import Iterator
from typing import Final

from city.commands.command import Decision, NewFact, Now, Refusal
from city.commands.decision import not_now
from city.commands.linkage.arguments import PassTaskLimit
from city.commands.linkage.guards import known_holder
from city.commands.linkage.incident_limits import decide_pass_incident_limit
from city.commands.linkage.issuing import follow_up
from city.commands.response.repeating import REPEAT, decide_repeat
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.task_templates import LinkageNumbers
from city.duty.authority import authority_name
from city.linkage.presence import fallback_of, is_absent
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task

__all__ = ["decide_pass_task_limit", "due_task_steps", "task_steps"]

CALLED: Final = frozenset({"delivery", "due"})
"""Steps after which somebody is called."""


def due_task_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield for each open task its earliest step that is due and not done."""
    numbers = rules.linkage.numbers
    for task in state.tasks.values():
        if not task.is_open:
            continue
        at, code = min(task_steps(task, numbers), default=(now.city, ""))
        if code and at <= now.city:
            yield SubjectStep(
                f"task:{task.id}", task.version, "pass_task_limit", code, at, _serial(task, code)
            )


def task_steps(task: Task, numbers: LinkageNumbers) -> Iterator[tuple[float, str]]:
    """Yield when which automatic steps of a task that are still to do fall due.

    ``delivery``: no receipt. ``ack_half``: repeat and call. ``ack``: fallback agency, and the agency's duty
    leader. ``ack2``: the centre's duty leader. ``arrive``: late on the way. ``due_near``, ``due``: the work.
    ``verify``: it counts as unverified. ``write``: a spoken order was not written down.
    """
    if task.state == "done":
        if task.verify_by is not None and "verify" not in task.overdue:
            yield task.verify_by, "verify"
    elif not task.assists:  # of a pair the first to arrive runs against the limits
        yield from _coming(task, numbers)


def _coming(task: Task, numbers: LinkageNumbers) -> Iterator[tuple[float, str]]:
    """Yield the steps of a task that its agency has not done."""
    done, start = (*task.overdue, *task.noted), task.issued_at
    if task.write_by is not None and "write" not in done:
        yield task.write_by, "write"
    if task.state in ("issued", "delivered"):
        if task.state == "issued" and "delivery" not in done:
            yield start + numbers.delivered_s, "delivery"
        if task.ack_by is not None:
            span = task.ack_by - start
            if "ack_half" not in done:
                yield start + span * numbers.repeat_share, "ack_half"
            if "ack" not in done:
                yield task.ack_by, "ack"
            if "ack2" not in done:
                yield start + span * numbers.escalate_share, "ack2"
    if task.arrive_by is not None and task.arrived is None and "arrive" not in done:
        yield task.arrive_by, "arrive"
    if task.due_by is not None and "due" not in done:
        if "due_near" not in done:
            yield start + max(task.due_by - start, 0.0) * numbers.amber_share, "due_near"
        yield task.due_by, "due"


def _serial(task: Task, code: str) -> int:
    """Return the number of the occasion: a task may be done, and wait for a verification, several times."""
    return int(task.done.at) if code == "verify" and task.done is not None else 0


def decide_pass_task_limit(order: SubjectOrder, args: PassTaskLimit) -> SubjectAnswer:
    """Do what the rules say when a limit has passed; a step that was overtaken is refused.

    ``delivered`` is what the engine saw: the agency's page or system has the task.
    """
    if order.subject.kind == "incident":
        return decide_pass_incident_limit(order, args)
    task = order.subject.record
    if not isinstance(task, Task):
        return Refusal("unknown_subject", "unknown_task")
    if args.step == "delivered":
        if task.state != "issued":
            return not_now("step_overtaken")
        return (order.fact("TaskDelivered", {}),)
    if args.step == REPEAT:
        return decide_repeat(order, task, args.serial)
    steps = task_steps(task, order.rules.linkage.numbers) if task.is_open else ()
    due = next((at for at, code in steps if code == args.step), None)
    if due is None or _serial(task, args.step) != args.serial:
        return not_now("step_overtaken")
    if due > order.now.city:
        return not_now("step_not_due", step=args.step)
    late_s = order.now.city - due
    if args.step == "ack_half":
        data = {"step": args.step, "late_s": late_s, "call": True, "agency": task.agency}
        return (order.fact("TaskReminded", data),)
    if args.step == "ack":
        return _fall_back(order, task, late_s)
    if args.step == "ack2":
        return (_escalated(order, task, 2, "ack2", late_s),)
    data = {"step": args.step, "late_s": late_s, "call": args.step in CALLED, "agency": task.agency}
    return (order.fact("TaskLimitPassed", data),)


def _fall_back(order: SubjectOrder, task: Task, late_s: float) -> SubjectAnswer:
    """Issue the task to the fallback agency too, and tell the agency's duty leader; once."""
    escalated = _escalated(order, task, 1, "ack", late_s)
    to = _fallback(order, task)
    if not to:
        return (escalated,)
    issued, expects = follow_up(order, task, to, why="fallback", fallback_of=task.id, late_s=late_s)
    data = {"to": to, "task": issued[0].subject.removeprefix("task:"), "late_s": late_s}
    fell = order.fact("TaskFellBack", data)
    return Decision((fell, escalated, *issued), ((order.subject.name, order.subject.version), *expects))


def _fallback(order: SubjectOrder, task: Task) -> str:
    """Return the next agency that had not got it yet, '' for none; one that has nobody on duty is passed."""
    seen = {task.agency, *task.tried}
    to = fallback_of(task.agency, order.rules, task.template)
    while to and to not in seen and known_holder(order, to):
        if not is_absent(order.state, to, order.now.city, order.rules):
            return to
        seen.add(to)
        to = fallback_of(to, order.rules)
    return ""


def _escalated(order: SubjectOrder, task: Task, level: int, step: str, late_s: float) -> NewFact:
    """Return the escalation to the agency's (1) or the centre's (2) duty leader.

    ``lead`` is the shift lead who answers for it: during a hand-over the outgoing one until both have signed.
    """
    to = "agency_duty_leader" if level == 1 else "duty_leader"
    data = {
        "level": level, "step": step, "to": to, "late_s": late_s, "call": True, "agency": task.agency,
        "shift": order.state.shift, "lead": authority_name(order.state, "shift_lead"),
    }  # fmt: skip
    return order.fact("TaskEscalated", data)
