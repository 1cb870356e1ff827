"""Signing in at a post of a shift (domain §3.8). Nobody is on duty twice."""

from collections.abc import Mapping

from city.commands.arguments import bad_arg
from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import not_now
from city.commands.duty.arguments import SignIn
from city.commands.duty.leaving import relief_missing
from city.commands.duty.planning import planned_facts, planned_now, planned_shift, shift_times
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.duty.post_keys import CENTRE_ROLES, holder_of_post, is_post_key, role_of_post
from city.duty.shift_times import ShiftSpan
from city.state.duty_records import Post, Shift

__all__ = ["decide_sign_in"]

THERE = ("signed_in", "away")
REMOTE = "phone"


def decide_sign_in(order: SubjectOrder, args: SignIn) -> SubjectAnswer:
    """Sign in at the sender's own post: by the roster, as its deputy, or for their agency or street.

    The first shift lead who signs in opens the present shift, and duty is kept by facts from then on.
    """
    span = shift_times(order.rules).of(order.subject.id)
    if span is None:
        return Refusal("unknown_subject", "unknown_shift")
    shift = order.subject.record or planned_shift(order.state, order.rules, span, order.now.city)
    wrong = _when(order, span, shift)
    if wrong:
        return wrong
    post = _post(order, shift, args.post)
    if isinstance(post, Refusal):
        return post
    comes_in = post.method == REMOTE and args.method != REMOTE  # signed in by phone before, now in the room
    if post.state in THERE and post.account == order.by.account and not comes_in:
        return not_now("signed_in_before", at_post=post.key)
    others = _left(order, shift, post)
    if isinstance(others, Refusal):
        return others
    data = {
        "post": post.key, "person": post.person, "deputy": post.deputy, "method": args.method,
        "relieves": post.account,
        "leaves": [fact.subject.removeprefix("shift:") for fact in others],
    }  # fmt: skip
    facts = [*planned_facts(order, shift), order.fact("PostSignedIn", data)]
    if role_of_post(post.key) == "shift_lead" and shift.state == "planned":
        facts.append(order.fact("ShiftOpened", {"responsible": not order.state.shift}))
    names = dict.fromkeys([order.subject.name, *(fact.subject for fact in others)])
    held = order.state.shifts
    versions = [(name, held.get(name.removeprefix("shift:"))) for name in names]
    return Decision(
        (*facts, *others), tuple((name, there.version if there else 0) for name, there in versions)
    )


def _when(order: SubjectOrder, span: ShiftSpan, shift: Shift) -> Refusal | None:
    """Refuse a shift that is over, or that begins later than the overlap allows."""
    state, now, times = order.state, order.now.city, shift_times(order.rules)
    responsible = state.shifts.get(state.shift)
    if shift.state == "closed":
        return not_now("shift_over")
    if responsible is not None and shift.id == responsible.id:
        return None
    following = times.at(now) if responsible is None else times.after(responsible, now)
    opens_at = span.starts_at - order.rules.linkage.duty.overlap_s if responsible else span.starts_at
    if now < opens_at:
        return not_now("shift_not_yet", from_at=opens_at)
    if shift.id != following.id and shift.state == "planned":
        return not_now("shift_over")
    return None


def _post(order: SubjectOrder, shift: Shift, key: str | None) -> Post | Refusal:
    """Return the post of the sender in a shift, or the refusal of a post that is not theirs."""
    if key is not None and not is_post_key(key):
        return bad_arg("post", "key of a post")
    there = planned_now(order.state, order.rules, max(order.now.city, shift.starts_at))
    if key is None:
        key = _own_post(order, shift, there)
        if not key:
            return Refusal("not_allowed", "not_on_roster")
    post = shift.posts.get(key) or there.get(key) or Post(key, "")
    if not _may_hold(order, key):
        return Refusal("not_allowed", "other_post", {"at_post": key})
    # An occupied post is taken over by its planned person or deputy alone.
    by_roster = [post, *([there[key]] if key in there and post.state not in THERE else [])]
    if post.person and not any(order.by.name in (one.person, one.deputy) for one in by_roster):
        return Refusal("not_allowed", "not_on_roster")
    if not post.person and role_of_post(key) in CENTRE_ROLES:
        return Refusal("not_allowed", "not_on_roster")
    if post.state in THERE and not post.person and post.account != order.by.account:
        return not_now("post_taken", at_post=key, person=post.holder)
    return post


def _own_post(order: SubjectOrder, shift: Shift, there: Mapping[str, Post]) -> str:
    """Return the key of the sender's own post, '' for none: as planned before as deputy.

    ``there`` are the roster's posts of the moment: a shift that goes on too long is joined by their persons.
    """
    by = order.by
    mine = [key for key in shift.posts if _may_hold(order, key)]
    for key in (
        *(key for key in mine if shift.posts[key].person == by.name),
        *(key for key in mine if shift.posts[key].deputy == by.name),
    ):
        return key
    for key, post in there.items():
        if by.name in (post.person, post.deputy) and _may_hold(order, key):
            return key
    if by.agency:
        return f"seat:{by.agency}"
    if by.street and "village_operator" in by.roles:
        return f"workstation:{by.workstation}"
    return f"sub_centre:{by.street}" if by.street else ""


def _may_hold(order: SubjectOrder, key: str) -> bool:
    """Whether the sender's rights fit a post: its role, or its agency, street or workstation."""
    by, role, code = order.by, role_of_post(key), holder_of_post(key)
    if role in CENTRE_ROLES:
        return role in by.roles
    if role == "seat":
        return bool(code) and code == by.agency and code in order.rules.agencies
    if role == "sub_centre":
        return code == by.street and code in order.rules.streets and "street_operator" in by.roles
    return "village_operator" in by.roles and code == by.workstation


def _left(order: SubjectOrder, shift: Shift, post: Post) -> tuple[NewFact, ...] | Refusal:
    """Sign the sender out of a post that they may leave; refuse while they must stay at it."""
    facts = []
    for other in order.state.shifts.values():
        for held in other.posts.values():
            if held.account != order.by.account or held.state not in THERE:
                continue
            if other.id == shift.id and held.key == post.key:
                continue
            if relief_missing(order.state, other, held, order.now.city) is not None:
                return not_now("on_duty_already", at_post=held.key)
            subject = Subject("shift", other.id, other, other.version, other.moved)
            facts.append(order.fact_on(subject, "PostSignedOut", {"post": held.key}))
    return tuple(facts)
