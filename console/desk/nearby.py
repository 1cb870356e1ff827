"""What is near a case: units that can do its work, cameras, and cases that may be duplicates."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.places.distance import metres_to_points
from city.state.ledger_state import Case
from city.state.row_keys import row_key_of
from city.views.nearest_units import FreeUnits
from city.views.wall_seen import CameraSeen, UnitsSeen
from layers.marks.cameras import is_well

__all__ = ["cameras_near", "same_near", "units_near"]

Floats = npt.NDArray[np.float64]

UNITS, CAMERAS, SAME = 5, 6, 8
CAMERA_M: Final = 1000.0


def units_near(units: UnitsSeen, case: Case, rules: DecisionRules) -> list[dict[str, Any]]:
    """Return the nearest free units that can do the work of a case, with the fields of ``NearestUnit``."""
    kinds = rules.unit_tasks.kinds_for(f"{case.kind}:{case.code}")
    free = FreeUnits(units, rules.numbers)
    found = free.nearest(case.place.lon, case.place.lat, kinds, UNITS)
    return [msgspec.structs.asdict(one) for one in found]


def cameras_near(cameras: Sequence[CameraSeen], case: Case, now: float) -> list[dict[str, Any]]:
    """Return the nearest cameras within 1 km that a screen in the hall may show.

    ``well``: whether the map shows the camera as working at machine time ``now``. ``heard_at``: the machine
    time of its newest record.
    """
    lon = np.array([camera.lon for camera in cameras], dtype=float)
    lat = np.array([camera.lat for camera in cameras], dtype=float)
    metres = metres_to_points(case.place.lon, case.place.lat, lon, lat)
    near = _nearest(np.where(metres <= CAMERA_M, metres, np.inf), CAMERAS)
    return [
        {
            "id": cameras[row].id, "name": cameras[row].name, "metres": round(float(metres[row])),
            "state": cameras[row].state, "picture_at": cameras[row].picture_at,
            "heard_at": cameras[row].as_of, "well": is_well(cameras[row], now),
        }
        for row in near
    ]  # fmt: skip


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
