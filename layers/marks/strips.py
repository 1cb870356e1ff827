"""The storms' strips over the map's upper left corner: at most two, then one that counts the others."""

from collections.abc import Sequence
from typing import Final

from city.views.wall_seen import StormSeen
from layers.base.free_space import Box

__all__ = ["CHIP_PX", "strips"]

CHIP_PX: Final = (10.0, 78.0, 426.0, 40.0)
"""Left, top, right and height in CSS px of a storm's strip."""

STRIPS: Final = 2
"""Storms that have a strip; a third strip counts the others, and a landfall doubles a strip's height."""


def strips(storms: Sequence[StormSeen]) -> list[Box]:
    """Return the boxes (CSS px of the home view) of the strips."""
    left, top, right, high = CHIP_PX
    landed = sum(storm.landfall is not None for storm in storms[:STRIPS])
    count = min(STRIPS + 1, len(storms)) + landed
    return [(left, top + n * high, right, top + (n + 1) * high) for n in range(count)]
