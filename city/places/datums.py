"""Horizontal datums used in China, and conversion between them and WGS84.

Everything inside Citywall is WGS84 degrees. CGCS2000 (EPSG:4490) differs from it by under a metre
and counts as equal. GCJ-02 (phones, AMap, Tencent) and BD-09 (Baidu) are shifted by some 500 and
1,000 m; they are defined only inside `in_china_box`, and outside it every conversion returns NaN.
"""

from typing import Final, Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

Crs = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]
Floats = NDArray[np.float64]

CRS_NAMES: Final[tuple[str, ...]] = get_args(Crs)

# The box inside which the GCJ-02 shift is defined, degrees.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271

# The Krasovsky 1940 ellipsoid, on which GCJ-02 is computed: semi-major axis (m), eccentricity².
_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323

# BD-09 rotates and scales GCJ-02 slightly, then adds this offset in degrees.
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_WAVE = np.pi * 3000.0 / 180.0

# Each step of the inverse reduces the error more than 100 times: six steps end below float precision.
_STEPS = 6


class UnknownCrs(ValueError):
    """An unknown coordinate reference system, such as a local city grid. It is never guessed."""

    def __init__(self, crs: str) -> None:
        super().__init__(f"crs: {crs!r} is not one of {', '.join(CRS_NAMES)}")


@overload
def in_china_box(lon: float, lat: float) -> bool: ...
@overload
def in_china_box(lon: Floats, lat: Floats) -> NDArray[np.bool_]: ...
def in_china_box(lon: float | Floats, lat: float | Floats) -> bool | NDArray[np.bool_]:
    """Whether the degrees lie in 72.004–137.8347 E, 0.8293–55.8271 N; NaN does not."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)
    return bool(inside) if inside.ndim == 0 else inside


@overload
def to_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: Floats, lat: Floats, crs: str) -> tuple[Floats, Floats]: ...
def to_wgs84(
    lon: float | Floats, lat: float | Floats, crs: str
) -> tuple[float, float] | tuple[Floats, Floats]:
    """Convert degrees in `crs` to WGS84; a GCJ02 or BD09 point outside the box becomes NaN.

    Raises UnknownCrs (a ValueError) for any other reference.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if _shifted(crs):
        x, y = _inside_only(x, y)
        east, north = x, y
        for _ in range(_STEPS):
            there_x, there_y = _forward(east, north, crs)
            east, north = east + (x - there_x), north + (y - there_y)
        x, y = east, north
    return _like_input(x, y)


@overload
def from_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Floats, lat: Floats, crs: str) -> tuple[Floats, Floats]: ...
def from_wgs84(
    lon: float | Floats, lat: float | Floats, crs: str
) -> tuple[float, float] | tuple[Floats, Floats]:
    """Convert WGS84 degrees to `crs`; outside the box GCJ02 and BD09 are NaN.

    Raises UnknownCrs (a ValueError) for any other reference.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if _shifted(crs):
        x, y = _forward(*_inside_only(x, y), crs)
    return _like_input(x, y)


def _shifted(crs: str) -> bool:
    if crs not in CRS_NAMES:
        raise UnknownCrs(crs)
    return crs in ("GCJ02", "BD09")


def _inside_only(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    inside = np.asarray(in_china_box(x, y))
    return np.where(inside, x, np.nan), np.where(inside, y, np.nan)


def _like_input(x: Floats, y: Floats) -> tuple[float, float] | tuple[Floats, Floats]:
    return (float(x), float(y)) if x.ndim == 0 and y.ndim == 0 else (x, y)


def _forward(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    gcj_x, gcj_y = _gcj02(x, y)
    return (gcj_x, gcj_y) if crs == "GCJ02" else _bd09(gcj_x, gcj_y)


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (both + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    wave = 160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)
    north = north + wave * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (both + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    wave = 150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)
    east = east + wave * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    meridian = _AXIS * (1.0 - _ECCENTRICITY2) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(phi)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_WAVE)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT
