"""Roads: the road or crossing in an address, without the house number.

A wall may show a road; a house number would identify a reporter's home.
"""

import re
from collections.abc import Sequence

from city.places.road_names import roads_in

__all__ = ["crossing_of", "named_road", "road_of"]

_NUMBERED = re.compile(r"^(\d+)(?=\s)")


def road_of(address: str) -> str:
    """Return the roads that an address certainly names: "952 EAST 58 STREET" → "EAST 58 STREET"."""
    return crossing_of(roads_in(address).split(" / "))


def named_road(road: str) -> str:
    """Return a road's name with an ordinal, so that it is not read as a house number: "5 AVE" → "5TH AVE"."""
    words = " ".join(road.split())
    return _NUMBERED.sub(lambda found: _ordinal(int(found[1])), words)


def crossing_of(roads: Sequence[str]) -> str:
    """Return "A / B" of the non-empty roads, '' when there are none."""
    return " / ".join(named_road(road) for road in roads if road)


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{ {1: 'ST', 2: 'ND', 3: 'RD'}.get(number % 10, 'TH') }"
