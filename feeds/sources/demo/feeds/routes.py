"""Routes through the invented city, along parallels and meridians between crossings."""

import math
from bisect import bisect
from collections.abc import Sequence
from typing import Final

import msgspec

from feeds.sources.demo.chance import Dice
from feeds.sources.demo.ground import M_PER_LAT, M_PER_LON, Place

__all__ = ["Fix", "Leg", "Route", "leg", "patrol"]

Point = tuple[float, float]  # lon, lat in WGS84 degrees

_PATROL_MS: Final = 7.0
_HURRY_MS: Final = 12.0


class Fix(msgspec.Struct, frozen=True):
    """Position, speed and heading: WGS84 degrees, km/h, degrees clockwise from north."""

    lon: float
    lat: float
    speed: float
    heading: float


class Leg(msgspec.Struct, frozen=True):
    """A drive first along the parallel, then along the meridian; times in seconds from its start."""

    begin: Point
    end: Point
    turn_s: float
    whole_s: float

    def at(self, seconds: float) -> Fix:
        """Return the position ``seconds`` after the start; stationary before and after the drive."""
        corner = (self.end[0], self.begin[1])
        if seconds <= 0:
            return Fix(*self.begin, 0.0, 0.0)
        if seconds >= self.whole_s:
            return Fix(*self.end, 0.0, 0.0)
        if seconds < self.turn_s:
            return _between(self.begin, corner, seconds / self.turn_s, self.turn_s)
        rest = self.whole_s - self.turn_s
        return _between(corner, self.end, (seconds - self.turn_s) / rest, rest)


class Route(msgspec.Struct, frozen=True):
    """A repeated round of legs with a stop after each; ``starts`` are seconds within the round."""

    legs: tuple[Leg, ...]
    starts: tuple[float, ...]
    whole_s: float

    def at(self, seconds: float) -> Fix:
        """Return the position at a time in seconds since any fixed start."""
        here = seconds % self.whole_s
        number = bisect(self.starts, here) - 1
        return self.legs[number].at(here - self.starts[number])


def leg(begin: Point, end: Point, *, speed_ms: float = _HURRY_MS) -> Leg:
    """Return the drive between two points at a speed in m/s."""
    along = abs(end[0] - begin[0]) * M_PER_LON / speed_ms
    return Leg(begin, end, along, along + abs(end[1] - begin[1]) * M_PER_LAT / speed_ms)


def patrol(dice: Dice, stops: Sequence[Place]) -> Route:
    """Return a round over some of the stops, with a pause of several minutes at each."""
    chosen = [dice.choice(stops) for _ in range(6)]
    legs: list[Leg] = []
    starts: list[float] = []
    clock = 0.0
    for begin, end in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        way = leg((begin.lon, begin.lat), (end.lon, end.lat), speed_ms=_PATROL_MS)
        legs.append(way)
        starts.append(clock)
        clock += way.whole_s + dice.uniform(60, 420)
    return Route(tuple(legs), tuple(starts), clock)


def _between(begin: Point, end: Point, share: float, seconds: float) -> Fix:
    lon = begin[0] + (end[0] - begin[0]) * share
    lat = begin[1] + (end[1] - begin[1]) * share
    east = (end[0] - begin[0]) * M_PER_LON
    north = (end[1] - begin[1]) * M_PER_LAT
    heading = math.degrees(math.atan2(east, north)) % 360.0
    return Fix(lon, lat, (abs(east) + abs(north)) / seconds * 3.6, heading)
