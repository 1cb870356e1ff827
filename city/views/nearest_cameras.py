"""The cameras nearest to a place, for people who may ask for their pictures."""

import math
from typing import Final

import msgspec

from city.clocks.freshness import measured_as_of
from city.places.distance import metres
from city.places.road_names import spot_in
from city.state.columns import Columns
from city.state.ledger_state import Camera, CityState
from city.video.camera_state import camera_state
from city.video.privacy import HIDDEN_ON_WALL
from city.views.camera_seen import CameraSeen

__all__ = ["MOST", "NEAR_M", "CameraNear", "camera_seen", "nearest_cameras"]

MOST: Final = 4
NEAR_M: Final = 1000.0
METRES_PER_DEGREE: Final = 111_195.0
WIDE_FOV: Final = 90.0
"""Width of view (degrees) that is assumed of a camera that does not tell it."""


class CameraNear(msgspec.Struct, frozen=True):
    """A camera near a place. ``bearing`` is the direction from it to the place, ``azimuth`` that of its view
    (degrees from north, clockwise; None = unknown); ``sees`` whether the place lies in its view.

    ``word`` and ``since`` are its state (``city.video.camera_state``); ``picture_at`` is the city time of its
    newest picture. ``on_wall``: a wall may show it; the picture of another needs a case or incident.
    """

    id: str
    label: str
    street: str
    lon: float
    lat: float
    metres: int
    bearing: float
    azimuth: float | None
    fov: float | None
    sees: bool | None
    word: str
    since: float | None
    picture_at: float | None
    on_wall: bool


def nearest_cameras(state: CityState, lon: float, lat: float, now: float) -> tuple[CameraNear, ...]:
    """Return the four nearest cameras within 1 km of a WGS84 point, nearest first.

    ``now`` is machine time. A place without a position has none.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return ()
    high = NEAR_M / METRES_PER_DEGREE
    wide = high / max(0.1, math.cos(math.radians(lat)))
    found = []
    for camera in state.ledger.cameras.values():
        place = camera.place
        if abs(place.lat - lat) <= high and abs(place.lon - lon) <= wide:
            far = metres(lon, lat, place.lon, place.lat)
            if far <= NEAR_M:
                found.append((far, camera.id, camera))
    found.sort(key=lambda one: one[:2])
    return tuple(_near(state, camera, far, (lon, lat), now) for far, _, camera in found[:MOST])


def _near(state: CityState, camera: Camera, far: float, to: tuple[float, float], now: float) -> CameraNear:
    seen = camera_seen(state, camera)
    told = camera_state(seen, now, state.ledger.clock)
    bearing = _bearing(camera.place.lon, camera.place.lat, *to)
    return CameraNear(
        camera.id, spot_in(camera.name), camera.place.street, camera.place.lon, camera.place.lat, round(far),
        round(bearing, 1), camera.azimuth, camera.fov, _sees(camera, bearing), told.word, told.since,
        seen.picture_at, camera.privacy not in HIDDEN_ON_WALL,
    )  # fmt: skip


def _sees(camera: Camera, bearing: float) -> bool | None:
    if camera.azimuth is None:
        return None
    off = abs((bearing - camera.azimuth + 180.0) % 360.0 - 180.0)
    return off <= (camera.fov or WIDE_FOV) / 2


def _bearing(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Return the direction of a near point in degrees from north, clockwise."""
    east = (to_lon - lon) * math.cos(math.radians((lat + to_lat) / 2))
    return math.degrees(math.atan2(east, to_lat - lat)) % 360.0


def camera_seen(state: CityState, camera: Camera) -> CameraSeen:
    """Return one camera with what is known of it now."""
    columns = state.measured.cameras
    row = columns.find(camera.id)
    as_of = None if row is None else _as_of(state, columns, row)
    word = "" if row is None else str(columns.column("state")[row])
    picture, same, dark = (
        None if row is None else _known(columns.column(name)[row])
        for name in ("picture_at", "same_since", "dark_since")
    )
    return CameraSeen(
        camera.id, camera.name, camera.place.street, camera.place.lon, camera.place.lat, camera.azimuth, word,
        as_of, picture, same, dark,
    )  # fmt: skip


def _as_of(state: CityState, columns: Columns, row: int) -> float | None:
    one = slice(row, row + 1)
    moments = [
        measured_as_of(columns.column(at)[one], columns.column(received)[one], state.ledger.clock)[0]
        for at, received in (("at", "received"), ("picture_at", "picture_received"))
    ]
    known = [float(moment) for moment in moments if moment == moment]
    return max(known, default=None)


def _known(moment: float) -> float | None:
    return None if moment != moment else float(moment)
