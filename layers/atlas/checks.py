"""Errors of a stored atlas; each names the file and the street."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from city.places.datums import in_china_box
from city.places.unit_grids import grid_problems
from layers.atlas.atlas import Atlas, UnreadableAtlas

_OVERLAP = 0.01  # share of the smaller street that two may have in common


class Problem(msgspec.Struct, frozen=True):
    """One error: where (file, and street if there is one) and what."""

    where: str
    what: str


def check_atlas(path: Path, *, in_china: bool = False) -> list[Problem]:
    """Check the atlas directory `path`; an empty list means that it can be used.

    With `in_china` a street that lies outside China is a problem too: its degrees may use another datum.
    """
    missing = [name for name in ("atlas.json", "streets.geojson") if not (path / name).is_file()]
    if missing:
        return [Problem(str(path / name), "missing; import the district again") for name in missing]
    try:
        atlas = Atlas.read(path)
    except UnreadableAtlas as error:
        return [Problem(str(path), str(error))]
    features = atlas.lookup.get("features")
    if not isinstance(features, list) or not features:
        return [Problem("streets.geojson", "features: no street in it")]
    return [*_names(features), *_drawn(atlas, features), *_rings(features, in_china), *_overlaps(features)]


def check_grids(collection: Any) -> Iterator[str]:
    """Yield the errors of a district's unit grids; self-crossing rings only if there is no other error."""
    problems = list(grid_problems(collection))
    yield from problems
    if problems:
        return
    shapes = np.array([shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]])
    for number in np.flatnonzero(~shapely.is_valid(shapes)):
        yield f"features[{number}]: geometry.coordinates: {shapely.is_valid_reason(shapes[number])}"


def _about(feature: Any) -> Mapping[str, Any]:
    return (isinstance(feature, dict) and feature.get("properties")) or {}


def _place(number: int, feature: Any) -> str:
    code = _about(feature).get("code")
    return f"streets.geojson: features[{number}]" + (f" {code}" if code else "")


def _names(features: list[Any]) -> Iterator[Problem]:
    for number, feature in enumerate(features):
        for key in ("code", "name"):
            if not isinstance(_about(feature).get(key), str) or not _about(feature)[key]:
                yield Problem(_place(number, feature), f"{key} is missing")
    for code, times in Counter(_about(feature).get("code") for feature in features).items():
        if code and times > 1:
            yield Problem("streets.geojson", f"code {code} is given to {times} streets")


def _drawn(atlas: Atlas, features: list[Any]) -> Iterator[Problem]:
    """The drawing and the lookup must have the same streets, each with a label."""
    looked_up = {str(_about(feature)["code"]) for feature in features if "code" in _about(feature)}
    drawn = {street.code for street in atlas.drawing.streets}
    for code in sorted(drawn ^ looked_up):
        other = "streets.geojson" if code in drawn else "atlas.json"
        yield Problem(other, f"street {code} is missing here but not in the other file")
    named = {label.code for label in atlas.drawing.labels}
    for street in atlas.drawing.streets:
        if street.code not in named:
            yield Problem("atlas.json", f"street {street.code} {street.name} has no label")
    if not atlas.drawing.attribution and not atlas.drawing.schematic:
        yield Problem("atlas.json", "attribution is missing: say whose map it is")


def _rings(features: list[Any], in_china: bool) -> Iterator[Problem]:
    for number, feature in enumerate(features):
        for ring in _rings_of(feature):
            points = np.array([position[:2] for position in ring], dtype=np.float64)
            if len(points) < 4 or not (points[0] == points[-1]).all():
                yield Problem(_place(number, feature), "a ring is not closed")
            elif not (np.abs(points) <= (180.0, 90.0)).all():
                yield Problem(_place(number, feature), "lies outside the world (degrees of WGS84?)")
            elif in_china and not np.all(in_china_box(points[:, 0], points[:, 1])):
                yield Problem(_place(number, feature), "lies outside China (degrees of WGS84?)")
        if not _rings_of(feature):
            yield Problem(_place(number, feature), "geometry is not a Polygon or MultiPolygon")


def _overlaps(features: list[Any]) -> Iterator[Problem]:
    shapes = [_shape(feature) for feature in features]
    tree = shapely.STRtree(shapes)
    for i, j in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        if i < j:
            common = shapes[i].intersection(shapes[j]).area
            share = common / max(min(shapes[i].area, shapes[j].area), 1e-12)
            if share > _OVERLAP:
                one, other = (_about(features[k]).get("name") for k in (i, j))
                yield Problem("streets.geojson", f"{one} and {other} overlap by {share:.1%}")


def _rings_of(feature: Any) -> list[Any]:
    geometry = (isinstance(feature, dict) and feature.get("geometry")) or {}
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "Polygon":
        return list(coordinates)
    return [ring for polygon in coordinates for ring in polygon] if kind == "MultiPolygon" else []


def _shape(feature: Any) -> BaseGeometry:
    """Return a street's valid area, empty if its rings enclose none (reported by another check)."""
    if not _rings_of(feature) or any(len(ring) < 4 for ring in _rings_of(feature)):
        return shapely.Polygon()
    return shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
