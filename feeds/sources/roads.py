"""Roads: the street or crossing that an address names, without the house number.

A wall may name a road; a house number would lead to a reporter's door.
"""

import re
from collections.abc import Sequence

__all__ = ["crossing_of", "named_road", "road_of"]

_HOUSE = re.compile(r"^\d[\d\-/]*[A-Z]?\s+(?=\S)", re.IGNORECASE)
_CHINESE_HOUSE = re.compile(r"[\d０-９]+[\-－\d０-９]*\s*(?:号|號|弄|室|幢|栋|楼).*")
_NUMBERED = re.compile(r"^(\d+)(?=\s)")
# "87 STREET" and "117 ST E" are streets' names; a number above any numbered street is a house's.
_NUMBERED_NAME = re.compile(
    r"^[12]?\d{1,2} (?:(?:STREET|ST)(?: [NESW])?|AVENUE|AVE|ROAD|RD|PLACE|PL|DRIVE|LANE)$",
    re.IGNORECASE,
)


def road_of(address: str) -> str:
    """Return the road of an address: "952 EAST 58 STREET" → "EAST 58 STREET"."""
    words = " ".join(_CHINESE_HOUSE.sub("", address).split())
    return named_road(words if _NUMBERED_NAME.match(words) else _HOUSE.sub("", words))


def named_road(road: str) -> str:
    """Return a road's name so that its number cannot be taken for a house's: "5 AVE" → "5TH AVE"."""
    words = " ".join(road.split())
    return _NUMBERED.sub(lambda found: _ordinal(int(found[1])), words)


def crossing_of(roads: Sequence[str]) -> str:
    """Return "A / B" of the roads that are given, '' when none is."""
    return " / ".join(named_road(road) for road in roads if road)


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{ {1: 'ST', 2: 'ND', 3: 'RD'}.get(number % 10, 'TH') }"
