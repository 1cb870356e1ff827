"""The limits of incidents: a signal that nobody confirmed, a report upward that is late."""

from collections.abc import Iterator

from city.commands.command import Now, Refusal
from city.commands.decision import not_now
from city.commands.linkage.arguments import PassTaskLimit
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident

__all__ = ["decide_pass_incident_limit", "due_incident_steps"]


def due_incident_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield for each open incident its earliest step that is due and not done."""
    for incident in state.incidents.values():
        if not incident.is_open:
            continue
        at, code = min(_steps(incident), default=(now.city, ""))
        if code and at <= now.city:
            yield SubjectStep(
                f"incident:{incident.id}", incident.version, "pass_task_limit", code, at, int(at)
            )


def _steps(incident: Incident) -> Iterator[tuple[float, str]]:
    if incident.state == "signal" and incident.confirm_by is not None and "confirm" not in incident.overdue:
        yield incident.confirm_by, "confirm"
    if incident.report_by is not None and "report" not in incident.overdue:
        yield incident.report_by, "report"


def decide_pass_incident_limit(order: SubjectOrder, args: PassTaskLimit) -> SubjectAnswer:
    """Note that a limit of an incident has passed; the duty leader is called."""
    incident = order.subject.record
    if not isinstance(incident, Incident):
        return Refusal("unknown_subject", "unknown_incident")
    steps = _steps(incident) if incident.is_open else ()
    due = next((at for at, code in steps if code == args.step), None)
    if due is None or int(due) != args.serial:
        return not_now("step_overtaken")
    if due > order.now.city:
        return not_now("step_not_due", step=args.step)
    data = {
        "step": args.step, "late_s": order.now.city - due, "to": "duty_leader", "call": True,
        "report_next": incident.report_next if args.step == "report" else "",
    }  # fmt: skip
    return (order.fact("IncidentLimitPassed", data),)
