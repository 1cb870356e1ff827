"""Whether a camera shows what is so now: live, interrupted, frozen or black, and since when."""

from typing import Final, Literal, Protocol

import msgspec

from city.clocks.city_clock import CityClock

__all__ = ["LOST_AFTER_S", "CameraState", "CameraWord", "camera_state"]

CameraWord = Literal["live", "lost", "frozen", "black"]

LOST_AFTER_S: Final = 300.0
"""Machine seconds without a message after which a camera is lost: five reporting intervals of a minute."""
FROZEN_AFTER_S: Final = 120.0
BLACK_AFTER_S: Final = 60.0
"""How long pictures must be the same, or black, before a page says so: a passing car is neither."""
WORKING: Final = frozenset({"", "ok", "online", "normal", "good", "live"})


class CameraState(msgspec.Struct, frozen=True):
    """A word, and since when it is so (city epoch seconds; None = live, or it was never heard)."""

    word: CameraWord
    since: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether its picture may stand for what is so now."""
        return self.word == "live"


class Heard(Protocol):
    """What is known of a camera; moments are city time, ``as_of`` is machine time (None = never)."""

    @property
    def state(self) -> str:
        """Its own word for its health."""

    @property
    def as_of(self) -> float | None:
        """When its newest message was measured."""

    @property
    def picture_at(self) -> float | None:
        """When its newest picture was taken."""

    @property
    def same_since(self) -> float | None:
        """Since when its pictures are the same."""

    @property
    def dark_since(self) -> float | None:
        """Since when its pictures are black."""


def camera_state(camera: Heard, now: float, clock: CityClock) -> CameraState:
    """Return a camera's state at machine time ``now``."""
    picture_at, as_of = camera.picture_at, camera.as_of
    if camera.state not in WORKING or as_of is None or now - as_of > LOST_AFTER_S:
        heard = None if as_of is None else clock.at(as_of)
        return CameraState("lost", heard if picture_at is None else picture_at)
    if picture_at is None:
        return CameraState("live")
    rate = clock.rate or 1.0
    if camera.dark_since is not None and picture_at - camera.dark_since >= BLACK_AFTER_S * rate:
        return CameraState("black", camera.dark_since)
    if camera.same_since is not None and picture_at - camera.same_since >= FROZEN_AFTER_S * rate:
        return CameraState("frozen", camera.same_since)
    return CameraState("live")
