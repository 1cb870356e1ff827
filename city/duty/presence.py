"""Presence: whether somebody of an agency or street is on duty."""

from collections.abc import Mapping
from typing import Protocol

from city.duty.authority import responsible_shift
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState

__all__ = ["Holders", "agency_present", "is_there", "relieved_by"]


class Holders(Protocol):
    """The part of the decision rules that is used here."""

    @property
    def streets(self) -> Mapping[str, str]:
        """Street code → short name."""


def agency_present(state: LedgerState, agency_code: str, now: float, rules: Holders) -> bool | None:
    """Whether somebody of an agency (or street) is on duty at a city time (epoch seconds).

    None: not known, and nothing may be refused for it. That is so while duty is not kept by facts, while
    nobody of the agency has signed in in one of the known shifts, and until 10 minutes after the start of a
    shift. A person of the last shift counts while nobody has relieved them.
    """
    shift = responsible_shift(state)
    if shift is None:
        return None
    role = "sub_centre" if agency_code in rules.streets else "seat"
    key = f"{role}:{agency_code}"
    held = [one.posts[key] for one in state.shifts.values() if key in one.posts]
    if any(is_there(post, now) for post in held):
        return True
    was_kept = any(post.account or post.state == "signed_out" for post in held)
    post = shift.posts.get(key)
    return False if was_kept and (post is None or post.state not in ("planned", "called")) else None


def is_there(post: Post, now: float) -> bool:
    """Whether somebody is at a post: signed in, or on a short leave with a deputy that is not over."""
    if post.state == "away":
        return bool(post.deputy) and post.away_until is not None and now <= post.away_until
    return post.state == "signed_in"


def relieved_by(state: LedgerState, shift: Shift) -> Shift | None:
    """Return the shift that takes over from a shift, None while it is not planned."""
    return state.shifts.get(shift.handover.to) if shift.handover else None
