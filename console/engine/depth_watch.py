"""Watches the depth gauges of underpasses: a rise suggests a closure, the depth limit closes by the rule."""

from collections import deque
from collections.abc import Iterator
from typing import Final

import numpy as np

from city.clocks.freshness import lost_mask, measured_as_of
from city.clocks.timestamps import iso
from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.linkage.gauges import GAUGE_KIND, Depth, is_underpass_gauge, noted_state
from city.state.ledger_state import CityState
from city.state.linkage_records import Closure

__all__ = ["DepthWatch"]

CM: Final = {"cm": 1.0, "厘米": 1.0, "m": 100.0, "米": 100.0, "mm": 0.1, "毫米": 0.1}
"""Unit of a reading → centimetres; a reading in another unit is no depth."""


class DepthWatch:
    """Keeps the readings of the last minutes of each underpass gauge.

    They are in this process's memory: after a restart a rise is seen from its second reading on; the depth
    limit is seen at once.
    """

    def __init__(self) -> None:
        self._readings: dict[str, deque[tuple[float, float]]] = {}
        """Device → (time measured, depth in cm) of the newest readings, oldest first."""

    def __call__(self, state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
        """Yield what is to be noted of each gauge, and the closures that are due by the rule."""
        readings, ledger, numbers = state.measured.readings, state.ledger, rules.linkage.numbers
        rows = np.flatnonzero(readings.column("kind") == GAUGE_KIND)
        at, received = readings.column("at")[rows], readings.column("received")[rows]
        lost = lost_mask(
            measured_as_of(at, received, ledger.clock), readings.column("interval")[rows], now.machine
        )
        for row, measured, silent in zip(rows, at, lost, strict=True):
            device = ledger.devices.get(readings.column("device")[row])
            scale = CM.get(readings.column("unit")[row])
            if device is None or scale is None or not is_underpass_gauge(device):
                continue
            metric = readings.column("metric")[row]
            if readings.column("quality")[row] == "bad" or _is_muted(state, device.id, metric, now):
                continue
            depth = float(readings.column("value")[row]) * scale
            seen = self._seen(device.id, float(measured), depth, numbers.rise_window_s, silent=bool(silent))
            closure = ledger.closures.get(device.id)
            noted = noted_state(closure, seen, numbers)
            if noted is not None:
                yield _note(device.id, closure, seen, noted[0], float(measured), now)
            elif closure is not None and numbers.closes_by_rule and _waits_for_the_rule(closure):
                yield SubjectStep(
                    f"device:{device.id}", closure.version, "close_underpass", "closed_by_rule", now.city,
                    int(closure.limit_at or 0), {"text": None},
                )  # fmt: skip

    def _seen(self, device: str, at: float, depth: float, window_s: float, *, silent: bool) -> Depth:
        """Return a gauge's depth and its rise since the lowest reading of the window."""
        known = self._readings.setdefault(device, deque())
        if not known or at > known[-1][0]:
            known.append((at, depth))
        while known[0][0] < at - window_s:
            known.popleft()
        lowest_at, lowest = min(known, key=lambda one: (one[1], -one[0]))
        minutes = (at - lowest_at) / 60
        if minutes <= 0:  # it has never been lower: the fall since the window's first reading
            first_at, first = known[0]
            lowest, minutes = first, (at - first_at) / 60
        rise = depth - lowest
        return Depth(depth, rise, rise / minutes if minutes > 0 else 0.0, silent)


def _is_muted(state: CityState, device: str, metric: str, now: Now) -> bool:
    """Whether nothing follows from a gauge: it is in maintenance, or an officer suspects a fault (M12)."""
    sensing = state.ledger.sensing
    return sensing.is_maintained(device) or sensing.is_suspected(device, metric, now.city)


def _waits_for_the_rule(closure: Closure) -> bool:
    """Whether the limit was reached and nobody has pressed."""
    return closure.state == "suggested" and closure.limit_at is not None


def _note(
    device: str, closure: Closure | None, seen: Depth, why: str, measured: float, now: Now
) -> SubjectStep:
    args = {
        "depth_cm": round(seen.depth_cm, 2), "rise_cm_min": round(seen.rise_cm_min, 3), "at": iso(measured),
        "why": why,
    }  # fmt: skip
    version = closure.version if closure else 0
    # One reading may be noted once as what it shows and once when the gauge falls silent after it.
    return SubjectStep(f"device:{device}", version, "note_depth", why, now.city, int(measured), args)
