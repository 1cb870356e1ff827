"""The last hour of some metrics, gauge by gauge: what fell, and how a level changed.

A window of samples is bounded: one per minute and gauge. Times are city epoch seconds. What no sample tells
is not known, and never zero.
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = [
    "HOUR_S", "KEPT_METRICS", "LEVEL", "NOTHING", "RAIN_RATE", "HourSeen", "LastHour", "change", "rain",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

RAIN_RATE: Final = "rain_mmh"
"""Metric of the rain rate, mm/h."""
LEVEL: Final = "level_m"
"""Metric of a water level, metres in the gauge's own datum."""
KEPT_METRICS: Final = frozenset({RAIN_RATE, LEVEL})
HOUR_S: Final = 3600.0
HELD: Final = 2.0
"""A sample counts until the next one, at most so many intervals: then its gauge is late, and nobody knows."""
_SLOTS: Final = 64
_SLOT_S: Final = 60.0
_NEAR_S: Final = 600.0
_EARLY_S: Final = 60.0
"""A clock may be ahead by this; a sample from further in the future counts as none."""


class HourSeen(msgspec.Struct, frozen=True, eq=False):
    """The samples: ``rows`` are row numbers of the readings, ``at`` and ``value`` have one row per gauge."""

    rows: npt.NDArray[np.intp]
    at: Floats
    value: Floats

    def of(self, rows: npt.NDArray[np.intp]) -> "HourSeen":
        """Return the part for some rows of the readings, in rising order, numbered by their place in it."""
        own = np.flatnonzero(np.isin(self.rows, rows))
        return HourSeen(np.searchsorted(rows, self.rows[own]), self.at[own], self.value[own])


NOTHING: Final = HourSeen(np.zeros(0, dtype=np.intp), np.zeros((0, _SLOTS)), np.zeros((0, _SLOTS)))


class LastHour:
    """The samples of the kept metrics, one slot per minute; a newer sample takes the slot of an older one."""

    def __init__(self) -> None:
        self._own: dict[int, int] = {}
        self._rows = np.zeros(64, dtype=np.intp)
        self._at = np.full((64, _SLOTS), np.nan)
        self._value = np.full((64, _SLOTS), np.nan)

    def add(self, row: int, at: float, value: float) -> None:
        """Take a sample of a row of the readings; the order in which samples come does not matter."""
        own = self._own.get(row)
        if own is None:
            own = self._own[row] = len(self._own)
            if own == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
                self._at = np.concatenate([self._at, np.full_like(self._at, np.nan)])
                self._value = np.concatenate([self._value, np.full_like(self._value, np.nan)])
            self._rows[own] = row
        slot = int(at // _SLOT_S) % _SLOTS
        if not self._at[own, slot] > at:
            self._at[own, slot], self._value[own, slot] = at, value

    def seen(self) -> HourSeen:
        """Return the samples; they are not copied."""
        count = len(self._own)
        return HourSeen(self._rows[:count], self._at[:count], self._value[:count])


def rain(hour: HourSeen, interval_s: Floats, now: float) -> tuple[Floats, Floats]:
    """Return what fell in the hour before ``now`` (mm), and which share of the hour is known (0 … 1).

    ``interval_s`` is that of each row of ``hour``, whose values are rates in mm/h. Each rate counts until the
    next sample. The mm are those of the known share.
    """
    at, value = _in_order(hour, now)
    begin = np.clip(at, now - HOUR_S, now)
    after = np.concatenate([at[:, 1:], np.full((len(at), 1), np.inf)], axis=1)
    until = np.fmin(after, at + HELD * interval_s[:, None])
    end = np.minimum(until, now)
    held = np.nan_to_num(np.maximum(end - begin, 0.0))
    return np.nansum(np.nan_to_num(value) * held, axis=1) / HOUR_S, held.sum(axis=1) / HOUR_S


def change(hour: HourSeen, now: float) -> Floats:
    """Return by how much the newest value differs from that of an hour before ``now``; NaN = not known.

    The sample nearest to that moment counts, if it is within ten minutes of it.
    """
    at, value = _in_order(hour, now)
    if not at.size:
        return np.zeros(0)
    everything = np.arange(len(at))
    off = np.nan_to_num(np.abs(at - (now - HOUR_S)), nan=np.inf)
    then = off.argmin(axis=1)
    newest = np.maximum(np.isfinite(at).sum(axis=1) - 1, 0)
    found = value[everything, newest] - value[everything, then]
    return np.where((off[everything, then] <= _NEAR_S) & (then != newest), found, np.nan)


def _in_order(hour: HourSeen, now: float) -> tuple[Floats, Floats]:
    """Return times and values of each gauge in order of time; missing ones are NaN and come last."""
    at = np.where(hour.at <= now + _EARLY_S, hour.at, np.nan)
    order = np.argsort(at, axis=1)
    return np.take_along_axis(at, order, axis=1), np.take_along_axis(hour.value, order, axis=1)
