"""Rings of polygons as edges, and the even-odd test of a point against them."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["crosses", "ring_edges"]

Floats = NDArray[np.float64]


def ring_edges(points: Floats) -> Floats:
    """Return the edges of a ring (rows x, y), each upward: rows x1, y1, x2, y2 with y1 ≤ y2."""
    following = np.roll(points, -1, axis=0)
    upward = (points[:, 1] < following[:, 1])[:, None]
    return np.hstack([np.where(upward, points, following), np.where(upward, following, points)])


def crosses(edges: Floats, x: Floats | float, y: Floats | float) -> NDArray[np.bool_]:
    """Whether the ray from a point to the east crosses each edge, none of them level: odd often from inside.

    Points are one for all edges, or one for each.
    """
    x1, y1, x2, y2 = edges.T
    # y1 < y2 always, so an edge shared by two polygons is computed alike for both: no gap.
    straddles = (y1 <= y) & (y < y2)
    return np.asarray(straddles & (x < x1 + (y - y1) * ((x2 - x1) / (y2 - y1))))
