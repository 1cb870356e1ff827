"""Figures of duty: presence (K28), punctual hand-overs (K29), and those of the daily report (值班日报)."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from city.duty.authority import responsible_shift
from city.duty.presence import count_there
from city.duty.roster import RosterRow, on_duty, read_roster
from city.indicators.indicator import Counted, Indicator, share, unknown
from city.state.duty_records import CallOut
from city.state.ledger_state import LedgerState

__all__ = ["daily_figures", "duty_indicators", "report_span", "workstations_of"]

ON_TIME_S: Final = 600.0
"""A hand-over is on time when both have signed at most this long after the start of the next shift (K29)."""
REPORT_HOUR: Final = 8
DAY_S: Final = 86_400


def duty_indicators(
    state: LedgerState, now: float, *, sub_centres: int, workstations: int | None, zone_offset_s: int
) -> dict[str, Indicator]:
    """Return K28a (sub-centres on post), K28b (workstations online), K28c (answered call-outs), K29.

    ``sub_centres`` and ``workstations`` are how many there are by the tables (None = not known); ``now`` is
    city time. Without duty kept by facts, the first two have no value. While nobody of them has signed in
    the roster says how many are there, as on the wall.
    """
    shift = responsible_shift(state)
    found = {}
    for key, role, every in (("K28a", "sub_centre", sub_centres), ("K28b", "workstation", workstations)):
        if shift is None:
            found[key] = unknown(key, "percent", "not_kept")
            continue
        there = count_there(shift, role, now)
        if there is None:
            there = _by_roster(state, role, now, zone_offset_s)
        if there is None:
            found[key] = unknown(key, "percent", "not_kept")
            continue
        found[key] = (
            unknown(key, "percent", "no_tree", there=there)
            if every is None
            else share(key, Counted.among(there, every))
        )
    calls = Counted(_answered(test, one) for test in state.call_outs.values() for one in test.called)
    closed = [one for one in state.shifts.values() if one.closed_at is not None]
    on_time = Counted(one.late_s <= ON_TIME_S for one in closed)
    found["K28c"] = share("K28c", calls)
    found["K29"] = share("K29", on_time, late_s=sum(one.late_s for one in closed))
    return found


def _answered(test: CallOut, workstation: str) -> bool:
    at = test.answers.get(workstation)
    return at is not None and at <= test.limit_at


def workstations_of(state: LedgerState) -> int | None:
    """Return how many workstations there are by the roster; None when it does not tell."""
    rows = _roster(state)
    return max((row.count for row in rows if row.role == "workstation_all"), default=0) or None


def _by_roster(state: LedgerState, role: str, now: float, zone_offset_s: int) -> int | None:
    """Return how many of a role are there by the roster; None when it does not tell."""
    duty = on_duty(_roster(state), now, zone_offset_s=zone_offset_s)
    return (duty.sub_centres if role == "sub_centre" else duty.workstations_online) or None


def _roster(state: LedgerState) -> tuple[RosterRow, ...]:
    try:
        return read_roster(state.roster)
    except ValueError:  # an old ledger may hold an unreadable one
        return ()


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
    calls_out = Counted(_answered(test, one) for test in tests for one in test.called)
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
        told["call_outs"] = f"{calls_out.met}/{calls_out.every}"
    return told | {one.id: f"{one.value:g}" for one in figures if one.value is not None}
