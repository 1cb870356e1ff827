"""Repeatable random numbers: equal keys give equal generators."""

import math
import random
from typing import Final

__all__ = ["DAY_S", "ZONE_S", "Dice", "about", "dice", "hour_of", "stamp"]

from datetime import UTC, datetime

Dice = random.Random

ZONE_S: Final = 28_800
"""The invented city's zone: UTC+8, without daylight saving time."""
DAY_S: Final = 86_400


def dice(*keys: object) -> Dice:
    """Return a random generator that depends only on the keys, not on the run or the machine."""
    return random.Random("/".join(map(str, keys)))  # noqa: S311 - an invented city, no secret


def about(dice: Dice, median: float, spread: float, least: float, most: float) -> float:
    """Return a log-normal draw, distributed like response times: many short ones, a long tail.

    ``spread`` is the standard deviation of the logarithm. A draw outside ``least`` … ``most`` is repeated, so
    that values do not collect at the limits.
    """
    for _ in range(20):
        drawn = median * math.exp(dice.gauss(0.0, spread))
        if least <= drawn <= most:
            return drawn
    return min(max(median, least), most)


def hour_of(at: float) -> int:
    """Return the city's hour (0 to 23) of a time in epoch seconds."""
    return int(at + ZONE_S) % DAY_S // 3600


def stamp(at: float, form: str = "%Y%m%d-%H%M") -> str:
    """Return a time in epoch seconds as the city's local date and time."""
    return datetime.fromtimestamp(at + ZONE_S, UTC).strftime(form)
