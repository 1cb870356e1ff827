"""Positions as tables give them: read, checked, and never silently put right."""

from typing import Any

from feeds.sources.contract import FieldError

__all__ = ["read_position"]

Bounds = tuple[float, float, float, float]
WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)


def read_position(
    lon: Any, lat: Any, *, columns: tuple[str, str], bounds: Bounds | None = None
) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees, None when both are missing.

    ``columns`` names the two columns for the error. Raises FieldError for half a position, for
    what is no finite number, and for what lies outside ``bounds``: swapped columns are named so.
    """
    values = [_degrees(value, name) for value, name in zip((lon, lat), columns, strict=True)]
    x, y = values
    if x is None and y is None:
        return None
    for value, name, other in ((x, columns[0], columns[1]), (y, columns[1], columns[0])):
        if value is None:
            raise FieldError(name, f"is missing although {other} is given")
    assert x is not None
    assert y is not None
    limits = bounds or WORLD
    if _within(x, y, limits):
        return x, y
    if _within(y, x, limits):
        raise FieldError(columns[0], f"{x:g} and {columns[1]} {y:g} look swapped")
    outside = columns[0] if not limits[0] <= x <= limits[2] else columns[1]
    expected = f"{limits[0]:g} … {limits[2]:g} E, {limits[1]:g} … {limits[3]:g} N"
    raise FieldError(outside, f"({x:g}, {y:g}) is outside {expected}")


def _degrees(value: Any, column: str) -> float | None:
    words = "" if value is None else str(value).strip()
    if not words:
        return None
    try:
        found = float(words)
    except ValueError:
        raise FieldError(column, f"expected degrees, got {words[:40]!r}") from None
    if not abs(found) <= 360.0:  # NaN and infinity too
        raise FieldError(column, f"expected degrees, got {words[:40]!r}")
    return found


def _within(x: float, y: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return west <= x <= east and south <= y <= north
