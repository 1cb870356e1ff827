"""Units that could be sent to a case: one rule for every screen that offers one, and for the decision."""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from city.acts.command import UnitNow
from city.acts.terms import CaseNumbers
from city.distance import metres_to_points
from city.freshness import UNIT_STALE_S, measured_as_of
from city.seen import UnitsSeen
from city.state import CityState

__all__ = ["COMMITTED", "FreeUnits", "NearSeen", "hindrance", "unit_now"]

COMMITTED: Final = frozenset({"assigned", "en_route", "on_scene"})
"""States of units that somebody has sent somewhere."""

_AWAY: Final = COMMITTED | {"off_duty", "out_of_service", "unknown"}


class NearSeen(msgspec.Struct, frozen=True):
    """A free unit near a case; ``metres`` as the crow flies, ``minutes`` by the way at the assumed speed."""

    unit: str
    call_sign: str
    kind: str
    agency: str
    state: str
    metres: int
    minutes: float


def hindrance(unit: UnitNow, kinds: frozenset[str]) -> str:
    """Return why a unit cannot be sent, as a key below ``refusal.``; '' when it can.

    ``kinds`` are those that can do the work (``UnitTasks.kinds_for``); of a unit that does not tell its kind
    nobody knows that it can.
    """
    if unit.lost:
        return "unit_lost"
    if unit.state in _AWAY:
        return "unit_away"
    return "" if unit.kind in kinds else "unit_unfit"


def unit_now(state: CityState, unit: str, now: float) -> UnitNow | None:
    """Return a unit as it was last heard of, at machine time ``now``; None for one that never was."""
    units = state.measured.units
    row = units.find(unit)
    if row is None:
        return None
    told = slice(row, row + 1)
    (as_of,) = measured_as_of(units.column("at")[told], units.column("received")[told], state.ledger.clock)
    lost = not now - as_of <= UNIT_STALE_S
    return UnitNow(str(units.column("kind")[row]), str(units.column("state")[row]), lost=lost)


class FreeUnits:
    """Who of some units is free: nothing hinders it (``hindrance``) but perhaps the kind of the work."""

    def __init__(self, units: UnitsSeen, numbers: CaseNumbers) -> None:
        self._units = units
        self._numbers = numbers
        told = [UnitNow(*one) for one in zip(units.kind, units.state, units.lost.tolist(), strict=True)]
        self._free = np.array([not hindrance(unit, frozenset({unit.kind})) for unit in told], dtype=bool)
        self._fit: dict[frozenset[str], npt.NDArray[np.intp]] = {}

    def nearest(self, lon: float, lat: float, kinds: frozenset[str], most: int) -> list[NearSeen]:
        """Return the nearest free units of some kinds, nearest first.

        ``lon, lat`` are WGS84 degrees; a place that is not known (NaN) has nobody near.
        """
        units, rows = self._units, self._of(kinds)
        metres = metres_to_points(lon, lat, units.lon[rows], units.lat[rows])
        order = np.argsort(metres, kind="stable")[:most]
        return [self._near(int(rows[at]), float(metres[at])) for at in order if np.isfinite(metres[at])]

    def _of(self, kinds: frozenset[str]) -> npt.NDArray[np.intp]:
        if kinds not in self._fit:
            fits = np.array([kind in kinds for kind in self._units.kind], dtype=bool)
            self._fit[kinds] = np.flatnonzero(fits & self._free)
        return self._fit[kinds]

    def _near(self, row: int, metres: float) -> NearSeen:
        units, numbers = self._units, self._numbers
        minutes = metres * numbers.unit_detour / (numbers.unit_kmh * 1000 / 60)
        return NearSeen(
            str(units.ids[row]), str(units.call_sign[row]), str(units.kind[row]), str(units.agency[row]),
            str(units.state[row]), round(metres), round(minutes, 1),
        )  # fmt: skip
