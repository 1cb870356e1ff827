"""Tracks: one threshold of one device's metric, judged reading by reading (hold, hysteresis, rise)."""

import math
from collections import deque

import msgspec

from city.sensing.rules import Threshold

__all__ = ["Limits", "Track", "Trip"]

Limits = tuple[float | None, float | None]


class Trip(msgspec.Struct):
    """A deviation that has held: which threshold, since when, and what was seen. ``late_s``: 补报."""

    threshold: str
    rank: tuple[int, bool]
    at: float
    first_at: float
    value: float
    low: float | None
    high: float | None
    n: int
    late_s: float = 0.0


class Track:
    """Counts consecutive readings that deviate or are back; ``trip`` is set while the deviation holds."""

    __slots__ = ("bad_n", "bad_since", "good_n", "trip", "window", "worst")

    def __init__(self) -> None:
        self.bad_n = 0
        self.bad_since = 0.0
        self.good_n = 0
        self.worst = 0.0
        self.trip: Trip | None = None
        self.window: deque[tuple[float, float]] | None = None

    def forget(self) -> None:
        """Begin to count anew, after a gap: readings before it and after it do not follow each other."""
        self.bad_n = self.good_n = 0
        self.window = None

    def take(self, rule: Threshold, at: float, value: float, limits: Limits) -> None:
        """Judge a reading of ``value`` at device time ``at`` against the limits in force."""
        low, high = limits
        shown = self._rise(rule, at, value) if rule.op == "rate_gt" else value
        if (low is not None and shown < low) or (high is not None and shown > high):
            self.good_n = 0
            if self.bad_n == 0:
                self.bad_since = at
            self.bad_n += 1
            if self.trip is not None:
                self.trip.n += 1
            elif self.bad_n >= rule.hold_count and at - self.bad_since >= rule.hold_s:
                self.trip = Trip(rule.id, rule.rank, at, self.bad_since, value, low, high, self.bad_n)
        elif _is_back(rule, shown, low, high):
            self.bad_n = 0
            self.good_n += 1
            if self.trip is not None and self.good_n >= rule.hold_count:
                self.trip = None
        else:
            self.bad_n = self.good_n = 0

    def _rise(self, rule: Threshold, at: float, value: float) -> float:
        if self.window is None:
            self.window = deque()
        window = self.window
        window.append((at, value))
        while window[0][0] < at - rule.window_s:
            window.popleft()
        return value - min(one for _, one in window)


def _is_back(rule: Threshold, shown: float, low: float | None, high: float | None) -> bool:
    """Whether a value that does not deviate is far enough inside to end a deviation (hysteresis)."""
    clear = rule.clear
    if clear is None:
        return True
    if rule.op == "outside":
        return shown >= (-math.inf if low is None else low + clear) and shown <= (
            math.inf if high is None else high - clear
        )
    return shown >= clear if rule.op == "lt" else shown <= clear
