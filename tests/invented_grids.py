"""Invented unit grids: two squares beside each other around the place of the tests' cases."""

from typing import Any

__all__ = ["GRIDS", "grid", "square"]


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def grid(code: object, *rings: list[list[float]]) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


GRIDS: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        grid("310115004001002", square(121.515, 31.205, 121.525, 31.215)),
        grid("310115004001003", square(121.525, 31.205, 121.535, 31.215)),
    ],
}
