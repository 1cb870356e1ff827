"""Imports a district once: reads, projects, clips, simplifies and labels it into an atlas.

Cartopy projects (it is GeoViews' engine; GeoViews 1.15 fails with Cartopy 0.26 on polygons in degrees,
and with Shapely 2 on multi-polygons). Shapely clips and simplifies. All lengths are metres of EPSG:3857.
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

import static
from city.places.datums import Crs
from city.places.streets import street_key
from layers.atlas import naming
from layers.atlas.atlas import FORM, Atlas, Box, Drawing, Path, Polygon, Road, RoadKind, Street
from layers.atlas.geojson import AtlasError, Plan, Raw, Remark, Role, read_folder, read_plan
from layers.atlas.inset import dense_core
from layers.atlas.shapes import repaired
from layers.projection import to_mercator

# Margin around the jurisdiction in which the neighbourhood is drawn, as a share of its longer side: a wide
# desk map shows about this much beside a tall district.
_MARGIN = 0.55

# Margin of land: larger, because an LED wall's map is three times as wide as high and must show no edge.
_LAND_MARGIN = 1.6

# Simplification, metres: below a pixel of the whole district (about 80 m) and a few pixels at street
# zoom, where the base map is a backdrop. For streets: the side of a square; smaller bends are removed.
_STREET_TOLERANCE = 45.0
_LAND_TOLERANCE = 120.0
_ROAD_TOLERANCE = 25.0
_WATER_TOLERANCE = 20.0

# Shorter lines (m) and smaller areas (m²) are noise on a wall.
_SHORTEST: dict[RoadKind, float] = {"ring": 300.0, "main": 700.0, "minor": 1200.0}
_SMALLEST = 400_000.0

_CODE = re.compile(r"\w[\w.-]{0,31}")  # allowed in a subject's name and in a table's cell

_RIVER_WIDTH = 500.0  # ground metres, of a river without a width


class _Named(msgspec.Struct, frozen=True):
    raw: Raw
    shape: BaseGeometry  # EPSG:3857


class Imported(msgspec.Struct, frozen=True):
    """An atlas, what was left out or changed, and the number of files and features read."""

    atlas: Atlas
    remarks: tuple[Remark, ...]
    files: int
    features: int

    @property
    def summary(self) -> str:
        """One line with the totals: read, left out, changed."""
        streets = len(self.atlas.drawing.streets)
        out = len({remark.where for remark in self.remarks if remark.left_out})
        changed = len({remark.where for remark in self.remarks if not remark.left_out})
        return (
            f"{self.features} features in {self.files} files: {streets} streets;"
            f" {out} left out, {changed} read with a change"
        )


def import_atlas(folder: FilePath, crs: Crs | None = None) -> Atlas:
    """Make the atlas of the GeoJSON files in `folder`, in `crs` unless ``atlas.toml`` names another.

    Raises AtlasError when no map can be made: no street, or an unreadable ``atlas.toml``.
    """
    return import_folder(folder, crs).atlas


def import_folder(folder: FilePath, crs: Crs | None = None) -> Imported:
    """Make an atlas as `import_atlas` does, with remarks on files and features left out or changed."""
    plan = read_plan(folder)
    if crs is not None:
        plan = msgspec.structs.replace(plan, crs=crs)
    read = read_folder(folder, plan)
    streets = _streets_of(read.raws, read.remarks)
    if not streets:
        lines = ["streets: no polygon with 'code' and 'name' in the folder", *map(str, read.remarks)]
        raise AtlasError("\n".join(lines))
    if plan.core is None and naming.is_known(str(raw.properties["code"]) for raw in streets):
        known = read_plan(static.path("district"))
        plan = msgspec.structs.replace(plan, core=known.core, core_name=plan.core_name or known.core_name)
    projected = [_Named(raw, _project(raw.shape)) for raw in read.raws if raw.role != "streets"]
    atlas = _atlas(
        [_Named(raw, _project(raw.shape)) for raw in streets], projected, plan, read.credit, folder
    )
    return Imported(atlas, tuple(read.remarks), read.files, read.features)


def _atlas(
    streets: list[_Named], others: list[_Named], plan: Plan, credit: list[str], folder: FilePath
) -> Atlas:
    def of(role: Role) -> list[_Named]:
        return [named for named in others if named.raw.role == role]

    whole = shapely.union_all([repaired(street.shape) for street in streets])
    bounds = Box(*whole.bounds)
    frame = bounds.grown(_MARGIN * max(bounds.width, bounds.height))
    drawn = _streets(streets)
    roads = _roads(of("roads"), frame)
    land = _land([*of("land"), *streets], bounds.grown(_LAND_MARGIN * max(bounds.width, bounds.height)))
    drawing = Drawing(
        form=FORM,
        title=plan.title or folder.resolve().name,
        attribution=plan.attribution or " · ".join(credit),
        schematic=plan.schematic,
        bounds=_whole_metres(bounds),
        core=_core(plan.core, drawn, bounds),
        core_name=plan.core_name,
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
    return Atlas(drawing, _lookup(streets))


def _project(shape: BaseGeometry) -> BaseGeometry:
    return cast("BaseGeometry", ccrs.GOOGLE_MERCATOR.project_geometry(shape, ccrs.PlateCarree()))


def _streets_of(raws: Sequence[Raw], remarks: list[Remark]) -> list[Raw]:
    """Return the streets, each once, under its code; parts are joined, other features become remarks."""
    found: dict[str, Raw] = {}
    for raw in raws:
        if raw.role != "streets":
            continue
        code, name = (_text(raw.properties.get(key)) for key in ("code", "name"))
        first = found.get(street_key(code))
        if not _CODE.fullmatch(code):
            met = str(raw.properties.get("code"))[:40]
            remarks.append(Remark(raw.where, f"code: letters, digits, - _ . were expected, {met!r} was met"))
        elif not name:
            remarks.append(Remark(raw.where, "name: text was expected, nothing was met"))
        elif first is None:
            about = {**raw.properties, "code": street_key(code), "name": name}
            found[street_key(code)] = msgspec.structs.replace(raw, properties=about)
        elif first.properties["name"] != name:
            remarks.append(Remark(raw.where, f"code: {code} is that of {first.where} already"))
        else:
            whole = shapely.union_all([first.shape, raw.shape])
            found[street_key(code)] = msgspec.structs.replace(first, shape=whole)
            remarks.append(
                Remark(raw.where, f"code: {code} again; joined with {first.where}", left_out=False)
            )
    return list(found.values())


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _streets(streets: Sequence[_Named]) -> tuple[Street, ...]:
    """Return the streets, simplified together so that neighbours keep their common boundary."""
    shapes = [repaired(street.shape) for street in streets]
    if shapely.coverage_is_valid(shapes):
        thin = list(shapely.coverage_simplify(shapes, _STREET_TOLERANCE))
    else:
        thin = [shape.simplify(_STREET_TOLERANCE) for shape in shapes]
    return tuple(
        Street(code, *naming.of_street(code, street.raw.properties), _polygons(shape))
        for street, shape in zip(streets, thin, strict=True)
        for code in (str(street.raw.properties["code"]),)
    )


def _land(land: Sequence[_Named], frame: Box) -> tuple[Polygon, ...]:
    ground = shapely.union_all([_clip(repaired(part.shape), frame) for part in land])
    parts = [part for part in shapely.get_parts(ground) if part.area > _SMALLEST]
    return _polygons(shapely.MultiPolygon(parts).simplify(_LAND_TOLERANCE))


def _water(water: Sequence[_Named], rivers: Sequence[_Named], frame: Box) -> tuple[Polygon, ...]:
    shapes = [_clip(repaired(lake.shape), frame) for lake in water]
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
    """Return each line once, from the first file that has it."""
    lines: dict[str, tuple[str, list[BaseGeometry]]] = {}
    for rail in rails:
        about, file = rail.raw.properties, rail.raw.where.partition(": ")[0]
        key = str(about.get("line_id") or about.get("name") or rail.raw.where)
        first, parts = lines.setdefault(key, (file, []))
        if first == file:
            parts.append(_clip(rail.shape, frame))
    whole = (shapely.union_all(parts) for _, parts in lines.values())
    return tuple(path for line in whole for path in _paths(line, shortest=500.0))


def _stations(stations: Sequence[_Named], frame: Box) -> tuple[tuple[int, int], ...]:
    """Return each station once, from the first file that has it, in whole metres."""
    points: dict[str, tuple[int, int]] = {}
    for stop in stations:
        if not _clip(stop.shape, frame).is_empty:
            x, y = stop.shape.coords[0]
            at = (round(x), round(y))
            points.setdefault(str(stop.raw.properties.get("station") or stop.raw.where), at)
    return tuple(points.values())


def _core(given: tuple[float, float, float, float] | None, streets: Sequence[Street], bounds: Box) -> Box:
    """Return the dense core in whole metres: as given in degrees, else computed from the streets."""
    if given is None:
        return _whole_metres(dense_core(streets, bounds))
    xs, ys = to_mercator([given[0], given[2]], [given[1], given[3]])
    return _whole_metres(Box(xs[0], ys[0], xs[1], ys[1]))


def _lookup(streets: Sequence[_Named]) -> dict[str, Any]:
    """Return the full rings in WGS84, with the names that screens use."""
    features = []
    for street in streets:
        code = str(street.raw.properties["code"])
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


def _polygons(shape: BaseGeometry) -> tuple[Polygon, ...]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return tuple(tuple(_path(ring) for ring in (part.exterior, *part.interiors)) for part in parts)


def _paths(shape: BaseGeometry, shortest: float) -> Iterator[Path]:
    """Yield lines joined end to end and simplified, without those shorter than `shortest`."""
    joined = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    for line in shapely.get_parts(joined):
        if line.geom_type == "LineString" and line.length >= shortest:
            yield _path(line.simplify(_ROAD_TOLERANCE))


def _path(line: BaseGeometry) -> Path:
    xs, ys = np.round(shapely.get_coordinates(line)).astype(int).T
    return Path(tuple(xs.tolist()), tuple(ys.tolist()))
