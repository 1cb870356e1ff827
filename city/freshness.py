"""Freshness: how old a thing may be before it must say so."""

from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["LATE_AFTER", "LOST_AFTER", "Freshness", "freshness", "lost_mask"]

Freshness = Literal["live", "late", "lost"]

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


def lost_mask(
    as_of: npt.NDArray[np.float64], limit: npt.NDArray[np.float64], now: float
) -> npt.NDArray[np.bool_]:
    """Say for columns of moments and intervals (seconds) which are lost; NaN (never heard) is."""
    return ~(now - as_of <= LOST_AFTER * limit)
