"""What is near a case: units that can do its work, cameras, and cases that may be duplicates."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.places.distance import metres_to_points
from city.state.ledger_state import Case, CityState
from city.state.row_keys import row_key_of
from city.views.nearest_cameras import nearest_cameras
from city.views.nearest_units import FreeUnits
from city.views.wall_seen import UnitsSeen

__all__ = ["cameras_near", "same_near", "units_near"]

Floats = npt.NDArray[np.float64]

UNITS, SAME = 5, 8


def units_near(units: UnitsSeen, case: Case, rules: DecisionRules) -> list[dict[str, Any]]:
    """Return the nearest free units that can do the work of a case, with the fields of ``NearestUnit``."""
    kinds = rules.unit_tasks.kinds_for(f"{case.kind}:{case.code}")
    free = FreeUnits(units, rules.numbers)
    found = free.nearest(case.place.lon, case.place.lat, kinds, UNITS)
    return [msgspec.structs.asdict(one) for one in found]


def cameras_near(state: CityState, case: Case, now: float) -> list[dict[str, Any]]:
    """Return the nearest cameras of a case at machine time ``now``, with the fields of ``CameraNear``."""
    near = nearest_cameras(state, case.place.lon, case.place.lat, now)
    return [msgspec.structs.asdict(one) for one in near]


def same_near(cases: Iterable[Case], case: Case, numbers: CaseNumbers) -> list[dict[str, Any]]:
    """Return open cases of the same class within 50 m, nearest first: possible duplicates."""
    others = [
        other for other in cases if other.is_open and other.key != case.key and other.alike == case.alike
    ]
    lon = np.array([other.place.lon for other in others], dtype=float)
    lat = np.array([other.place.lat for other in others], dtype=float)
    metres = metres_to_points(case.place.lon, case.place.lat, lon, lat)
    return [
        {
            "mark": row_key_of(others[place].key), "no": others[place].file.no, "kind": case.kind,
            "code": case.code, "class": f"{case.kind}.{case.code}", "label": others[place].label,
            "metres": round(float(metres[place])), "at": others[place].at, "state": others[place].state,
            "road": others[place].place.road, "street": others[place].place.street,
            "callers": max(1, others[place].file.callers), "version": others[place].file.version,
        }
        for place in _nearest(np.where(metres <= numbers.near_m, metres, np.inf), SAME)
    ]  # fmt: skip


def _nearest(metres: npt.NDArray[np.float64], most: int) -> list[int]:
    order = np.argsort(metres, kind="stable")[:most]
    return [int(row) for row in order if np.isfinite(metres[row])]
