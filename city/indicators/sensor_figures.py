"""Figures of sensors and sources: devices online (K30), sources in time (K31), time in standard (K34)."""

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from city.clocks.freshness import LATE_AFTER, freshness, measured_as_of
from city.indicators.indicator import Indicator, unknown
from city.state.ledger_state import CityState, Device, LedgerState, SourceState

__all__ = ["NAMED", "good_ages", "sensor_indicators"]

NAMED: Final = 60
"""The most devices without data that a figure lists by name."""
DAY_S: Final = 86_400.0


def sensor_indicators(state: CityState, now: float) -> dict[str, Indicator]:
    """Return K30, K31 and K34 at machine time ``now``. A rate of few devices is a rate: all are counted."""
    ledger = state.ledger
    found = (
        _online(ledger, good_ages(state, now)), _in_time(state.measured.sources.values(), now),
        _in_standard(ledger, ledger.clock.at(now)),
    )  # fmt: skip
    return {one.id: one for one in found}


def good_ages(state: CityState, now: float) -> dict[str, float]:
    """Return device → age of its newest good value (machine seconds); of several metrics the newest counts.

    A device that is not in it never sent a good value.
    """
    readings = state.measured.readings
    number = len(readings)
    if not number:
        return {}
    as_of = measured_as_of(
        readings.column("good_at")[:number], readings.column("good_received")[:number], state.ledger.clock
    )
    devices = readings.column("device")[:number]
    ages: dict[str, float] = {}
    for row in np.flatnonzero(np.isfinite(as_of)).tolist():
        age, device = now - float(as_of[row]), devices[row]
        if age < ages.get(device, math.inf):
            ages[device] = age
    return ages


def _online(ledger: LedgerState, ages: dict[str, float]) -> Indicator:
    classes: dict[str, list[int]] = {}
    grey: list[Device] = []
    never = maintained = 0
    for device in list(ledger.devices.values()):
        if ledger.sensing.is_maintained(device.id):
            maintained += 1
            continue
        counts = classes.setdefault(device.kind, [0, 0])
        counts[1] += 1
        age = ages.get(device.id)
        if age is not None and age <= LATE_AFTER * device.interval_s:
            counts[0] += 1
        else:
            grey.append(device)
            never += age is None
    online, every = (sum(counts[place] for counts in classes.values()) for place in (0, 1))
    if not every:
        return unknown("K30", "percent", "no_devices", maintained=maintained)
    inputs = {f"device_class.{kind}": _percent(*counts) for kind, counts in sorted(classes.items())}
    names = [device.name or device.id for device in grey[:NAMED]]
    return Indicator(
        "K30", _percent(online, every), "percent", online, every,
        {**inputs, "never": never, "maintained": maintained}, "formula.K30", "", tuple(names), len(grey),
    )  # fmt: skip


def _in_time(sources: Iterable[SourceState], now: float) -> Indicator:
    every = sorted(sources, key=lambda source: source.name)
    if not every:
        return unknown("K31", "percent", "no_sources")
    states = [freshness(source.heard_at, source.interval_s, now) for source in every]
    inputs = {
        f"{source.name}_s": round(now - source.heard_at, 1) for source in every if source.heard_at is not None
    }
    late, lost = states.count("late"), states.count("lost")
    in_time = len(every) - late - lost
    return Indicator(
        "K31", _percent(in_time, len(every)), "percent", in_time, len(every),
        {"late_sources": late, "lost_sources": lost, **inputs}, "formula.K31",
    )  # fmt: skip


def _in_standard(ledger: LedgerState, city_now: float) -> Indicator:
    """Return K34 of the last 24 hours: only time with good data counts; its share is beside."""
    told = [one for one in list(ledger.sensing.baseline_times) if one.end > city_now - DAY_S]
    inside, good, due = (
        sum(getattr(one, name) for one in told) for name in ("inside_s", "good_s", "due_s")
    )  # fmt: skip
    if not good:
        return unknown("K34", "percent", "no_baseline_time")
    kinds = sorted({one.kind for one in told})
    by_class = {}
    for kind in kinds:
        mine = [one for one in told if one.kind == kind]
        of_class = sum(one.good_s for one in mine)
        if of_class:
            by_class[f"device_class.{kind}"] = _percent(sum(one.inside_s for one in mine), of_class)
    return Indicator(
        "K34", _percent(inside, good), "percent", round(inside / 60), round(good / 60),
        {"coverage_percent": _percent(good, due), **by_class}, "formula.K34",
    )  # fmt: skip


def _percent(part: float, whole: float) -> float:
    return round(100.0 * part / whole, 1) if whole else 0.0
