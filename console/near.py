"""What is near a case: units that could come, cameras that could look, cases that may be the same."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from city.acts.terms import CaseNumbers
from city.marks import mark_of
from city.state import Case, CityState
from city.wall_view import FORBIDDEN_ON_WALL, UNIT_STALE_S

__all__ = ["cameras_near", "same_near", "units_near"]

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE: Final = 111_320.0
DETOUR: Final = 1.4
"""Ways are so much longer than the straight line."""
SPEED_KMH: Final = {
    "fire_engine": 40.0, "ambulance": 40.0, "police_car": 40.0, "patrol_car": 35.0, "pump_truck": 30.0,
    "motorcycle": 30.0, "e_bike": 18.0, "boat": 15.0, "on_foot": 5.0, "inspector": 5.0,
}  # fmt: skip
OTHERS_KMH: Final = 30.0
AWAY: Final = frozenset({"off_duty", "out_of_service"})
UNITS, CAMERAS, SAME = 5, 6, 8
CAMERA_M: Final = 1000.0


def units_near(state: CityState, case: Case, now: float) -> list[dict[str, Any]]:
    """Return the nearest units on duty with a position that is not lost; ``now`` is machine time.

    Metres are as the crow flies, minutes by the way at the speed of the kind.
    """
    units = state.measured.units
    metres = _metres(case, units.column("lon"), units.column("lat"))
    fresh = now - units.column("received") <= UNIT_STALE_S
    on_duty = np.array([one not in AWAY for one in units.column("state")], dtype=bool)
    metres = np.where(fresh & on_duty, metres, np.inf)
    found = []
    for row in _nearest(metres, UNITS):
        kind = str(units.column("kind")[row])
        speed = SPEED_KMH.get(kind, OTHERS_KMH) * 1000 / 60
        found.append({
            "unit": units.ids[row], "call_sign": str(units.column("call_sign")[row]), "kind": kind,
            "agency": str(units.column("agency")[row]), "state": str(units.column("state")[row]),
            "metres": round(float(metres[row])), "minutes": round(float(metres[row]) * DETOUR / speed, 1),
        })  # fmt: skip
    return found


def cameras_near(state: CityState, case: Case) -> list[dict[str, Any]]:
    """Return the nearest cameras within 1 km that may stand on a screen in the hall."""
    cameras = [one for one in state.ledger.cameras.values() if one.privacy not in FORBIDDEN_ON_WALL]
    lon = np.array([camera.place.lon for camera in cameras], dtype=float)
    lat = np.array([camera.place.lat for camera in cameras], dtype=float)
    metres = _metres(case, lon, lat)
    measured = state.measured.cameras
    found = []
    for place in _nearest(np.where(metres <= CAMERA_M, metres, np.inf), CAMERAS):
        camera, row = cameras[place], measured.find(cameras[place].id)
        picture_at = float("nan") if row is None else float(measured.column("picture_at")[row])
        found.append({
            "id": camera.id, "name": camera.name, "metres": round(float(metres[place])),
            "state": "" if row is None else str(measured.column("state")[row]),
            "picture_at": None if np.isnan(picture_at) else picture_at,
        })  # fmt: skip
    return found


def same_near(cases: Iterable[Case], case: Case, numbers: CaseNumbers) -> list[dict[str, Any]]:
    """Return open cases of the same class within 50 m, nearest first: they may be one."""
    others = [
        other
        for other in cases
        if other.is_open and other.key != case.key and (other.kind, other.code) == (case.kind, case.code)
    ]
    lon = np.array([other.place.lon for other in others], dtype=float)
    lat = np.array([other.place.lat for other in others], dtype=float)
    metres = _metres(case, lon, lat)
    return [
        {
            "mark": mark_of(others[place].key), "no": others[place].file.no, "kind": case.kind,
            "code": case.code, "class": f"{case.kind}.{case.code}", "label": others[place].label,
            "metres": round(float(metres[place])), "at": others[place].at, "state": others[place].state,
            "road": others[place].place.road, "street": others[place].place.street,
            "callers": max(1, others[place].file.callers), "version": others[place].file.version,
        }
        for place in _nearest(np.where(metres <= numbers.near_m, metres, np.inf), SAME)
    ]  # fmt: skip


def _metres(
    case: Case, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return metres to each point; inf where either has no position."""
    place = case.place
    metres = np.hypot((lon - place.lon) * np.cos(np.radians(place.lat)), lat - place.lat) * METRES_PER_DEGREE
    return np.where(np.isnan(metres), np.inf, metres)


def _nearest(metres: npt.NDArray[np.float64], most: int) -> list[int]:
    order = np.argsort(metres, kind="stable")[:most]
    return [int(row) for row in order if np.isfinite(metres[row])]
