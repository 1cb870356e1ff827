"""The steps of a linkage task that its agency reports, and their verification by the other axis."""

from typing import Final

import msgspec

from city.commands.argument_types import Args
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import Arrive, Declined, FinishTask, SetOut, VerifyTask
from city.commands.linkage.closing import closed_by
from city.commands.linkage.guards import own_task, the_task
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.linkage_records import Task

__all__ = [
    "decide_acknowledge_task", "decide_arrive_task", "decide_decline_task", "decide_finish_task",
    "decide_set_out_task", "decide_verify_task",
]  # fmt: skip

ACTIVE: Final = ("acknowledged", "set_out", "arrived")


def decide_acknowledge_task(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Acknowledge (签收) a task of the sender's own agency."""
    task = own_task(order, "issued", "delivered")
    return task if isinstance(task, Refusal) else (order.fact("TaskAcknowledged", {}),)


def decide_decline_task(order: SubjectOrder, args: Declined) -> SubjectAnswer:
    """Decline (退回) a task that was not acknowledged; the centre's duty leader orders anew."""
    task = own_task(order, "issued", "delivered")
    if isinstance(task, Refusal):
        return task
    data = {"reason": args.reason, "agency": task.agency, "to": "duty_leader"}
    return (order.fact("TaskDeclined", data),)


def decide_set_out_task(order: SubjectOrder, args: SetOut) -> SubjectAnswer:
    """Set out (出动), with the unit that goes."""
    task = own_task(order, "acknowledged")
    if isinstance(task, Refusal):
        return task
    unit = args.unit or task.unit
    known = order.now.unit_of(unit) if unit else None
    template = order.rules.linkage.row(task.template) if task.template else None
    if known and template and template.unit_kinds and known.kind not in template.unit_kinds:
        return not_now("unit_unfit_task", unit=known.call_sign or unit)
    sign = known.call_sign if known else ""
    return (order.fact("TaskSetOut", {"unit": unit, "call_sign": sign}),)


def decide_arrive_task(order: SubjectOrder, args: Arrive) -> SubjectAnswer:
    """Arrive (到场): by the unit's position (the engine), or by hand, which the fact says."""
    by_hand = order.role != "system"
    if by_hand == (args.distance_m is not None):
        return Refusal("bad_args", "unknown_arg", {"field": "distance_m"})
    task = own_task(order, "acknowledged", "set_out")
    if isinstance(task, Refusal):
        return task
    data = {"by_hand": by_hand, "distance_m": args.distance_m, "unit": task.unit}
    fact = order.fact("TaskArrived", data)
    # A person who says that they are there has closed the road; a position says only where a car stands.
    closed = closed_by(order, task) if by_hand else None
    if closed is None:
        return (fact,)
    also, expected = closed
    return Decision((fact, also), ((order.subject.name, order.subject.version), expected))


def decide_finish_task(order: SubjectOrder, args: FinishTask) -> SubjectAnswer:
    """Report it as done (完成), with the evidence that the task asks for."""
    task = own_task(order, *ACTIVE)
    if isinstance(task, Refusal):
        return task
    if task.arrive_by is not None and task.state != "arrived":
        return not_now("arrive_first")
    missing = _missing(task, args)
    if missing:
        return Refusal("bad_args", "missing_arg", {"field": missing[0], "expected": missing[1]})
    data = {
        "text": args.text or "", "number": args.number, "photos": list(args.photos),
        "verify_by": moment(order.now.city + task.verify_s),
        "photo_facts": [msgspec.to_builtins(one) for one in args.photo_facts],
    }  # fmt: skip
    return (order.fact("TaskDone", data),)


def _missing(task: Task, args: FinishTask) -> tuple[str, str] | None:
    """Return the missing evidence and what it should be; None when it is complete."""
    needed = {
        "photo": ("photos", bool(args.photos), "at least one photo"),
        "number": ("number", args.number is not None, "number"),
        "text": ("text", bool(args.text), "text"),
        "list": ("text", bool(args.text), "the list, one item a line"),
    }
    field, there, expected = needed.get(task.evidence, ("", True, ""))
    return None if there else (field, expected)


def decide_verify_task(order: SubjectOrder, args: VerifyTask) -> SubjectAnswer:
    """Verify (核实) a done task, or say what is missing: then the agency goes on.

    The supervision axis may always do it; the street where the task is, when the template leaves it to the
    street. Nobody verifies what they or their own agency did.
    """
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    wrong = _verifier(order, task)
    if wrong is not None:
        return wrong
    if task.state != "done":
        return not_now("task_state", task_state=task.state)
    if args.passed:
        return (order.fact("TaskVerified", {"text": args.text or ""}),)
    if not args.text:
        return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "what is missing"})
    return (order.fact("TaskVerificationFailed", {"text": args.text}),)


def _verifier(order: SubjectOrder, task: Task) -> Refusal | None:
    by = order.by
    steps = (task.acknowledged, task.set_out, task.arrived, task.done)
    if by.holder == task.agency or any(step is not None and step.by == by.account for step in steps):
        return Refusal("not_allowed", "own_task")
    if order.role != "inspector":
        if by.street != task.place.street:
            return Refusal("not_allowed", "other_street", {"at_holder": task.place.street})
        if task.verifier != "street":
            return Refusal("not_allowed", "inspector_verifies")
    return None
