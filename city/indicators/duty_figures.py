"""Figures of duty: presence (K28), punctual hand-overs (K29), and those of the daily report (值班日报)."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from city.duty.authority import posts_of_role, responsible_shift
from city.duty.presence import is_there
from city.duty.roster import read_roster
from city.indicators.indicator import Counted, Indicator, share, unknown
from city.state.duty_records import CallOut, Shift
from city.state.ledger_state import LedgerState

__all__ = ["daily_figures", "duty_indicators", "report_span", "workstations_of"]

ON_TIME_S: Final = 600.0
"""A hand-over is on time when both have signed at most this long after the start of the next shift (K29)."""
REPORT_HOUR: Final = 8
DAY_S: Final = 86_400


def duty_indicators(
    state: LedgerState, now: float, *, sub_centres: Collection[str], workstations: int | None
) -> dict[str, Indicator]:
    """Return K28a (sub-centres on post), K28b (workstations online), K28c (answered call-outs), K29.

    ``sub_centres`` are the codes of the streets, ``workstations`` is how many there are by the roster (None =
    not known); ``now`` is city time. Without duty kept by facts, the first two have no value.
    """
    shift = responsible_shift(state)
    closed = [one for one in state.shifts.values() if one.closed_at is not None]
    found = (
        _sub_centres(shift, sub_centres, now), _workstations(shift, workstations, now),
        share("K28c", Counted(
            _answered(test, one) for test in state.call_outs.values() for one in test.called
        )),
        share("K29", Counted(one.late_s <= ON_TIME_S for one in closed),
              late_s=sum(one.late_s for one in closed)),
    )  # fmt: skip
    return {one.id: one for one in found}


def _sub_centres(shift: Shift | None, streets: Iterable[str], now: float) -> Indicator:
    if shift is None:
        return unknown("K28a", "percent", "not_kept")
    posts = (shift.posts.get(f"sub_centre:{street}") for street in streets)
    return share("K28a", Counted(post is not None and is_there(post, now) for post in posts))


def _workstations(shift: Shift | None, every: int | None, now: float) -> Indicator:
    if shift is None:
        return unknown("K28b", "percent", "not_kept")
    there = Counted(is_there(post, now) for post in posts_of_role(shift, "workstation"))
    if every is None:
        return unknown("K28b", "percent", "no_tree", there=there.met)
    there.every = max(every, there.every)  # the roster may tell too few: who has a post is one of them
    return share("K28b", there)


def _answered(test: CallOut, workstation: str) -> bool:
    at = test.answers.get(workstation)
    return at is not None and at <= test.limit_at


def workstations_of(state: LedgerState) -> int | None:
    """Return how many workstations there are by the roster; None when it does not tell."""
    try:
        rows = read_roster(state.roster)
    except ValueError:  # an old ledger may hold an unreadable one
        return None
    return max((row.count for row in rows if row.role == "workstation_all"), default=0) or None


def report_span(day: str, zone_offset_s: int) -> tuple[float, float]:
    """Return the 24 hours before 08:00 of an ISO date (city epoch seconds). Raises ValueError."""
    number = (date.fromisoformat(day) - date(1970, 1, 1)).days
    ends_at = number * DAY_S - zone_offset_s + REPORT_HOUR * 3600.0
    return ends_at - DAY_S, ends_at


def daily_figures(
    state: LedgerState, day: str, *, zone_offset_s: int, figures: Iterable[Indicator] = ()
) -> dict[str, str]:
    """Return the figures of a day's report as texts: keys below ``duty.figure.``, and ids of indicators.

    The day's report covers the 24 hours before its 08:00. An indicator without a value is left out. Raises
    ValueError when ``day`` is not an ISO date.
    """
    starts_at, ends_at = report_span(day, zone_offset_s)

    def within(at: float | None) -> bool:
        return at is not None and starts_at <= at < ends_at

    tasks = [task for task in state.tasks.values() if within(task.issued_at)]
    closed = [one for one in state.shifts.values() if within(one.closed_at)]
    tests = [test for test in state.call_outs.values() if within(test.started.at)]
    entries = [one for one in state.entries if within(one.at)]
    calls = Counted(_answered(test, one) for test in tests for one in test.called)
    counts = {
        "reported": sum(within(case.at) for case in state.cases.values()),
        "closed": sum(within(case.file.closed_at) for case in state.cases.values()),
        "open": sum(case.is_open for case in state.cases.values()),
        "incidents": sum(within(incident.opened.at) for incident in state.incidents.values()),
        "tasks": len(tasks),
        "tasks_done": sum(task.done is not None for task in tasks),
        "tasks_late": sum(bool(task.overdue) for task in tasks),
        "warnings": sum(within(one.sent) for one in state.warnings.values()),
        "handovers": len(closed),
        "handovers_on_time": sum(one.late_s <= ON_TIME_S for one in closed),
        "unstaffed": sum(
            mark.endswith(":unstaffed")
            for one in state.shifts.values() if within(one.starts_at) for mark in one.passed
        ),
        "calls": sum(one.kind == "call_out" for one in entries),
        "orders": sum(one.kind == "order" for one in entries),
    }  # fmt: skip
    told = {key: str(number) for key, number in counts.items()}
    if tests:
        told["call_outs"] = f"{calls.met}/{calls.every}"
    return told | {one.id: f"{one.value:g}" for one in figures if one.value is not None}
