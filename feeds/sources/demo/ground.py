"""The places of the invented city: their positions, streets and names.

Street outlines and road names are real. The position of a crossing within its street is not surveyed but
generated from the seed. Positions are WGS84 degrees, always inside the outline of their street.
"""

import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.places.streets import Streets, street_key
from feeds.sources.demo.chance import Dice

__all__ = ["Ground", "Place", "Road", "read_residents", "read_roads"]

Floats = NDArray[np.float64]

M_PER_LAT: Final = 110_900.0
M_PER_LON: Final = 95_400.0  # at 31.1° N
_BOX: Final = (121.30, 30.75, 122.10, 31.50)  # Pudong with a margin: the area searched for streets
_PROBES: Final = 260_000
_POOL: Final = 1200  # places per street; enough that places rarely coincide
_NEAR_CROSSING: Final = 0.6
_SPREAD_M: Final = 220.0  # of cases around a crossing


class Road(msgspec.Struct, frozen=True):
    """A road of a street: ``runs`` is ew or ns, ``underpass`` whether it has an underpass."""

    street: str
    runs: str
    name: str
    underpass: bool


class Place(msgspec.Struct, frozen=True):
    """A point with its street (index, code, short name) and the local name of the place."""

    street: int
    code: str
    short: str
    road: str
    lon: float
    lat: float

    def metres_to(self, lon: float, lat: float) -> float:
        """Return the distance in metres; the error within a district is a few metres."""
        return math.hypot((lon - self.lon) * M_PER_LON, (lat - self.lat) * M_PER_LAT)


def read_roads(rows: Iterable[Mapping[str, str]]) -> tuple[Road, ...]:
    """Return the roads of ``static/district/roads.csv``, ordered from north to south and west to east."""
    return tuple(Road(row["street"], row["runs"], row["road"], row["underpass"] == "yes") for row in rows)


def read_residents(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Return residents by street from ``static/district/residents.csv`` (rounded; for the demo only)."""
    return {row["street"]: int(row["residents"]) for row in rows}


class Ground:
    """All places of the invented city, generated once.

    Streets without a road in the table, or without a point in the box of Pudong, have no places. Raises
    ValueError when no street has places.
    """

    def __init__(
        self, streets: Streets, roads: Sequence[Road], residents: Mapping[str, int], *, seed: int
    ) -> None:
        rng = np.random.default_rng([seed, 1])
        lon = rng.uniform(_BOX[0], _BOX[2], _PROBES)
        lat = rng.uniform(_BOX[1], _BOX[3], _PROBES)
        at = streets.of(lon, lat)
        self.crossings: dict[int, tuple[Place, ...]] = {}
        self.underpasses: list[tuple[str, Place]] = []
        self._pools: dict[int, tuple[Place, ...]] = {}
        for street, code in enumerate(streets.codes):
            own = [road for road in roads if road.street == street_key(code)]
            inside = np.flatnonzero(at == street)
            if own and len(inside):
                corner = _Street(street, code, streets.shorts[street])
                self._lay_out(corner, own, np.stack([lon[inside], lat[inside]]), streets, rng)
        if not self._pools:
            raise ValueError("no street of the district has both a road and a place in Pudong")
        self._streets = tuple(self._pools)
        self._cum_weights = list(
            accumulate(residents.get(street_key(streets.codes[s]), 1) for s in self._pools)
        )

    def _lay_out(
        self,
        corner: "_Street",
        roads: Sequence[Road],
        inside: Floats,
        streets: Streets,
        rng: np.random.Generator,
    ) -> None:
        ew = [road for road in roads if road.runs == "ew"]
        ns = [road for road in roads if road.runs == "ns"]
        # Only the middle half of a street, so that crossings of large towns are near the residents.
        xs = np.quantile(inside[0], np.linspace(0.25, 0.75, len(ns)))
        ys = np.quantile(inside[1], np.linspace(0.75, 0.25, len(ew)))
        crossings = []
        for row, y in zip(ew, ys, strict=True):
            for column, x in zip(ns, xs, strict=True):
                spot = _nearest(inside, x, y)
                place = corner.place(row.name + column.name, spot)
                crossings.append(place)
        self.crossings[corner.index] = tuple(crossings)
        self._pools[corner.index] = _pool(corner, crossings, inside, streets, rng)
        for road in (road for road in roads if road.underpass):
            here = next(c for c in crossings if road.name in c.road)
            self.underpasses.append((road.name, here))

    @property
    def streets(self) -> tuple[int, ...]:
        """Return the indexes of the streets that have places."""
        return self._streets

    def street(self, dice: Dice) -> int:
        """Return a random street, weighted by residents."""
        return self._streets[bisect(self._cum_weights, dice.random() * self._cum_weights[-1])]

    def place(self, dice: Dice, street: int | None = None) -> Place:
        """Return a random place, weighted by residents."""
        return dice.choice(self._pools[self.street(dice) if street is None else street])

    def crossing(self, dice: Dice, street: int | None = None) -> Place:
        """Return a random named crossing, weighted by residents."""
        return dice.choice(self.crossings[self.street(dice) if street is None else street])


class _Street(msgspec.Struct, frozen=True):
    index: int
    code: str
    short: str

    def place(self, road: str, spot: Floats) -> Place:
        lon, lat = round(float(spot[0]), 6), round(float(spot[1]), 6)
        return Place(self.index, self.code, self.short, road, lon, lat)


def _nearest(points: Floats, x: float, y: float) -> Floats:
    return points[:, np.argmin(np.hypot(points[0] - x, points[1] - y))]


def _pool(
    corner: _Street,
    crossings: Sequence[Place],
    inside: Floats,
    streets: Streets,
    rng: np.random.Generator,
) -> tuple[Place, ...]:
    """Return about _POOL places: most near crossings, the rest anywhere in the street."""
    at = np.array([(place.lon, place.lat) for place in crossings]).T
    which = rng.integers(len(crossings), size=int(_POOL * _NEAR_CROSSING))
    spread = rng.normal(0, _SPREAD_M, (2, len(which))) / [[M_PER_LON], [M_PER_LAT]]
    near = np.round(at[:, which] + spread, 6)
    keep = streets.of(near[0], near[1]) == corner.index
    names = [crossings[i].road for i in which[keep]]
    far = np.round(inside[:, : _POOL - int(_POOL * _NEAR_CROSSING)], 6)
    far = far[:, streets.of(far[0], far[1]) == corner.index]
    for x, y in far.T:
        names.append(crossings[int(np.argmin(np.hypot(at[0] - x, at[1] - y)))].road)
    points = np.concatenate([near[:, keep], far], axis=1)
    return tuple(corner.place(name, spot) for name, spot in zip(names, points.T, strict=True))
