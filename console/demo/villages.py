"""The demo's unit grids: invented squares of the built-in district, one for each village."""

import math
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from city.places.distance import M_PER_DEGREE
from console.deployment.district import GRIDS, is_built_in, read_district, read_streets

__all__ = ["FIRST", "write_villages"]

FIRST: Final = 201
"""The number of the first village of a street; the demo's own people are at the workstation there."""
SIDE_M: Final = 1040.0
"""Squares of this side are about as many as the district has workstations, 1,323."""


def write_villages(data: Path) -> None:
    """Write ``grids.geojson`` into a data dir of the built-in district that has none: an edited one stays."""
    path = data / GRIDS
    if path.exists() or not is_built_in(data):
        return
    beside = path.with_suffix(".part")
    beside.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": _squares(data)}))
    beside.replace(path)


def _squares(data: Path) -> list[dict[str, Any]]:
    """Return one grid per village: a village is a square, in the street of the square's middle."""
    streets = read_streets(read_district(data))
    corners = np.concatenate([ring for code in streets.codes for ring in streets.rings_of(code)])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    high = SIDE_M / M_PER_DEGREE
    wide = high / math.cos(math.radians((south + north) / 2))
    lons, lats = np.meshgrid(np.arange(west, east, wide), np.arange(south, north, high))
    inside = streets.of(lons.ravel() + wide / 2, lats.ravel() + high / 2)
    numbers = dict.fromkeys(streets.codes, FIRST)
    found = []
    for lon, lat, street in zip(lons.ravel().tolist(), lats.ravel().tolist(), inside.tolist(), strict=True):
        if street < 0:
            continue
        code = streets.codes[street]
        ring = [[lon, lat], [lon + wide, lat], [lon + wide, lat + high], [lon, lat + high], [lon, lat]]
        found.append(
            {
                "type": "Feature",
                "properties": {"code": f"{code}{numbers[code]}001"},
                "geometry": {"type": "Polygon", "coordinates": [[_rounded(at) for at in ring]]},
            }
        )
        numbers[code] += 1
    return found


def _rounded(at: list[float]) -> list[float]:
    return [round(at[0], 6), round(at[1], 6)]
