"""Issuing linkage tasks: the facts of the rows that a template or a person gives."""

from collections.abc import Sequence
from typing import Any, Final

from city.cases.relaxed import relaxed
from city.commands.arguments import bad_arg
from city.commands.command import NewFact, Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import TaskRow
from city.commands.linkage.guards import absent, known_holder
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.dispatch.sendable_units import hindrance
from city.dispatch.tables.task_templates import TaskTemplate
from city.linkage.presence import fallback_of, is_absent
from city.state.linkage_records import Incident, Site, Task

__all__ = ["follow_up", "issue", "issue_into", "site_data", "template_rows", "unit_data"]

SPOKEN: Final = "verbal_recorded"
Issued = tuple[list[NewFact], list[tuple[str, int]]]
"""The facts of new tasks, and the versions that their append expects."""


def site_data(site: Site) -> dict[str, Any]:
    """Return a place as facts hold it; NaN becomes null."""
    known = site.lon == site.lon
    return {
        "lon": site.lon if known else None, "lat": site.lat if known else None, "street": site.street,
        "road": site.road, "radius_m": site.radius_m,
    }  # fmt: skip


def template_rows(rows: Sequence[TaskTemplate], street: str) -> tuple[TaskRow, ...]:
    """Return the rows that a template gives; rows of the territory are left out when it is unknown."""
    agencies = [(row, street if row.agency == "street" else row.agency) for row in rows]
    return tuple(TaskRow(agency, row.priority, row.key) for row, agency in agencies if agency)  # type: ignore[arg-type]  # the table's reader checks it


def issue(
    order: SubjectOrder, rows: Sequence[TaskRow], *, incident: str, place: Site, first: int,
    mode: str, version: int = 1, by_rule: bool = False, **more: Any,
) -> Issued | Refusal:  # fmt: skip
    """Return the facts of some new tasks and what they expect, or the refusal of a row.

    ``first`` is the number of the first task in its incident, ``version`` the incident's after the act (the
    caller expects the one before); ``more`` is added to each fact's data. An agency that has nobody on duty
    is refused; ``by_rule`` its fallback gets the task.
    """
    facts, expects = [], []
    for number, row in enumerate(rows, start=first):
        template = order.rules.linkage.row(row.template) if row.template else None
        if row.template and template is None:
            return bad_arg("tasks.template", "key of a task template")
        is_spoken = mode == SPOKEN and not row.text and not row.template and _may_be_spoken(order)
        if not row.template and not row.text and not is_spoken:
            return bad_arg("tasks.text", "the task in words, or a template")
        if not known_holder(order, row.agency):
            return bad_arg("tasks.agency", "code of an agency or street")
        agency, why = row.agency, {}
        if is_absent(order.state, row.agency, order.now.city, order.rules):
            other = fallback_of(row.agency, order.rules, row.template or "")
            if not by_rule:
                refusal = absent(order, row.agency, row.template or "")
                assert refusal is not None
                return refusal
            if known_holder(order, other):
                agency, why = other, {"why": "nobody_on_duty", "why_names": {"agency": row.agency}}
        unit = unit_data(order, row.unit, template)
        if isinstance(unit, Refusal):
            return unit
        subject = Subject("task", f"{incident}.{number}")
        data = _task(order, row, template) | {"agency": agency, "incident": incident, "mode": mode}
        data |= {**site_data(place), **unit, "incident_version": version, **why, **more}
        if is_spoken:
            data["write_by"] = moment(order.now.city + order.rules.response.numbers.write_s)
        facts.append(order.fact_on(subject, "TaskIssued", data))
        expects.append((subject.name, 0))
    return facts, expects


def _may_be_spoken(order: SubjectOrder) -> bool:
    """Whether an order counts before it is written down (§4.6)."""
    return relaxed(order.state, "verbal_orders", order.now.city) is not None


def issue_into(
    order: SubjectOrder, incident: Incident, rows: Sequence[TaskRow], *, mode: str, by_rule: bool = False,
    **more: Any,
) -> Issued | Refusal:  # fmt: skip
    """Return the facts of tasks for an incident that is open already; they raise its version."""
    issued = issue(
        order, rows, incident=incident.id, place=incident.place, first=len(incident.tasks) + 1, mode=mode,
        version=incident.version + 1, by_rule=by_rule, **more,
    )  # fmt: skip
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    return facts, [(f"incident:{incident.id}", incident.version), *expects]


def follow_up(order: SubjectOrder, task: Task, to: str, *, why: str, **more: Any) -> Issued:
    """Return the facts of the same task for another agency.

    Its limits to acknowledge and to arrive begin anew; the time by which the work must be done stays.
    """
    incident, now = order.state.incidents[task.incident], order.now.city
    subject = Subject("task", f"{incident.id}.{len(incident.tasks) + 1}")
    data = {
        "agency": to, "priority": task.priority, "words": task.words, "text": task.text,
        "template": task.template, "evidence": task.evidence, "verifier": task.verifier,
        "ack_by": _anew(task.ack_by, task, now), "arrive_by": _anew(task.arrive_by, task, now),
        "due_by": moment(task.due_by), "verify_s": task.verify_s, "unit": "", "incident": incident.id,
        "mode": "fallback" if why == "fallback" else task.mode, **site_data(task.place),
        "why": why, "why_names": {"agency": task.agency}, "tried": [*task.tried, task.agency],
        "incident_version": incident.version + 1, **more,
    }  # fmt: skip
    expects = [(f"incident:{incident.id}", incident.version), (subject.name, 0)]
    return [order.fact_on(subject, "TaskIssued", data)], expects


def unit_data(
    order: SubjectOrder, unit: str | None, template: TaskTemplate | None
) -> dict[str, Any] | Refusal:
    """Return the unit of a new task as its fact holds it; refuse one that is not free or does not fit."""
    if not unit:
        return {"unit": "", "call_sign": ""}
    known = order.now.unit_of(unit)
    if known is None:
        return bad_arg("unit", "id of a unit")
    kinds = frozenset(template.unit_kinds) if template and template.unit_kinds else frozenset({known.kind})
    wrong = hindrance(known, kinds)
    if wrong == "unit_unfit":
        return not_now("unit_unfit_task", unit=known.call_sign or unit)
    if wrong:
        return not_now(wrong, unit=known.call_sign or unit)
    return {"unit": unit, "call_sign": known.call_sign}


def _anew(limit: float | None, task: Task, now: float) -> str | None:
    return None if limit is None else moment(now + limit - task.issued_at)


def _task(order: SubjectOrder, row: TaskRow, template: TaskTemplate | None) -> dict[str, Any]:
    numbers, now = order.rules.linkage.numbers, order.now.city
    if template is None:
        limits = numbers.limits(row.priority)
        template = TaskTemplate(
            "", "", row.agency, "", row.priority, limits.ack_s, limits.due_s, limits.arrive_s,
            limits.verify_s, "text",
        )  # fmt: skip
    arrive_s = template.arrive_s
    return {
        "priority": row.priority, "words": template.words, "text": row.text or "",
        "template": template.key, "evidence": template.evidence, "verifier": template.verifier,
        "ack_by": moment(now + template.ack_s), "due_by": moment(now + template.due_s),
        "arrive_by": None if arrive_s is None else moment(now + arrive_s), "verify_s": template.verify_s,
    }  # fmt: skip
