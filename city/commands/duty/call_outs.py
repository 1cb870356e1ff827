"""The call-out test of workstations at night: drawn by lot, answered within a limit (domain §3.8)."""

import hashlib

from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.duty.arguments import AnswerCallOut, StartCallOut
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.duty.authority import posts_of_role, responsible_shift
from city.duty.post_keys import holder_of_post
from city.state.duty_records import CallOut

__all__ = ["decide_answer_call_out", "decide_start_call_out"]


def decide_start_call_out(order: SubjectOrder, args: StartCallOut) -> SubjectAnswer:
    """Call workstations that are drawn from the signed-in ones; the lot follows from the command's id."""
    if any(test.ended_at is None for test in order.state.call_outs.values()):
        return not_now("call_out_running")
    shift = responsible_shift(order.state)
    online = [
        holder_of_post(post.key)
        for post in (posts_of_role(shift, "workstation") if shift else ())
        if post.state == "signed_in"
    ]
    if not online:
        return not_now("nobody_online")
    told = f"{order.by.account}/{order.command.command_id}"
    lot = sorted(online, key=lambda code: hashlib.sha256(f"{told}/{code}".encode()).digest())
    subject = Subject("call_out", hashlib.sha256(told.encode()).hexdigest()[:12])
    data = {
        "called": sorted(lot[: args.count]), "online": len(online),
        "limit_at": moment(order.now.city + order.rules.linkage.duty.call_out_s),
    }  # fmt: skip
    return Decision((order.fact_on(subject, "CallOutStarted", data),), ((subject.name, 0),))


def decide_answer_call_out(order: SubjectOrder, args: AnswerCallOut) -> SubjectAnswer:
    """Answer for a workstation at which the sender has signed in; a late answer is kept as late."""
    test = order.subject.record
    if not isinstance(test, CallOut):
        return Refusal("unknown_subject", "unknown_call_out")
    shift = responsible_shift(order.state)
    post = shift.posts.get(f"workstation:{args.workstation}") if shift else None
    if args.workstation not in test.called or post is None or post.account != order.by.account:
        return Refusal("not_allowed", "not_called")
    if args.workstation in test.answers:
        return not_now("call_answered")
    late_s = max(0.0, order.now.city - test.limit_at)
    return (order.fact("CallOutAnswered", {"workstation": args.workstation, "late_s": late_s}),)
