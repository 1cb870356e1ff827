"""Checks of single fields: each takes a value and returns None or (path below, code, expectation)."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from city.clocks.timestamps import Filler, parse, parse_told

__all__ = [
    "Check", "Fault", "Field", "anything", "each", "flag", "moment", "number", "one_of", "past", "some",
    "structure", "text",
]  # fmt: skip


class Fault(NamedTuple):
    """A fault of a value; ``path`` is below the field (``.0.system``) or empty."""

    path: str
    code: str
    expected: str
    value: Any = None


Check = Callable[[Any], Fault | None]


class Field(NamedTuple):
    """One known field of a record."""

    name: str
    check: Check
    required: bool = False


def text(most: int = 0, *, least: int = 0) -> Check:
    """Return a check for text of ``least`` to ``most`` code points (0: no limit)."""
    bounds = f"a text of at most {most} code points" if most else "a text"

    def check(value: Any) -> Fault | None:
        if type(value) is not str:
            return Fault("", "wrong_type", bounds, value)
        if most and len(value) > most:
            return Fault("", "too_long", bounds, f"{len(value)} code points")
        return None if len(value) >= least else Fault("", "missing", "a text that is not empty")

    return check


def number(least: float = float("-inf"), most: float = float("inf")) -> Check:
    """Return a check for a finite number within bounds, both included."""
    bounds = "a number"
    if least > float("-inf"):
        bounds += f" from {least:g}" + (f" to {most:g}" if most < float("inf") else " up")

    def check(value: Any) -> Fault | None:
        kind = type(value)
        if kind is not float and kind is not int:
            return Fault("", "not_a_number", bounds, value)
        return None if least <= value <= most else Fault("", "out_of_range", bounds, value)

    return check


def one_of(words: Collection[str]) -> Check:
    """Return a check for one of the given words."""
    expected = "one of " + ", ".join(sorted(words))

    def check(value: Any) -> Fault | None:
        if type(value) is not str:
            return Fault("", "wrong_type", expected, value)
        return None if value in words else Fault("", "unknown_value", expected, value)

    return check


def flag(value: Any) -> Fault | None:
    """Check for true or false."""
    return None if type(value) is bool else Fault("", "wrong_type", "true or false", value)


def moment(value: Any) -> Fault | None:
    """Check for an ISO 8601 time with an offset; placeholders for "no time" are refused."""
    return _moment(value)


def past(value: Any) -> Fault | None:
    """Check as ``moment`` does, but accept placeholders in the future: records.py rejects future times."""
    fault = _moment(value)
    if fault is not None and fault.code == "out_of_range" and parse(value) > 0:
        return None
    return fault


def _moment(value: Any) -> Fault | None:
    if type(value) is not str:
        return Fault("", "wrong_type", "a time as text", value)
    try:
        parse_told(value)
    except Filler:
        return Fault(
            "", "out_of_range", "a time from 1900-01-02 to 2199 (this one stands for no time)", value
        )
    except (ValueError, OverflowError):
        return Fault("", "bad_time", "ISO 8601 with an offset", value)
    return None


def anything(_: Any) -> Fault | None:
    """Accept any value."""
    return None


def some(kind: type, word: str) -> Check:
    """Return a check for a JSON object or array (``dict``, ``list``)."""

    def check(value: Any) -> Fault | None:
        return None if isinstance(value, kind) else Fault("", "wrong_type", word, value)

    return check


def each(inner: Check) -> Check:
    """Return a check for an array whose items all pass ``inner``."""

    def check(value: Any) -> Fault | None:
        if type(value) is not list:
            return Fault("", "wrong_type", "an array", value)
        for index, item in enumerate(value):
            fault = inner(item)
            if fault is not None:
                return fault._replace(path=f".{index}{fault.path}")
        return None

    return check


def structure(*fields: Field) -> Check:
    """Return a check for an object with these fields (others are let through)."""

    def check(value: Any) -> Fault | None:
        if not isinstance(value, dict):
            return Fault("", "wrong_type", "an object", value)
        for name, inner, required in fields:
            found = value.get(name)
            if found is None:
                if required:
                    return Fault(f".{name}", "missing", name)
                continue
            fault = inner(found)
            if fault is not None:
                return fault._replace(path=f".{name}{fault.path}")
        return None

    return check
