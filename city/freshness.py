"""Freshness: how old a thing may be before it must say so."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from city.clock import CityClock

__all__ = [
    "LATE_AFTER", "LOST_AFTER", "UNIT_STALE_S", "Freshness", "freshness", "lost_mask", "measured_as_of",
]  # fmt: skip

Freshness = Literal["live", "late", "lost"]

UNIT_STALE_S = 120.0
"""A position older than this is not where the unit is (domain §3.8, pos_stale_after_s)."""

LATE_AFTER = 2.0
LOST_AFTER = 5.0
"""In expected intervals (domain K31): late beyond two, lost beyond five."""


def freshness(as_of: float | None, limit: float, now: float) -> Freshness:
    """Say whether what was last heard at ``as_of`` is live, late or lost at ``now``.

    ``limit`` is the expected interval in seconds; all moments are machine epoch seconds.
    Never heard (None) is lost. A moment in the future counts as now.
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
    """Return the machine moments (epoch seconds) that measurements are from: the age is the older of the two.

    ``at`` is when they were measured (city time), ``received`` when they came (machine time). What was old
    when it came stays so much older, whatever minute it was sent; what claims to be from the future counts
    from when it came. A city clock that runs at a rate ages it at that rate; NaN in either is NaN.
    """
    came = clock.city0 + (received - clock.machine0) * clock.rate
    late = np.maximum(came - at, 0.0)
    # A clock that stands says how old a thing was, though not how fast that passed.
    return received - late / (clock.rate or 1.0)


def lost_mask(
    as_of: npt.NDArray[np.float64], limit: npt.NDArray[np.float64], now: float
) -> npt.NDArray[np.bool_]:
    """Say for columns of moments and intervals (seconds) which are lost; NaN (never heard) is."""
    return ~(now - as_of <= LOST_AFTER * limit)
