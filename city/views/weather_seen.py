"""Official warnings and storms as every page may see them: both are public."""

import msgspec

from city.state.warning_records import Landfall, Ring, StormPoint

__all__ = ["StormSeen", "WarningArea", "WarningSeen"]


class WarningArea(msgspec.Struct, frozen=True):
    """One area of a warning, with the colour of its own statement.

    It has an outline (lon, lat), or only a division code that a map may know.
    """

    colour: str
    rank: int
    ring: Ring = ()
    code: str = ""


class WarningSeen(msgspec.Struct, frozen=True):
    """An official warning of one hazard that is not over; its worst statement counts.

    ``hazard`` and ``colour`` are catalogue words; ``headlines``: language → text. ``announced``: it is not in
    force before ``begins``. ``ends`` is ``assumed`` when the office did not give an end. ``areas`` are
    those in force.
    """

    key: str
    hazard: str
    colour: str
    rank: int
    headlines: dict[str, str]
    sender_name: str
    sent: float
    begins: float
    ends: float
    assumed: bool = False
    announced: bool = False
    exercise: bool = False
    areas: tuple[WarningArea, ...] = ()


class StormSeen(msgspec.Struct, frozen=True):
    """A storm that is not over; ``received`` is machine time, ``landfall`` the district's or nearest one."""

    key: str
    name: str
    points: tuple[StormPoint, ...]
    received: float
    landfall: Landfall | None = None
