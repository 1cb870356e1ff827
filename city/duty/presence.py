"""Presence: whether somebody of an agency or street is on duty."""

from collections.abc import Container

from city.duty.authority import posts_of_role, responsible_shift
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState

__all__ = ["agency_present", "count_there", "is_there", "relieved_by"]


def agency_present(state: LedgerState, agency_code: str, now: float, streets: Container[str]) -> bool | None:
    """Whether somebody of an agency (or of a street, a code in ``streets``) is on duty at a city time.

    None: not known, and nothing may be refused for it. That is so while duty is not kept by facts, while
    nobody of the agency has signed in in one of the known shifts, and until 10 minutes after the start of a
    shift. A person of the last shift counts while nobody has relieved them.
    """
    shift = responsible_shift(state)
    if shift is None:
        return None
    role = "sub_centre" if agency_code in streets else "seat"
    key = f"{role}:{agency_code}"
    known = [one for one in state.shifts.values() if key in one.posts]
    if any(
        is_there(one.posts[key], now) for one in known if one is shift or relieved_by(state, one) is shift
    ):
        return True
    was_kept = any(one.posts[key].account or one.posts[key].state == "signed_out" for one in known)
    post = shift.posts.get(key)
    return False if was_kept and (post is None or post.state not in ("planned", "called")) else None


def is_there(post: Post, now: float) -> bool:
    """Whether somebody is at a post: signed in, or on a short leave with a deputy that is not over."""
    if post.state == "away":
        return bool(post.deputy) and post.away_until is not None and now <= post.away_until
    return post.state == "signed_in"


def count_there(shift: Shift, role: str, now: float) -> int | None:
    """Return at how many posts of a role somebody is; None while nobody of the role has signed in."""
    held = posts_of_role(shift, role)
    if not any(post.account or post.state != "planned" for post in held):
        return None
    return sum(is_there(post, now) for post in held)


def relieved_by(state: LedgerState, shift: Shift) -> Shift | None:
    """Return the shift that takes over from a shift, None while it is not planned."""
    return state.shifts.get(shift.handover.to) if shift.handover else None
