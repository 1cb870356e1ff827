"""Units that could be sent to a place: one rule for every screen that names the nearest."""

from typing import Final

import numpy as np

from city.distance import metres_to_points
from city.seen import UnitsSeen

__all__ = ["COMMITTED", "FreeUnits"]

COMMITTED: Final = frozenset({"assigned", "en_route", "on_scene"})
"""States of units that somebody has sent somewhere."""

_AWAY: Final = COMMITTED | {"off_duty", "out_of_service", "unknown"}


class FreeUnits:
    """Who of some units is free: its position is not lost and nobody has sent it anywhere."""

    def __init__(self, units: UnitsSeen) -> None:
        free = ~units.lost & np.array([state not in _AWAY for state in units.state], dtype=bool)
        self._rows = np.flatnonzero(free)
        self._lon, self._lat = units.lon[self._rows], units.lat[self._rows]

    def nearest(self, lon: float, lat: float, most: int) -> list[tuple[int, float]]:
        """Return (row of the units, metres as the crow flies) of the nearest, nearest first.

        ``lon, lat`` are WGS84 degrees; a place that is not known (NaN) has nobody near.
        """
        metres = metres_to_points(lon, lat, self._lon, self._lat)
        order = np.argsort(metres, kind="stable")[:most]
        return [(int(self._rows[at]), float(metres[at])) for at in order if np.isfinite(metres[at])]
