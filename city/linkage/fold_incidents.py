"""Folding facts of incidents, but for joint sessions."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, maybe_moment, number, text, texts, whole
from city.linkage.fold_common import exercise_mark, next_serial, on_incident, say_incident, signed_of, site_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Casualties, Incident, IncidentReport
from city.state.subject_marks import mark_fact

__all__ = ["INCIDENTS"]


def _opened(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("incident:")
    day = text(data, "day")
    signed = signed_of(state, fact)
    incident = Incident(
        id=id_, no=f"{day}-{next_serial(state, f'incident:{day}'):03d}", incident_class=text(data, "class"),
        kind=text(data, "kind"), title=text(data, "title"), grade=text(data, "grade"), place=site_of(data),
        opened=signed, source=text(data, "source"), state=text(data, "state"), since=signed.at,
        confirm_by=maybe_moment(data, "confirm_by"), cases=texts(data, "cases"),
        report_by=maybe_moment(data, "report_by"), report_next=text(data, "report_next"),
        is_exercise=flag(data, "is_exercise"),
    )  # fmt: skip
    if incident.state != "signal":
        incident.confirmed = signed
    mark_fact(incident, fact)
    state.incidents[id_] = incident
    for key in incident.cases:
        _put_case(state, key, id_, fact)
    note(
        state, fact, "log.incident", incident=id_, incident_kind=incident.kind, road=incident.place.road,
        street=incident.place.street, **exercise_mark(incident),
    )  # fmt: skip
    return ("incidents", "log", *(("cases",) if incident.cases else ()))


def _put_case(state: LedgerState, key: str, incident: str, fact: Fact) -> None:
    case = state.cases.get(key)
    if case is not None:
        case.file = msgspec.structs.replace(case.file, incident=incident)
        state.put_case(case, fact.position)


def _enter(state: LedgerState, fact: Fact, incident: Incident, to: str) -> tuple[str, ...]:
    incident.state, incident.since = to, state.clock.at(fact.recorded_at)
    if "report_next" in fact.data:
        _plan_report(fact, incident)
    return say_incident(state, fact, incident, f"log.incident_state.{to}")


def _plan_report(fact: Fact, incident: Incident) -> None:
    """Take over which report is next; an announced delay belongs to the report before."""
    incident.report_next = text(fact.data, "report_next")
    incident.report_by = maybe_moment(fact.data, "report_by")
    incident.overdue = tuple(code for code in incident.overdue if code != "report")


def _confirmed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.confirmed = signed_of(state, fact)
    return _enter(state, fact, incident, text(fact.data, "state"))


def _dismissed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.closed_at, incident.report_by, incident.report_next = state.clock.at(fact.recorded_at), None, ""
    return _enter(state, fact, incident, "false_alarm")


def _grade_proposed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.grade_asked, incident.grade_asked_by = text(fact.data, "grade"), signed_of(state, fact)
    return ()


def _grade_decided(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.grade_asked, incident.grade_asked_by = "", None
    if not flag(fact.data, "approved"):
        return ()
    incident.grade, incident.grade_basis = text(fact.data, "grade"), text(fact.data, "text")
    _plan_report(fact, incident)
    return say_incident(state, fact, incident, "log.grade", grade=incident.grade)


def _command_transferred(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.commander, incident.commander_name = text(fact.data, "to"), text(fact.data, "to_name")
    return say_incident(state, fact, incident, "log.command", commander=incident.commander_name)


def _scene_commander(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.scene_commander = text(fact.data, "person")
    return ()


def _controlled(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.controlled_at = state.clock.at(fact.recorded_at)
    return _enter(state, fact, incident, "controlled")


def _resumed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.controlled_at = None
    return _enter(state, fact, incident, "responding")


def _recovering(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    return _enter(state, fact, incident, "recovering")


def _closed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    incident.closed_at = state.clock.at(fact.recorded_at)
    incident.review_by = maybe_moment(fact.data, "review_by")
    return _enter(state, fact, incident, "closed")


def _case_joined(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    key = text(fact.data, "case")
    incident.cases = (*incident.cases, key)
    _put_case(state, key, incident.id, fact)
    return ("cases",)


def _casualties(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    data = fact.data
    incident.casualties = Casualties(
        whole(data, "dead"), whole(data, "missing"), whole(data, "injured"), whole(data, "evacuated"),
        signed_of(state, fact),
    )  # fmt: skip
    return ()


def _casualties_released(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    if incident.casualties is not None:
        incident.casualties = msgspec.structs.replace(incident.casualties, released=signed_of(state, fact))
    return ()


def _report_sent(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    data = fact.data
    report = IncidentReport(
        text(data, "kind"), text(data, "channel"), whole(data, "seq"), maybe_moment(data, "due_at"),
        signed_of(state, fact), text(data, "to"), text(data, "text"), texts(data, "checked"),
    )  # fmt: skip
    incident.reports = (*incident.reports, report)
    _plan_report(fact, incident)
    return say_incident(state, fact, incident, f"log.report.{report.kind}")


def _limit_passed(state: LedgerState, fact: Fact, incident: Incident) -> tuple[str, ...]:
    step = text(fact.data, "step")
    incident.overdue = (*incident.overdue, step)
    incident.late_s = number(fact.data, "late_s") or 0.0
    return say_incident(state, fact, incident, f"log.incident_limit.{step}")


INCIDENTS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "IncidentOpened": _opened,
    "IncidentConfirmed": on_incident(_confirmed),
    "IncidentDismissed": on_incident(_dismissed),
    "GradeProposed": on_incident(_grade_proposed),
    "GradeDecided": on_incident(_grade_decided),
    "CommandTransferred": on_incident(_command_transferred),
    "SceneCommanderNamed": on_incident(_scene_commander, moves=False),
    "IncidentControlled": on_incident(_controlled),
    "IncidentResumed": on_incident(_resumed),
    "IncidentRecovering": on_incident(_recovering),
    "IncidentClosed": on_incident(_closed),
    "CaseJoined": on_incident(_case_joined, moves=False),
    "CasualtiesReported": on_incident(_casualties, moves=False),
    "CasualtiesReleased": on_incident(_casualties_released),
    "IncidentReportSent": on_incident(_report_sent, moves=False),
    "IncidentLimitPassed": on_incident(_limit_passed, moves=False),
}
"""Fact type → its fold."""
