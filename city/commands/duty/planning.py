"""Planning of shifts: who is planned at which post, from the roster and its overrides."""

from typing import Any

from city.commands.command import NewFact
from city.commands.decision import moment
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.dispatch.decision_rules import DecisionRules
from city.duty.periods import periods, planned_posts
from city.duty.roster import read_roster
from city.duty.shift_times import ShiftSpan, ShiftTimes
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState

__all__ = ["planned_facts", "planned_now", "planned_shift", "seat_codes", "shift_times"]


def shift_times(rules: DecisionRules) -> ShiftTimes:
    """Return when the district's shifts begin."""
    numbers = rules.linkage.duty
    return ShiftTimes(rules.district, numbers.day_starts, numbers.night_starts, rules.zone_offset_s)


def seat_codes(rules: DecisionRules) -> dict[str, str]:
    """Return the agencies' codes by the short names that the roster writes."""
    return {agency.short: agency.code for agency in rules.agencies.values()}


def planned_now(state: LedgerState, rules: DecisionRules, at: float) -> dict[str, Post]:
    """Return the posts of the roster with their persons at a city time; {} for an unreadable roster."""
    try:
        rows = read_roster(state.roster)
    except ValueError:  # an old ledger may hold one: it plans nobody
        rows = ()
    found = periods(
        rows, state.overrides.values(), at, at + 1.0, codes=seat_codes(rules),
        zone_offset_s=rules.zone_offset_s,
    )  # fmt: skip
    return planned_posts(found, at)


def planned_shift(state: LedgerState, rules: DecisionRules, span: ShiftSpan, awaited_from: float) -> Shift:
    """Return a shift as it is planned for the time from which its persons are awaited.

    It is not in the state. That time is its start, or later for a shift that nobody had planned.
    """
    at = max(span.starts_at, min(awaited_from, span.ends_at - 1.0))
    posts = planned_now(state, rules, at)
    return Shift(span.id, rules.district, span.kind, span.starts_at, span.ends_at, since=at, posts=posts)


def planned_facts(order: SubjectOrder, shift: Shift) -> tuple[NewFact, ...]:
    """Return the fact that plans a shift which has no record yet, else none."""
    if shift.id in order.state.shifts:
        return ()
    data: dict[str, Any] = {
        "jurisdiction": shift.jurisdiction, "kind": shift.kind, "starts_at": moment(shift.starts_at),
        "ends_at": moment(shift.ends_at), "awaited_from": moment(shift.since),
        "posts": [
            {"key": post.key, "person": post.person, "deputy": post.deputy} for post in shift.posts.values()
        ],
    }  # fmt: skip
    return (order.fact_on(Subject("shift", shift.id), "ShiftPlanned", data),)
