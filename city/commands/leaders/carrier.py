"""The incident that carries a leader's tasks: that of the level in force, else one of its own."""

from typing import Any

import msgspec

from city.commands.command import NewFact, Refusal
from city.commands.linkage.arguments import TaskRow
from city.commands.linkage.issuing import issue, site_data
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.linkage.fold_common import day_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Site
from city.state.response_records import CITY

__all__ = ["LeaderTask", "issue_for_leader", "response_incident"]


class LeaderTask(msgspec.Struct, frozen=True):
    """A task for ``agency``; ``words`` is a key below ``task.``, ``text`` what the agency reads (P2)."""

    agency: str
    words: str
    place: Site
    text: str
    priority: str = "P1"
    due_by: str | None = None


def response_incident(state: LedgerState) -> Incident | None:
    """Return the open incident of the worst level in force in the district, None for none."""
    levels = [one for one in state.responses.values() if one.active and one.jurisdiction != CITY]
    for response in sorted(levels, key=lambda one: -one.rank):
        active = response.active
        incident = state.incidents.get(active.incident) if active else None
        if incident is not None and incident.is_open:
            return incident
    return None


def issue_for_leader(
    order: SubjectOrder, tasks: tuple[LeaderTask, ...], *, own: str, by_rule: bool = False,
    late_s: float = 0.0,
) -> tuple[list[NewFact], list[tuple[str, int]]] | Refusal:  # fmt: skip
    """Return the facts of tasks and the versions that they expect.

    Without a level in force they belong to a new incident with the id ``own``. ``by_rule``: nobody pressed,
    and an agency that has nobody on duty is replaced by its fallback.
    """
    carrier = response_incident(order.state)
    facts: list[NewFact] = []
    if carrier is None:
        subject, first, version, before = Subject("incident", own), 1, 1, 0
        facts.append(order.fact_on(subject, "IncidentOpened", _incident(order, tasks[0].place)))
    else:
        subject, first = Subject("incident", carrier.id), len(carrier.tasks) + 1
        version, before = carrier.version + 1, carrier.version
    expects = [(subject.name, before)]
    for number, task in enumerate(tasks, start=first):
        limits: dict[str, Any] = {"due_by": task.due_by} if task.due_by else {}
        issued = issue(
            order, (TaskRow(task.agency, task.priority, None, task.text),),  # type: ignore[arg-type]  # a priority
            incident=subject.id, place=task.place, first=number, mode="rule" if by_rule else "manual",
            version=version, by_rule=by_rule, words=task.words, late_s=late_s, **limits,
        )  # fmt: skip
        if isinstance(issued, Refusal):
            return issued
        facts += issued[0]
        expects += issued[1]
    return facts, expects


def _incident(order: SubjectOrder, place: Site) -> dict[str, Any]:
    return {
        "day": day_of(order.now.city, order.rules.zone_offset_s), "class": "natural", "kind": "support",
        "grade": "general", "title": "", "source": "hand", "state": "confirmed", "cases": [],
        "confirm_by": None, "report_by": None, "report_next": "", **site_data(place),
    }  # fmt: skip
