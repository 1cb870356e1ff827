"""Whether the rotating leader is in the room while a level of Ⅱ or Ⅰ is in force (domain §4.7)."""

from typing import Final

import msgspec

from city.duty.authority import posts_of_role, responsible_shift
from city.duty.post_keys import role_of_post
from city.response.in_force import ROSTER
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY, Response

__all__ = [
    "IN_ROOM_FROM",
    "LEADER_POST",
    "REMOTE",
    "LeaderAbsence",
    "leader_absence",
    "passes_from",
    "presence_needed_since",
]

LEADER_POST: Final = "rotating_leader"
IN_ROOM_FROM: Final = ROSTER["leader_in_room"]
REMOTE: Final = "phone"
"""The method of a sign-in that is not in the room."""


class LeaderAbsence(msgspec.Struct, frozen=True):
    """The post of the rotating leader, and since when nobody of it is in the room (city time)."""

    post: Post
    since: float


def presence_needed_since(state: LedgerState) -> float | None:
    """Return since when Ⅱ or Ⅰ is in force in the district without a break, None when it is not."""
    found = [
        since
        for response in state.responses.values()
        if response.jurisdiction != CITY and (since := _since(response)) is not None
    ]
    return min(found, default=None)


def leader_absence(state: LedgerState) -> LeaderAbsence | None:
    """Return the absence of the rotating leader; None: they are there, or need not be, or there is no post.

    A deputy who has the authority counts as there, and so does the deputy of a short leave.
    """
    needed, shift = presence_needed_since(state), responsible_shift(state)
    posts = posts_of_role(shift, LEADER_POST) if shift is not None else ()
    if needed is None or shift is None or not posts or any(map(_is_in_room, posts)):
        return None
    post = posts[0]
    return LeaderAbsence(post, max(shift.starts_at, post.since, needed))


def passes_from(
    state: LedgerState, shift: Shift, post: Post, *, absent_s: float, unstaffed_s: float
) -> float | None:
    """Return from when on the authority of a post of the responsible shift may pass to its deputy.

    None: somebody is there, or there is no deputy. At Ⅱ and Ⅰ a rotating leader who signed in by phone is
    absent. Times are city epoch seconds.
    """
    if not post.deputy:
        return None
    absence = leader_absence(state) if role_of_post(post.key) == LEADER_POST else None
    if absence is not None:
        return absence.since + absent_s
    if post.state in ("signed_in", "away", "replaced"):
        return None
    since = max(shift.starts_at, post.since)
    return since if post.state == "unstaffed" else since + unstaffed_s


def _is_in_room(post: Post) -> bool:
    if post.state in ("away", "replaced"):
        return bool(post.deputy)
    return post.state == "signed_in" and post.method != REMOTE


def _since(response: Response) -> float | None:
    since = None
    for one in response.activations:
        if one.rank < IN_ROOM_FROM or one.is_exercise:
            since = None
        elif since is None or one.state == "active":
            since = one.activated_at if since is None else since
    return since if response.rank >= IN_ROOM_FROM else None
