"""The figures of a visiting briefing, in one pass over the cases. It takes longer than a look may."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from city.dispatch.decision_rules import DecisionRules
from city.indicators.compute import indicators
from city.indicators.duty_figures import workstations_of
from city.indicators.repeats import WINDOW_S, recurs, year_before
from city.indicators.tally import COMPLAINTS
from city.state.ledger_state import Case, LedgerState
from city.views.response.briefing_seen import Cell, Curve, Figures, Split
from city.views.response.small_numbers import FEWEST, HIDDEN, cell, rate, split

__all__ = ["DOMAINS", "ORIGINS", "briefing_figures", "months_before"]

DAY_S: Final = 86_400.0
MONTHS: Final = 12
ENOUGH: Final = 3
"""A curve of fewer months is none."""
DOMAINS: Final = ("facility", "maintenance", "environment", "traffic", "safety", "enforcement")
ORIGINS: Final = ("public", "patrol", "sensing", "alarm_lines", "other")
ORIGIN_OF: Final = {
    **dict.fromkeys(COMPLAINTS, "public"),
    **dict.fromkeys(("inspector", "volunteer"), "patrol"),
    **dict.fromkeys(("sensor", "video_ai"), "sensing"),
    **dict.fromkeys(("police_110", "fire_119", "ambulance_120"), "alarm_lines"),
}
RATES: Final = {"closed_in_time": "K08", "handled_in_time": "K06b", "solved": "K15b", "satisfied": "K15c"}
"""Code of a rate → the indicator that it is (``city.indicators``)."""


def briefing_figures(state: LedgerState, rules: DecisionRules, now: float) -> Figures:
    """Return what visitors may be told at a city time ``now`` (epoch seconds)."""
    offset = rules.zone_offset_s
    midnight = now - (now + offset) % DAY_S
    cases = [case for case in list(state.cases.values()) if case.state != "voided"]
    today = [case for case in cases if midnight <= case.at <= now]
    by_origin = split(_counted(ORIGINS, (ORIGIN_OF.get(case.channel, "other") for case in today)))
    by_domain = split(_counted((*DOMAINS, "other"), (_domain(case, rules) for case in today)))
    if by_origin.total.few or by_domain.total.few:  # one total, told in both places or in none
        by_origin = by_domain = Split(HIDDEN)
    found = indicators(state, (now - 7 * DAY_S, now), now=now, zone_offset_s=offset, calendar=rules.calendar)
    return Figures(
        as_of=now,
        network=_network(state, rules),
        by_origin=by_origin,
        by_domain=by_domain,
        flow=(
            ("filed", cell(sum(_within(case.file.filed_at, midnight, now) for case in cases))),
            ("closed", cell(sum(_within(case.file.closed_at, midnight, now) for case in cases))),
        ),
        rates=tuple(
            (code, rate(found[key].numerator, found[key].denominator)) for code, key in RATES.items()
        ),
        curves=(_complaints(cases, now, offset), _recurrence(cases, now, offset)),
        plan=_plan(rules),
    )


def _counted(names: tuple[str, ...], of: Iterable[str]) -> dict[str, int]:
    counted = Counter(of)
    return {name: counted[name] for name in names}


def _domain(case: Case, rules: DecisionRules) -> str:
    category = rules.categories.get(f"{case.kind}:{case.code}")
    return category.domain if category is not None and category.domain in DOMAINS else "other"


def _within(at: float | None, begin: float, end: float) -> bool:
    return at is not None and begin <= at <= end


def _network(state: LedgerState, rules: DecisionRules) -> tuple[tuple[str, Cell], ...]:
    return (
        ("sub_centres", cell(len(rules.streets))),
        ("workstations", cell(workstations_of(state))),
        ("agencies", cell(len(rules.agencies))),
        ("devices", cell(len(state.devices))),
        ("cameras", cell(len(state.cameras))),
    )


def months_before(now: float, offset_s: int) -> tuple[float, ...]:
    """Return the beginnings of the twelve whole months before a city time, and of the present one."""
    local = datetime.fromtimestamp(now + offset_s, UTC)
    number = local.year * 12 + local.month - 1
    return tuple(
        datetime(one // 12, one % 12 + 1, 1, tzinfo=UTC).timestamp() - offset_s
        for one in range(number - MONTHS, number + 1)
    )


def _complaints(cases: list[Case], now: float, offset: int) -> Curve:
    """Complaints by month, and in the same month of the year before (K17)."""
    starts = months_before(now, offset)
    complaints = [case.at for case in cases if case.channel in COMPLAINTS]
    this = _by_month(complaints, starts)
    last = _by_month(complaints, tuple(year_before(at, offset) for at in starts))
    lines = (("last_year", last), ("this_year", this))
    return _curve("complaints", "count", starts, lines if _enough(this) and _enough(last) else ())


def _by_month(times: list[float], starts: tuple[float, ...]) -> tuple[float | None, ...]:
    counts = [sum(begin <= at < end for at in times) for begin, end in pairwise(starts)]
    return tuple(float(n) if n >= FEWEST else None for n in counts)


def _recurrence(cases: list[Case], now: float, offset: int) -> Curve:
    """Percent of a month's closed cases that came back within 30 days and 50 m (K16)."""
    starts = months_before(now, offset)
    found: list[float | None] = []
    for begin, end in pairwise(starts):
        closed = [case for case in cases if _within(case.file.closed_at, begin, end)]
        after = [case for case in cases if begin <= case.at <= end + WINDOW_S] if closed else []
        again = recurs(closed, after)
        found.append(rate(again.met, again.every).value)
    return _curve("recurrence", "percent", starts, (("rate", tuple(found)),) if _enough(found) else ())


def _enough(values: tuple[float | None, ...] | list[float | None]) -> bool:
    return sum(value is not None for value in values) >= ENOUGH


def _curve(
    key: str, unit: str, starts: tuple[float, ...], lines: tuple[tuple[str, tuple[float | None, ...]], ...]
) -> Curve:
    return Curve(key, unit, starts[:-1], lines)


def _plan(rules: DecisionRules) -> tuple[tuple[int, Cell], ...]:
    """Return how many tasks of the plans each level starts, the lowest level first."""
    counts: Counter[int] = Counter()
    for plan in rules.response.plans.values():
        counts.update(task.rank for task in plan.tasks if task.rank > 0)
    return tuple((rank, cell(counts[rank])) for rank in sorted(counts))
