"""Free units of a holder that fit its linkage task or case, for the holder's own page."""

from typing import Any, Final

import numpy as np

from city.cases.relaxed import relaxed
from city.clocks.freshness import UNIT_STALE_S, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.sendable_units import UnitNow, hindrance
from city.places.distance import metres_to_points
from city.state.columns import Columns
from city.state.ledger_state import Case, CityState
from city.state.linkage_records import Task

__all__ = ["own_units", "owner_names", "units_for_case"]

MOST: Final = 5

Found = list[dict[str, Any]]


def own_units(state: CityState, task: Task, rules: DecisionRules, now: float) -> Found:
    """Return the free units that the task's agency may send and that fit it, nearest first.

    ``now`` is machine time. Fields: ``unit``, ``call_sign``, ``kind``, ``metres`` in a straight line (None =
    no position is known), ``as_of`` (machine time of the unit's position). A unit on another open task is
    not free.
    """
    template = rules.linkage.row(task.template) if task.template else None
    kinds = frozenset(template.unit_kinds) if template is not None else frozenset()
    return _free(state, rules, now, task.agency, (task.place.lon, task.place.lat), kinds, but=task.id)


def units_for_case(state: CityState, case: Case, holder: str, rules: DecisionRules, now: float) -> Found:
    """Return the same for a case: the holder's free units that can do the work of its class.

    A street may command every unit inside its area while that is relaxed (domain §4.6).
    """
    kinds = rules.unit_tasks.kinds_for(f"{case.kind}:{case.code}")
    city_now = state.ledger.clock.at(now)
    is_wide = holder in rules.streets and relaxed(state.ledger, "street_command", city_now) is not None
    area = holder if is_wide else ""
    return _free(state, rules, now, holder, (case.place.lon, case.place.lat), kinds, area=area)


def _free(
    state: CityState, rules: DecisionRules, now: float, holder: str, there: tuple[float, float],
    kinds: frozenset[str], *, but: str = "", area: str = "",
) -> Found:  # fmt: skip
    """``kinds`` empty = every kind; ``but`` is the task whose own unit counts as free; ``area`` a street
    whose units count as the holder's, whoever's they are.
    """
    units, names = state.measured.units, owner_names(holder, rules)
    sent = {other.unit for other in state.ledger.tasks.values() if other.is_open and other.id != but}
    as_of = measured_as_of(units.column("at"), units.column("received"), state.ledger.clock)
    metres = metres_to_points(*there, units.column("lon"), units.column("lat"))
    columns = (units.column(name) for name in ("call_sign", "kind", "agency", "state"))
    found = []
    for row, (id_, sign, kind, of, busy) in enumerate(zip(units.ids, *columns, strict=True)):
        unit = UnitNow(str(kind), str(busy), lost=not now - as_of[row] <= UNIT_STALE_S)
        is_theirs = of in names or (bool(area) and _is_in(area, units, row, rules))
        if not is_theirs or id_ in sent or hindrance(unit, kinds or frozenset({unit.kind})):
            continue
        far = float(metres[row])
        found.append({
            "unit": id_, "call_sign": str(sign), "kind": str(kind),
            "metres": round(far) if np.isfinite(far) else None, "as_of": float(as_of[row]),
        })  # fmt: skip
    found.sort(key=lambda one: (one["metres"] is None, one["metres"], one["call_sign"]))
    return found[:MOST]


def _is_in(area: str, units: Columns, row: int, rules: DecisionRules) -> bool:
    lon, lat = float(units.column("lon")[row]), float(units.column("lat")[row])
    return np.isfinite(lon + lat) and rules.street_of(lon, lat) == area


def owner_names(holder: str, rules: DecisionRules) -> set[str]:
    """Return the codes and short names under which the units of a holder and of its contractors report."""
    agency = rules.agencies.get(holder)
    if agency is None:
        return {holder, rules.streets.get(holder, holder)}
    contractors = [rules.agencies[code] for code in agency.contractors if code in rules.agencies]
    return {name for one in (agency, *contractors) for name in (one.code, one.short)}
