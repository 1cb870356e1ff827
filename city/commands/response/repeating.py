"""Plan tasks that repeat while their level lasts, e.g. the numbers of relocated people every hour (A.8).

The next task of a series opens when the repeat is due and the one before is done. While that one is open it
stays the one to answer, late and escalated: an agency that is silent is not buried under copies. The next is
due at the later of both moments, and not before its level was in force again; the step is late from then on.
"""

from collections.abc import Iterator

from city.commands.command import Decision, Now
from city.commands.decision import not_now
from city.commands.response.activation_facts import task_data
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.commands.subjects import Subject
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.response_rules import PlanTask, ResponsePlan
from city.response.activation_run import planned_for, planned_task
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task
from city.state.response_records import Response

__all__ = ["REPEAT", "decide_repeat", "due_repeat_steps"]

REPEAT = "repeat"
"""The step of ``pass_task_limit`` that opens the next task of a series."""


def due_repeat_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield for each series of an active level the step that opens its next task, when that is due."""
    for response in state.responses.values():
        for task, at in _due(state, rules, response):
            if at <= now.city:
                yield SubjectStep(f"task:{task.id}", task.version, "pass_task_limit", REPEAT, at)


def _due(state: LedgerState, rules: DecisionRules, response: Response) -> Iterator[tuple[Task, float]]:
    """Yield the newest task of each series that may go on, and when its next one is due."""
    active, plan = response.active, rules.response.plans.get(response.hazard)
    incident = state.incidents.get(active.incident) if active is not None else None
    if active is None or plan is None or incident is None:
        return
    series = [
        task for task in plan.tasks
        if task.repeat_s is not None and task.kind != "zero_report" and 0 < task.rank <= active.rank
    ]  # fmt: skip
    if not series:
        return
    repeated = {plan.template(task.code): task.repeat_s for task in series}
    since = {plan.template(task.code): _in_force_since(response, task.rank) for task in series}
    newest: dict[tuple[str, str], Task] = {}
    for id_ in incident.tasks:
        task = state.tasks[id_]
        if task.template in repeated:
            newest[task.template, planned_for(task)] = task
    for task in newest.values():
        every_s = repeated[task.template]
        if every_s is not None and REPEAT not in task.noted and _is_answered(task):
            yield task, max(task.issued_at + every_s, _answered_at(task), since[task.template])


def _is_answered(task: Task) -> bool:
    return task.state in ("done", "verified", "cancelled")


def _answered_at(task: Task) -> float:
    answered = task.over if task.state == "cancelled" else task.done
    return answered.at if answered is not None else task.issued_at


def _in_force_since(response: Response, rank: int) -> float:
    """Return since when a response has been at a rank or above, without a break."""
    since = response.activations[-1].activated_at
    for one in reversed(response.activations):
        if one.rank < rank:
            break
        since = one.activated_at
    return since


def decide_repeat(order: SubjectOrder, task: Task, serial: int) -> SubjectAnswer:
    """Open the next task of a series; refused when it was overtaken."""
    incident = order.state.incidents[task.incident]
    response = next((one for one in order.state.responses.values() if _carries(one, incident.id)), None)
    if response is None:
        return not_now("step_overtaken")
    due = {one.id: at for one, at in _due(order.state, order.rules, response)}
    if task.id not in due or serial:
        return not_now("step_overtaken")
    if due[task.id] > order.now.city:
        return not_now("step_not_due", step=REPEAT)
    plan = order.rules.response.plans[response.hazard]
    found = _plan_task(plan, task)
    if found is None:
        return not_now("step_overtaken")
    planned = planned_task(order.state, order.rules, found, planned_for(task), order.now.city)
    subject = Subject("task", f"{incident.id}.{len(incident.tasks) + 1}")
    late_s = order.now.city - due[task.id]
    data = task_data(order, plan, planned) | {
        "incident": incident.id, "incident_version": incident.version + 1,
        "is_exercise": incident.is_exercise, "repeat_of": task.repeat_of or task.id, "late_s": late_s,
    }  # fmt: skip
    noted = order.fact("TaskLimitPassed", {"step": REPEAT, "task": subject.id, "late_s": late_s})
    expects = (
        (order.subject.name, order.subject.version), (f"incident:{incident.id}", incident.version),
        (subject.name, 0),
    )  # fmt: skip
    return Decision((noted, order.fact_on(subject, "TaskIssued", data)), expects)


def _carries(response: Response, incident: str) -> bool:
    return response.active is not None and response.active.incident == incident


def _plan_task(plan: ResponsePlan, task: Task) -> PlanTask | None:
    return next((one for one in plan.tasks if plan.template(one.code) == task.template), None)
