"""Official warnings and storms as published. Times are epoch seconds, positions WGS84 degrees."""

from typing import Any, Literal

import msgspec

__all__ = [
    "Area", "Info", "Landfall", "Ring", "Storm", "StormPoint", "ToldForecast", "WarningMessage",
]  # fmt: skip

Ring = tuple[tuple[float, float], ...]
"""Corners (lon, lat), closed or not."""


class Area(msgspec.Struct, frozen=True):
    """One area of a warning: its names in each language, its division codes, its outlines.

    ``codes`` are (scheme, code) of CAP's geocodes; a circle is stored as an outline.
    """

    names: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    rings: tuple[Ring, ...] = ()


class ToldForecast(msgspec.Struct, frozen=True):
    """A forecast in a statement. ``kind``: tide (m), rain_1h, rain_3h (mm); ``at`` is when it is reached.

    ``place`` is a station as the office names it or a division code; ``datum`` '' = that of the station.
    """

    kind: str
    place: str
    value: float
    at: float
    datum: str = ""


class Info(msgspec.Struct, frozen=True):
    """One statement of a warning; CAP's translations of a statement are joined into one.

    ``says``: ``warns``; ``tells`` (no signal of a colour, only forecasts); ``lifts`` (the danger is over:
    AllClear, Past, 解除); ``doubts`` (Unlikely, or a statement of a Cancel with references). ``rank`` 1..4
    with 4 = worst, 0 = no colour; never estimated. ``begins`` is when it takes effect, ``ends`` when it ends;
    ``assumed``: the office gave no end, and the usual duration was used. ``headlines``: language (``zh``,
    ``en``) → text.
    """

    says: Literal["warns", "tells", "lifts", "doubts"]
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
    forecasts: tuple[ToldForecast, ...] = ()


class WarningMessage(msgspec.Struct, frozen=True):
    """A public CAP message as issued: an alert, an update of earlier ones or their cancellation.

    ``key`` is "sender/identifier"; ``references`` are the keys of the messages that it references; ``ends``
    is when its last statement ends unless another message ends it earlier, 0 without statements.
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
    """Where and when a storm made landfall; ``place`` as the office names it."""

    at: float
    lon: float
    lat: float
    place: str = ""


class Storm(msgspec.Struct, frozen=True):
    """A storm's track as last published; ``at`` is the time of the advisory, ``received`` machine time."""

    key: str
    name: str
    points: tuple[StormPoint, ...]
    at: float
    received: float
    landfalls: tuple[Landfall, ...] = ()

    @property
    def fixed_at(self) -> float:
        """Return the time of its newest fix that is not a forecast; without one, the time of the advisory."""
        return max((point.at for point in self.points if not point.forecast), default=self.at)
