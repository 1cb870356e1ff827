"""Reads a folder of boundaries, roads, water and places as shapes in WGS84, each with its role.

Files are GeoJSON (``*.geojson``, ``*.json``) in degrees of one of the datums of `city.places.datums`, or a
transport overlay (a JSON object with ``metroLines``, ``metroStations``, ``elevatedRoads``).
``atlas.toml`` in the folder may give a file's role; else geometry and properties decide.
Unusable files and features are left out and named one by one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from city.places.datums import Crs
from layers.atlas.shapes import AREA, LINE, POINT, NoShape, shapes_of

Role = Literal["streets", "land", "water", "river", "roads", "rails", "stations", "labels", "skip"]

_RAIL = re.compile(r"\d+号线|地铁|轨道|铁路")
_WATER = re.compile(r"(江|河|湖|海|浦|水道|水库)$")
_NATIONAL: Final = re.compile(r"\d{9}(000)?")
"""A code that marks a polygon as a street, independent of its file (GB/T 10114)."""
_NAMED: Final = ("code", "name", "english")
_FITS: Mapping[Role, str] = {
    "streets": AREA, "land": AREA, "water": AREA, "river": LINE, "roads": LINE, "rails": LINE,
    "stations": POINT, "labels": POINT,
}  # fmt: skip


class AtlasError(ValueError):
    """No map can be made: the text names the file, the feature and the field."""


class Remark(msgspec.Struct, frozen=True):
    """A note of the import on a file or a feature: left out, or read with a change."""

    where: str
    what: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + ("; left out" if self.left_out else "")


class FileRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The entry of one file in ``atlas.toml``; ``code``, ``name``, ``english`` name its properties."""

    role: Role
    crs: Crs | None = None
    width_m: float = 0.0
    code: str = ""
    name: str = ""
    english: str = ""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``atlas.toml``; all keys are optional."""

    title: str = ""
    attribution: str = ""
    schematic: bool = False
    crs: Crs = "WGS84"
    core: tuple[float, float, float, float] | None = None  # west, south, east, north: WGS84
    core_name: dict[str, str] = {}  # msgspec copies it; language → title of the inset
    files: dict[str, Role | FileRule] = {}


class Raw(msgspec.Struct, frozen=True):
    """One feature as read: its role, its place in the file, its shape in WGS84 degrees."""

    role: Role
    where: str
    properties: Mapping[str, Any]
    shape: BaseGeometry


class Folder(msgspec.Struct):
    """The content of a folder: features, the attributions of its files, and remarks."""

    raws: list[Raw] = []
    credit: list[str] = []
    remarks: list[Remark] = []
    files: int = 0
    features: int = 0


def read_plan(folder: Path) -> Plan:
    """Read ``atlas.toml`` of `folder`, or the defaults; raises AtlasError naming the key."""
    path = folder / "atlas.toml"
    if not path.exists():
        return Plan()
    try:
        return msgspec.toml.decode(path.read_text(encoding="utf-8-sig"), type=Plan)
    except (msgspec.DecodeError, ValueError) as error:
        raise AtlasError(f"{path.name}: {error}") from error


def read_folder(folder: Path, plan: Plan) -> Folder:
    """Read all readable features of all files of `folder`; the others become remarks.

    Raises AtlasError when there is no file, or ``atlas.toml`` names a missing one.
    """
    found = Folder()
    paths = list(_paths(folder, found.remarks))
    missing = sorted(set(plan.files) - {path.name for path in paths})
    if missing:
        raise AtlasError(f"atlas.toml: files: {', '.join(missing)} not in the folder")
    if not paths:
        raise AtlasError("\n".join([f"{folder}: no .geojson or .json file in it", *map(str, found.remarks)]))
    seen: dict[tuple[str, str, bytes], str] = {}
    for path in paths:
        named = plan.files.get(path.name)
        rule = FileRule(named) if isinstance(named, str) else named
        if rule is not None and rule.role == "skip":
            continue
        found.files += 1
        try:
            document = _document(path)
            found.credit += [one for one in _credits(document) if one not in found.credit]
            features = list(_listed(path.name, document))
        except AtlasError as error:
            where, _, what = str(error).partition(": ")
            found.remarks.append(Remark(where, what))
            continue
        found.features += len(features)
        for where, feature in features:
            for raw in _read(where, feature, rule, (rule and rule.crs) or plan.crs, found.remarks):
                _keep(raw, seen, found)
    return found


def _paths(folder: Path, remarks: list[Remark]) -> Iterator[Path]:
    """Yield the files to read; hidden ones (``._streets.geojson``) and others become remarks."""
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name == "atlas.toml":
            continue
        if path.name.startswith("."):
            remarks.append(Remark(path.name, "a hidden file"))
        elif path.suffix.lower() in (".geojson", ".json"):
            yield path
        else:
            remarks.append(Remark(path.name, "neither .geojson nor .json"))


def _keep(raw: Raw, seen: dict[tuple[str, str, bytes], str], found: Folder) -> None:
    """Keep a feature unless an identical one was read before."""
    about = json.dumps(raw.properties, sort_keys=True, default=str)
    same = (raw.role, about, shapely.to_wkb(raw.shape.normalize()))
    first = seen.setdefault(same, raw.where)
    if first == raw.where:
        found.raws.append(raw)
    else:
        found.remarks.append(Remark(raw.where, f"the same as {first}"))


def _document(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        document = json.loads(content.decode("utf-16" if wide else "utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise AtlasError(f"{path.name}: not JSON in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise AtlasError(f"{path.name}: not a JSON object")
    return document


def _credits(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the publishers' attribution: the property ``attribution``, or that of OpenStreetMap."""
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    own = first.get("properties") if isinstance(first, Mapping) else None
    for about in (document.get("metadata"), own, document):
        if not isinstance(about, Mapping):
            continue
        if isinstance(about.get("attribution"), str):
            yield _whole(about["attribution"])
        elif any("OpenStreetMap" in v for v in about.values() if isinstance(v, str)):
            yield "© OpenStreetMap contributors"


def _listed(name: str, document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each feature with its place in the file. Raises AtlasError when it is no GeoJSON."""
    if "elevatedRoads" in document or "metroLines" in document:
        yield from _overlay(name, document)
    elif isinstance(document.get("features"), list):
        yield from ((f"{name}: features[{i}]", feature) for i, feature in enumerate(document["features"]))
    elif document.get("type") == "Feature":
        yield f"{name}: feature", document
    else:
        raise AtlasError(f"{name}: features: a GeoJSON FeatureCollection was expected")


def _read(where: str, feature: Any, rule: FileRule | None, crs: Crs, remarks: list[Remark]) -> Iterator[Raw]:
    """Yield the feature, once for each kind of its shapes; remarks name what was left out."""
    if not isinstance(feature, dict):
        remarks.append(Remark(where, "an object was expected"))
        return
    given = feature.get("properties")
    properties = _renamed(given, rule) if isinstance(given, dict) else {}
    try:
        shapes = shapes_of(
            feature.get("geometry"), crs, lambda what: remarks.append(Remark(where, what, left_out=False))
        )
    except NoShape as error:
        remarks.append(Remark(where, str(error)))
        return
    word = rule.role if rule else properties.get("role")
    said: Role | None = msgspec.convert(word, Role) if isinstance(word, str) and word in _FITS else None
    roles = {kind: said or _role(properties, kind, where) for kind in shapes}
    none_fits = all(_FITS[role] != kind for kind, role in roles.items())
    for kind, shape in shapes.items():
        role = roles[kind]
        if _FITS[role] != kind:
            what = f"geometry: {role} need {_CALLED[_FITS[role]]}, not {_CALLED[kind]}"
            remarks.append(Remark(where, what if none_fits else f"{what}; these left out", none_fits))
            continue
        for part in shapely.get_parts(shape) if kind == POINT else (shape,):
            yield Raw(role, where, _measured(properties, rule, role, where, remarks), part)


_CALLED: Final = {AREA: "polygons", LINE: "lines", POINT: "points"}


def _renamed(properties: dict[str, Any], rule: FileRule | None) -> dict[str, Any]:
    """Return the properties under our names, mapped from the file's names by ``atlas.toml``."""
    named = {ours: getattr(rule, ours) for ours in _NAMED if getattr(rule, ours, "")}
    renamed = {**properties, **{ours: properties.get(theirs) for ours, theirs in named.items()}}
    return {name: _whole(value) if isinstance(value, str) else value for name, value in renamed.items()}


def _whole(text: str) -> str:
    """Return a text that can be encoded: a lone surrogate, possible in JSON, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _measured(
    properties: dict[str, Any], rule: FileRule | None, role: Role, where: str, remarks: list[Remark]
) -> dict[str, Any]:
    """Return the properties; a river gets its width in metres, None without a width."""
    if role != "river":
        return properties
    given = (rule.width_m if rule else 0.0) or properties.get("width_m")
    try:
        width = float(given or 0.0)
    except (TypeError, ValueError):
        width = -1.0
    if not 0.0 <= width < 50_000.0:
        remarks.append(
            Remark(where, f"width_m: metres were expected, {str(given)[:40]!r} was met", left_out=False)
        )
        width = 0.0
    return {**properties, "width_m": width or None}


def _overlay(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the transport overlay's lists as GeoJSON features."""
    for key, role in (("metroLines", "rails"), ("elevatedRoads", "roads")):
        for i, line in enumerate(_objects(name, document, key)):
            where = f"{name}: {key}[{i}]"
            about = {"name": line.get("name"), "role": role, "kind": line.get("kind")}
            about |= {"scope": line.get("scope"), "line_id": line.get("route")}
            geometry = {"type": "MultiLineString", "coordinates": line.get("paths")}
            yield where, {"properties": about, "geometry": geometry}
    for i, stop in enumerate(_objects(name, document, "metroStations")):
        about = {"station": stop.get("name"), "role": "stations"}
        geometry = {"type": "Point", "coordinates": stop.get("position")}
        yield f"{name}: metroStations[{i}]", {"properties": about, "geometry": geometry}


def _objects(name: str, document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    objects = document.get(key) or []
    if not isinstance(objects, list) or not all(isinstance(one, Mapping) for one in objects):
        raise AtlasError(f"{name}: {key}: a list of objects was expected")
    return objects


def _role(properties: Mapping[str, Any], kind: str, where: str) -> Role:
    """Return a feature's role: the name of its file if it is a fitting role, else by its properties."""
    stem = where.partition(".")[0].lower()
    if _FITS.get(stem) == kind:  # type: ignore[call-overload]  # any text may be asked for
        return msgspec.convert(stem, Role)  # type: ignore[no-any-return]  # a Literal is no class
    name = str(properties.get("name") or properties.get("line_name_zh") or "")
    if kind == AREA:
        code = properties.get("code")
        if name and isinstance(code, str | int) and _NATIONAL.fullmatch(str(code)):
            return "streets"
        wet = {"water", "waterway"} & properties.keys() or properties.get("natural") == "water"
        return "water" if wet or _WATER.search(name) else "land"
    if kind == LINE:
        if {"line_id", "railway", "subway"} & properties.keys() or _RAIL.search(name):
            return "rails"
        return "river" if "waterway" in properties or _WATER.search(name) else "roads"
    return "stations" if "station" in properties else "labels"
