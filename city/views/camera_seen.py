"""A camera as the views hold it: its place, and what is known of its picture."""

import msgspec

from city.clocks.city_clock import CityClock
from city.video.camera_state import CameraState, camera_state

__all__ = ["CameraSeen"]


class CameraSeen(msgspec.Struct, frozen=True):
    """A camera that a wall may show: its place, its health, when its newest picture was taken.

    ``as_of`` is the machine time of its newest health report or picture, None = never received.
    """

    id: str
    name: str
    street: str
    lon: float
    lat: float
    azimuth: float | None
    state: str
    as_of: float | None
    picture_at: float | None
    same_since: float | None = None
    dark_since: float | None = None

    def state_at(self, now: float, clock: CityClock) -> CameraState:
        """Return its state at machine time ``now``."""
        return camera_state(self, now, clock)
