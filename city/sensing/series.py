"""Series: one device's metric: its newest reading, its tracks, and the time inside its baseline."""

import math
from typing import Final

from city.clocks.freshness import LATE_AFTER, LOST_AFTER
from city.sensing.conditions import OUTDOOR, RAIN, Conditions
from city.sensing.rules import STUCK, Metric, SensingRules, Threshold, factor_of
from city.sensing.tracks import Limits, Track, Trip
from city.state.ledger_state import Device

__all__ = ["Series", "limits_of"]

NAN: Final = float("nan")
UNKNOWN: Final[Limits] = (NAN, NAN)
"""The limits of a baseline whose condition is unknown: no value is judged by them."""


class Series:
    """One device's metric. ``trips`` are the deviations that hold now, ``late`` one of a late backlog.

    ``low`` … ``high`` are values that no threshold can be tripped by and that end every deviation, as long as
    the series ``is_calm``: nothing is being counted.
    """

    def __init__(self, device: Device, metric: Metric, rules: SensingRules) -> None:
        self.metric = metric
        self.source = ""
        self.at = -math.inf
        self.value = NAN
        self.changed_at = math.inf
        self.has_moved = False
        self.good_at = -math.inf
        self.is_inside = False
        self.is_judged = False
        self.inside_s = self.good_s = 0.0
        self.trips: dict[str, Trip] = {}
        self.late: Trip | None = None
        self.late_at = -math.inf
        self._least = 0.5 * 10.0**-metric.precision
        self.settle(device, rules)

    def settle(self, device: Device, rules: SensingRules) -> None:
        """Take over a (new) registration of the device: its class, street and interval decide what counts."""
        self.device = device
        self.interval_s = device.interval_s
        self.thresholds = tuple(
            one for one in rules.thresholds_of(device, self.metric.code) if one.action != "show"
        )
        self.bands = rules.bands_of(device, self.metric.code)
        self.has_gap_rule = any(one.op == "gap_gt" for one in self.thresholds)
        self._tracks = {one.id: Track() for one in self.thresholds if one.op != "gap_gt"}
        self._backlog = {one.id: Track() for one in self.thresholds if one.op != "gap_gt"}
        self.trips.clear()
        self.low, self.high = self._calm_limits()
        self.is_calm = False

    def _calm_limits(self) -> Limits:
        """Return between which values nothing has to be counted; (NaN, NaN): every reading is judged."""
        low, high = self.metric.valid_min, self.metric.valid_max
        if self.bands or self.metric.code in (OUTDOOR, RAIN):
            return UNKNOWN  # the limits depend on conditions, or the value is one
        for one in self.thresholds:
            if one.op == "gap_gt":
                continue
            if one.op == "rate_gt" or one.is_baseline:
                return UNKNOWN
            lower, upper = limits_of(one, None)
            if one.op == "outside":
                lower = None if lower is None else lower + (one.clear or 0.0)
                upper = None if upper is None else upper - (one.clear or 0.0)
            elif one.clear is not None:
                lower, upper = (one.clear, None) if one.op == "lt" else (None, one.clear)
            low = low if lower is None else max(low, lower)
            high = high if upper is None else min(high, upper)
        return low, high

    def in_unit(self, value: float, unit: str) -> float:
        """Return a value in the metric's unit; NaN for another quantity or an impossible one."""
        metric = self.metric
        factor = 1.0 if unit == metric.unit else factor_of(unit, metric.unit)
        if factor is None:
            return NAN
        told = value * factor
        return told if metric.valid_min <= told <= metric.valid_max else NAN

    def pass_calm(self, at: float, value: float) -> None:
        """Take a reading that changes no count."""
        if self.changed_at == math.inf:
            self.changed_at = at
        elif abs(value - self.value) >= self._least:
            self.changed_at, self.has_moved = at, True
        self.at = self.good_at = at
        self.value = value

    def take(self, at: float, value: float, conditions: Conditions) -> None:
        """Judge a reading that is newer than the last; NaN is no data: it counts for and against nothing."""
        if at - self.at > LOST_AFTER * self.interval_s:
            for track in self._tracks.values():
                track.forget()
        self._count_time(at)
        if value != value:
            self.at, self.is_judged = at, False
            return
        self.pass_calm(at, value)
        band = conditions.band(self.bands, at) if self.bands else None
        self.is_judged = band is not None
        if band is not None:
            low, high = band.low, band.high
            self.is_inside = (low is None or value >= low) and (high is None or value <= high)
        is_calm = True
        for rule in self.thresholds:
            if rule.op == "gap_gt":
                self.trips.pop(rule.id, None)
                continue
            limits = (band.low, band.high) if rule.is_baseline and band else limits_of(rule, UNKNOWN)
            track = self._tracks[rule.id]
            if limits is not UNKNOWN:
                track.take(rule, at, value, limits)
            if track.trip is not None:
                self.trips[rule.id] = track.trip
            else:
                self.trips.pop(rule.id, None)
            is_calm &= track.trip is None and track.bad_n == 0 and track.good_n >= rule.hold_count
        self.is_calm = is_calm and not self.trips

    def take_late(self, at: float, late_s: float, value: float, conditions: Conditions) -> bool:
        """Judge a reading of a late backlog; return whether it makes a deviation hold. It ends nothing."""
        if at <= self.late_at:
            return False
        if at - self.late_at > LOST_AFTER * self.interval_s:
            for track in self._backlog.values():
                track.forget()
        self.late_at = at
        band = conditions.band(self.bands, at) if self.bands else None
        for rule in self.thresholds:
            past = self._backlog.get(rule.id)
            limits = (band.low, band.high) if rule.is_baseline and band else limits_of(rule, UNKNOWN)
            if past is None or limits is UNKNOWN:
                continue
            before = past.trip
            past.take(rule, at, value, limits)
            if past.trip is not None and past.trip is not before:
                past.trip.late_s = late_s
                if self.late is None or past.trip.rank >= self.late.rank:
                    self.late = past.trip
        return self.late is not None

    def look_for_gap(self, now: float) -> bool:
        """Note a silence that is longer than a threshold allows; return whether there is one.

        A series that has told nothing yet but a late backlog is not silent: nobody knows since when.
        """
        found = False
        if self.at == -math.inf:
            return found
        for rule in self.thresholds:
            if rule.op == "gap_gt" and rule.value is not None and now - self.at > rule.value:
                found = True
                if rule.id not in self.trips:
                    self.trips[rule.id] = Trip(
                        rule.id, rule.rank, now, self.at, now - self.at, None, rule.value, 1
                    )  # fmt: skip
                    self.is_calm = False
        return found

    def is_over(self, threshold: str) -> bool:
        """Whether the deviation by a threshold is over: enough readings are back inside, and none deviates.

        After a restart the count begins anew, so that an alarm ends only by readings that were judged.
        """
        if any(trip.rank[0] > 0 or id_ == threshold for id_, trip in self.trips.items()):
            return False
        if threshold == STUCK:
            return self.has_moved
        track, rule = self._tracks.get(threshold), next(
            (one for one in self.thresholds if one.id == threshold), None
        )  # fmt: skip
        if track is None or rule is None:  # a silence, or a row that was removed
            return self.good_at > -math.inf
        return track.good_n >= rule.hold_count

    def worst(self) -> Trip | None:
        """Return the worst deviation that holds, None for none."""
        return max(self.trips.values(), key=lambda trip: trip.rank, default=None)

    def _count_time(self, at: float) -> None:
        """Count the time since the last reading, at most two intervals: its value held so long."""
        if self.is_judged:
            held = min(at - self.at, LATE_AFTER * self.interval_s)
            self.good_s += held
            self.inside_s += held * self.is_inside


def limits_of(rule: Threshold, baseline: Limits | None) -> Limits:
    """Return the limits of a threshold, ``baseline`` for one whose limits are the baseline's."""
    if rule.op == "lt":
        return rule.value, None
    if rule.op in ("gt", "rate_gt"):
        return None, rule.value
    if rule.is_baseline:
        return baseline if baseline is not None else UNKNOWN
    return rule.value, rule.upper
