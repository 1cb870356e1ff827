"""Figures of an emergency, E01 and E04 – E13 of domain §6.4, and E02, E03 over the same span of time.

They are computed from the ledger alone; what E11 and E10b need of telemetry is given. A share of few is
told here, unlike in peacetime: nine underpasses are all that there are.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from city.clocks.freshness import UNIT_STALE_S, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.sendable_units import COMMITTED, UnitNow, hindrance
from city.duty.shift_times import ShiftTimes
from city.indicators.indicator import Indicator, unknown
from city.indicators.linkage_figures import linkage_indicators
from city.indicators.reported_figures import (
    gates,
    number,
    oldest_report,
    outages,
    part,
    pumps,
    relocated,
    shelters_figures,
    trees,
)
from city.response.event_span import counting, counts_from, is_exercise, situation_id
from city.response.local_numbers import WaterLevel
from city.sensing.rules import STUCK
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Task
from city.state.response_records import CITY, Activation, Figure, ReportRound

__all__ = ["emergency_indicators", "response_span", "units_by_kind"]

CLOSED_S: Final = 600.0
"""An underpass is closed in time so long after the depth limit was reached (E06)."""
HOUR: Final = 3600.0
LEADERS: Final = frozenset({"rotating_leader", "duty_leader", "commander"})
NAMED: Final = 12
DEPTH: Final = "road_depth_cm"
OPEN_ALARM: Final = ("active", "acked")


def response_span(state: LedgerState, now: float, *, exercise: bool = False) -> tuple[float, float] | None:
    """Return begin and end of the response that runs or ended last; None: there was none."""
    own = [
        one for one in state.responses.values()
        if one.activations and one.jurisdiction != CITY and is_exercise(one.id) == exercise
    ]  # fmt: skip
    if not own:
        return None
    newest = max(own, key=lambda one: (one.active is not None, one.activations[-1].activated_at))
    begins = newest.activations[-1].activated_at
    for one in reversed(newest.activations[:-1]):
        if one.state == "ended":
            break
        begins = one.activated_at
    ended = newest.activations[-1].ended_at
    return begins, now if ended is None or newest.active is not None else min(ended, now)


def emergency_indicators(
    state: LedgerState, rules: DecisionRules, span: tuple[float, float], *, now: float,
    exercise: bool = False, units: Mapping[str, tuple[int, int]] | None = None,
    levels: Iterable[WaterLevel] = (),
) -> list[Indicator]:  # fmt: skip
    """Return E01 – E13 by their ids for a response in a span [begin, end] of city time.

    ``now`` is city time; ``exercise``: of an exercise. ``units`` is kind → committed and free ones, None =
    not known; ``levels`` are the live water levels. What is reported is told as it was last.
    """
    since = counts_from(state, exercise=exercise)

    def figures(holder: str) -> dict[str, Figure]:
        return counting(state, situation_id(holder, exercise=exercise), since)

    streets = {street: figures(street) for street in rules.streets}
    agencies = [figures(agency) for agency in rules.agencies]
    oldest = oldest_report(state, streets, exercise=exercise)
    found = [
        _started(state, span, exercise=exercise),
        *linkage_indicators(state, span, now=now, exercise=exercise).values(),
        relocated(streets, oldest, now), *_reports(state, span, now, exercise=exercise),
        _closed(state, span, now), _flooded(state, span, now), trees(agencies), *outages(agencies),
        pumps(agencies), gates(agencies), _rivers(rules, levels), _units(units),
        *shelters_figures(rules, streets), _orders(state, rules, span, exercise=exercise),
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.id)


def units_by_kind(state: CityState, now: float | None = None) -> dict[str, tuple[int, int]]:
    """Return kind of unit → committed and free ones at machine time ``now``; a lost unit is neither.

    Without ``now`` every unit is as it told last: a report looks back.
    """
    columns = (state.measured.units.column(name) for name in ("kind", "state"))
    units, found = state.measured.units, dict[str, tuple[int, int]]()
    as_of = measured_as_of(units.column("at"), units.column("received"), state.ledger.clock)
    known = as_of >= (-math.inf if now is None else now - UNIT_STALE_S)
    for kind, at_work, is_known in zip(*columns, known, strict=True):
        busy, free = found.get(str(kind), (0, 0))
        unit = UnitNow(str(kind), str(at_work), lost=not is_known)
        is_free = not hindrance(unit, frozenset({str(kind)}))
        found[str(kind)] = (busy + bool(is_known and str(at_work) in COMMITTED), free + is_free)
    return found


def _started(state: LedgerState, span: tuple[float, float], *, exercise: bool) -> Indicator:
    """E01: from when we had the warning to the level that rests on it; the newest level, each one as input.

    A level that is lowered does not begin anything.
    """
    began: list[tuple[float, int, float]] = []
    for response in state.responses.values():
        if response.jurisdiction == CITY or is_exercise(response.id) != exercise:
            continue
        before = 0
        for one in response.activations:
            had = _received(state, one)
            if one.rank > before and had is not None and span[0] <= one.activated_at <= span[1]:
                began.append((one.activated_at, one.rank, round(one.activated_at - had, 1)))
            before = 0 if one.state == "ended" else one.rank
    if not began:
        return unknown("E01", "seconds", "no_warning")
    began.sort()
    took = {f"rank_{rank}_s": took_s for _, rank, took_s in began}
    return Indicator("E01", began[-1][2], "seconds", len(began), len(began), took, "formula.E01")


def _received(state: LedgerState, activation: Activation) -> float | None:
    """Return when we had the newest warning that a level rests on; None: it rests on none."""
    told = state.warnings_received
    return max((told[key] for key in activation.basis.warnings if key in told), default=None)


def _reports(
    state: LedgerState, span: tuple[float, float], now: float, *, exercise: bool
) -> list[Indicator]:  # fmt: skip
    """E05: reports on time of those due, in the newest round that is due; E05b in all rounds of the span.

    A round that a change of the level ended before it was due asked for nothing.
    """
    rounds = [
        one for one in state.report_rounds.values()
        if one.is_exercise == exercise and span[0] <= one.opened_at <= span[1] and one.due_at <= now
        and (one.ended_at is None or one.ended_at >= one.due_at)
    ]  # fmt: skip
    if not rounds:
        return [unknown(key, "percent", "no_round") for key in ("E05", "E05b")]
    newest = max(reversed(rounds), key=lambda one: one.due_at)  # of two that are due at once the last opened
    missing = [one for one in newest.holders if one not in newest.reports]
    this = part("E05", _timely(newest), len(newest.holders), late=_late(newest), missing=len(missing))
    named = Indicator(
        **{name: getattr(this, name) for name in this.__struct_fields__}
        | {"names": tuple(missing[:NAMED]), "named": len(missing)}
    )
    due = sum(len(one.holders) for one in rounds)
    every = part(
        "E05b", sum(map(_timely, rounds)), due, rounds=len(rounds), late=sum(map(_late, rounds)),
        missing=due - sum(len(one.reports) for one in rounds),
    )  # fmt: skip
    return [named, every]


def _timely(asked: ReportRound) -> int:
    return sum(one.late_s == 0 for one in asked.reports.values())


def _late(asked: ReportRound) -> int:
    return sum(one.late_s > 0 for one in asked.reports.values())


def _closed(state: LedgerState, span: tuple[float, float], now: float) -> Indicator:
    """E06: underpasses closed within 10 min of the depth limit; early closures and reopenings beside it."""
    events: list[tuple[float | None, float | None, float | None]] = []
    for one in state.closures.values():
        events += one.past
        if one.limit_at is not None or one.closed_at is not None:
            events.append((one.limit_at, one.closed_at, None))
    begin, end = span
    held = [one for one in events if begin <= (one[0] or one[1] or 0.0) <= end]
    wet = [(limit, closed) for limit, closed, _ in held if limit is not None]
    due = [(limit, closed) for limit, closed in wet if closed is not None or now - limit > CLOSED_S]
    in_time = sum(closed is not None and closed - limit <= CLOSED_S for limit, closed in due)
    early = sum(closed is not None and (limit is None or closed < limit) for limit, closed, _ in held)
    reopened = sum(again is not None for *_, again in held)
    return part("E06", in_time, len(due), "no_event", early=early, reopened=reopened)


def _flooded(state: LedgerState, span: tuple[float, float], now: float) -> Indicator:
    """E07: flooded points now; the new and the cleared ones of the last hour, P50 to clear, depth.

    What was flooded before the response and still is counts as flooded now.
    """
    alarms = [
        one for one in state.sensing.alarms.values()
        if one.metric == DEPTH and one.threshold != STUCK and one.op != "gap_gt" and one.serial
        and one.state != "suppressed" and one.raised_at <= span[1]
        and (one.raised_at >= span[0] or one.state in OPEN_ALARM)
    ]  # fmt: skip
    if not alarms and not any(device.kind == "road_water_depth" for device in state.devices.values()):
        return unknown("E07", "count", "no_gauge")
    cleared = [one for one in alarms if one.cleared_at is not None and one.state == "cleared"]
    took = [(one.cleared_at or 0.0) - one.raised_at for one in cleared]
    inputs: dict[str, float] = {
        "opened_hour": sum(now - one.raised_at <= HOUR for one in alarms),
        "cleared_hour": sum(now - (one.cleared_at or 0.0) <= HOUR for one in cleared),
    }
    if took:
        inputs["median_s"] = float(np.median(took))
    if alarms:
        inputs["depth_cm"] = max(one.value for one in alarms)
    return number("E07", sum(one.state in OPEN_ALARM for one in alarms), **inputs)


def _rivers(rules: DecisionRules, levels: Iterable[WaterLevel]) -> Indicator:
    """E10b: stations whose level has reached their own line, of those with a live level; each one's level.

    The highest of a station's gauges counts.
    """
    told: dict[str, dict[str, float]] = {}
    for one in levels:
        station = rules.water_lines.of(one.device, one.name)
        if (
            station is None
            or told.get(f"station.{station.station}", {}).get("level_m", -math.inf) >= one.level_m
        ):
            continue
        told[f"station.{station.station}"] = {"level_m": one.level_m, "line_m": station.warning}
    without = len({one.station for one in rules.water_lines.stations}) - len(told)
    if not told:
        return unknown("E10b", "count", "no_level", without=without)
    over = sum(one["level_m"] >= one["line_m"] for one in told.values())
    return Indicator(
        "E10b",
        over,
        "count",
        over,
        len(told),
        {"without": without, **dict(sorted(told.items()))},
        "formula.E10b",
    )


def _units(units: Mapping[str, tuple[int, int]] | None) -> Indicator:
    """E11: committed units of all that could be, by kind."""
    if not units:
        return unknown("E11", "percent", "no_units")
    by_kind = {
        f"unit.{kind}": {"committed": float(busy), "free": float(free)}
        for kind, (busy, free) in sorted(units.items())
    }
    committed, free = (sum(one[place] for one in units.values()) for place in (0, 1))
    return part("E11", committed, committed + free, "no_units", **by_kind)


def _orders(
    state: LedgerState, rules: DecisionRules, span: tuple[float, float], *, exercise: bool
) -> Indicator:
    """E13: the leaders' orders that are verified of those given, by shift; recorded spoken ones count."""
    numbers = rules.linkage.duty
    times = ShiftTimes(rules.district, numbers.day_starts, numbers.night_starts, rules.zone_offset_s)
    given = [
        one for one in state.tasks.values()
        if span[0] <= one.issued_at <= span[1] and one.is_exercise == exercise and _is_order(one)
    ]  # fmt: skip
    by_shift: dict[str, dict[str, float]] = {}
    for one in given:
        sums = by_shift.setdefault(times.at(one.issued_at).id, {"verified": 0.0, "orders": 0.0})
        sums["verified"] += one.verified is not None
        sums["orders"] += 1
    verified = sum(one.verified is not None for one in given)
    return part("E13", verified, len(given), "no_orders", **by_shift)


def _is_order(task: Task) -> bool:
    """Whether a task is an order of a leader, and not of an officer, a plan or a rule."""
    by_leader = task.ordered.role in LEADERS and task.mode in ("manual", "session")
    return (by_leader or task.mode == "verbal_recorded") and task.state != "cancelled"
