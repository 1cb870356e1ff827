"""Duty as every page may see it: by the facts of duty when it is kept by them, else by the roster."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from city.dispatch.tables.task_templates import DutyNumbers
from city.duty.authority import authority_name, responsible_shift
from city.duty.post_keys import role_of_post
from city.duty.presence import count_there, is_there, relieved_by
from city.response.leader_presence import LEADER_POST, leader_absence
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState
from city.views.duty.duty_board_seen import PostSeen
from city.views.wall_seen import DutySeen

__all__ = ["duty_by_facts", "empty_since", "is_red"]

UNSTAFFED_S: Final = DutyNumbers().unstaffed_s
"""The default of when an empty post is red, also while the engine does not write it."""
NOBODY: Final[Mapping[str, float]] = MappingProxyType({})
LEADERS = ("duty_leader", "shift_lead")


def duty_by_facts(
    state: LedgerState, by_roster: DutySeen, city_now: float, *, unstaffed_s: float = UNSTAFFED_S,
    summoned: Mapping[str, float] = NOBODY,
) -> DutySeen:  # fmt: skip
    """Return what pages see of duty at a city time (epoch seconds).

    ``by_roster`` is what the roster says. It stays for what the facts do not tell: counts of sub-centres and
    workstations until one of them has signed in, and roles without a post. ``summoned`` are the agencies of
    the emergency seats that a level summoned, and since when: who has not come yet has an empty seat.
    """
    shift = responsible_shift(state)
    if shift is None:
        return by_roster
    posts = shift.posts
    seats = [post for key, post in posts.items() if role_of_post(key) == "seat"]
    watched = [*(posts[key] for key in LEADERS if key in posts), *seats]
    empty = [(post, since) for post in watched if (since := empty_since(post, shift, city_now)) is not None]
    called = [
        (code, max(since, shift.starts_at)) for code, since in summoned.items() if f"seat:{code}" not in posts
    ]
    missing = [(post.key.removeprefix("seat:"), since) for post, since in empty] + called
    after, draft = relieved_by(state, shift), shift.handover
    must = [item for item in draft.items if item.must] if draft is not None else []
    return msgspec.structs.replace(
        by_roster,
        kept=True,
        shift=shift.id,
        leader=authority_name(state, "duty_leader") if "duty_leader" in posts else by_roster.leader,
        shift_lead=authority_name(state, "shift_lead") if "shift_lead" in posts else by_roster.shift_lead,
        incoming_lead=_holder(after, "shift_lead"),
        seats=len(seats) + len(called),
        seats_present=sum(_is_held(post, city_now) for post in seats),
        empty_seats=tuple(sorted(missing, key=lambda one: one[1])),
        unstaffed=sum(is_red(post, since, city_now, unstaffed_s) for post, since in empty),
        hand_over_at=shift.ends_at,
        drafted=draft is not None,
        must=len(must),
        unanswered_items=sum(not item.answer for item in must),
        **_nodes(shift, _unanswered(state, shift), city_now),
        **_leader(state, shift),
    )


def empty_since(post: Post, shift: Shift, city_now: float) -> float | None:
    """Return since when a post is empty, None while it is not.

    That is the begin of the shift (or of its plan, when it was planned later), the moment when the holder
    left, or the end of a leave that is over.
    """
    if _is_held(post, city_now) or city_now < shift.starts_at:
        return None
    if post.state == "away":
        return post.away_until or post.since
    return max(post.since, shift.starts_at)


def is_red(post: Post | PostSeen, since: float, city_now: float, unstaffed_s: float = UNSTAFFED_S) -> bool:
    """Whether an empty post is unstaffed (空岗): ``DutyNumbers.unstaffed_s`` without anybody."""
    return post.state == "unstaffed" or city_now - since >= unstaffed_s


def _is_held(post: Post, city_now: float) -> bool:
    over = post.away_until is not None and city_now > post.away_until
    return post.state == "replaced" or is_there(post, city_now) or (post.state == "away" and not over)


def _holder(shift: Shift | None, key: str) -> str:
    post = shift.posts.get(key) if shift is not None else None
    return post.holder if post is not None and post.account else ""


def _unanswered(state: LedgerState, shift: Shift) -> int | None:
    """Return how many workstations did not answer the last finished call-out test of a shift."""
    tests = [one for one in state.call_outs.values() if one.ended_at and one.started.at >= shift.starts_at]
    newest = max(tests, key=lambda one: one.started.at, default=None)
    return len(newest.called) - len(newest.answers) if newest is not None else None


def _leader(state: LedgerState, shift: Shift) -> dict[str, Any]:
    """Return who is the rotating leader, and since when they are missing in the room."""
    absence = leader_absence(state)
    return {
        "rotating_leader": authority_name(state, LEADER_POST),
        "absent_leader_since": None if absence is None else absence.since,
        "absent_leader_deputy": "" if absence is None else absence.post.deputy,
        "shift_version": shift.version,
    }


def _nodes(shift: Shift, unanswered: int | None, city_now: float) -> dict[str, int | None]:
    """Return the counts of sub-centres and workstations of which one at least has signed in."""
    found: dict[str, int | None] = {}
    for role, count in (("sub_centre", "streets_on_post"), ("workstation", "workstations_online")):
        there = count_there(shift, role, city_now)
        if there is not None:
            found[count] = there
    if "workstations_online" in found:
        found["unanswered"] = unanswered
    return found
