"""Converts a GeoJSON geometry to shapes in WGS84 degrees, or reports why it cannot.

Common deviations are accepted: three and more numbers per position, rings of either direction, collections.
Open and self-crossing rings are repaired and reported. Geometry that cannot be drawn is reported.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from city.places.datums import Crs, to_wgs84

__all__ = ["AREA", "LINE", "POINT", "NoShape", "repaired", "shapes_of"]

AREA, LINE, POINT = "area", "line", "point"
Report = Callable[[str], None]
Points = list[tuple[float, float]]

_NO_AREA: Final = 1e-12  # square degrees, about a hundredth of a square metre
_DEEPEST: Final = 8  # collections in collections
_KINDS: Final[Mapping[str, tuple[str, int]]] = {
    "Polygon": (AREA, 0), "MultiPolygon": (AREA, 1), "LineString": (LINE, 0), "MultiLineString": (LINE, 1),
    "Point": (POINT, 0), "MultiPoint": (POINT, 1),
}  # fmt: skip
"""Geometry type → its kind, and whether it holds several."""


class NoShape(ValueError):
    """A geometry that cannot be drawn; the text is the error."""


def shapes_of(geometry: Any, crs: Crs, report: Report) -> dict[str, BaseGeometry]:
    """Return the shapes (WGS84) of a geometry in degrees of ``crs``, by kind: area, line, point.

    A collection may hold several. ``report`` is called with each repair and omission. Raises NoShape.
    """
    if geometry is None:
        raise NoShape("geometry is null")
    parts: dict[str, list[BaseGeometry]] = {}
    for kind, part in _parts(geometry, "geometry", crs, report, depth=0):
        parts.setdefault(kind, []).append(part)
    found = {kind: _joined(kind, several, report) for kind, several in parts.items()}
    found = {kind: shape for kind, shape in found.items() if kind != AREA or shape.area > _NO_AREA}
    if not found:
        raise NoShape("geometry is empty" if not parts else "geometry encloses no area")
    return found


def repaired(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons that a shape of areas encloses: no ring crosses itself, no two overlap."""
    if shape.is_valid:
        return shape
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(whole) if part.area > 0]
    return shapely.union_all(parts)


def _joined(kind: str, parts: Sequence[Any], report: Report) -> BaseGeometry:
    if kind == POINT:
        return parts[0] if len(parts) == 1 else shapely.MultiPoint(parts)
    if kind == LINE:
        return parts[0] if len(parts) == 1 else shapely.MultiLineString(list(parts))
    area = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    if not area.is_valid:
        why = shapely.is_valid_reason(area)
        area = repaired(area)
        if not area.is_empty:
            report(f"geometry.coordinates: {why}; repaired")
    return area


def _parts(
    geometry: Any, where: str, crs: Crs, report: Report, *, depth: int
) -> Iterator[tuple[str, BaseGeometry]]:
    if not isinstance(geometry, Mapping):
        raise NoShape(f"{where}: an object was expected")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or depth == _DEEPEST:
            raise NoShape(f"{where}.geometries: a list of geometries was expected")
        for number, member in enumerate(members):
            if member is not None:
                yield from _parts(member, f"{where}.geometries[{number}]", crs, report, depth=depth + 1)
        return
    if not isinstance(kind, str) or kind not in _KINDS:
        raise NoShape(f"{where}: a polygon, line or point was expected, not {str(kind)[:40]!r}")
    what, several = _KINDS[kind]
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise NoShape(f"{where}.coordinates: a list was expected")
    inside = f"{where}.coordinates"
    for number, one in enumerate(coordinates if several else [coordinates]):
        place = f"{inside}[{number}]" if several else inside
        if isinstance(one, list) and one:
            shape = _SHAPES[what](one, place, crs, report)
            if shape is not None:
                yield what, shape
        elif one != []:
            raise NoShape(f"{place}: a list was expected")


def _polygon(rings: list[Any], where: str, crs: Crs, report: Report) -> BaseGeometry | None:
    read: list[NDArray[np.float64]] = []
    for number, ring in enumerate(rings):
        points = _points(ring, where)
        if points and points[0] != points[-1]:
            points.append(points[0])
            if len(points) > 3:
                report(f"{where}: ring {number} was not closed; closed")
        if len(points) < 4:
            if number == 0:
                raise NoShape(f"{where}: ring 0 has fewer than three corners")
            report(f"{where}: ring {number} has fewer than three corners; ring left out")
            continue
        read.append(_wgs84(points, where, crs))
    return shapely.Polygon(read[0], read[1:]) if read else None


def _line(coordinates: list[Any], where: str, crs: Crs, report: Report) -> BaseGeometry | None:
    points = _points(coordinates, where)
    if len(set(points)) < 2:
        raise NoShape(f"{where}: a line needs two places")
    return shapely.LineString(_wgs84(points, where, crs))


def _point(coordinates: list[Any], where: str, crs: Crs, report: Report) -> BaseGeometry | None:
    return shapely.Point(_wgs84(_points([coordinates], where), where, crs)[0])


_SHAPES: Final = {AREA: _polygon, LINE: _line, POINT: _point}


def _points(positions: Any, where: str) -> Points:
    """Return longitude and latitude of every position, without heights and measures."""
    if not isinstance(positions, list):
        raise NoShape(f"{where}: a list of positions was expected")
    found = []
    for position in positions:
        numbers = position[:2] if isinstance(position, list) else ()
        if len(numbers) < 2 or not all(_is_number(number) for number in numbers):
            raise NoShape(f"{where}: a position of two numbers was expected, {str(position)[:40]!r} was met")
        found.append((float(numbers[0]), float(numbers[1])))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12  # NaN is not


def _wgs84(points: Points, where: str, crs: Crs) -> NDArray[np.float64]:
    lon, lat = np.array(points, dtype=np.float64).T
    if not ((np.abs(lon) <= 180) & (np.abs(lat) <= 85)).all():
        raise NoShape(f"{where}: degrees (longitude, latitude) were expected, {lon[0]:g}, {lat[0]:g} was met")
    moved = np.column_stack(to_wgs84(lon, lat, crs))
    if not np.isfinite(moved).all():
        raise NoShape(f"{where}: outside China, where {crs} has no shift")
    return moved
