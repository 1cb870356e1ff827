"""Typed readers for the fields of a fact's data, so that every value read fits into a snapshot."""

from collections.abc import Mapping
from typing import Any

from city.clocks.timestamps import parse, parse_told

__all__ = [
    "flag", "maybe_moment", "moment", "names", "number", "readable_moment", "readable_number", "text",
    "texts", "whole",
]  # fmt: skip

Data = Mapping[str, Any]

MOST = 2**53
"""Snapshots and browsers cannot represent a larger whole number exactly."""


def text(data: Data, key: str, default: str = "") -> str:
    """Return a text, ``default`` when it is missing. Raises TypeError when the value is not a text."""
    value = data.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        message = f"{key}: expected a text"
        raise TypeError(message)
    return value


def texts(data: Data, key: str) -> tuple[str, ...]:
    """Return a list of texts, () when it is missing."""
    value = data.get(key) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        message = f"{key}: expected a list of texts"
        raise TypeError(message)
    return tuple(value)


def names(data: Data, key: str) -> dict[str, str]:
    """Return a mapping of texts, {} when it is missing."""
    value = data.get(key) or {}
    return {str(name): str(one) for name, one in value.items()}


def whole(data: Data, key: str, default: int | None = None) -> int:
    """Return a whole number. Raises KeyError when it is missing and has no default."""
    value = data[key] if default is None else data.get(key, default)
    if not isinstance(value, int) or abs(value) > MOST:
        message = f"{key}: expected a whole number"
        raise ValueError(message)
    return int(value)


def number(data: Data, key: str) -> float | None:
    """Return a number, None when it is missing."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or abs(value) > MOST:
        message = f"{key}: expected a number"
        raise ValueError(message)
    return float(value)


def flag(data: Data, key: str) -> bool:
    """Return whether the field is true."""
    return data.get(key) is True


def moment(data: Data, key: str) -> float:
    """Return a time as epoch seconds. Raises KeyError or ValueError."""
    return parse(data[key])


def maybe_moment(data: Data, key: str) -> float | None:
    """Return a time as epoch seconds, None when it is missing."""
    return None if data.get(key) is None else parse(data[key])


def readable_moment(value: object) -> float | None:
    """Return a publisher's time as epoch seconds, None when it cannot be read or is a filler."""
    if not isinstance(value, str):
        return None
    try:
        return parse_told(value)
    except (ValueError, OverflowError):
        return None


def readable_number(value: object) -> float | None:
    """Return a number as a float, None for any other value (a snapshot must be able to hold it)."""
    return float(value) if isinstance(value, int | float) else None
