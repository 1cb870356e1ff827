"""Which unit can be sent: the same rule for the screens that offer units and for the decision."""

import math
from typing import Final

import msgspec

from city.clocks.freshness import UNIT_STALE_S, measured_as_of
from city.state.ledger_state import CityState

__all__ = ["COMMITTED", "UNIT_STATES", "UnitNow", "hindrance", "unit_now"]

COMMITTED: Final = frozenset({"assigned", "en_route", "on_scene"})
"""States of units that are on a task."""

_AWAY: Final = COMMITTED | {"off_duty", "out_of_service", "unknown"}

UNIT_STATES: Final = _AWAY | {"standby", "returning"}
"""States of units (domain §3.8)."""


class UnitNow(msgspec.Struct, frozen=True):
    """A unit by its newest telemetry; ``lost``: its position is too old.

    ``agency`` is the code or short name under which it reports, '' = unknown; without a position ``lon`` and
    ``lat`` are None.
    """

    kind: str
    state: str
    lost: bool
    call_sign: str = ""
    agency: str = ""
    lon: float | None = None
    lat: float | None = None


def hindrance(unit: UnitNow, kinds: frozenset[str]) -> str:
    """Return why a unit cannot be sent, as a key below ``refusal.``; '' when it can.

    ``kinds`` are those that can do the work (``UnitTasks.kinds_for``). A unit of unknown kind cannot be sent.
    """
    if unit.lost:
        return "unit_lost"
    if unit.state in _AWAY:
        return "unit_away"
    return "" if unit.kind in kinds else "unit_unfit"


def unit_now(state: CityState, unit: str, now: float) -> UnitNow | None:
    """Return a unit by its newest telemetry at machine time ``now``; None without telemetry."""
    units = state.measured.units
    row = units.find(unit)
    if row is None:
        return None
    only = slice(row, row + 1)
    (as_of,) = measured_as_of(units.column("at")[only], units.column("received")[only], state.ledger.clock)
    lost = not now - as_of <= UNIT_STALE_S
    kind, at_work, sign, agency = (
        str(units.column(name)[row]) for name in ("kind", "state", "call_sign", "agency")
    )
    lon, lat = (float(units.column(name)[row]) for name in ("lon", "lat"))
    place = (lon, lat) if math.isfinite(lon + lat) else (None, None)
    return UnitNow(kind, at_work, lost, sign, agency, *place)
