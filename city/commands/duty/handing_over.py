"""The hand-over of a shift: its items, its two signatures, and the release by the duty leader."""

from typing import Any

from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import not_now
from city.commands.duty.arguments import AnswerItem, Reasoned, SignHandover
from city.commands.duty.handover_items import items_changed, needs_takeover
from city.commands.duty.leaving import told, unanswered
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.duty.authority import posts_of_role
from city.duty.presence import relieved_by
from city.state.duty_records import Handover, Shift
from city.state.linkage_records import Task

__all__ = ["decide_answer_item", "decide_release_shift", "decide_sign_handover"]


def decide_answer_item(order: SubjectOrder, args: AnswerItem) -> SubjectAnswer:
    """Acknowledge an item as the incoming lead or the duty leader; a P1 task is taken over or cancelled."""
    shift = _handing_over(order)
    if isinstance(shift, Refusal):
        return shift
    handover = _handover(shift)
    if not any(
        _is_at(one, "shift_lead", order, deputies=False) for one in _incoming(order, shift)
    ) and not any(_is_at(one, "duty_leader", order) for one in (shift, *_incoming(order, shift))):
        return not_now("not_incoming")
    item = next((one for one in handover.items if one.key == args.key), None)
    if item is None:
        return not_now("no_item")
    if item.answer:
        return not_now("item_answered")
    undone = needs_takeover(order.state, item)
    if undone and args.answer == "seen":
        return not_now("take_over_or_cancel", item=item.names.get("label", ""))
    if not undone and args.answer != "seen":
        return not_now("only_seen", item=item.names.get("label", ""))
    answered = order.fact(
        "HandoverItemAnswered", {"key": item.key, "answer": args.answer, "text": args.text or ""}
    )
    if not undone:
        return (answered,)
    task = order.state.tasks[item.ref.removeprefix("task:")]
    facts = (answered, _task_fact(order, task, args, handover.to))
    return Decision(facts, ((order.subject.name, shift.version), (f"task:{task.id}", task.version)))


def decide_sign_handover(order: SubjectOrder, args: SignHandover) -> SubjectAnswer:
    """Sign as the outgoing or the incoming lead; with the second signature the next shift is responsible."""
    shift = _handing_over(order)
    if isinstance(shift, Refusal):
        return shift
    handover, is_incoming = _handover(shift), args.side == "incoming"
    if (handover.incoming if is_incoming else handover.outgoing) is not None:
        return not_now("signed_before")
    following = next(iter(_incoming(order, shift)), None)
    if is_incoming and following is None:
        return not_now("not_relieved", at_post="shift_lead", person=_expected(order, shift))
    signer = following if is_incoming else shift
    if signer is None or not _is_at(signer, "shift_lead", order):
        return Refusal("not_allowed", "not_this_side")
    other = handover.outgoing if is_incoming else handover.incoming
    if other is not None and other.by == order.by.account:
        return Refusal("not_allowed", "two_people")
    if handover.unanswered:
        return not_now("items_left", **unanswered(handover))
    new, reopened = items_changed(order.state, shift, order.now.city)
    left = (*new, *(item for item in handover.items if item.key in reopened))
    if left:
        return not_now("items_left", **told(left))
    signed = order.fact("HandoverSigned", {"side": args.side, "note": args.note or ""})
    if other is None:
        return (signed,)
    if following is None:  # the incoming lead signed and is not there any more
        return not_now("not_relieved", at_post="shift_lead", person=_expected(order, shift))
    lead = order.by.name if is_incoming else other.name
    return _relieved(order, shift, following, [signed], "ShiftHandedOver", lead=lead)


def decide_release_shift(order: SubjectOrder, args: Reasoned) -> SubjectAnswer:
    """Release the outgoing shift although the hand-over is not complete, after its limit has passed."""
    shift = _handing_over(order)
    if isinstance(shift, Refusal):
        return shift
    from_at = shift.ends_at + order.rules.linkage.duty.handover_s
    if order.now.city < from_at:
        return not_now("release_early", from_at=from_at)
    following = next(iter(_incoming(order, shift)), None)
    if following is None:
        return not_now("not_relieved", at_post="shift_lead", person=_expected(order, shift))
    lead = next((post.holder for post in posts_of_role(following, "shift_lead")), "")
    return _relieved(order, shift, following, [], "ShiftReleased", lead=lead, reason=args.text)


def _relieved(  # the shift, the next one, and the last fact
    order: SubjectOrder, shift: Shift, following: Shift, facts: list[NewFact], kind: str, *, lead: str,
    reason: str = "",
) -> tuple[NewFact, ...]:  # fmt: skip
    data: dict[str, Any] = {
        "to": following.id, "lead": lead, "late_s": max(0.0, order.now.city - shift.ends_at),
        "stays": _staying(shift, following),
    }  # fmt: skip
    return (*facts, order.fact(kind, data, reason=reason))


def _staying(shift: Shift, following: Shift) -> list[str]:
    """Return the posts of those who are planned in both shifts: they stay without signing in again."""
    return [
        key
        for key, post in shift.posts.items()
        if post.account and key in following.posts and not following.posts[key].account
        and post.holder in (following.posts[key].person, following.posts[key].deputy)
    ]  # fmt: skip


def _task_fact(order: SubjectOrder, task: Task, args: AnswerItem, to: str) -> NewFact:
    subject = Subject("task", task.id, task, task.version, task.moved)
    if args.answer == "cancel":
        return order.fact_on(
            subject, "TaskCancelled", {"text": args.text or "", "why": "ordered", "agency": task.agency}
        )
    return order.fact_on(subject, "TaskTakenOver", {"shift": to})


def _handing_over(order: SubjectOrder) -> Shift | Refusal:
    shift = order.subject.record
    if not isinstance(shift, Shift):
        return Refusal("unknown_subject", "unknown_shift")
    if shift.id != order.state.shift:
        return not_now("not_responsible")
    if shift.handover is None:
        return not_now("no_draft", from_at=shift.ends_at - order.rules.linkage.duty.draft_s)
    return shift


def _handover(shift: Shift) -> Handover:
    assert shift.handover is not None
    return shift.handover


def _incoming(order: SubjectOrder, shift: Shift) -> tuple[Shift, ...]:
    """Return the shift that takes over, if its lead has signed in."""
    following = relieved_by(order.state, shift)
    return (following,) if following is not None and following.state == "open" else ()


def _expected(order: SubjectOrder, shift: Shift) -> str:
    following = relieved_by(order.state, shift)
    lead = following.posts.get("shift_lead") if following else None
    return lead.person if lead else "—"


def _is_at(shift: Shift, role: str, order: SubjectOrder, *, deputies: bool = True) -> bool:
    """Whether the sender is at a post of a role in a shift, or has its authority as deputy."""
    return any(
        (post.account == order.by.account and post.state in ("signed_in", "away"))
        or (deputies and post.state in ("away", "replaced") and post.deputy == order.by.name)
        for post in posts_of_role(shift, role)
    )  # fmt: skip
