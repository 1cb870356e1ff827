"""Guards that several verbs of linkage share: the subject's record, whose it is, and who ranks above whom."""

from typing import Final

from city.commands.command import Refusal
from city.commands.decision import not_now
from city.commands.subject_order import SubjectOrder
from city.dispatch.tables.response_rules import CENTRE
from city.linkage.presence import fallback_of, is_absent
from city.state.linkage_records import Incident, Task

__all__ = [
    "absent", "commands_it", "known_holder", "open_incident", "outranks", "own_task", "the_incident",
    "the_task",
]  # fmt: skip

ANSWERS: Final = frozenset({"agency_operator", "agency_duty_leader", "street_operator"})
"""Roles that do the tasks of their own agency or street."""
RANKS: Final = {
    "system": 0, "duty_officer": 1, "shift_lead": 2, "duty_leader": 3, "rotating_leader": 4, "commander": 5,
}  # fmt: skip


def the_task(order: SubjectOrder) -> Task | Refusal:
    """Return the order's task."""
    task = order.subject.record
    return task if isinstance(task, Task) else Refusal("unknown_subject", "unknown_task")


def own_task(order: SubjectOrder, *states: str) -> Task | Refusal:
    """Return the order's task, which must be of the sender's agency and in one of the states."""
    task = the_task(order)
    if isinstance(task, Refusal):
        return task
    if order.role != "system" and not _acts_for(order, task.agency):
        return Refusal("not_allowed", "task_of_other", {"at_holder": task.agency})
    if task.state not in states:
        return not_now("task_state", task_state=task.state)
    return task


def _acts_for(order: SubjectOrder, agency: str) -> bool:
    """Whether the sender does an agency's tasks: its own people; the centre's roles do the centre's."""
    if agency == CENTRE:
        return "commander" in order.by.roles or any(role in RANKS for role in order.by.on_shift)
    return order.by.holder == agency and order.role in ANSWERS


def the_incident(order: SubjectOrder, *states: str) -> Incident | Refusal:
    """Return the order's incident, which must be in one of the states; without states: not over."""
    incident = order.subject.record
    if not isinstance(incident, Incident):
        return Refusal("unknown_subject", "unknown_incident")
    if incident.state in states or (not states and incident.is_open):
        return incident
    return not_now("incident_state", incident_state=incident.state)


def open_incident(order: SubjectOrder, task: Task) -> Incident | Refusal:
    """Return the incident of a task, which must not be over."""
    incident = order.state.incidents[task.incident]
    return incident if incident.is_open else not_now("incident_state", incident_state=incident.state)


def commands_it(order: SubjectOrder, incident: Incident) -> Refusal | None:
    """Refuse everybody but the incident's commander; without a named one that is the duty leader."""
    if incident.commander:
        theirs = order.by.account == incident.commander
    else:
        theirs = "duty_leader" in order.by.on_shift
    if theirs:
        return None
    return Refusal("not_allowed", "not_commander", {"commander": incident.commander_name})


def outranks(order: SubjectOrder, task: Task) -> Refusal | None:
    """Refuse who ranks below the one who ordered the task (§3.5: that leader's shift or higher)."""
    held = [*order.by.on_shift, *(role for role in order.by.roles if role == "commander")]
    own = max((RANKS.get(role, 0) for role in held), default=0)
    if own >= RANKS.get(task.ordered.role, 0):
        return None
    return Refusal("not_allowed", "ordered_above", {"ordered_role": task.ordered.role})


def known_holder(order: SubjectOrder, code: str) -> bool:
    """Whether a code is that of an agency or street; the centre is neither."""
    return code in order.rules.agencies or code in order.rules.streets


def absent(order: SubjectOrder, holder: str, template: str = "") -> Refusal | None:
    """Refuse a task for an agency that has nobody on duty; the refusal names who could do it."""
    if not is_absent(order.state, holder, order.now.city, order.rules):
        return None
    other = fallback_of(holder, order.rules, template)
    if not other:
        return not_now("nobody_on_duty", at_holder=holder)
    return not_now("nobody_on_duty_but", at_holder=holder, fallback_holder=other)
