"""An indicator: a figure of domain §6 with the numbers it is computed from."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

__all__ = ["FEW", "Indicator", "Input", "count", "duration", "share", "unknown"]

Input = float | Mapping[str, float]
"""An input: a number, or numbers by name (of an agency)."""

FEW = 20
"""A rate of fewer cases than this is not significant: it has no value, only its inputs."""


class Indicator(msgspec.Struct, frozen=True):
    """One figure. ``value`` is None when it cannot be given; ``why_not`` is then the reason.

    ``unit`` is ``percent`` (one decimal), ``count`` or ``seconds``; ``inputs`` are the numbers it is made of.
    """

    id: str
    value: float | None
    unit: str
    numerator: float
    denominator: float
    inputs: Mapping[str, Input]
    formula_key: str
    why_not: str = ""


def share(key: str, part: float, whole: float, **inputs: Input) -> Indicator:
    """Return ``part`` of ``whole`` in percent; without a value when ``whole`` is small."""
    few = whole < FEW
    value = None if few else round(100.0 * part / whole, 1)
    return Indicator(key, value, "percent", part, whole, inputs, f"formula.{key}", "few" if few else "")


def count(key: str, number: float, **inputs: float) -> Indicator:
    """Return a count."""
    return Indicator(key, number, "count", number, number, inputs, f"formula.{key}")


def duration(key: str, seconds: Sequence[float], percentile: float, **inputs: Input) -> Indicator:
    """Return a percentile of durations (linear interpolation); without a value when there are few."""
    number = len(seconds)
    if number < FEW:
        return Indicator(key, None, "seconds", number, number, inputs, f"formula.{key}", "few")
    value = round(float(np.percentile(seconds, percentile)), 1)
    return Indicator(key, value, "seconds", number, number, inputs, f"formula.{key}")


def unknown(key: str, unit: str, why_not: str, **inputs: float) -> Indicator:
    """Return a figure without a value, and the reason."""
    return Indicator(key, None, unit, 0, 0, inputs, f"formula.{key}", why_not)
