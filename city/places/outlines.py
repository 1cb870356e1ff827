"""Outlines: the boundary of a street around a point, in metres from it, with few corners."""

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from city.places.distance import M_PER_DEGREE

__all__ = ["local_rings", "simplified"]

Floats = NDArray[np.float64]
Ring = tuple[tuple[float, float], ...]
FAR: Final = 3.0
"""Corners farther than this many windows need not be exact: nobody sees them."""


def local_rings(rings: Iterable[Floats], lon: float, lat: float, window_m: float) -> tuple[Ring, ...]:
    """Return rings (rows lon, lat) as metres east and north of a point, for a picture of ``±window_m``.

    A corner may be off by a two-hundredth of the window, and more where it lies far outside.
    """
    scale = np.array([math.cos(math.radians(lat)), 1.0]) * M_PER_DEGREE
    found = []
    for ring in rings:
        local = (ring - (lon, lat)) * scale
        kept = simplified(local, window_m / 200, window_m * FAR)
        found.append(tuple((round(float(east), 1), round(float(north), 1)) for east, north in kept))
    return tuple(ring for ring in found if len(ring) >= 3)


def simplified(points: Floats, tolerance: float, far: float = math.inf) -> Floats:
    """Return a line with fewer corners (Douglas and Peucker); it leaves the old one by at most ``tolerance``.

    Where a whole piece lies beyond ``far`` from the origin, ten times as much is allowed.
    """
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        piece = points[first : last + 1]
        off = _distances(piece)
        worst = int(off.argmax())
        is_far = bool((np.abs(piece).max(axis=1) > far).all())
        if off[worst] > tolerance * (10 if is_far else 1):
            keep[first + worst] = True
            parts += [(first, first + worst), (first + worst, last)]
    return points[keep]


def _distances(piece: Floats) -> Floats:
    """Return the distance of each corner from the line between the first and the last one."""
    begin, along = piece[0], piece[-1] - piece[0]
    length = float(np.hypot(*along))
    away = piece - begin
    if length == 0.0:
        return np.asarray(np.hypot(away[:, 0], away[:, 1]))
    return np.asarray(np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length)
