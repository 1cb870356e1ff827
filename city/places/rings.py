"""Polygon rings: rings as edges, the even-odd test of a point, and rings around a point."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["BEARINGS", "around", "crosses", "ring_edges"]

Floats = NDArray[np.float64]

BEARINGS: Final = np.arange(0.0, 361.0, 5.0)
"""Bearings (degrees clockwise from north) of the corners of a ring around a point."""

_EARTH_KM: Final = 6371.0


def around(lon: float, lat: float, radius_km: ArrayLike) -> tuple[tuple[float, float], ...]:
    """Return a closed ring (lon, lat) around a point, WGS84 degrees, on the sphere.

    ``radius_km`` is one number, or one for each of ``BEARINGS``. Longitudes may exceed ±180.
    """
    bearing, parallel = np.radians(BEARINGS), np.radians(lat)
    angle = np.asarray(radius_km, dtype=np.float64) / _EARTH_KM
    north = np.arcsin(np.sin(parallel) * np.cos(angle) + np.cos(parallel) * np.sin(angle) * np.cos(bearing))
    east = np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(parallel), np.cos(angle) - np.sin(parallel) * np.sin(north)
    )
    return tuple(zip((lon + np.degrees(east)).tolist(), np.degrees(north).tolist(), strict=True))


def ring_edges(points: Floats) -> Floats:
    """Return the edges of a ring (rows x, y), each upward: rows x1, y1, x2, y2 with y1 ≤ y2."""
    following = np.roll(points, -1, axis=0)
    upward = (points[:, 1] < following[:, 1])[:, None]
    return np.hstack([np.where(upward, points, following), np.where(upward, following, points)])


def crosses(edges: Floats, x: Floats | float, y: Floats | float) -> NDArray[np.bool_]:
    """Return for each edge whether the ray from a point to the east crosses it.

    No edge may be horizontal. An odd number of crossings means that the point is inside. There is one point
    for all edges, or one for each.
    """
    x1, y1, x2, y2 = edges.T
    # y1 < y2 always, so an edge shared by two polygons is computed in the same way for both: no gap.
    straddles = (y1 <= y) & (y < y2)
    return np.asarray(straddles & (x < x1 + (y - y1) * ((x2 - x1) / (y2 - y1))))
