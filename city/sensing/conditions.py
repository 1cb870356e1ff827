"""Conditions by which baselines differ: outdoor temperature and rain as measured, hour and season by date."""

from bisect import bisect_right
from statistics import median
from typing import Final

from city.sensing.rules import Band, SensingRules

__all__ = ["OUTDOOR", "RAIN", "Conditions"]

OUTDOOR: Final = "outdoor_temp_c"
"""Metric whose readings tell the outdoor temperature of the district (°C)."""
RAIN: Final = "rain_mmh"
"""Metric whose readings tell whether it rains (mm/h)."""
WET_MMH: Final = 0.1
KNOWN_S: Final = 3 * 3600.0
"""A condition measured longer ago is unknown: then a baseline that depends on it judges nothing."""
FRESH_S: Final = 3600.0
STEP_S: Final = 60.0
KEPT: Final = 4096


class _History:
    """Values of one condition over device time, so that a late reading meets the condition of its time."""

    def __init__(self) -> None:
        self._at: list[float] = []
        self._values: list[float] = []

    def add(self, at: float, value: float) -> None:
        if self._at and at < self._at[-1] + STEP_S:
            if at >= self._at[-1]:
                self._values[-1] = value
            return
        self._at.append(at)
        self._values.append(value)
        if len(self._at) > KEPT:
            del self._at[: KEPT // 2], self._values[: KEPT // 2]

    def value(self, at: float) -> float | None:
        place = bisect_right(self._at, at + STEP_S) - 1
        if place < 0 or at - self._at[place] > KNOWN_S:
            return None
        return self._values[place]

    def since(self, wanted: float, at: float) -> float | None:
        """Return since when the value is ``wanted`` at a time, None when it is not or is unknown."""
        if self.value(at) != wanted:
            return None
        place = bisect_right(self._at, at + STEP_S) - 1
        while place > 0 and self._values[place - 1] == wanted:
            place -= 1
        return self._at[place]


class Conditions:
    """The district's conditions: the median outdoor temperature, and whether any gauge measures rain."""

    def __init__(self, rules: SensingRules) -> None:
        self._rules = rules
        self._newest: dict[str, dict[str, tuple[float, float]]] = {OUTDOOR: {}, RAIN: {}}
        self._history = {OUTDOOR: _History(), RAIN: _History()}

    def measure(self, metric: str, device: str, at: float, value: float) -> None:
        """Take a good reading of a metric that is a condition; others change nothing."""
        newest = self._newest.get(metric)
        if newest is None or at < newest.get(device, (at, 0.0))[0]:
            return
        newest[device] = (at, value)
        fresh = [one for when, one in newest.values() if at - when <= FRESH_S]
        told = median(fresh) if metric == OUTDOOR else float(max(fresh) > WET_MMH)
        self._history[metric].add(at, told)

    def value(self, kind: str, at: float) -> float | None:
        """Return the value of a band kind's condition at a device time, None when it is unknown."""
        if kind == "none":
            return 0.0
        if kind == "hour_of_day":
            return self._rules.local_hour(at)
        if kind == "season":
            return float(self._rules.local_month(at))
        return self._history[OUTDOOR if kind == "outdoor_temp" else RAIN].value(at)

    def band(self, bands: tuple[Band, ...], at: float) -> Band | None:
        """Return the band that counts at a device time, None when the condition is unknown or in no band."""
        for band in bands:
            value = self.value(band.kind, at)
            if value is not None and (band.kind == "none" or band.holds(value)):
                return band
        return None

    def dry_since(self, at: float) -> float | None:
        """Return since when no gauge measures rain, None while it rains or is not known."""
        return self._history[RAIN].since(0.0, at)
