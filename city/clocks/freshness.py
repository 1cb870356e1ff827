"""Freshness: whether a value is live, late or lost by its age."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from city.clocks.city_clock import CityClock

__all__ = [
    "LATE_AFTER", "LOST_AFTER", "STEP_LATE_S", "UNIT_STALE_S", "Freshness", "freshness", "lost_mask",
    "measured_as_of",
]  # fmt: skip

Freshness = Literal["live", "late", "lost"]

UNIT_STALE_S = 120.0
"""A unit's position older than this (seconds) is lost (domain §3.8, pos_stale_after_s)."""

STEP_LATE_S = 5.0
"""An automatic step that is executed more city seconds after its due time is marked as late (晚)."""

LATE_AFTER = 2.0
LOST_AFTER = 5.0
"""In expected intervals (domain K31): late after two, lost after five."""


def freshness(as_of: float | None, limit: float, now: float) -> Freshness:
    """Return whether a value last received at ``as_of`` is live, late or lost at ``now``.

    ``limit`` is the expected interval in seconds; times are machine epoch seconds.
    Never received (None) is lost. A time in the future counts as now.
    """
    if as_of is None:
        return "lost"
    age = now - as_of
    if age <= LATE_AFTER * limit:
        return "live"
    return "late" if age <= LOST_AFTER * limit else "lost"


def measured_as_of(
    at: npt.NDArray[np.float64], received: npt.NDArray[np.float64], clock: CityClock
) -> npt.NDArray[np.float64]:
    """Return the machine times (epoch seconds) of measurements: the earlier of measured and received.

    ``at`` is when they were measured (city time), ``received`` when they arrived (machine time). The delay
    between the two counts as age; it is converted to machine seconds by the city clock's rate. A measurement
    from the future counts from its arrival. NaN in either gives NaN.
    """
    came = clock.city0 + (received - clock.machine0) * clock.rate
    late = np.maximum(came - at, 0.0)
    # A stopped clock has no rate to convert the delay: it is used unconverted.
    return received - late / (clock.rate or 1.0)


def lost_mask(
    as_of: npt.NDArray[np.float64], limit: npt.NDArray[np.float64], now: float
) -> npt.NDArray[np.bool_]:
    """Return which rows of times and intervals (seconds) are lost; NaN (never received) is lost."""
    return ~(now - as_of <= LOST_AFTER * limit)
