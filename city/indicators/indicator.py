"""An indicator: a figure of domain §6 with what went into it."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

__all__ = ["FEW", "Indicator", "count", "duration", "share", "unknown"]

FEW = 20
"""A rate of fewer cases than this says nothing: no value, only its raw numbers."""


class Indicator(msgspec.Struct, frozen=True):
    """One figure. ``value`` is None when it says nothing (``why_not`` then tells why).

    ``unit`` is ``percent`` (one decimal), ``count`` or ``seconds``; ``inputs`` are the numbers beside it.
    """

    id: str
    value: float | None
    unit: str
    numerator: float
    denominator: float
    inputs: Mapping[str, float]
    formula_key: str
    why_not: str = ""


def share(key: str, part: float, whole: float, **inputs: float) -> Indicator:
    """Return ``part`` of ``whole`` in percent; no value when there are few."""
    few = whole < FEW
    value = None if few else round(100.0 * part / whole, 1)
    return Indicator(key, value, "percent", part, whole, inputs, f"formula.{key}", "few" if few else "")


def count(key: str, number: float, **inputs: float) -> Indicator:
    """Return a plain number."""
    return Indicator(key, number, "count", number, number, inputs, f"formula.{key}")


def duration(key: str, seconds: Sequence[float], percentile: float) -> Indicator:
    """Return a percentile (linear between neighbours) of durations; no value when there are few."""
    number = len(seconds)
    if number < FEW:
        return Indicator(key, None, "seconds", number, number, {}, f"formula.{key}", "few")
    value = round(float(np.percentile(seconds, percentile)), 1)
    return Indicator(key, value, "seconds", number, number, {}, f"formula.{key}")


def unknown(key: str, unit: str, why_not: str, **inputs: float) -> Indicator:
    """Return a figure that cannot be known, and why."""
    return Indicator(key, None, unit, 0, 0, inputs, f"formula.{key}", why_not)
