"""Units that could be sent to a place: one rule for every screen that names the nearest."""

from typing import Final

import numpy as np

from city.distance import metres_to_points
from city.seen import UnitsSeen

__all__ = ["COMMITTED", "nearest_units"]

COMMITTED: Final = frozenset({"assigned", "en_route", "on_scene"})
"""States of units that somebody has sent somewhere."""

_AWAY: Final = COMMITTED | {"off_duty", "out_of_service", "unknown"}


def nearest_units(units: UnitsSeen, lon: float, lat: float, most: int) -> list[tuple[int, float]]:
    """Return (row of ``units``, metres as the crow flies) of the nearest that are free, nearest first.

    A unit is free while its position is not lost and nobody has sent it anywhere. ``lon, lat`` are WGS84
    degrees; a place that is not known (NaN) has nobody near.
    """
    free = ~units.lost & np.array([state not in _AWAY for state in units.state], dtype=bool)
    metres = np.where(free, metres_to_points(lon, lat, units.lon, units.lat), np.inf)
    order = np.argsort(metres, kind="stable")[:most]
    return [(int(row), float(metres[row])) for row in order if np.isfinite(metres[row])]
