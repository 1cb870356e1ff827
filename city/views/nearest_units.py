"""Free units near a case, for every screen that names the nearest."""

import msgspec
import numpy as np
import numpy.typing as npt

from city.dispatch.decision_rules import CaseNumbers
from city.dispatch.sendable_units import UnitNow, hindrance
from city.places.distance import metres_to_points
from city.views.wall_seen import UnitsSeen

__all__ = ["FreeUnits", "NearestUnit"]


class NearestUnit(msgspec.Struct, frozen=True):
    """A free unit near a case; ``metres`` in a straight line, ``minutes`` by road at the assumed speed."""

    unit: str
    call_sign: str
    kind: str
    agency: str
    state: str
    metres: int
    minutes: float


class FreeUnits:
    """The free units: those without a ``hindrance``, except that their kind may not fit the work."""

    def __init__(self, units: UnitsSeen, numbers: CaseNumbers) -> None:
        self._units = units
        self._numbers = numbers
        rows = list(zip(units.kind, units.state, units.lost.tolist(), strict=True))
        # Most units are alike: the rule is asked once for each kind, state and freshness.
        is_free = {one: not hindrance(UnitNow(*one), frozenset({one[0]})) for one in set(rows)}
        self._free = np.array([is_free[one] for one in rows], dtype=bool)
        self._fit: dict[frozenset[str], npt.NDArray[np.intp]] = {}

    def nearest(self, lon: float, lat: float, kinds: frozenset[str], most: int) -> list[NearestUnit]:
        """Return the nearest free units of some kinds, nearest first.

        ``lon, lat`` are WGS84 degrees; an unknown place (NaN) has no units near.
        """
        units, rows = self._units, self._of(kinds)
        metres = metres_to_points(lon, lat, units.lon[rows], units.lat[rows])
        order = np.argsort(metres, kind="stable")[:most]
        return [
            self._nearest_unit(int(rows[at]), float(metres[at])) for at in order if np.isfinite(metres[at])
        ]

    def _of(self, kinds: frozenset[str]) -> npt.NDArray[np.intp]:
        if kinds not in self._fit:
            fits = np.array([kind in kinds for kind in self._units.kind], dtype=bool)
            self._fit[kinds] = np.flatnonzero(fits & self._free)
        return self._fit[kinds]

    def _nearest_unit(self, row: int, metres: float) -> NearestUnit:
        units, numbers = self._units, self._numbers
        minutes = metres * numbers.unit_detour / (numbers.unit_kmh * 1000 / 60)
        return NearestUnit(
            str(units.ids[row]), str(units.call_sign[row]), str(units.kind[row]), str(units.agency[row]),
            str(units.state[row]), round(metres), round(minutes, 1),
        )  # fmt: skip
