"""Names of map features and the possible positions of their labels."""

import csv
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

import static
from layers.atlas.atlas import Label, LabelKind, Road, RoadKind, Street
from layers.projection import to_mercator

Named = Sequence[tuple[Mapping[str, Any], BaseGeometry]]
Spots = tuple[tuple[int, int], ...]

# Labels with a lower value are placed first; streets in order of size.
_PRIORITY: dict[LabelKind, int] = {
    "sea": 0, "river": 1, "landmark": 2, "street": 10, "ring": 200, "main": 300,
}  # fmt: skip
_RING = re.compile(r"^.{0,2}(内环|中环|外环|绕城)")
_OFFICIAL = re.compile(r"(新村街道|街道|新镇|镇|乡|地区办事处)$")
_LONG_ENOUGH = 7_000.0  # metres inside the district before a road is named
_MOST_ROADS = 7

_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)


def of_street(code: str, properties: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return name, short name and English name; the built-in table has English names for its codes."""
    name = str(properties["name"])
    known = _known_streets().get(code, {})
    short = str(properties.get("short") or known.get("short") or _shortened(name))
    english = properties.get("english") or properties.get("name_en") or known.get("english")
    return name, short, str(english or short)


def _shortened(name: str) -> str:
    """潍坊新村街道 → 潍坊, but 唐镇 stays: a single character is no name."""
    short = _OFFICIAL.sub("", name)
    return short if len(short) > 1 else name


def road_kind(properties: Mapping[str, Any]) -> RoadKind:
    """Return ring, main or minor: from `kind`, the name, OpenStreetMap's or the overlay's class."""
    word = properties.get("kind")
    if word in get_args(RoadKind):
        kind: RoadKind = msgspec.convert(word, RoadKind)
        return kind
    name = str(properties.get("name") or "")
    if _RING.search(name) and "匝道" not in name:
        return "ring"
    highway = str(properties.get("highway") or "")
    main = properties.get("scope") == "major" or word == "expressway"
    return "main" if main or re.match(r"motorway|trunk|primary", highway) else "minor"


def road_name(name: str) -> str:
    """Return the name as drawn on the map: 内环高架路 → 内环, 华夏高架路 → 华夏高架."""
    ring = _RING.search(name)
    return ring.group(1) if ring and not re.search(r"[A-Z]", name) else re.sub("高架路$", "高架", name)


def labels(
    streets: Sequence[Street],
    roads: Sequence[Road],
    *,
    rivers: Named,
    places: Named,
    whole: BaseGeometry,
) -> tuple[Label, ...]:
    """Return all labels of a district with the area `whole` (EPSG:3857), most important first."""
    found = [*_places(places), *_rivers(rivers), *_streets(streets), *_roads(roads, whole)]
    if not places:
        found += _known_places(street.code for street in streets)
    return tuple(sorted(found, key=lambda label: label.priority))


def _places(places: Named) -> list[Label]:
    return [
        _label(
            str(about.get("kind") if about.get("kind") in _PRIORITY else "landmark"),
            str(about["name"]),
            str(about.get("english") or about.get("name_en") or about["name"]),
            (_whole(point.coords[0]),),
        )
        for about, point in places
        if about.get("name")
    ]


def _rivers(rivers: Named) -> list[Label]:
    """Return one label per river, anywhere along it."""
    found: dict[str, Label] = {}
    for about, line in sorted(rivers, key=lambda river: -river[1].length):
        name = str(about.get("name") or "")
        if name:
            english = str(about.get("english") or about.get("name_en") or name)
            spots = _along(line) + (found[name].spots if name in found else ())
            found[name] = _label("river", name, english, spots)
    return list(found.values())


def _streets(streets: Sequence[Street]) -> list[Label]:
    """Return labels, larger streets first; each at the widest place of its largest part."""
    shapes = [
        max(
            (shapely.Polygon(np.c_[ring.xs, ring.ys]) for ring, *_ in street.polygons),
            key=lambda hull: hull.area,
        )
        for street in streets
    ]
    order = np.argsort(np.argsort([-shape.area for shape in shapes]))
    found = []
    for street, shape, rank in zip(streets, shapes, order, strict=True):
        middle = shapely.maximum_inscribed_circle(shape, tolerance=100.0).coords[0]
        spots = (_whole(middle), _whole(shape.centroid.coords[0]))
        label = _label("street", street.short, street.english, spots)
        found.append(msgspec.structs.replace(label, priority=label.priority + int(rank), code=street.code))
    return found


def _roads(roads: Sequence[Road], whole: BaseGeometry) -> list[Label]:
    """Return labels of rings, then of the longest main roads; only the part inside the district counts."""
    lengths = []
    for road in roads:
        if road.kind != "minor" and road.name:
            lines = [shapely.LineString(np.c_[path.xs, path.ys]) for path in road.paths]
            inside = shapely.intersection(shapely.union_all(lines), whole)
            lengths.append((road.kind == "ring", inside.length, road, inside))
    lengths = [row for row in lengths if row[1] >= _LONG_ENOUGH]
    lengths.sort(key=lambda row: row[:2], reverse=True)
    found: list[Label] = []
    for _, _, road, inside in lengths:
        if len(found) < _MOST_ROADS and road.name not in {label.chinese for label in found}:
            joined = shapely.line_merge(inside) if inside.geom_type != "LineString" else inside
            label = _label(road.kind, road.name, road.english, _along(joined))
            found.append(msgspec.structs.replace(label, priority=label.priority + len(found)))
    return found


def _along(line: BaseGeometry) -> Spots:
    """Return positions on the longest part of a line, the middle first."""
    part = max(shapely.get_parts(line), key=lambda one: one.length)
    return tuple(_whole(part.interpolate(s, normalized=True).coords[0]) for s in _SHARES)


def _label(kind: str, chinese: str, english: str, spots: Spots) -> Label:
    checked = msgspec.convert(kind, LabelKind)
    return Label(checked, chinese, english, _PRIORITY[checked], spots)


def _whole(point: Sequence[float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


@functools.cache
def _known_streets() -> Mapping[str, Mapping[str, str]]:
    with static.path("district/streets.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: row for row in csv.DictReader(table)}


def is_known(codes: Iterable[str]) -> bool:
    """Whether these are street codes of the built-in district, which has their core, sea and landmarks."""
    return any(code in _known_streets() for code in codes)


def _known_places(codes: Iterable[str]) -> list[Label]:
    """Return sea and landmarks of the built-in district, for other boundaries of the same district."""
    if not is_known(codes):
        return []
    features = msgspec.json.decode(static.path("district/labels.geojson").read_bytes())["features"]
    found = []
    for feature in features:
        x, y = to_mercator(*feature["geometry"]["coordinates"])
        found.append((feature["properties"], shapely.Point(float(x), float(y))))
    return _places(found)
