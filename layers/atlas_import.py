"""A district is imported once: read, projected, clipped, simplified and labelled into an atlas.

Cartopy projects (GeoViews' own engine; GeoViews 1.15 itself fails with Cartopy 0.26 on polygons in degrees,
and with Shapely 2 on multi-polygons), Shapely clips and simplifies. All lengths are metres of EPSG:3857.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any, cast

import cartopy.crs as ccrs
import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from city.datum import Crs
from layers import naming
from layers.atlas import FORM, Atlas, Box, Drawing, Path, Polygon, Road, RoadKind, Street
from layers.geojson import AtlasError, Raw, Role, read_folder, read_plan
from layers.projection import to_mercator

# How far around the jurisdiction the neighbourhood is drawn, as a share of its longer side: a wide desk
# map shows about this much beside a tall district.
_MARGIN = 0.55

# Land alone reaches further: an LED wall's map is three times as wide as high and shows no straight edge.
_LAND_MARGIN = 1.6

# Simplification, metres: below a pixel of the whole district (about 80 m) and a few pixels at street
# zoom, where the base map is a backdrop. For streets the side of the square that a bend may be worth.
_STREET_TOLERANCE = 45.0
_LAND_TOLERANCE = 120.0
_ROAD_TOLERANCE = 25.0
_WATER_TOLERANCE = 20.0

# What is shorter (m) or smaller (m²) is noise on a wall.
_SHORTEST: dict[RoadKind, float] = {"ring": 300.0, "main": 700.0, "minor": 1200.0}
_SMALLEST = 400_000.0

_RIVER_WIDTH = 500.0  # ground metres, of a river that does not say


class _Named(msgspec.Struct, frozen=True):
    raw: Raw
    shape: BaseGeometry  # EPSG:3857


def import_atlas(folder: FilePath, crs: Crs | None = None) -> Atlas:
    """Make the atlas of the GeoJSON files in `folder`, given in `crs` unless ``atlas.toml`` says.

    Raises AtlasError naming the file, the feature and the field.
    """
    plan = read_plan(folder)
    if crs is not None:
        plan = msgspec.structs.replace(plan, crs=crs)
    raws, credit = read_folder(folder, plan)
    projected = [_Named(raw, _project(raw.shape)) for raw in raws]

    def of(role: Role) -> list[_Named]:
        return [named for named in projected if named.raw.role == role]

    streets = of("streets")
    codes = _checked_codes(streets)
    whole = shapely.union_all([_polygonal(street.shape) for street in streets])
    bounds = Box(*whole.bounds)
    frame = bounds.grown(_MARGIN * max(bounds.width, bounds.height))
    drawn = _streets(streets, codes)
    roads = _roads(of("roads"), frame)
    land = _land([*of("land"), *streets], bounds.grown(_LAND_MARGIN * max(bounds.width, bounds.height)))
    drawing = Drawing(
        form=FORM,
        title=plan.title or folder.resolve().name,
        attribution=plan.attribution or " · ".join(credit),
        schematic=plan.schematic,
        bounds=_whole_metres(bounds),
        core=_core(plan.core, drawn, bounds),
        streets=drawn,
        land=land,
        water=_water(of("water"), of("river"), frame),
        roads=roads,
        rails=_rails(of("rails"), frame),
        stations=_stations(of("stations"), frame),
        labels=naming.labels(
            drawn, roads, rivers=_pairs(of("river")), places=_pairs(of("labels")), whole=whole
        ),
    )
    return Atlas(drawing, _lookup(streets, codes))


def _project(shape: BaseGeometry) -> BaseGeometry:
    return cast("BaseGeometry", ccrs.GOOGLE_MERCATOR.project_geometry(shape, ccrs.PlateCarree()))


def _checked_codes(streets: Sequence[_Named]) -> list[str]:
    if not streets:
        raise AtlasError("streets: no polygon with 'code' (9 or 12 digits) and 'name' in the folder")
    codes: list[str] = []
    for street in streets:
        code, name = (street.raw.properties.get(key) for key in ("code", "name"))
        if not isinstance(code, str) or not re.fullmatch(r"\d{9}(000)?", code):
            raise AtlasError(f"{street.raw.where}: code: 9 digits were expected, {code!r} was met")
        if not isinstance(name, str) or not name:
            raise AtlasError(f"{street.raw.where}: name: text was expected, {name!r} was met")
        if code[:9] in codes:
            raise AtlasError(f"{street.raw.where}: code: {code[:9]} is given twice")
        codes.append(code[:9])
    return codes


def _streets(streets: Sequence[_Named], codes: Sequence[str]) -> tuple[Street, ...]:
    """Streets simplified together, so that neighbours keep their common boundary."""
    shapes = [_polygonal(street.shape) for street in streets]
    if shapely.coverage_is_valid(shapes):
        thin = list(shapely.coverage_simplify(shapes, _STREET_TOLERANCE))
    else:
        thin = [shape.simplify(_STREET_TOLERANCE) for shape in shapes]
    return tuple(
        Street(code, *naming.of_street(code, street.raw.properties), _polygons(shape))
        for street, code, shape in zip(streets, codes, thin, strict=True)
    )


def _land(land: Sequence[_Named], frame: Box) -> tuple[Polygon, ...]:
    ground = shapely.union_all([_clip(_polygonal(part.shape), frame) for part in land])
    parts = [part for part in shapely.get_parts(ground) if part.area > _SMALLEST]
    return _polygons(shapely.MultiPolygon(parts).simplify(_LAND_TOLERANCE))


def _water(water: Sequence[_Named], rivers: Sequence[_Named], frame: Box) -> tuple[Polygon, ...]:
    shapes = [_clip(_polygonal(lake.shape), frame) for lake in water]
    for river in rivers:
        width = float(river.raw.properties.get("width_m") or _RIVER_WIDTH)
        lat = river.raw.shape.centroid.y
        line = _clip(river.shape, frame)
        # Divided by cos(lat): a Mercator metre is longer than one on the ground.
        shapes.append(line.buffer(width / 2.0 / np.cos(np.radians(lat)), cap_style="round"))
    return _polygons(shapely.union_all(shapes).simplify(_WATER_TOLERANCE))


def _roads(roads: Sequence[_Named], frame: Box) -> tuple[Road, ...]:
    found: dict[tuple[RoadKind, str, str], list[BaseGeometry]] = {}
    for road in roads:
        about = road.raw.properties
        name = naming.road_name(str(about.get("name") or ""))
        key = (naming.road_kind(about), name, str(about.get("english") or name))
        found.setdefault(key, []).append(_clip(road.shape, frame))
    drawn = (
        Road(*key, tuple(_paths(shapely.union_all(shapes), _SHORTEST[key[0]])))
        for key, shapes in found.items()
    )
    return tuple(road for road in drawn if road.paths)


def _rails(rails: Sequence[_Named], frame: Box) -> tuple[Path, ...]:
    """Each line once, from the first file that has it."""
    lines: dict[str, BaseGeometry] = {}
    for rail in rails:
        about = rail.raw.properties
        key = str(about.get("line_id") or about.get("name") or rail.raw.where)
        lines.setdefault(key, _clip(rail.shape, frame))
    return tuple(path for line in lines.values() for path in _paths(line, shortest=500.0))


def _stations(stations: Sequence[_Named], frame: Box) -> tuple[tuple[int, int], ...]:
    """Each station once, from the first file that has it, in whole metres."""
    points: dict[str, tuple[int, int]] = {}
    for stop in stations:
        if not _clip(stop.shape, frame).is_empty:
            x, y = stop.shape.coords[0]
            at = (round(x), round(y))
            points.setdefault(str(stop.raw.properties.get("station") or stop.raw.where), at)
    return tuple(points.values())


def _core(given: tuple[float, float, float, float] | None, streets: Sequence[Street], bounds: Box) -> Box:
    """The dense core: as given in degrees, else a ninth of the district where streets are small."""
    if given is not None:
        xs, ys = to_mercator([given[0], given[2]], [given[1], given[3]])
        return _whole_metres(Box(xs[0], ys[0], xs[1], ys[1]))
    hulls = [np.array([polygon[0].xs, polygon[0].ys]) for s in streets for polygon in s.polygons]
    hulls.sort(key=lambda hull: float(np.prod(np.ptp(hull, axis=1))))
    x, y = np.median([hull.mean(axis=1) for hull in hulls[: -(-len(hulls) // 3)]], axis=0)
    width, height = bounds.width / 14, bounds.height / 18
    return _whole_metres(Box(x - width, y - height, x + width, y + height))


def _lookup(streets: Sequence[_Named], codes: Sequence[str]) -> dict[str, Any]:
    """The full rings in WGS84, with the names that screens use."""
    features = []
    for street, code in zip(streets, codes, strict=True):
        name, short, english = naming.of_street(code, street.raw.properties)
        features.append(
            {
                "type": "Feature",
                "properties": {"code": code, "name": name, "short": short, "english": english},
                "geometry": shapely.geometry.mapping(street.raw.shape),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _pairs(named: Sequence[_Named]) -> list[tuple[Any, BaseGeometry]]:
    return [(one.raw.properties, one.shape) for one in named]


def _whole_metres(box: Box) -> Box:
    return Box(*(float(round(side)) for side in msgspec.structs.astuple(box)))


def _clip(shape: BaseGeometry, frame: Box) -> BaseGeometry:
    window: BaseGeometry = shapely.box(*msgspec.structs.astuple(frame))
    return shape.intersection(window)


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Mend crossings of a ring with itself, and keep what has an area."""
    if shape.is_valid:
        return shape
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.union_all([part for part in parts if part.area > 0])


def _polygons(shape: BaseGeometry) -> tuple[Polygon, ...]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return tuple(tuple(_path(ring) for ring in (part.exterior, *part.interiors)) for part in parts)


def _paths(shape: BaseGeometry, shortest: float) -> Iterator[Path]:
    """Lines joined end to end, those shorter than `shortest` left out, thinned."""
    joined = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    for line in shapely.get_parts(joined):
        if line.geom_type == "LineString" and line.length >= shortest:
            yield _path(line.simplify(_ROAD_TOLERANCE))


def _path(line: BaseGeometry) -> Path:
    xs, ys = np.round(shapely.get_coordinates(line)).astype(int).T
    return Path(tuple(xs.tolist()), tuple(ys.tolist()))
