"""A folder of boundaries, roads, water and places becomes shapes in WGS84, each with its role.

Files are GeoJSON (``*.geojson``, ``*.json``) in degrees of one of the datums of `city.datum`, or a
transport overlay (a JSON object with ``metroLines``, ``metroStations``, ``elevatedRoads``).
``atlas.toml`` in the folder may say what a file is; without it the geometry and the properties do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from city.datum import Crs, to_wgs84

Role = Literal["streets", "land", "water", "river", "roads", "rails", "stations", "labels", "skip"]

_RAIL = re.compile(r"\d+号线|地铁|轨道|铁路")
_WATER = re.compile(r"(江|河|湖|海|浦|水道|水库)$")
_POLYGONS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")
_POINTS = ("Point",)
_FITS: Mapping[Role, Sequence[str]] = {
    "streets": _POLYGONS,
    "land": _POLYGONS,
    "water": _POLYGONS,
    "river": _LINES,
    "roads": _LINES,
    "rails": _LINES,
    "stations": _POINTS,
    "labels": _POINTS,
}


class AtlasError(ValueError):
    """What is wrong with a file: the text names the file, the feature and the field."""


class FileRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``atlas.toml`` says of one file."""

    role: Role
    crs: Crs | None = None
    width_m: float = 0.0


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``atlas.toml``: everything in it may be left out."""

    title: str = ""
    attribution: str = ""
    schematic: bool = False
    crs: Crs = "WGS84"
    core: tuple[float, float, float, float] | None = None  # west, south, east, north: WGS84
    files: dict[str, Role | FileRule] = {}


class Raw(msgspec.Struct, frozen=True):
    """One feature as read: its role, where it stands in its file, its shape in WGS84 degrees."""

    role: Role
    where: str
    properties: Mapping[str, Any]
    shape: BaseGeometry


def read_plan(folder: Path) -> Plan:
    """Read ``atlas.toml`` of `folder`, or the defaults; raises AtlasError naming the key."""
    path = folder / "atlas.toml"
    if not path.exists():
        return Plan()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Plan)
    except (msgspec.DecodeError, ValueError) as error:
        raise AtlasError(f"{path.name}: {error}") from error


def read_folder(folder: Path, plan: Plan) -> tuple[list[Raw], list[str]]:
    """Read all features of all files of `folder`, and the attributions that the files ask for.

    Raises AtlasError for a file, feature or field that cannot be understood.
    """
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".geojson", ".json") and p.is_file())
    if not paths:
        raise AtlasError(f"{folder}: no .geojson or .json file in it")
    missing = sorted(set(plan.files) - {path.name for path in paths})
    if missing:
        raise AtlasError(f"atlas.toml: files: {', '.join(missing)} not in the folder")
    raws: list[Raw] = []
    credit: list[str] = []
    for path in paths:
        named = plan.files.get(path.name)
        rule = FileRule(named) if isinstance(named, str) else named
        if rule is not None and rule.role == "skip":
            continue
        document = _document(path)
        credit += [one for one in _credits(document) if one not in credit]
        raws += _features(path.name, document, rule, (rule and rule.crs) or plan.crs)
    return raws, credit


def _document(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AtlasError(f"{path.name}: not a JSON object: {error}") from error


def _credits(document: Mapping[str, Any]) -> Iterator[str]:
    """What the publishers want on screen: an ``attribution``, or OpenStreetMap's own words."""
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    own = first.get("properties") if isinstance(first, Mapping) else None
    for about in (document.get("metadata"), own, document):
        if not isinstance(about, Mapping):
            continue
        if isinstance(about.get("attribution"), str):
            yield about["attribution"]
        elif any("OpenStreetMap" in v for v in about.values() if isinstance(v, str)):
            yield "© OpenStreetMap contributors"


def _features(name: str, document: dict[str, Any], rule: FileRule | None, crs: Crs) -> Iterator[Raw]:
    if "elevatedRoads" in document or "metroLines" in document:
        features = list(_overlay(name, document))
    elif isinstance(document.get("features"), list):
        features = [(f"{name}: features[{i}]", f) for i, f in enumerate(document["features"])]
    else:
        raise AtlasError(f"{name}: features: a GeoJSON FeatureCollection was expected")
    for where, feature in features:
        if not isinstance(feature, dict):
            raise AtlasError(f"{where}: an object was expected")
        properties = feature.get("properties") or {}
        shape = _shape(where, feature.get("geometry"), crs)
        role = rule.role if rule else _role(properties, shape.geom_type)
        if shape.geom_type not in _FITS[role]:
            expected = " or ".join(_FITS[role])
            raise AtlasError(f"{where}: geometry: {role} need {expected}, not {shape.geom_type}")
        if rule and rule.width_m:
            properties = {**properties, "width_m": rule.width_m}
        yield Raw(role, where, properties, shape)


def _overlay(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The transport overlay's lists as GeoJSON features."""
    for key, role in (("metroLines", "rails"), ("elevatedRoads", "roads")):
        for i, line in enumerate(document.get(key) or ()):
            where = f"{name}: {key}[{i}]"
            if not isinstance(line.get("paths"), list):
                raise AtlasError(f"{where}: paths: a list was expected")
            about = {"name": line.get("name"), "role": role, "kind": line.get("kind")}
            about |= {"scope": line.get("scope"), "line_id": line.get("route")}
            geometry = {"type": "MultiLineString", "coordinates": line["paths"]}
            yield where, {"properties": about, "geometry": geometry}
    for i, stop in enumerate(document.get("metroStations") or ()):
        about = {"station": stop.get("name"), "role": "stations"}
        geometry = {"type": "Point", "coordinates": stop.get("position")}
        yield f"{name}: metroStations[{i}]", {"properties": about, "geometry": geometry}


def _role(properties: Mapping[str, Any], kind: str) -> Role:
    """What a feature is, by its own word or by the look of it."""
    word = properties.get("role")
    if word in _FITS:
        named: Role = msgspec.convert(word, Role)
        return named
    name = str(properties.get("name") or properties.get("line_name_zh") or "")
    if kind in _POLYGONS:
        code = properties.get("code")
        if isinstance(code, str) and name and re.fullmatch(r"\d{9}(000)?", code):
            return "streets"
        wet = {"water", "waterway"} & properties.keys() or properties.get("natural") == "water"
        return "water" if wet or _WATER.search(name) else "land"
    if kind in _LINES:
        if {"line_id", "railway", "subway"} & properties.keys() or _RAIL.search(name):
            return "rails"
        return "river" if "waterway" in properties or _WATER.search(name) else "roads"
    return "stations" if "station" in properties else "labels"


def _shape(where: str, geometry: Any, crs: Crs) -> BaseGeometry:
    if not isinstance(geometry, dict) or geometry.get("type") not in _POLYGONS + _LINES + _POINTS:
        raise AtlasError(f"{where}: geometry: a polygon, line or point was expected")
    coordinates = geometry.get("coordinates")
    if geometry["type"] in _POLYGONS:
        _check_rings(where, [coordinates] if geometry["type"] == "Polygon" else coordinates)
    try:
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
    except (TypeError, ValueError, IndexError, KeyError, shapely.errors.ShapelyError) as error:
        raise AtlasError(f"{where}: geometry.coordinates: {error}") from error
    if shape.is_empty:
        raise AtlasError(f"{where}: geometry.coordinates: empty")
    return shapely.transform(shape, lambda points: _wgs84(where, points, crs))


def _check_rings(where: str, polygons: Any) -> None:
    try:
        rings = [ring for polygon in polygons for ring in polygon]
        broken = next((i for i, r in enumerate(rings) if len(r) < 4 or r[0] != r[-1]), None)
    except (TypeError, IndexError, KeyError) as error:
        raise AtlasError(f"{where}: geometry.coordinates: rings were expected") from error
    if broken is not None:
        raise AtlasError(
            f"{where}: geometry.coordinates: ring {broken} is not closed (first and last position"
            " must be the same, and four at least)"
        )


def _wgs84(where: str, points: NDArray[np.float64], crs: Crs) -> NDArray[np.float64]:
    lon, lat = points.T
    if not ((np.abs(lon) <= 180) & (np.abs(lat) <= 85)).all():
        raise AtlasError(
            f"{where}: geometry.coordinates: degrees (longitude, latitude) were expected,"
            f" {lon[0]:g}, {lat[0]:g} was met"
        )
    moved = np.column_stack(to_wgs84(lon, lat, crs))
    if not np.isfinite(moved).all():
        raise AtlasError(f"{where}: geometry.coordinates: outside China, where {crs} has no shift")
    return moved
