"""Command of an incident: grade, commander, scene commander, casualties, reports upward."""

from typing import Any

from city.access import SHIFT_ROLES
from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Refusal
from city.commands.decision import moment, not_now
from city.commands.linkage.arguments import (
    Casualty,
    DecideGrade,
    Graded,
    SceneCommander,
    SendReport,
    TransferCommand,
)
from city.commands.linkage.guards import commands_it, the_incident
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.linkage.reports import CHECK_LIST, next_report, reports_sent
from city.state.linkage_records import GRADES, Incident

__all__ = [
    "decide_decide_grade", "decide_name_scene_commander", "decide_propose_grade",
    "decide_release_casualties", "decide_report_casualties", "decide_send_report",
    "decide_transfer_command",
]  # fmt: skip


def decide_propose_grade(order: SubjectOrder, args: Graded) -> SubjectAnswer:
    """Propose a higher grade, with its basis; a leader decides."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    if incident.grade_asked:
        return not_now("grade_proposed")
    if _rank(args.grade) <= _rank(incident.grade):
        return not_now("grade_not_higher")
    return (order.fact("GradeProposed", {"grade": args.grade, "text": args.text}),)


def decide_decide_grade(order: SubjectOrder, args: DecideGrade) -> SubjectAnswer:
    """Decide on the proposed grade, or lower the grade: that only the commander may, with the basis.

    Two people raise a grade: who proposed it does not confirm it.
    """
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    grade = args.grade or incident.grade_asked or incident.grade
    if args.approved and _rank(grade) < _rank(incident.grade):
        wrong = commands_it(order, incident)
        if wrong is not None:
            return wrong
        if not args.text:
            return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "basis"})
        return (order.fact("GradeDecided", _decided(order, incident, args, grade)),)
    if not incident.grade_asked:
        return not_now("no_grade_proposed")
    asked_by = incident.grade_asked_by
    if asked_by is not None and asked_by.by == order.by.account:
        return not_now("two_people")
    if args.approved and _rank(grade) <= _rank(incident.grade):
        return not_now("grade_not_higher")
    return (order.fact("GradeDecided", _decided(order, incident, args, grade)),)


def _decided(order: SubjectOrder, incident: Incident, args: DecideGrade, grade: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "approved": args.approved, "grade": grade if args.approved else incident.grade,
        "before": incident.grade, "text": args.text or "",
    }  # fmt: skip
    if args.approved:  # a change of grade is reported at once
        report = incident.report_next or "follow_up.written"
        due = order.now.city + order.rules.linkage.numbers.report_grade_s
        if incident.report_by is not None:
            due = min(due, incident.report_by)
        data |= {"report_next": report, "report_by": moment(due)}
    return data


def _rank(grade: str) -> int:
    return GRADES.index(grade)


def decide_transfer_command(order: SubjectOrder, args: TransferCommand) -> SubjectAnswer:
    """Transfer the command to an account: the sender's own, or a leader's on the roster."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    mine = args.to == order.by.account
    name = order.by.name if mine else _leader(order, args.to)
    if not name:
        return not_now("leader_not_on_roster")
    data = {
        "to": args.to, "to_name": name, "before": incident.commander_name, "text": args.text or "",
    }  # fmt: skip
    return (order.fact("CommandTransferred", data),)


def _leader(order: SubjectOrder, account: str) -> str:
    """Return the name of an account that has signed in at a leader's post, '' for none.

    The roster has names, not accounts: an account is known from the post that it signed in at.
    """
    for shift in order.state.shifts.values():
        for post in shift.posts.values():
            if post.account == account and post.key in SHIFT_ROLES:
                return post.holder
    return ""


def decide_name_scene_commander(order: SubjectOrder, args: SceneCommander) -> SubjectAnswer:
    """Note who commands on the scene, as reported."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    return (order.fact("SceneCommanderNamed", {"person": args.person}),)


def decide_report_casualties(order: SubjectOrder, args: Casualty) -> SubjectAnswer:
    """Record casualty numbers; they stay unreleased until a leader releases them."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    data = {
        "dead": args.dead, "missing": args.missing, "injured": args.injured, "evacuated": args.evacuated,
    }  # fmt: skip
    return (order.fact("CasualtiesReported", data),)


def decide_release_casualties(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Release the present casualty numbers; only the commander may."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    wrong = commands_it(order, incident)
    if wrong is not None:
        return wrong
    if incident.casualties is None or incident.casualties.released is not None:
        return not_now("no_casualties")
    return (order.fact("CasualtiesReleased", {}),)


def decide_send_report(order: SubjectOrder, args: SendReport) -> SubjectAnswer:
    """Record a report that was sent upward, with the points of the check list that it covers."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    if any(point not in CHECK_LIST for point in args.checked):
        return bad_arg("checked", ", ".join(CHECK_LIST))
    wrong = _out_of_order(incident, args)
    if wrong is not None:
        return wrong
    report, due = next_report(
        incident, order.rules.linkage.numbers, order.now.city, sent=(args.kind, args.channel)
    )
    asked = incident.report_next == f"{args.kind}.{args.channel}"
    data = {
        "kind": args.kind, "channel": args.channel, "to": args.to, "text": args.text,
        "checked": list(args.checked), "seq": len(incident.reports) + 1,
        "due_at": moment(incident.report_by) if asked else None,
        "report_next": report, "report_by": moment(due),
    }  # fmt: skip
    return (order.fact("IncidentReportSent", data),)


def _out_of_order(incident: Incident, args: SendReport) -> Refusal | None:
    """Refuse a report out of its order: first, follow-ups, final."""
    written = reports_sent(incident, "first", "written") > 0
    if args.kind == "first":
        done = written or (args.channel == "oral" and reports_sent(incident, "first", "oral") > 0)
        return not_now("first_report_sent") if done else None
    if not reports_sent(incident, "first"):
        return not_now("first_report_first")
    if args.kind == "follow_up":
        return not_now("final_report_sent") if reports_sent(incident, "final") else None
    if incident.state not in ("controlled", "recovering"):
        return not_now("report_not_yet")
    return None if written else not_now("first_report_first")
