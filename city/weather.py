"""Official weather: warnings in force and storms. Moments are epoch seconds, positions WGS84 degrees."""

from typing import Any

import msgspec

__all__ = ["Storm", "StormPoint", "Warned"]


class Warned(msgspec.Struct, frozen=True):
    """An official warning as issued. ``rank`` 1..4 with 4 = worst; never computed by us."""

    key: str
    sender: str
    identifier: str
    status: str
    hazard: str
    colour: str
    rank: int
    headline: str
    sender_name: str
    sent: float
    onset: float | None
    expires: float | None
    cancelled: bool = False
    superseded_by: str = ""
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()


class StormPoint(msgspec.Struct, frozen=True):
    """One fix of a storm: WGS84 degrees, m/s, hPa; ``radii_km`` by force as published."""

    at: float
    lon: float
    lat: float
    wind_ms: float | None = None
    pressure_hpa: float | None = None
    forecast: bool = False
    radii_km: dict[str, Any] = {}  # msgspec copies it


class Storm(msgspec.Struct, frozen=True):
    """A storm's track as last published."""

    key: str
    name: str
    points: tuple[StormPoint, ...]
    at: float
    received: float
