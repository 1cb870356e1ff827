"""Issuing linkage tasks: the facts of the rows that a template or a person gives."""

from collections.abc import Sequence
from typing import Any

from city.commands.arguments import bad_arg
from city.commands.command import NewFact, Refusal
from city.commands.decision import moment
from city.commands.linkage_arguments import TaskRow
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.dispatch.task_templates import TaskTemplate
from city.state.linkage_records import Site

__all__ = ["issue", "site_data", "template_rows"]


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
    mode: str, **more: Any,
) -> tuple[list[NewFact], list[tuple[str, int]]] | Refusal:  # fmt: skip
    """Return the facts of some new tasks and what they expect, or the refusal of a row.

    ``first`` is the number of the first task in its incident; ``more`` is added to each fact's data.
    """
    facts, expects = [], []
    for number, row in enumerate(rows, start=first):
        template = order.rules.linkage.row(row.template) if row.template else None
        if row.template and template is None:
            return bad_arg("tasks.template", "key of a task template")
        if not row.template and not row.text:
            return bad_arg("tasks.text", "the task in words, or a template")
        if row.agency not in order.rules.agencies and row.agency not in order.rules.streets:
            return bad_arg("tasks.agency", "code of an agency or street")
        subject = Subject("task", f"{incident}.{number}")
        data = _task(order, row, template) | {"incident": incident, "mode": mode, **site_data(place), **more}
        facts.append(order.fact_on(subject, "TaskIssued", data))
        expects.append((subject.name, 0))
    return facts, expects


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
        "agency": row.agency, "priority": row.priority, "words": template.words, "text": row.text or "",
        "template": template.key, "evidence": template.evidence, "verifier": template.verifier,
        "ack_by": moment(now + template.ack_s), "due_by": moment(now + template.due_s),
        "arrive_by": None if arrive_s is None else moment(now + arrive_s), "verify_s": template.verify_s,
        "unit": row.unit or "",
    }  # fmt: skip
