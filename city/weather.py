"""Official weather: warnings and storms as published. Moments are epoch seconds, positions WGS84 degrees."""

from typing import Any, Literal

import msgspec

__all__ = ["Area", "Info", "Landfall", "Ring", "Storm", "StormPoint", "Warned"]

Ring = tuple[tuple[float, float], ...]
"""Corners (lon, lat), closed or not."""


class Area(msgspec.Struct, frozen=True):
    """One area of a warning: its names in each language, its division codes, its outlines.

    ``codes`` are (scheme, code) of CAP's geocodes; a circle is an outline too.
    """

    names: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    rings: tuple[Ring, ...] = ()


class Info(msgspec.Struct, frozen=True):
    """One statement of a warning; CAP's translations of one statement are one.

    ``says``: ``warns``; ``lifts`` (the danger is over: AllClear, Past, 解除); ``doubts`` (Unlikely, or
    Cancel's words without a reference). ``rank`` 1..4 with 4 = worst, 0 = no colour; never computed by us.
    ``begins`` is when it takes effect, ``ends`` when it stops; ``assumed``: the office did not say when it
    ends and the usual time was taken. ``headlines``: language (``zh``, ``en``) → text.
    """

    says: Literal["warns", "lifts", "doubts"]
    event: str
    hazard: str
    colour: str
    rank: int
    headlines: dict[str, str]
    sender_name: str
    begins: float
    ends: float
    assumed: bool
    areas: tuple[Area, ...]


class Warned(msgspec.Struct, frozen=True):
    """A public CAP message as issued: an alert, an update of earlier ones or their cancellation.

    ``key`` is "sender/identifier"; ``references`` are the keys of the messages that it names; ``ends`` is
    when the last of its statements stops if nothing ends it before, 0 for none.
    """

    key: str
    sender: str
    status: Literal["Actual", "Exercise"]
    kind: Literal["Alert", "Update", "Cancel"]
    sent: float
    references: tuple[str, ...]
    infos: tuple[Info, ...]
    ends: float


class StormPoint(msgspec.Struct, frozen=True):
    """One fix of a storm: WGS84 degrees, m/s, hPa; ``radii_km`` by force as published."""

    at: float
    lon: float
    lat: float
    wind_ms: float | None = None
    pressure_hpa: float | None = None
    forecast: bool = False
    radii_km: dict[str, Any] = {}  # msgspec copies it


class Landfall(msgspec.Struct, frozen=True):
    """Where and when a storm's centre came ashore; ``place`` in the office's words."""

    at: float
    lon: float
    lat: float
    place: str = ""


class Storm(msgspec.Struct, frozen=True):
    """A storm's track as last published; ``at`` is the moment of the advisory, ``received`` machine time."""

    key: str
    name: str
    points: tuple[StormPoint, ...]
    at: float
    received: float
    landfalls: tuple[Landfall, ...] = ()

    @property
    def fixed_at(self) -> float:
        """Return the moment of its newest fix that is no forecast; the advisory's when it has none."""
        return max((point.at for point in self.points if not point.forecast), default=self.at)
