"""What an activation starts: the dry run that is shown before a level is decided, and that is made after.

``activation_run`` is the only place that says it; ``city.commands.response.activation_facts`` makes facts of
its result and adds nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.ordinary import is_ordinary
from city.dispatch.tables.response_rules import ALL, CENTRE, SEATS, STREET, PlanTask, ResponsePlan
from city.linkage.presence import fallback_of, is_absent
from city.response.in_force import in_force
from city.state.briefing_records import CUT_OFF_RANK
from city.state.hotline_records import DEFER
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Task
from city.state.response_records import CITY, Response

__all__ = [
    "ActivationRun", "PlannedRelaxation", "PlannedRound", "PlannedTask", "activation_run", "deferred_cases",
    "holders_of", "planned_for", "planned_round", "planned_task",
]  # fmt: skip

HOUR: Final = 3600.0


class PlannedTask(msgspec.Struct, frozen=True):
    """One linkage task. ``planned_for``: whom the plan names, when another one gets it.

    ``why``: key below ``task_why.`` of the reason for that, else ''. ``due_s`` None: no limit.
    """

    code: str
    rank: int
    agency: str
    text: Mapping[str, str]
    priority: str
    evidence: str
    due_s: float | None
    ack_s: float
    verify_s: float
    verifier: str
    kind: str = "task"
    repeat_s: float | None = None
    planned_for: str = ""
    why: str = ""


class PlannedRound(msgspec.Struct, frozen=True):
    """A round of zero reports: how often they are due, and from whom."""

    interval_s: float
    holders: tuple[str, ...]


class PlannedRelaxation(msgspec.Struct, frozen=True):
    """A relaxation that is switched on; it ends when the level falls below ``rank``, at the latest then."""

    kind: str
    rank: int
    until: float


class ActivationRun(msgspec.Struct, frozen=True):
    """Everything that one change of level starts and ends.

    ``incident``: id of the incident that carries the tasks, '' = a new one. ``round``: the zero reports from
    now on. ``deferred``: open cases that wait from now on (灾害顺延). An exercise relaxes nothing. ``seats``,
    ``roster`` and ``screens`` are what is new with the change, and was not so by another response.
    """

    response: str
    rank: int
    rank_before: int
    plan: str = ""
    version: str = ""
    incident: str = ""
    tasks: tuple[PlannedTask, ...] = ()
    seats: tuple[str, ...] = ()
    roster: tuple[str, ...] = ()
    round: PlannedRound | None = None
    relaxed: tuple[PlannedRelaxation, ...] = ()
    relaxations_ended: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    seats_ended: tuple[str, ...] = ()
    roster_ended: tuple[str, ...] = ()
    screens_ended: tuple[str, ...] = ()
    briefings: tuple[str, ...] = ()
    """Ids of the running briefings that are cut off."""
    deferred: int = 0


def activation_run(
    state: LedgerState, rules: DecisionRules, response_id: str, rank: int, now: float
) -> ActivationRun:
    """Return what a response's change to ``rank`` starts at city time ``now``; ``rank`` 0 ends it.

    Raising a level starts the tasks of all levels up to the new one that this response has not issued yet;
    lowering it issues none. The end has tasks of its own.
    """
    jurisdiction, hazard, *exercise = response_id.split("/")
    response = state.responses.get(response_id) or Response(response_id, jurisdiction, hazard)
    before, plan = response.rank, rules.response.plans.get(hazard)
    run = ActivationRun(response_id, rank, before)
    if jurisdiction == CITY:
        return run  # the city's own level lifts the district's, which has the plan
    old, new = in_force(state, rules), in_force(state, rules, {response_id: rank})
    run = msgspec.structs.replace(
        run, screens=_more(new.screens, old.screens), screens_ended=_more(old.screens, new.screens),
        roster=_more(new.roster, old.roster), roster_ended=_more(old.roster, new.roster),
        seats=_more(new.seats, old.seats), seats_ended=_more(old.seats, new.seats),
        briefings=tuple(
            one.id for one in state.briefings.values() if one.is_running and rank >= CUT_OFF_RANK
        ),
    )  # fmt: skip
    if plan is None:
        return run
    tasks = tuple(_tasks(state, rules, response, plan, rank, now))
    relaxed: tuple[PlannedRelaxation, ...] = ()
    ended: tuple[str, ...] = ()
    if jurisdiction == rules.district and not exercise:
        relaxed = tuple(_relaxed(state, rules, plan, rank, now))
        ended = tuple(_relaxations_ended(state, rank, now))
    incident = _incident(state, response)
    return msgspec.structs.replace(
        run, plan=plan.id, version=plan.version, incident=incident.id if incident is not None else "",
        tasks=tasks, round=planned_round(plan, rules, jurisdiction, rank) if rank != before else None,
        relaxed=relaxed, relaxations_ended=ended,
        deferred=deferred_cases(state, rules) if any(one.kind == DEFER for one in relaxed) else 0,
    )  # fmt: skip


def _incident(state: LedgerState, response: Response) -> Incident | None:
    """Return the incident that carries a response's tasks, from the first level to the end; None before."""
    active = response.active
    return state.incidents.get(active.incident) if active is not None else None


def _more(ones: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is in one and not in the other."""
    return tuple(one for one in ones if one not in others)


def _tasks(
    state: LedgerState, rules: DecisionRules, response: Response, plan: ResponsePlan, rank: int, now: float
) -> Iterator[PlannedTask]:
    before, incident = response.rank, _incident(state, response)
    if rank == 0:
        wanted = [task for task in plan.tasks if task.rank == 0] if before else []
    else:
        wanted = [task for task in plan.tasks if 0 < task.rank <= rank] if rank > before else []
    issued = _issued(state, incident)
    for task in wanted:
        if task.kind == "zero_report":
            continue  # the rounds of zero reports ask for it
        for holder in holders_of(task, plan, rules, response.jurisdiction):
            if (plan.template(task.code), holder) not in issued:
                yield planned_task(state, rules, task, holder, now)


def _issued(state: LedgerState, incident: Incident | None) -> set[tuple[str, str]]:
    """Return template and planned holder of every task that was issued, whatever became of it."""
    tasks = [state.tasks[id_] for id_ in incident.tasks] if incident is not None else []
    return {(task.template, planned_for(task)) for task in tasks}


def planned_for(task: Task) -> str:
    """Return whom the plan names for an issued task; another one may have it."""
    if task.tried:
        return task.tried[0]
    return task.why_names.get("agency", "") or task.agency


def holders_of(
    task: PlanTask, plan: ResponsePlan, rules: DecisionRules, jurisdiction: str
) -> tuple[str, ...]:
    """Return the holders that a plan task names; the response of one street has that street's tasks only."""
    if jurisdiction in rules.streets:
        return (jurisdiction,) if STREET in task.agencies else ()
    found: list[str] = []
    for code in task.agencies:
        if code == STREET:
            found += rules.streets
        elif code == ALL:
            found += (agency.code for agency in rules.agencies.values() if agency.stationed)
        elif code == SEATS:
            found += plan.seats
        else:
            found.append(code)
    return tuple(dict.fromkeys(found))


def planned_task(
    state: LedgerState, rules: DecisionRules, task: PlanTask, holder: str, now: float
) -> PlannedTask:
    """Return a plan task for one holder: who gets it, and its limits.

    With nobody on duty the fallback gets it; an agency that the district does not have is the centre's work.
    """
    agency, why = holder, ""
    if holder != CENTRE and not _is_known(rules, holder):
        agency, why = CENTRE, "no_such_agency"
    elif is_absent(state, holder, now, rules):
        other = fallback_of(holder, rules)
        if _is_known(rules, other):
            agency, why = other, "nobody_on_duty"
    limits = rules.linkage.numbers.limits(task.priority)
    due_s, ack_s = task.limit_s, limits.ack_s if task.ack_s is None else task.ack_s
    return PlannedTask(
        code=task.code, rank=task.rank, agency=agency, text=task.text, priority=task.priority,
        evidence=task.evidence, due_s=due_s, ack_s=ack_s if due_s is None else min(ack_s, due_s),
        verify_s=limits.verify_s, verifier=task.verifier, kind=task.kind, repeat_s=task.repeat_s,
        planned_for=holder if why else "", why=why,
    )  # fmt: skip


def _is_known(rules: DecisionRules, holder: str) -> bool:
    return holder in rules.agencies or holder in rules.streets


def planned_round(
    plan: ResponsePlan, rules: DecisionRules, jurisdiction: str, rank: int
) -> PlannedRound | None:
    """Return the rounds of zero reports at a rank, None when the plan asks for none."""
    asked = plan.reports(rank)
    holders = tuple(dict.fromkeys(
        holder for task in asked for holder in holders_of(task, plan, rules, jurisdiction)
        if _is_known(rules, holder)
    ))  # fmt: skip
    return PlannedRound(asked[0].repeat_s or 0.0, holders) if holders else None


def _relaxed(
    state: LedgerState, rules: DecisionRules, plan: ResponsePlan, rank: int, now: float
) -> Iterator[PlannedRelaxation]:
    until = now + rules.numbers.relaxed_hours * HOUR
    for kind, lowest in plan.relaxations.items():
        relaxation = state.relaxations.get(kind)
        if 0 < lowest <= rank and (relaxation is None or relaxation.active(now) is None):
            yield PlannedRelaxation(kind, lowest, until)


def _relaxations_ended(state: LedgerState, rank: int, now: float) -> Iterator[str]:
    for kind, relaxation in sorted(state.relaxations.items()):
        span = relaxation.active(now)
        if span is not None and rank < span.rank:
            yield kind


def deferred_cases(state: LedgerState, rules: DecisionRules) -> int:
    """Return how many open cases wait while 灾害顺延 is switched on, as screens count them."""
    return sum(case.is_open and is_ordinary(case, rules) for case in state.cases.values())
