"""Joint sessions (联席会商): each decision is one line, and a line for an agency becomes its task."""

from city.commands.argument_types import Args
from city.commands.command import Decision, Refusal
from city.commands.decision import not_now
from city.commands.linkage.arguments import CloseSession, SessionLine, TaskRow
from city.commands.linkage.guards import the_incident
from city.commands.linkage.issuing import issue_into
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.linkage_records import Incident, JointSession

__all__ = ["decide_add_session_line", "decide_close_session", "decide_open_session"]


def decide_open_session(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Open a session; the agencies of the incident's tasks and of the occupied seats take part."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    session = _session(incident)
    if session is not None:
        return not_now("session_open", by=session.opened.name, opened_at=session.opened.at)
    return (order.fact("SessionOpened", {"agencies": _agencies(order, incident)}),)


def _agencies(order: SubjectOrder, incident: Incident) -> list[str]:
    tasks = [order.state.tasks[id_] for id_ in incident.tasks]
    found = [task.agency for task in tasks if task.state != "cancelled"]
    shift = order.state.shifts.get(order.state.shift)
    posts = shift.posts.values() if shift else ()
    found += [
        post.key.removeprefix("seat:") for post in posts if post.key.startswith("seat:") and post.holder
    ]
    return list(dict.fromkeys(found))


def decide_add_session_line(order: SubjectOrder, args: SessionLine) -> SubjectAnswer:
    """Add a decision; with an agency its task is issued in the same append."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    if _session(incident) is None:
        return not_now("no_session")
    data = {"text": args.text, "agency": args.agency or "", "task": ""}
    if args.agency is None:
        return (order.fact("SessionLineAdded", data),)
    row = TaskRow(args.agency, args.priority, text=args.text)
    issued = issue_into(order, incident, (row,), mode="session")
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    data["task"] = facts[0].subject.removeprefix("task:")
    return Decision((order.fact("SessionLineAdded", data), *facts), tuple(expects))


def decide_close_session(order: SubjectOrder, args: CloseSession) -> SubjectAnswer:
    """Close the session; without a decision only as ``information_only``."""
    incident = the_incident(order)
    if isinstance(incident, Refusal):
        return incident
    session = _session(incident)
    if session is None:
        return not_now("no_session")
    if not session.lines and args.reason != "information_only":
        return not_now("session_without_line")
    return (order.fact("SessionClosed", {"reason": args.reason}),)


def _session(incident: Incident) -> JointSession | None:
    """Return the open session, which is the last one; None for none."""
    last = incident.sessions[-1] if incident.sessions else None
    return last if last is not None and last.closed is None else None
