"""WGS84 degrees ↔ metres in EPSG:3857 (spherical Mercator), the plane of every figure.

A Mercator metre is longer than a metre on the ground: divide by `stretch(lat)` to get ground metres.
Everything is float64; float32 has steps of 1 to 2 m at these magnitudes.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RADIUS: Final = 6378137.0
"""Metres: the sphere of EPSG:3857."""


def to_mercator(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return metres (x, y) of WGS84 degrees; the poles are infinite."""
    x = RADIUS * np.radians(np.asarray(lon, dtype=np.float64))
    y = RADIUS * np.arctanh(np.sin(np.radians(np.asarray(lat, dtype=np.float64))))
    return np.asarray(x), np.asarray(y)


def to_degrees(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return WGS84 degrees (lon, lat) of metres."""
    lon = np.degrees(np.asarray(x, dtype=np.float64) / RADIUS)
    lat = np.degrees(np.arctan(np.sinh(np.asarray(y, dtype=np.float64) / RADIUS)))
    return np.asarray(lon), np.asarray(lat)


def stretch(lat: ArrayLike) -> Floats:
    """Return Mercator metres per ground metre at a latitude in degrees (1.17 in Shanghai)."""
    return np.asarray(1.0 / np.cos(np.radians(np.asarray(lat, dtype=np.float64))))
