"""The limits of linkage tasks: what is done by rule when one passes (domain §3.5)."""

from collections.abc import Iterator

from city.commands.command import Now, Refusal
from city.commands.decision import not_now
from city.commands.linkage_arguments import PassTaskLimit
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.task_templates import LinkageNumbers
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task

__all__ = ["decide_pass_task_limit", "due_task_steps"]


def due_task_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield for each open task its earliest step that is due and not done."""
    for task in state.tasks.values():
        if task.is_open:
            steps = [step for step in _steps(task, rules.linkage.numbers) if step.at <= now.city]
            if steps:
                yield min(steps, key=lambda step: step.at)


def decide_pass_task_limit(order: SubjectOrder, args: PassTaskLimit) -> SubjectAnswer:
    """Do what the rules say when a limit has passed; a step that was overtaken is refused."""
    task = order.subject.record
    if not isinstance(task, Task):
        return Refusal("unknown_subject", "unknown_task")
    step = next((step for step in _steps(task, order.rules.linkage.numbers) if step.code == args.step), None)
    if step is None or step.at > order.now.city:
        return not_now("step_overtaken")
    late_s = order.now.city - step.at
    return (order.fact("TaskReminded", {"step": step.code, "late_s": late_s, "call": True}),)


def _steps(task: Task, numbers: LinkageNumbers) -> Iterator[SubjectStep]:
    subject = f"task:{task.id}"
    if task.state in ("issued", "delivered") and task.ack_by is not None and not task.reminders:
        at = task.issued_at + (task.ack_by - task.issued_at) * numbers.repeat_share
        yield SubjectStep(subject, task.version, "pass_task_limit", "ack_half", at)
