"""City-like points for benchmarks: two thirds around forty centres, the rest spread evenly; their view."""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from layers.fields.pictures import shape_of
from layers.projection import to_mercator

__all__ = ["BATCH", "SOUTH_WEST", "Points", "View", "home_view", "places"]

SOUTH_WEST, NORTH_EAST = (121.35, 30.82), (122.05, 31.42)
BATCH: Final = 5000
"""Points that are new at each refresh; as many of the oldest go."""
MAP_PX: Final = (736.0, 990.0)

Floats = NDArray[np.float64]


class View(msgspec.Struct, frozen=True):
    """The home view: metres EPSG:3857, and its cells of 4 CSS px."""

    extent: tuple[float, float, float, float]
    shape: tuple[int, int]


def home_view() -> View:
    """Return the home view of a wall."""
    west, south = (float(v) for v in to_mercator(*SOUTH_WEST))
    east, north = (float(v) for v in to_mercator(*NORTH_EAST))
    extent = (west, south, east, north)
    return View(extent, shape_of(extent, max((east - west) / MAP_PX[0], (north - south) / MAP_PX[1])))


def places(number: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (WGS84 degrees)."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).uniform(SOUTH_WEST, NORTH_EAST, (40, 2))
    near = centres[rng.integers(0, 40, number)] + rng.normal(0, 0.012, (number, 2))
    far = rng.uniform(SOUTH_WEST, NORTH_EAST, (number, 2))
    points = np.where(rng.random((number, 1)) < 0.66, near, far)
    return points[:, 0], points[:, 1]


class Points:
    """A window of points in metres that moves: each batch replaces the oldest ones."""

    def __init__(self, number: int) -> None:
        self.x, self.y = to_mercator(*places(number))
        self._turn = 0

    def move(self) -> tuple[Floats, Floats]:
        """Return a new batch, which has taken the place of the oldest points."""
        self._turn += 1
        x, y = to_mercator(*places(BATCH, seed=self._turn))
        first = (self._turn * BATCH) % len(self.x)
        self.x[first : first + BATCH], self.y[first : first + BATCH] = x, y
        return x, y

    def frame(self) -> Any:
        """Return the points as a data frame."""
        import pandas as pd

        return pd.DataFrame({"x": self.x, "y": self.y})
