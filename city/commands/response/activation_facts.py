"""What an activation starts, as facts: the tasks of the plan, summoned seats, report rounds, relaxations.

They are those of ``activation_run``, the dry run that is shown before the decision, and no others.
"""

from typing import Any

import msgspec

from city.commands.command import NewFact, Refusal
from city.commands.decision import moment
from city.commands.linkage.issuing import site_data
from city.commands.response.briefings import ending_of_running_briefing
from city.commands.response.situation.round_facts import round_opened
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.dispatch.tables.response_rules import ResponsePlan
from city.linkage.fold_common import day_of
from city.response.activation_run import ActivationRun, PlannedTask, activation_run
from city.state.linkage_records import Site
from city.state.response_records import LEVELS, Activation, Response

__all__ = ["Started", "activation_facts", "run_facts", "task_data"]

Started = tuple[list[NewFact], list[tuple[str, int]]]
"""Facts, and the versions that their append expects."""


def activation_facts(
    order: SubjectOrder, response: Response, activation: Activation
) -> Started | Refusal:  # fmt: skip
    """Return the facts that follow ``ResponseActivated`` in the same append, and the versions they expect.

    ``response`` is the record before the activation.
    """
    run = activation_run(order.state, order.rules, response.id, activation.rank, order.now.city)
    incident = run.incident or activation.incident or f"response-{activation.id}"
    facts, expects = run_facts(order, run, incident, is_exercise=activation.is_exercise)
    for more in (
        _round_facts(order, run, response, activation), ending_of_running_briefing(order, run.rank),
    ):  # fmt: skip
        facts, expects = [*facts, *more[0]], [*expects, *more[1]]
    plan = order.rules.response.plan_of(f"response/{run.plan}#")
    if plan is not None:
        subject = Subject("response", response.id, response, response.version, response.moved)
        facts.append(order.fact_on(subject, "PlanStarted", {**_started(run, plan), "incident": incident}))
    return facts, expects


def run_facts(order: SubjectOrder, run: ActivationRun, incident: str, *, is_exercise: bool) -> Started:
    """Return the facts of a run's tasks and relaxations, and the versions that they expect."""
    facts: list[NewFact] = []
    expects: list[tuple[str, int]] = []
    plan = order.rules.response.plan_of(f"response/{run.plan}#")
    if plan is not None and run.tasks:
        facts, expects = _task_facts(order, plan, run, incident, is_exercise=is_exercise)
    relaxed = _relaxation_facts(order, run)
    return [*facts, *relaxed[0]], [*expects, *relaxed[1]]


def _started(run: ActivationRun, plan: ResponsePlan) -> dict[str, Any]:
    return {
        "rank": run.rank, "rank_before": run.rank_before, "plan": plan.id,
        "plan_version": plan.version, "plan_sha256": plan.sha256, "tasks": len(run.tasks),
        "seats": list(run.seats), "roster": list(run.roster), "screens": list(run.screens),
        "seats_ended": list(run.seats_ended), "roster_ended": list(run.roster_ended),
        "screens_ended": list(run.screens_ended), "briefings": list(run.briefings),
        "relaxed": [one.kind for one in run.relaxed], "relaxations_ended": list(run.relaxations_ended),
        "deferred": run.deferred,
        "round": msgspec.to_builtins(run.round) if run.round is not None else None,
    }  # fmt: skip


def _task_facts(
    order: SubjectOrder, plan: ResponsePlan, run: ActivationRun, incident: str, *, is_exercise: bool
) -> Started:
    """Return the tasks, in the incident that carries them; the first activation opens it."""
    there = order.state.incidents.get(incident)
    subject = Subject("incident", incident)
    if there is not None:
        subject = Subject("incident", there.id, there, there.version, there.moved)
    facts = [] if there is not None else [_opened(order, subject, run, is_exercise=is_exercise)]
    expects = [(subject.name, subject.version)]
    first = 1 + (len(there.tasks) if there is not None else 0)
    for number, task in enumerate(run.tasks, start=first):
        of = Subject("task", f"{incident}.{number}")
        data = task_data(order, plan, task) | {
            "incident": incident, "incident_version": subject.version + 1, "is_exercise": is_exercise,
        }  # fmt: skip
        facts.append(order.fact_on(of, "TaskIssued", data))
        expects.append((of.name, 0))
    return facts, expects


def _opened(order: SubjectOrder, subject: Subject, run: ActivationRun, *, is_exercise: bool) -> NewFact:
    day = day_of(order.now.city, order.rules.zone_offset_s)
    data: dict[str, Any] = {
        "day": day, "class": "natural", "kind": "response", "grade": "general", "title": "",
        "source": f"response:{run.response}", "state": "confirmed", "cases": [], "confirm_by": None,
        "report_by": None, "report_next": "", "is_exercise": is_exercise, **site_data(Site()),
    }  # fmt: skip
    return order.fact_on(subject, "IncidentOpened", data)


def task_data(order: SubjectOrder, plan: ResponsePlan, task: PlannedTask) -> dict[str, Any]:
    """Return the data of a plan task's ``TaskIssued``, without its incident.

    ``texts`` keeps what was ordered, word for word: the plan may be edited later.
    """
    now = order.now.city
    place = Site(street=task.agency if task.agency in order.rules.streets else "")
    why = {"why": task.why, "why_names": {"agency": task.planned_for}} if task.why else {}
    return {
        "agency": task.agency, "priority": task.priority, "words": plan.words(task.code), "text": "",
        "texts": dict(task.text), "template": plan.template(task.code), "level": LEVELS[task.rank],
        "evidence": task.evidence, "verifier": task.verifier, "ack_by": moment(now + task.ack_s),
        "due_by": None if task.due_s is None else moment(now + task.due_s), "arrive_by": None,
        "verify_s": task.verify_s, "unit": "", "call_sign": "", "mode": "plan", **site_data(place), **why,
    }  # fmt: skip


def _relaxation_facts(order: SubjectOrder, run: ActivationRun) -> Started:
    facts, expects = [], []
    for one in run.relaxed:
        subject = _relaxation(order, one.kind)
        data = {"until": moment(one.until), "text": "", "rank": one.rank}
        facts.append(order.fact_on(subject, "RelaxationStarted", data))
        expects.append((subject.name, subject.version))
    for kind in run.relaxations_ended:
        subject = _relaxation(order, kind)
        facts.append(order.fact_on(subject, "RelaxationEnded", {"why": "level"}))
        expects.append((subject.name, subject.version))
    return facts, expects


def _relaxation(order: SubjectOrder, kind: str) -> Subject:
    record = order.state.relaxations.get(kind)
    return Subject("relaxation", kind, record, record.version if record is not None else 0)


def _round_facts(
    order: SubjectOrder, run: ActivationRun, response: Response, activation: Activation
) -> Started:
    """Return the first round of zero reports at the new level; the round before it ends."""
    if run.round is None:
        return [], []
    opened = round_opened(order, response.id, activation, run.round, order.now.city)
    return [opened], [(opened.subject, 0)]
