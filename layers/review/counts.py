"""Counts of a selection: in time, and by street before and after a day."""

from typing import Any, Final

import numpy as np
import pandas as pd

from layers.review.selection import Bounds, combined, seconds, seconds_within

__all__ = ["DAY_S", "FEWEST", "Change", "bin_width", "changes", "in_time_share", "time_histogram"]

DAY_S: Final = 86_400
BINS: Final = 400
WIDTHS: Final = (3_600, 6 * 3_600, DAY_S, 7 * DAY_S, 28 * DAY_S)
FEWEST: Final = 20
"""A change of fewer cases than this is not told as a share: it may be chance."""

Change = tuple[str, int, int]
"""Street code, cases before, cases after."""


def bin_width(begin: float, end: float) -> int:
    """Return the width of a bar (seconds) so that a period has at most 400."""
    return next((width for width in WIDTHS if (end - begin) / width <= BINS), WIDTHS[-1])


def time_histogram(
    frame: Any, begin: float, end: float, bounds: Bounds | None, *, offset_s: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges (epoch seconds, on whole local days for bars of days) and the cases per bar."""
    width = bin_width(begin, end)
    first = np.floor((begin + offset_s) / width) * width - offset_s
    edges = np.arange(first, end + width, width, dtype="int64")

    def count(part: pd.DataFrame) -> np.ndarray:
        at = seconds_within(part, bounds)
        return np.bincount(
            ((at - first) // width).clip(0, len(edges) - 2).astype("int64"), minlength=len(edges) - 1
        )

    return edges, combined(frame, count, np.add)


def changes(frame: Any, day: float, span_s: float) -> list[Change]:
    """Return the cases by street in equal times before and after ``day`` (epoch seconds), most first."""

    def count(part: pd.DataFrame) -> dict[str, tuple[int, int]]:
        at = seconds(part)
        found: dict[str, list[int]] = {}
        for place, mask in enumerate(((at >= day - span_s) & (at < day), (at >= day) & (at < day + span_s))):
            for street, cases in part.loc[mask, "street"].value_counts().items():
                if cases:
                    found.setdefault(str(street), [0, 0])[place] += int(cases)
        return {street: (before, after) for street, (before, after) in found.items()}

    found = combined(frame, count, _add)
    return sorted(((s, b, a) for s, (b, a) in found.items()), key=lambda one: (-max(one[1:]), one[0]))


def in_time_share(frame: Any) -> tuple[int, int, int]:
    """Return (cases, those with a known end in time or late, those in time)."""

    def count(part: pd.DataFrame) -> np.ndarray:
        known = part["in_time"].to_numpy()
        return np.array([len(known), np.count_nonzero(known >= 0), np.count_nonzero(known == 1)])

    cases, known, good = combined(frame, count, np.add)
    return int(cases), int(known), int(good)


def _add(one: dict[str, tuple[int, int]], other: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {
        street: (one.get(street, (0, 0))[0] + other.get(street, (0, 0))[0],
                 one.get(street, (0, 0))[1] + other.get(street, (0, 0))[1])
        for street in {*one, *other}
    }  # fmt: skip
