"""Evaluation: folds readings, each at its device time, into deviations that hold (domain §3.6).

Every reading is judged, not the newest of a second. Most are normal: a batch is compared with the limits as
columns, and only readings that deviate, or whose device has something to count, take the slower way.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from city.clocks.city_clock import CityClock
from city.clocks.freshness import LATE_AFTER, LOST_AFTER
from city.clocks.timestamps import parse
from city.sensing.conditions import OUTDOOR, RAIN, Conditions
from city.sensing.rules import STUCK, SensingRules
from city.sensing.series import Series
from city.sensing.tracks import Trip
from city.state.ledger_state import Device
from city.state.sensor_records import alarm_key

__all__ = ["Evaluator"]

LATE_LEAST_S: Final = 120.0
"""A reading is late (补报) when it arrives two intervals after its time, but at least so much (seconds)."""
MOVING: Final = 0.5
"""Share of a class's gauges that must move for one that does not to be doubtful."""
FILLERS: Final = frozenset({-999.0, -999.9, -999.99, -9999.0, -9999.9, -99999.0, -999999.0, -32768.0})

Reading = tuple[float, float, Series, float]
"""Device time, lateness (seconds), its series, value in the metric's unit (NaN = no data)."""


class Evaluator:
    """Judges readings. ``deviating`` are the series with a deviation that holds or held in a late backlog.

    ``devices`` returns the registered devices. A reading of an unregistered device, of an unknown metric or
    of a metric without threshold and baseline is judged by nobody.
    """

    def __init__(self, rules: SensingRules, devices: Callable[[], Mapping[str, Device]]) -> None:
        self.rules = rules
        self.conditions = Conditions(rules)
        self.series: dict[tuple[str, str], Series] = {}
        self.deviating: dict[str, Series] = {}
        self.still: set[tuple[str, str]] = set()
        self._devices = devices

    def find(self, device: str, metric: str) -> Series | None:
        """Return the series of a device's metric, None without a judged reading."""
        return self.series.get((device, metric))

    def take(self, records: Iterable[Mapping[str, Any]], clock: CityClock) -> None:
        """Fold records of the topic ``sensor`` in order of their device time, whatever their order here."""
        devices, received = self._devices(), dict[str, float]()
        readings: list[Reading] = []
        for record in records:
            if record.get("kind") != "reading":
                continue
            try:
                series = self._series(str(record["device"]), str(record["metric"]), devices)
                if series is None:
                    continue
                series.source = record.get("client") or ""
                told = record["received"]
                came = received.get(told)
                if came is None:
                    came = received[told] = clock.at(parse(told))
                at = parse(record["at"])
                readings.append((at, came - at, series, self._value(series, record)))
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
                continue  # the fold of telemetry counts it as refused
        readings.sort(key=lambda one: one[0])
        self._fold(readings)

    def _fold(self, readings: list[Reading]) -> None:
        if not readings:
            return
        values = np.array([one[3] for one in readings])
        low = np.array([one[2].low for one in readings])
        high = np.array([one[2].high for one in readings])
        calm = (values >= low) & (values <= high)
        for is_calm, (at, late, series, value) in zip(calm.tolist(), readings, strict=True):
            if late > max(LATE_AFTER * series.interval_s, LATE_LEAST_S):
                self._backlog(series, at, late, value)
            elif is_calm and series.is_calm and at > series.at:
                series.pass_calm(at, value)
                if series.metric.stuck_s:
                    self._watch_stuck(series)
            elif at > series.at:
                self._judge(series, at, value)

    def _judge(self, series: Series, at: float, value: float) -> None:
        metric = series.metric.code
        if value == value and metric in (OUTDOOR, RAIN):
            self.conditions.measure(metric, series.device.id, at, value)
        series.take(at, value, self.conditions)
        self._watch_stuck(series)
        key = alarm_key(series.device.id, metric)
        if series.trips or series.late is not None:
            self.deviating[key] = series
        else:
            self.deviating.pop(key, None)

    def _backlog(self, series: Series, at: float, late: float, value: float) -> None:
        """Judge a late reading beside the present ones: it raises, and ends nothing."""
        if value == value and series.take_late(at, late, value, self.conditions):
            self.deviating[alarm_key(series.device.id, series.metric.code)] = series

    def _watch_stuck(self, series: Series) -> None:
        if series.metric.stuck_s:
            key = (series.device.id, series.metric.code)
            if series.at - series.changed_at >= series.metric.stuck_s:
                self.still.add(key)
            elif key in self.still:
                self.still.discard(key)
                self._unstick(series)

    def _unstick(self, series: Series) -> None:
        series.trips.pop(STUCK, None)
        if not series.trips and series.late is None:
            self.deviating.pop(alarm_key(series.device.id, series.metric.code), None)

    def look(self, now: float, is_heard: Callable[[Series], bool]) -> None:
        """Look for gauges that are silent too long or do not move; ``now`` is city time.

        ``is_heard``: whether the silence of a series is its own, not that of its whole source.
        """
        for series in self.series.values():
            if series.has_gap_rule and is_heard(series) and series.look_for_gap(now):
                self.deviating[alarm_key(series.device.id, series.metric.code)] = series
        moving = self._moving(now) if self.still else {}
        for key in sorted(self.still):
            series = self.series[key]
            if STUCK not in series.trips and moving.get(_class_of(series), 0.0) >= MOVING:
                since = series.changed_at
                series.trips[STUCK] = Trip(
                    STUCK, (0, False), series.at, since, series.value, None, None, 1
                )  # fmt: skip
                series.is_calm = False
                self.deviating[alarm_key(*key)] = series

    def _moving(self, now: float) -> dict[tuple[str, str], float]:
        """Return per class and metric the share of the gauges heard that moved in the time of ``stuck_s``.

        The gauge in question stands still, so it is left out of the whole. One look at each series.
        """
        counts: dict[tuple[str, str], list[int]] = {}
        for series in self.series.values():
            if series.metric.stuck_s and now - series.at <= LOST_AFTER * series.interval_s:
                found = counts.setdefault(_class_of(series), [0, 0])
                found[0] += series.at - series.changed_at < series.metric.stuck_s
                found[1] += 1
        return {key: moves / (every - 1) for key, (moves, every) in counts.items() if every > 1}

    def _series(self, device_id: str, metric: str, devices: Mapping[str, Device]) -> Series | None:
        device = devices.get(device_id)
        if device is None:
            return None
        held = self.series.get((device_id, metric))
        if held is not None and held.device is device:
            return held
        known = self.rules.metrics.get(metric)
        if known is None:
            return None
        if held is not None:
            held.settle(device, self.rules)
            return held
        made = self.series[device_id, metric] = Series(device, known, self.rules)
        return made

    @staticmethod
    def _value(series: Series, record: Mapping[str, Any]) -> float:
        """Return the value in the metric's unit; NaN for one that is bad, doubtful, or cannot be measured."""
        value = record["value"]
        if (record.get("quality") or "good") != "good" or value in FILLERS:
            return float("nan")
        return series.in_unit(float(value), str(record.get("unit") or ""))


def _class_of(series: Series) -> tuple[str, str]:
    return series.device.kind, series.metric.code
