"""The figures of the day's duty report (值班日报): 24 hours up to 08:00 of the day."""

from datetime import UTC, date, datetime
from typing import Final

from city.indicators.tally import Tally
from city.state.ledger_state import LedgerState

__all__ = ["FIGURES", "daily_figures", "period_of", "report_day"]

DAY_S: Final = 86_400.0
ENDS_S: Final = 8 * 3600.0
"""The report's day ends at 08:00 of city time; it is written from 07:00 on."""
WRITTEN_S: Final = 7 * 3600.0
ON_TIME_S: Final = 600.0
"""K29: a hand-over is on time when both signed within ten minutes."""

FIGURES: Final = (
    "reported", "filed", "closed", "open", "ruling", "incidents", "incidents_open", "tasks",
    "acknowledged", "handovers", "entries", "call_out",
)  # fmt: skip
"""Keys of the figures in their order, below ``duty_page.daily.figure.``."""


def report_day(city_now: float, zone_offset_s: int) -> str:
    """Return the ISO date of the report that is due or was last due at a city time (epoch seconds)."""
    return datetime.fromtimestamp(city_now + zone_offset_s - WRITTEN_S, UTC).date().isoformat()


def period_of(day: str, zone_offset_s: int) -> tuple[float, float]:
    """Return begin and end (city epoch seconds) of a day's report. Raises ValueError for no ISO date."""
    midnight = (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY_S - zone_offset_s
    return midnight + ENDS_S - DAY_S, midnight + ENDS_S


def daily_figures(state: LedgerState, period: tuple[float, float], now: float) -> dict[str, str]:
    """Return every figure as text; '' = not known. Shares are ``n/of``, and '' when there was nothing."""
    begin, end = period
    tally = Tally(period, now)
    for case in list(state.cases.values()):
        tally.add(case)
    incidents = list(state.incidents.values())
    tasks = [task for task in list(state.tasks.values()) if begin <= task.issued_at < end]
    signed = [task for task in tasks if task.acknowledged is not None]
    in_time = sum(
        task.acknowledged is not None and (task.ack_by is None or task.acknowledged.at <= task.ack_by)
        for task in signed
    )
    closed = [
        one for one in state.shifts.values() if one.closed_at is not None and begin <= one.closed_at < end
    ]
    tests = [one for one in state.call_outs.values() if begin <= one.started.at < end]
    answered = sum(at <= one.limit_at for one in tests for at in one.answers.values())
    return {
        "reported": str(tally["reported"]),
        "filed": str(tally["filed"]),
        "closed": str(len(tally.closed)),
        "open": str(sum(case.is_open for case in state.cases.values())),
        "ruling": str(tally["hanging"]),
        "incidents": str(sum(begin <= one.opened.at < end for one in incidents)),
        "incidents_open": str(sum(one.is_open for one in incidents)),
        "tasks": str(len(tasks)),
        "acknowledged": _share(in_time, len(tasks)),
        "handovers": _share(sum(one.late_s <= ON_TIME_S for one in closed), len(closed)),
        "entries": str(sum(begin <= one.at < end for one in state.entries)),
        "call_out": _share(answered, sum(len(one.called) for one in tests)),
    }


def _share(n: int, of: int) -> str:
    return f"{n}/{of}" if of else ""
