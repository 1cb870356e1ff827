"""Leaving a post: for a short time, or for good. Nobody leaves before being relieved (不得脱岗)."""

from city.commands.command import Refusal
from city.commands.decision import moment, not_now
from city.commands.duty.arguments import GoAway, OfPost, PassAuthority
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.duty.post_keys import role_of_post
from city.duty.presence import relieved_by
from city.response.leader_presence import passes_from
from city.state.duty_records import Handover, HandoverItem, Post, Shift
from city.state.ledger_state import LedgerState

__all__ = [
    "decide_come_back", "decide_go_away", "decide_pass_authority", "decide_sign_out", "relief_missing",
    "unanswered",
]  # fmt: skip

THERE = ("signed_in", "away")
SEPARATOR = "、"


def decide_go_away(order: SubjectOrder, args: GoAway) -> SubjectAnswer:
    """Leave for a short time; the deputy has the authority meanwhile."""
    found = _own(order, args.post)
    if isinstance(found, Refusal):
        return found
    shift, post = found
    if post.state == "away":
        return not_now("away_before")
    if shift.state == "closed":
        return not_now("shift_over")
    if not post.deputy or post.deputy == post.holder:
        return not_now("no_deputy")
    if args.minutes * 60.0 > order.rules.linkage.duty.leave_s:
        return not_now("leave_too_long", minutes=round(order.rules.linkage.duty.leave_s / 60))
    until = moment(order.now.city + args.minutes * 60.0)
    return (order.fact("PostAway", {"post": post.key, "until": until, "deputy": post.deputy}),)


def decide_come_back(order: SubjectOrder, args: OfPost) -> SubjectAnswer:
    """Come back from a short leave."""
    found = _own(order, args.post)
    if isinstance(found, Refusal):
        return found
    _, post = found
    if post.state != "away":
        return not_now("not_away")
    return (order.fact("PostBack", {"post": post.key}),)


def decide_sign_out(order: SubjectOrder, args: OfPost) -> SubjectAnswer:
    """Leave a post for good; refused with who or what is missing."""
    found = _own(order, args.post)
    if isinstance(found, Refusal):
        return found
    shift, post = found
    if role_of_post(post.key) == "shift_lead" and shift.state != "closed":
        return _lead_stays(order, shift)
    missing = relief_missing(order.state, shift, post, order.now.city)
    if missing is not None:
        return not_now("not_relieved", at_post=post.key, person=missing or "—")
    return (order.fact("PostSignedOut", {"post": post.key}),)


def decide_pass_authority(order: SubjectOrder, args: PassAuthority) -> SubjectAnswer:
    """Pass the authority of a leader who has been absent for 10 minutes to their deputy (§4.7)."""
    shift = order.subject.record
    if not isinstance(shift, Shift) or shift.id != order.state.shift:
        return not_now("not_responsible")
    post = shift.posts.get(args.post)
    if post is None or not post.deputy:
        return not_now("no_deputy")
    rules = order.rules
    from_at = passes_from(
        order.state, shift, post, absent_s=rules.response.numbers.absent_s,
        unstaffed_s=rules.linkage.duty.unstaffed_s,
    )  # fmt: skip
    if from_at is None:
        return not_now("leader_there", person=post.deputy if post.state == "replaced" else post.holder)
    if order.now.city < from_at:
        return not_now("absent_not_long", from_at=from_at)
    return (order.fact("AuthorityPassed", {"post": post.key, "to": post.deputy}),)


def relief_missing(state: LedgerState, shift: Shift, post: Post, now: float) -> str | None:
    """Return who must relieve the holder of a post before they may leave; None: they may leave.

    '' is somebody without a name. A post that is not on the roster (an emergency seat) is left at any time.
    """
    if not post.person:
        return None
    following = relieved_by(state, shift)
    if role_of_post(post.key) == "shift_lead" and shift.state != "closed":  # until both have signed
        relief = following.posts.get(post.key) if following else None
        return relief.person if relief else ""
    if following is None:
        return "" if shift.state != "closed" else None
    if following.state == "closed":
        return None
    relief = following.posts.get(post.key)
    if relief is None or not relief.person:
        return None if now >= shift.ends_at else ""
    if relief.state in THERE and relief.account != post.account:
        return None
    return relief.person


def unanswered(handover: Handover) -> dict[str, object]:
    """Return the number and labels of a hand-over's unanswered items, as names of a refusal."""
    return told(handover.unanswered)


def told(items: tuple[HandoverItem, ...]) -> dict[str, object]:
    """Return the number and labels of items, as names of a refusal."""
    return {"count": len(items), "items": SEPARATOR.join(item.names.get("label", "") for item in items)}


def _lead_stays(order: SubjectOrder, shift: Shift) -> Refusal:
    """Refuse a shift lead who leaves before the hand-over is done."""
    if shift.id != order.state.shift or shift.handover is None:
        return not_now("lead_stays", until_at=shift.ends_at)
    if shift.handover.unanswered:
        return not_now("items_left", **unanswered(shift.handover))
    following = relieved_by(order.state, shift)
    if following is None or following.state == "planned":
        lead = following.posts.get("shift_lead") if following else None
        return not_now("not_relieved", at_post="shift_lead", person=lead.person if lead else "—")
    return not_now("signatures_left")


def _own(order: SubjectOrder, key: str | None) -> tuple[Shift, Post] | Refusal:
    """Return the subject's shift and the post at which the sender is, or the refusal."""
    shift = order.subject.record
    if not isinstance(shift, Shift):
        return Refusal("unknown_subject", "unknown_shift")
    for post in shift.posts.values():
        if post.account == order.by.account and post.state in THERE and key in (None, post.key):
            return shift, post
    return not_now("not_at_post")
