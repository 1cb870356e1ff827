"""Acts of duty in the demo: people sign in, leave a seat for minutes, and hand a shift over.

The people of the roster sign in by themselves, so that a visitor finds a staffed centre. A hand-over is left
to the visitors, who have the accounts of both leads; when nobody signs, the leads do it after its limit.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from city.commands.duty.handover_items import needs_takeover
from city.state.duty_records import Handover, Post, Shift
from city.state.ledger_state import LedgerState
from feeds.sources.demo.chance import about, dice, hour_of
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.people import People

__all__ = ["duty_acts", "posts_to_hold"]

MIN: Final = 60.0
_WAITING: Final = ("planned", "called", "unstaffed")
_EARLY_S: Final = 13 * MIN
"""From how long before a shift its people sign in."""
_LATE_S: Final = 13 * MIN
"""How late one seat of each shift is taken: long enough to be announced as empty."""
_PATIENCE_S: Final = 13 * MIN
"""How long after the end of a shift the leads leave the hand-over to the visitors."""
_CALL_OUT_EVERY_S: Final = 7200.0
_NIGHT: Final = (22, 23, 0, 1, 2, 3, 4)
_NO_ANSWER: Final = 0.1
_VISITOR_S: Final = 5 * MIN
_ALWAYS: Final = frozenset({"seat:ga", "seat:jj", "seat:xf", "seat:lh"})
"""Seats that are never empty in the demo: an agency that nobody is there for gets no tasks."""
_LEAVE_EVERY_S: Final = 40 * MIN
_LEAVE_MIN: Final = 5
_GONE_S: Final = 9 * MIN
"""A person on a leave of ``_LEAVE_MIN`` minutes comes back after this time: the seat is empty meanwhile."""


def duty_acts(
    ledger: LedgerState, planned: Mapping[str, Post], people: People, now: float, mine: frozenset[str]
) -> list[tuple[str, Act]]:
    """Return the acts that are due with their subjects, the one that is due first at the front.

    ``planned`` are the present posts by the roster; ``mine`` are keys of items that the leads answered here.
    """
    shift = ledger.shifts.get(ledger.shift)
    if shift is None:
        return []
    following = ledger.shifts.get(shift.handover.to) if shift.handover else None
    acts = [(shift.id, act) for act in (*_present(shift, planned, people, now), *_leaves(shift, people, now))]
    if following is not None:
        acts += [(following.id, act) for act in _coming(shift, following, people)]
        acts += [(shift.id, act) for act in _handed_over(ledger, shift, following, people, mine)]
    told = [(f"shift:{id_}", act) for id_, act in acts]
    told += _call_outs(ledger, shift, people, now)
    due = [one for one in told if one[1].account and one[1].at <= now]
    return sorted(due, key=lambda one: one[1].at)


def posts_to_hold(planned: Mapping[str, Post], people: People, now: float) -> dict[str, Post]:
    """Return the posts of a shift at which somebody is: by the roster, and those of the territory.

    Some workstations sign in at night, for the call-out test; by day the roster's number of them counts.
    """
    workstations = people.workstations if hour_of(now) in _NIGHT else ()
    territory = (*(f"sub_centre:{code}" for code in people.streets), *workstations)
    return {**planned, **{key: Post(key, "") for key in territory}}


def _present(shift: Shift, planned: Mapping[str, Post], people: People, now: float) -> Iterator[Act]:
    """Sign in the sub-centres, and whom the roster plans now: at a start, or after a change of the roster."""
    late = _late_seat(shift, planned)
    for key, post in posts_to_hold(planned, people, now).items():
        held = shift.posts.get(key)
        if held is None or (held.state in _WAITING and not held.account):
            # After an early hand-over the roster still names the people of the shift before.
            planned_here = held if held is not None and held.person else post
            since = max(shift.starts_at - _EARLY_S, held.since if held else shift.since)
            at = since + dice("sign in", shift.id, key).uniform(5, 60)
            yield _sign_in(shift.starts_at + _LATE_S if key == late else at, people, planned_here)


def _coming(shift: Shift, following: Shift, people: People) -> Iterator[Act]:
    """Sign in the people of the next shift, its lead first; who is in both shifts just stays."""
    late = _late_seat(following, following.posts)
    for key, post in following.posts.items():
        there = shift.posts.get(key)
        stays = there is not None and there.holder in (post.person, post.deputy) and bool(there.account)
        if post.state not in _WAITING or stays or following.state == "closed":
            continue
        before = dice("sign in", following.id, key).uniform(1, _EARLY_S / MIN - 1) * MIN
        at = following.starts_at - (_EARLY_S if key == "shift_lead" else before)
        at = following.starts_at + _LATE_S if key == late else at
        yield _sign_in(at, people, post)


def _sign_in(at: float, people: People, post: Post) -> Act:
    return Act(at, people.at_post(post.key, post.person), "sign_in", {"post": post.key, "method": "demo"})


def _late_seat(shift: Shift, planned: Mapping[str, Post]) -> str:
    """Return the seat that is taken late in a shift, '' without seats."""
    seats = sorted(key for key in planned if key.startswith("seat:") and key not in _ALWAYS)
    return dice("late", shift.id).choice(seats) if seats else ""


def _leaves(shift: Shift, people: People, now: float) -> Iterator[Act]:
    """Leave a seat for some minutes now and then, and come back."""
    for post in shift.posts.values():
        if post.state == "away" and people.at_post(post.key, post.person) == post.account:
            yield Act(post.since + _GONE_S, post.account, "come_back", {"post": post.key})
    period = now // _LEAVE_EVERY_S
    rng = dice("leave", period)
    at = (period + rng.uniform(0.2, 0.7)) * _LEAVE_EVERY_S
    seats = [
        post
        for key, post in sorted(shift.posts.items())
        if key.startswith("seat:") and post.deputy and key not in _ALWAYS
    ]
    if not seats or not at <= now < at + 2 * MIN or shift.state != "open":
        return
    post = rng.choice(seats)
    if (
        post.state == "signed_in"
        and post.since < at
        and people.at_post(post.key, post.person) == post.account
    ):
        yield Act(at, post.account, "go_away", {"post": post.key, "minutes": _LEAVE_MIN})


def _handed_over(
    ledger: LedgerState, shift: Shift, following: Shift, people: People, mine: frozenset[str]
) -> Iterator[Act]:
    """Answer what must be answered and sign, when no visitor has done it in time."""
    handover = shift.handover
    if handover is None or following.state != "open":
        return
    at = max(shift.ends_at + _PATIENCE_S, _last_of_a_visitor(handover, mine) + _VISITOR_S)
    outgoing, incoming = _lead(shift, people), _lead(following, people)
    item = next(iter(handover.unanswered), None)
    if item is not None:
        answer = "take_over" if needs_takeover(ledger, item) else "seen"
        yield Act(at, incoming, "answer_item", {"key": item.key, "answer": answer})
    elif handover.outgoing is None:
        yield Act(at, outgoing, "sign_handover", {"side": "outgoing"})
    elif handover.incoming is None:
        yield Act(at, incoming, "sign_handover", {"side": "incoming"})


def _call_outs(ledger: LedgerState, shift: Shift, people: People, now: float) -> Iterator[tuple[str, Act]]:
    """Call workstations every two hours of the night; most of them answer in time."""
    period = now // _CALL_OUT_EVERY_S
    at = (period + dice("call out", period).uniform(0.1, 0.4)) * _CALL_OUT_EVERY_S
    newest = max((test.started.at for test in ledger.call_outs.values()), default=0.0)
    is_night = hour_of(at) in _NIGHT
    if is_night and at <= now < at + 10 * MIN and newest < at:
        yield (
            f"shift:{shift.id}",
            Act(at, people.deputy("duty_officer", now), "start_call_out", {"count": 20}),
        )
    for test in ledger.call_outs.values():
        if test.ended_at is not None:
            continue
        for code in test.called:
            rng = dice("answer", test.id, code)
            answers = rng.random() >= _NO_ANSWER
            if answers and code not in test.answers:
                wait = about(rng, 70, 0.6, 10, 280)
                yield (
                    f"call_out:{test.id}",
                    Act(test.started.at + wait, code, "answer_call_out", {"workstation": code}),
                )


def _lead(shift: Shift, people: People) -> str:
    """Return the account of a shift's lead, '' when it is not one of the roster's people."""
    post = shift.posts.get("shift_lead")
    return post.account if post and people.at_post(post.key, post.person) == post.account else ""


def _last_of_a_visitor(handover: Handover, mine: frozenset[str]) -> float:
    answered = [item.answered.at for item in handover.items if item.answered and item.key not in mine]
    signed = [one.at for one in (handover.outgoing, handover.incoming) if one is not None]
    return max([*answered, *(signed if not mine else ())], default=-math.inf)
