"""The duty page's view of duty: posts now and next, the hand-over, the roster's week, the call-out test."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from city.commands.duty.planning import planned_shift, seat_codes, shift_times
from city.dispatch.decision_rules import DecisionRules
from city.duty.authority import responsible_shift
from city.duty.periods import Gap, Period, gaps, periods, planned_posts
from city.duty.post_keys import CENTRE_ROLES, role_of_post
from city.duty.presence import is_there
from city.duty.roster import read_roster
from city.duty.shift_times import ShiftSpan
from city.response.leader_presence import passes_from
from city.state.duty_records import CallOut, Post, Shift, Signature
from city.state.ledger_state import LedgerState
from city.views.case_view import account_mark
from city.views.duty.duty_board_seen import (
    CallOutSeen,
    CellSeen,
    DutyBoardSeen,
    HandoverSeen,
    ItemSeen,
    LeftSeen,
    PostSeen,
    ShiftSeen,
    SignatureSeen,
    WeekRowSeen,
    WeekSeen,
)

__all__ = ["duty_board", "roster_week"]

DAY_S: Final = 86_400.0
LEADERS: Final = ("duty_leader", "rotating_leader")
"""Roles whose authority one tap gives to the deputy."""
SHOWN: Final = (*CENTRE_ROLES, "seat")
"""Roles with a row of their own; sub-centres and workstations are counted."""


def duty_board(state: LedgerState, rules: DecisionRules, city_now: float, week: WeekSeen) -> DutyBoardSeen:
    """Return the duty page's view at a city time (epoch seconds)."""
    times = shift_times(rules)
    kept = responsible_shift(state)
    span = _span(kept) if kept is not None else times.at(city_now)
    following = times.after(span, city_now)
    after = state.shifts.get(following.id)
    passes = _passes_from(state, rules, kept) if kept is not None else {}
    return DutyBoardSeen(
        kept=kept is not None,
        shift=_shift(span, kept),
        next=_shift(following, after),
        posts=tuple(_posts(
            (kept or planned_shift(state, rules, span, city_now)).posts.values(),
            (after or planned_shift(state, rules, following, city_now)).posts.values(),
            passes,
        )),
        streets_away=tuple(_streets_away(kept, rules, city_now)) if kept else (),
        handover=_handover(kept) if kept else None,
        week=week,
        call_out=_call_out(state.call_outs.values()),
        last=_last(state),
        left=tuple(_left(state)),
        entry=state.entries[-1].position if state.entries else 0,
        reports=tuple(f"{day}.{one.version}" for day, one in sorted(state.reports.items())),
        unstaffed_s=rules.linkage.duty.unstaffed_s,
    )  # fmt: skip


def roster_week(state: LedgerState, rules: DecisionRules, city_now: float) -> WeekSeen:
    """Return the plan of the next days (``DutyNumbers.gap_days``) by shifts, the present day first.

    Empty for a roster that cannot be read, which an old ledger may hold.
    """
    try:
        roster = read_roster(state.roster)
    except ValueError:
        return WeekSeen()
    times, number = shift_times(rules), rules.linkage.duty.gap_days
    midnight = (city_now + times.zone_offset_s) // DAY_S * DAY_S - times.zone_offset_s
    days = tuple(midnight + DAY_S * day for day in range(number))
    spans = [times.at(day + begin) for day in days for begin in (times.day_starts, times.night_starts)]
    overrides, codes, zone = state.overrides.values(), seat_codes(rules), times.zone_offset_s
    begins, ends = spans[0].starts_at, spans[-1].ends_at
    found = periods(roster, overrides, begins, ends, codes=codes, zone_offset_s=zone)
    holes = gaps(roster, overrides, begins, number, codes=codes, zone_offset_s=zone)
    posts = sorted({key: None for span in spans for key in planned_posts(found, _middle(span))}, key=_rank)
    posts += sorted({hole.post for hole in holes}.difference(posts))
    rows = tuple(
        WeekRowSeen(post, tuple(_cell(post, span, found, holes) for span in spans)) for post in posts
    )
    return WeekSeen(days, rows, len(holes))


def _middle(span: ShiftSpan) -> float:
    return (span.starts_at + span.ends_at) / 2


def _cell(post: str, span: ShiftSpan, found: Sequence[Period], holes: Sequence[Gap]) -> CellSeen:
    planned = planned_posts(found, _middle(span)).get(post) or Post(post, "")
    own = [one for one in found if one.post == post and _touches(one, span)]
    return CellSeen(
        span.starts_at, span.ends_at, planned.person, planned.deputy, span.kind,
        is_override=any(one.override for one in own),
        is_gap=any(hole.post == post and _touches(hole, span) for hole in holes),
    )  # fmt: skip


def _touches(one: Period | Gap, span: ShiftSpan) -> bool:
    return one.starts_at < span.ends_at and span.starts_at < one.ends_at


def _span(shift: Shift) -> ShiftSpan:
    return ShiftSpan(shift.id, shift.kind, shift.starts_at, shift.ends_at)


def _shift(span: ShiftSpan, shift: Shift | None) -> ShiftSeen:
    state, version = (shift.state, shift.version) if shift is not None else ("planned", 0)
    return ShiftSeen(span.id, span.kind, span.starts_at, span.ends_at, state, version)


def _rank(key: str) -> tuple[int, str]:
    role = role_of_post(key)
    return (CENTRE_ROLES.index(role) if role in CENTRE_ROLES else len(CENTRE_ROLES)), key


def _passes_from(state: LedgerState, rules: DecisionRules, shift: Shift) -> dict[str, float]:
    """Return the leaders' posts whose authority may pass to the deputy, each with from when on."""
    found = {
        key: passes_from(
            state, shift, post, absent_s=rules.response.numbers.absent_s,
            unstaffed_s=rules.linkage.duty.unstaffed_s,
        )
        for key, post in shift.posts.items() if role_of_post(key) in LEADERS
    }  # fmt: skip
    return {key: since for key, since in found.items() if since is not None}


def _posts(now: Iterable[Post], after: Iterable[Post], passes: Mapping[str, float]) -> Iterable[PostSeen]:
    present = {post.key: post for post in now if role_of_post(post.key) in SHOWN}
    coming = {post.key: post for post in after if role_of_post(post.key) in SHOWN}
    for key in sorted({**present, **coming}, key=_rank):
        post, then = present.get(key) or Post(key, ""), coming.get(key) or Post(key, "")
        yield PostSeen(
            key, post.person, post.deputy, post.holder, account_mark(post.account) if post.account else "",
            post.state, post.since, post.away_until, then.person, then.deputy,
            account_mark(then.account) if then.account else "", passes.get(key),
        )  # fmt: skip


def _streets_away(shift: Shift, rules: DecisionRules, city_now: float) -> Iterable[str]:
    """Yield the streets whose sub-centre has nobody on post; none while no sub-centre has signed in."""
    held = {key: post for key, post in shift.posts.items() if role_of_post(key) == "sub_centre"}
    if not any(post.account or post.state == "signed_out" for post in held.values()):
        return
    for code in rules.streets:
        post = held.get(f"sub_centre:{code}")
        if post is None or not is_there(post, city_now):
            yield code


def _handover(shift: Shift) -> HandoverSeen | None:
    draft = shift.handover
    if draft is None:
        return None
    items = tuple(
        ItemSeen(
            one.key, one.kind, one.ref, one.words, one.names, one.must, one.needs, one.answer,
            _signature(one.answered),
        )
        for one in draft.items
    )  # fmt: skip
    return HandoverSeen(
        shift.id, draft.to, draft.drafted_at, items, draft.position, draft.hash,
        _signature(draft.outgoing), _signature(draft.incoming), has_note=bool(draft.note),
    )  # fmt: skip


def _signature(one: Signature | None) -> SignatureSeen | None:
    return None if one is None else SignatureSeen(one.name, one.at)


def _last(state: LedgerState) -> str:
    closed = [one for one in state.shifts.values() if one.closed_at is not None and one.handover is not None]
    return max(closed, key=lambda one: one.closed_at or 0.0).id if closed else ""


def _left(state: LedgerState) -> Iterable[LeftSeen]:
    for shift in state.shifts.values():
        if shift.closed_at is not None:
            for post in shift.posts.values():
                if post.account and post.state in ("signed_in", "away"):
                    yield LeftSeen(shift.id, shift.version, post.key, account_mark(post.account))


def _call_out(tests: Iterable[CallOut]) -> CallOutSeen | None:
    newest = max(tests, key=lambda one: one.started.at, default=None)
    if newest is None:
        return None
    late = sum(at > newest.limit_at for at in newest.answers.values())
    return CallOutSeen(
        newest.id, newest.started.name, newest.started.at, newest.limit_at, len(newest.called),
        len(newest.answers) - late, late,
        tuple(code for code in newest.called if code not in newest.answers), newest.ended_at,
    )  # fmt: skip
