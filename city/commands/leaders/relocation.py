"""Orders to relocate people: proposed by one leader, confirmed by another one (never relaxed, §4.6)."""

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.leaders.arguments import (
    ConfirmRelocation,
    OrderRelocation,
    PassLimit,
    RefuseRelocation,
)
from city.commands.leaders.carrier import LeaderTask, issue_for_leader
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.state.leader_records import RelocationOrder
from city.state.linkage_records import Site
from city.state.row_keys import row_key_of

__all__ = ["decide_confirm_relocation", "decide_order_relocation", "decide_refuse_relocation", "limit_passed"]


def decide_order_relocation(order: SubjectOrder, args: OrderRelocation) -> SubjectAnswer:
    """Propose to relocate groups of people in streets by a deadline."""
    unknown = [code for code in args.streets if code not in order.rules.streets]
    if unknown:
        return bad_arg("streets", f"codes of streets, not {unknown[0]}")
    try:
        deadline = parse(args.deadline)
    except (ValueError, OverflowError):
        return bad_arg("deadline", "ISO 8601 with an offset")
    if deadline <= order.now.city:
        return bad_arg("deadline", "a time that is not over")
    subject = Subject("relocation", row_key_of(f"{order.by.account}/{order.command.command_id}"))
    confirm_by = min(deadline, order.now.city + order.rules.response.numbers.relocation_confirm_s)
    data = {
        "streets": list(dict.fromkeys(args.streets)), "groups": list(dict.fromkeys(args.groups)),
        "deadline": moment(deadline), "confirm_by": moment(confirm_by), "text": args.text or "",
        "voice_ref": args.voice_ref or "",
    }  # fmt: skip
    return Decision((order.fact_on(subject, "RelocationProposed", data),), ((subject.name, 0),))


def decide_confirm_relocation(order: SubjectOrder, args: ConfirmRelocation) -> SubjectAnswer:
    """Confirm it as another person; every street gets its task."""
    proposed = _proposed(order)
    if isinstance(proposed, Refusal):
        return proposed
    if proposed.proposed.by == order.by.account:
        return Refusal("not_allowed", "two_people")
    if order.now.city >= proposed.deadline:
        return not_now("relocation_late", from_at=proposed.deadline)
    groups = " ".join(proposed.groups)
    tasks = tuple(
        LeaderTask(street, "relocate", Site(street=street), groups, due_by=moment(proposed.deadline))
        for street in proposed.streets
    )
    # A street whose sub-centre has nobody on duty still gets its task: its fallback carries it out.
    issued = issue_for_leader(order, tasks, own=f"relocation-{proposed.id}", by_rule=True)
    if isinstance(issued, Refusal):
        return issued
    facts, expects = issued
    ids = [fact.subject.removeprefix("task:") for fact in facts if fact.type == "TaskIssued"]
    told = order.fact(
        "RelocationOrdered",
        {"tasks": ids, "text": args.text or "", "voice_ref": args.voice_ref or "", "to": "street"},
    )
    return Decision((told, *facts), ((order.subject.name, order.subject.version), *expects))


def decide_refuse_relocation(order: SubjectOrder, args: RefuseRelocation) -> SubjectAnswer:
    """Refuse it with a reason; the proposer may withdraw it so."""
    proposed = _proposed(order)
    if isinstance(proposed, Refusal):
        return proposed
    return (order.fact("RelocationRefused", {"text": args.text}),)


def limit_passed(order: SubjectOrder, args: PassLimit) -> SubjectAnswer:
    """Call the commander at the limit of the confirmation; at the deadline the proposal lapses."""
    proposed = _proposed(order)
    if isinstance(proposed, Refusal):
        return proposed
    late_s = max(0.0, order.now.city - parse(args.due_at))
    return (order.fact("RelocationLimitPassed", {"step": args.step, "late_s": late_s}),)


def _proposed(order: SubjectOrder) -> RelocationOrder | Refusal:
    record = order.subject.record
    if not isinstance(record, RelocationOrder):
        return Refusal("unknown_subject", "unknown_relocation")
    if record.state != "proposed":
        return not_now("relocation_decided", relocation_state=record.state)
    return record
