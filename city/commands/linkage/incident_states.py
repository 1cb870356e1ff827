"""The states of an incident: confirmed, false alarm, controlled, recovering, closed (domain §3.5)."""

from typing import Any

import msgspec

from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import Dismiss, JoinCase, StateChange
from city.commands.linkage.guards import commands_it, the_incident
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import find_key
from city.linkage.reports import next_report, reports_sent
from city.state.linkage_records import Incident

__all__ = [
    "decide_close_incident", "decide_confirm_incident", "decide_control_incident",
    "decide_dismiss_incident", "decide_join_case", "decide_recover_incident", "decide_resume_incident",
]  # fmt: skip

RESPONSE = "response"
"""Kind of the incident that carries the tasks of a response."""


def decide_confirm_incident(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Confirm a signal; with tasks issued already it is responding at once."""
    incident = the_incident(order, "signal")
    if isinstance(incident, Refusal):
        return incident
    return (order.fact("IncidentConfirmed", {"state": "responding" if incident.tasks else "confirmed"}),)


def decide_dismiss_incident(order: SubjectOrder, args: Dismiss) -> SubjectAnswer:
    """Dismiss a signal as a false alarm, with the reason; its tasks must be over."""
    incident = the_incident(order, "signal")
    if isinstance(incident, Refusal):
        return incident
    return _with_open_tasks(order, incident) or (order.fact("IncidentDismissed", {"text": args.text}),)


def decide_control_incident(order: SubjectOrder, args: StateChange) -> SubjectAnswer:
    """Declare it controlled; ``text`` is the scene commander's report."""
    return _changed(order, "responding", "IncidentControlled", "controlled", args.text)


def decide_resume_incident(order: SubjectOrder, args: StateChange) -> SubjectAnswer:
    """Go back from controlled to responding: it got worse."""
    return _changed(order, "controlled", "IncidentResumed", "responding", args.text)


def decide_recover_incident(order: SubjectOrder, args: StateChange) -> SubjectAnswer:
    """Begin the recovery; from here the final report is due."""
    return _changed(order, "controlled", "IncidentRecovering", "recovering", args.text)


def decide_close_incident(order: SubjectOrder, args: StateChange) -> SubjectAnswer:
    """Close it: no open task, no closed underpass, the final report sent; the review gets its date.

    The incident that carries the tasks of a response has no report upward: the response's review is its own.
    """
    incident = _commanded(order, "recovering")
    if isinstance(incident, Refusal):
        return incident
    for closure in order.state.closures.values():
        if closure.incident == incident.id and closure.state in ("closing", "closed", "reopening"):
            return not_now("closure_open", device_name=order.state.devices[closure.device].name)
    wrong = _with_open_tasks(order, incident)
    if wrong is not None:
        return wrong
    if incident.kind != RESPONSE and not reports_sent(incident, "final"):
        return not_now("final_report_first")
    review_by = moment(order.now.city + order.rules.linkage.numbers.review_s)
    return (order.fact("IncidentClosed", {"text": args.text, "review_by": review_by}),)


def decide_join_case(order: SubjectOrder, args: JoinCase) -> SubjectAnswer:
    """Join an open case to the incident; a case is in at most one open incident."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    case = find_key(order.state, args.case)
    if case is None or not case.is_open:
        return bad_arg("case", "key of an open case")
    for other in order.state.incidents.values():
        if other.is_open and case.key in other.cases:
            return not_now("case_joined")
    return (order.fact("CaseJoined", {"case": case.key}),)


def _commanded(order: SubjectOrder, *states: str) -> Incident | Refusal:
    incident = the_incident(order, *states)
    if isinstance(incident, Refusal):
        return incident
    return commands_it(order, incident) or incident


def _changed(order: SubjectOrder, from_: str, fact: str, to: str, text: str) -> SubjectAnswer:
    incident = _commanded(order, from_)
    if isinstance(incident, Refusal):
        return incident
    after = msgspec.structs.replace(incident, state=to)
    report, due = next_report(after, order.rules.linkage.numbers, order.now.city)
    data: dict[str, Any] = {"text": text, "report_next": report, "report_by": moment(due)}
    if fact == "IncidentControlled":
        data["scene_commander"] = incident.scene_commander
    return (order.fact(fact, data),)


def _with_open_tasks(order: SubjectOrder, incident: Incident) -> Refusal | None:
    count = sum(order.state.tasks[id_].is_open for id_ in incident.tasks)
    return not_now("open_tasks", count=count) if count else None
