"""Positions from tables: read and checked, never corrected silently."""

from typing import Any

from feeds.sources.contract import FieldError, shown

__all__ = ["read_position"]

Bounds = tuple[float, float, float, float]
WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
NULL_ISLAND = 0.001
"""Degrees: a position nearer to 0 E 0 N (open ocean) is an empty field of another system."""


def read_position(
    lon: Any, lat: Any, *, columns: tuple[str, str], bounds: Bounds | None = None
) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees, None when both are missing.

    ``columns`` names the two columns for the error. Raises FieldError for half a position, a value that is
    not a finite number, 0/0, and a position outside ``bounds``; the error says if the columns look swapped.
    """
    x, y = (_degrees(value, name) for value, name in zip((lon, lat), columns, strict=True))
    if x is None and y is None:
        return None
    if x is None or y is None:
        lacking, other = columns if x is None else columns[::-1]
        raise FieldError(lacking, f"is missing although {other} is given")
    if max(abs(x), abs(y)) < NULL_ISLAND:
        raise FieldError(columns[0], "0 E 0 N stands for no position")
    limits = bounds or WORLD
    if _within(x, y, limits):
        return x, y
    if _within(y, x, limits):
        raise FieldError(columns[0], f"looks swapped with {columns[1]}", f"{x:g}, {y:g}")
    outside = columns[0] if not limits[0] <= x <= limits[2] else columns[1]
    expected = f"{limits[0]:g} … {limits[2]:g} E, {limits[1]:g} … {limits[3]:g} N"
    raise FieldError(outside, f"is outside {expected}", f"{x:g}, {y:g}")


def _degrees(value: Any, column: str) -> float | None:
    words = "" if value is None else str(value).strip()
    if not words:
        return None
    try:
        found = float(words)
    except ValueError:
        found = float("nan")
    if isinstance(value, bool) or "_" in words or not abs(found) <= 360.0:  # NaN and infinity too
        raise FieldError(column, "expected degrees", shown(words))
    return found


def _within(x: float, y: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return west <= x <= east and south <= y <= north
