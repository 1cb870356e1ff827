"""Distances on the ground, metres, between WGS84 degrees; good to some per mille within a city."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["M_PER_DEGREE", "metres", "metres_to_edges", "metres_to_points"]

M_PER_DEGREE: Final = 111_195.0
"""Metres per degree of latitude, on a sphere of 6,371 km."""


def metres(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Return the distance between two points; NaN when either has no position."""
    east = (to_lon - lon) * math.cos(math.radians((lat + to_lat) / 2))
    return M_PER_DEGREE * math.hypot(east, to_lat - lat)


def metres_to_points(
    lon: float, lat: float, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distances from one point to many; inf where either has no position."""
    east = (lons - lon) * np.cos(np.radians((lats + lat) / 2))
    found = M_PER_DEGREE * np.hypot(east, lats - lat)
    return np.where(np.isnan(found), np.inf, found)


def metres_to_edges(lon: float, lat: float, edges: NDArray[np.float64]) -> float:
    """Return the distance from a point to the nearest edge (rows x1, y1, x2, y2 in degrees); inf for none."""
    if not len(edges) or not (math.isfinite(lon) and math.isfinite(lat)):
        return math.inf
    scale = np.array([math.cos(math.radians(lat)), 1.0]) * M_PER_DEGREE
    begin = (edges[:, :2] - (lon, lat)) * scale
    along = (edges[:, 2:] - edges[:, :2]) * scale
    length = np.einsum("ij,ij->i", along, along)
    share = -np.einsum("ij,ij->i", begin, along) / np.where(length > 0, length, 1.0)
    nearest = begin + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.sqrt(np.einsum("ij,ij->i", nearest, nearest).min()))
