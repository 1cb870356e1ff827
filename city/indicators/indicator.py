"""An indicator: a figure of domain §6 with the numbers it is computed from."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

__all__ = ["FEW", "Counted", "Indicator", "Input", "change", "count", "duration", "share", "unknown"]

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
    names: tuple[str, ...] = ()
    """The first of what is listed with it, such as devices without data; ``named`` counts all of them."""
    named: int = 0


class Counted:
    """How many were counted, and how many of these meet a condition.

    Each one is added with its answer, so those that meet it are never more than all: a share of two numbers
    that were counted apart could exceed 100 %.
    """

    __slots__ = ("every", "met")

    def __init__(self, answers: Iterable[bool] = ()) -> None:
        self.every = self.met = 0
        for meets in answers:
            self.add(meets)

    @classmethod
    def among(cls, there: int, every: int) -> "Counted":
        """Return how many are there of a number that a table tells; it tells too few when more are there."""
        counted = cls()
        counted.met, counted.every = there, max(there, every)
        return counted

    def add(self, meets: bool) -> None:
        """Count one."""
        self.every += 1
        self.met += bool(meets)


def share(key: str, counted: Counted, /, **inputs: Input) -> Indicator:
    """Return those that meet it in percent of all that were counted; without a value when these are few."""
    return _ratio(key, counted.met, counted.every, inputs)


def change(key: str, now: float, before: float, /, **inputs: Input) -> Indicator:
    """Return the change against ``before`` in percent, which has no bounds; without a value from a few."""
    return _ratio(key, now - before, before, inputs)


def _ratio(key: str, part: float, whole: float, inputs: Mapping[str, Input]) -> Indicator:
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
