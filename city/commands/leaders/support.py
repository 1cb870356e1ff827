"""Requests for support: a street or agency asks, a leader answers; silence goes to the backstop agency."""

from typing import Any

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.leaders.arguments import AnswerSupport, PassLimit, RequestSupport
from city.commands.leaders.carrier import LeaderTask, issue_for_leader
from city.commands.linkage.guards import known_holder
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.linkage.fold_common import day_of
from city.state.leader_records import SupportRequest
from city.state.linkage_records import Site

__all__ = ["decide_answer_support", "decide_request_support", "forwarded"]


def decide_request_support(order: SubjectOrder, args: RequestSupport) -> SubjectAnswer:
    """Ask the district for support. A holder has one waiting request of a kind and group at a time."""
    holder = order.by.holder or order.by.street
    if order.subject.id != holder:
        return Refusal("not_allowed", "support_of_other", {"at_holder": holder})
    street = args.street or (holder if holder in order.rules.streets else "")
    if street not in order.rules.streets:
        return bad_arg("street", "code of a street")
    own = [one for one in order.state.supports.values() if one.holder == holder]
    for one in own:
        if one.state == "waiting" and (one.kind, one.group) == (args.kind, args.group or ""):
            return not_now("support_waits", until_at=one.answer_by)
    numbers = order.rules.response.numbers
    to = numbers.support_agencies.get(args.kind, "")
    backstop = numbers.support_backstop
    day = day_of(order.now.city, order.rules.zone_offset_s)
    subject = Subject("support", f"{holder}-{day}-{len(own) + 1}")
    data: dict[str, Any] = {
        "holder": holder, "kind": args.kind, "count": args.count, "street": street,
        "tried": list(dict.fromkeys(args.tried)), "group": args.group or "", "road": args.road or "",
        "text": args.text or "", "agency": to if known_holder(order, to) else backstop,
        "backstop": backstop, "answer_by": moment(order.now.city + numbers.support_s),
    }  # fmt: skip
    return Decision((order.fact_on(subject, "SupportRequested", data),), ((subject.name, 0),))


def decide_answer_support(order: SubjectOrder, args: AnswerSupport) -> SubjectAnswer:
    """Approve it, which issues a task to an agency; refuse it; or send it back with a note."""
    asked = _waiting(order)
    if isinstance(asked, Refusal):
        return asked
    data: dict[str, Any] = {
        "answer": args.answer, "text": args.text or "", "voice_ref": args.voice_ref or "", "to": asked.holder,
    }  # fmt: skip
    if args.answer != "approved":
        if not args.text and not args.voice_ref:
            return bad_arg("text", "why, typed or spoken")
        return (order.fact("SupportAnswered", data),)
    agency = args.agency or asked.to
    if not known_holder(order, agency):
        return bad_arg("agency", "code of an agency or street")
    issued = issue_for_leader(order, (_task(asked, agency),), own=f"support-{asked.id}")
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    data |= {"agency": agency, "task": facts[-1].subject.removeprefix("task:")}
    answered = order.fact("SupportAnswered", data)
    return Decision((answered, *facts), ((order.subject.name, order.subject.version), *expects))


def forwarded(order: SubjectOrder, args: PassLimit) -> SubjectAnswer:
    """Forward a request that nobody answered to the backstop agency, as a task by rule."""
    asked = _waiting(order)
    if isinstance(asked, Refusal):
        return asked
    late_s = max(0.0, order.now.city - parse(args.due_at))
    backstop = asked.backstop if known_holder(order, asked.backstop) else asked.to
    issued = issue_for_leader(
        order, (_task(asked, backstop),), own=f"support-{asked.id}", by_rule=True, late_s=late_s
    )
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    data = {"agency": backstop, "task": facts[-1].subject.removeprefix("task:"), "late_s": late_s}
    told = order.fact("SupportForwarded", data)
    return Decision((told, *facts), ((order.subject.name, order.subject.version), *expects))


def _waiting(order: SubjectOrder) -> SupportRequest | Refusal:
    asked = order.subject.record
    if not isinstance(asked, SupportRequest):
        return Refusal("unknown_subject", "unknown_support")
    if asked.state != "waiting":
        return not_now("support_answered", support_state=asked.state)
    return asked


def _task(asked: SupportRequest, agency: str) -> LeaderTask:
    told = " ".join(filter(None, (str(asked.count), asked.road, asked.text)))
    return LeaderTask(agency, f"support_{asked.kind}", Site(street=asked.street, road=asked.road), told)
