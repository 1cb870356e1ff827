"""Positions: checked in their records, converted to WGS84 together (one numpy pass per batch)."""

import math
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from city.places.datums import CRS_NAMES, to_wgs84
from feeds.protocol.faults import Rejected, reject

__all__ = ["Spot", "convert", "spot_in", "write"]

_LIMITS = (("lon", 180), ("lat", 90))


class Spot(msgspec.Struct):
    """A position found in an object: its degrees as sent, in ``crs``, its object and its path."""

    holder: dict[str, Any]
    path: str
    crs: str
    lon: float
    lat: float
    wgs84: tuple[float, float] = (math.nan, math.nan)


def spot_in(holder: dict[str, Any], path: str, default_crs: str) -> Spot | Rejected | None:
    """Return the position of a record or point, None when it has none (null counts as none).

    ``path`` ends in a dot or is empty. The record is not changed.
    """
    crs = holder.get("crs")
    if crs is None:
        crs = default_crs
    elif type(crs) is not str:
        return reject(f"{path}crs", "wrong_type", "one of " + ", ".join(CRS_NAMES), crs)
    if crs not in CRS_NAMES:
        return reject(f"{path}crs", "unknown_crs", "one of " + ", ".join(CRS_NAMES), crs)
    lon, lat = holder.get("lon"), holder.get("lat")
    if type(lon) is float and type(lat) is float and abs(lon) <= 180 and abs(lat) <= 90 and (lon or lat):
        return Spot(holder, path, crs, lon, lat)  # the common case
    absent = [name for name, _ in _LIMITS if holder.get(name) is None]
    for name, limit in _LIMITS:
        if name not in absent:
            fault = _degrees(holder[name], f"{path}{name}", limit)
            if fault is not None:
                return fault
    if len(absent) == 1:
        return reject(f"{path}{absent[0]}", "position_incomplete", "lon and lat together")
    if absent:
        return None
    if lon == lat == 0:
        return reject(f"{path}lon", "out_of_range", "a position (0, 0 stands for none: leave both out)", lon)
    return Spot(holder, path, crs, holder["lon"], holder["lat"])


def _degrees(value: Any, path: str, limit: int) -> Rejected | None:
    expected = f"a number from -{limit} to {limit}"
    kind = type(value)
    if kind is not float and kind is not int:
        return reject(path, "not_a_number", expected, value)
    return None if -limit <= value <= limit else reject(path, "out_of_range", expected, value)


def convert(spots: Iterable[Spot]) -> list[tuple[Spot, Rejected]]:
    """Set the WGS84 degrees of all spots; return those that cannot be converted."""
    by_crs: dict[str, list[Spot]] = {}
    for spot in spots:
        if spot.crs in ("GCJ02", "BD09"):
            by_crs.setdefault(spot.crs, []).append(spot)
        else:
            spot.wgs84 = (spot.lon, spot.lat)  # CGCS2000 differs by less than a metre
    failed = []
    for crs, some in by_crs.items():
        lon = np.array([spot.lon for spot in some], dtype=np.float64)
        lat = np.array([spot.lat for spot in some], dtype=np.float64)
        east, north = to_wgs84(lon, lat, crs)
        for spot, x, y in zip(some, east.tolist(), north.tolist(), strict=True):
            spot.wgs84 = (x, y)
            if math.isnan(x) or math.isnan(y):
                expected = f"a place inside the outline of China for {crs}"
                failed.append((spot, reject(f"{spot.path}crs", "outside_china", expected)))
    return failed


def write(spot: Spot) -> None:
    """Write a converted position into its object; keep the position as sent under ``original``."""
    holder = spot.holder
    if spot.crs != "WGS84":
        holder["original"] = {"crs": spot.crs, "lon": spot.lon, "lat": spot.lat}
        holder["lon"], holder["lat"] = spot.wgs84
    holder["crs"] = "WGS84"
