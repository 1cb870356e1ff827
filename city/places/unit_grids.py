"""Which unit grid (单元网格) a point lies in: a lookup tests only a few of thousands of small polygons."""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.places.rings import crosses, ring_edges

__all__ = ["UnitGrids", "grid_problems", "village_of_code"]

Floats = NDArray[np.float64]

_CODE: Final = re.compile(r"[0-9]{15}")
VILLAGE_DIGITS: Final = 12
_MOST: Final = 256
"""Maximum number of cells per side. With 8,500 grids a grid touches about ten cells, a cell three grids."""


class UnitGrids(msgspec.Struct, frozen=True, eq=False):
    """The unit grids of one district. Build them with `from_geojson`; an empty one contains no point.

    Where two grids overlap, the one listed first always wins.
    """

    codes: tuple[str, ...] = ()
    _edges: tuple[Floats, ...] = ()
    _boxes: tuple[tuple[float, ...], ...] = ()  # grid -> west, south, east, north
    _corner: tuple[float, float] = (0.0, 0.0)  # south-west corner of the bounding box of all grids
    _cell: tuple[float, float] = (1.0, 1.0)  # width and height of a cell, degrees
    _cells: Mapping[tuple[int, int], list[int]] = {}  # column, row -> grids whose boxes touch it

    @classmethod
    def from_geojson(cls, collection: Any) -> "UnitGrids":
        """Read a FeatureCollection of WGS84 (Multi)Polygons with `code`.

        Raises ValueError that names the feature and field of the first problem.
        """
        codes, edges = [], []
        for read in _read(collection):
            if isinstance(read, str):
                raise ValueError(read)
            codes.append(read[0])
            edges.append(read[1])
        corners = [(rim[:, [0, 2]], rim[:, [1, 3]]) for rim in edges]
        boxes = np.array([[x.min(), y.min(), x.max(), y.max()] for x, y in corners])
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        side = min(_MOST, 2 * math.ceil(math.sqrt(len(codes))))
        cell = (float(east - west) / side, float(north - south) / side)
        spans = ((boxes - (west, south, west, south)) / (*cell, *cell)).astype(np.int64)
        cells: dict[tuple[int, int], list[int]] = {}
        for number, (first, low, last, high) in enumerate(spans.tolist()):
            for at in product(range(first, last + 1), range(low, high + 1)):
                cells.setdefault(at, []).append(number)
        # The even-odd test skips horizontal edges: they would divide by zero.
        sloped = tuple(rim[rim[:, 1] < rim[:, 3]] for rim in edges)
        rows = tuple(map(tuple, boxes.tolist()))
        return cls(tuple(codes), sloped, rows, (float(west), float(south)), cell, cells)

    @property
    def villages(self) -> frozenset[str]:
        """Return the codes of the villages to which the grids belong."""
        return frozenset(map(village_of_code, self.codes))

    def code_of(self, lon: float, lat: float) -> str:
        """Return the code of the grid of a WGS84 point, '' outside all grids and for NaN."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return ""
        (west, south), (width, height) = self._corner, self._cell
        at = math.floor((lon - west) / width), math.floor((lat - south) / height)
        for number in self._cells.get(at, ()):
            left, low, right, high = self._boxes[number]
            is_near = left <= lon <= right and low <= lat <= high
            if is_near and crosses(self._edges[number], lon, lat).sum() % 2:
                return self.codes[number]
        return ""


def village_of_code(code: str) -> str:
    """Return the village's part of the code of a unit grid or of a workstation: its first twelve signs."""
    return code[:VILLAGE_DIGITS]


def grid_problems(collection: Any) -> Iterator[str]:
    """Yield every problem of a collection of unit grids, with its feature and field."""
    return (read for read in _read(collection) if isinstance(read, str))


def _read(collection: Any) -> Iterator[tuple[str, Floats] | str]:
    """Yield each feature as (code, edges), or its problem as a text."""
    features = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(features, list):
        yield "features: a GeoJSON FeatureCollection was expected"
        return
    if not features:
        yield "features: no grid in the collection"
    first: dict[str, int] = {}
    for number, feature in enumerate(features):
        try:
            code, edges = _feature(feature)
        except ValueError as error:
            yield f"features[{number}]: {error}"
            continue
        if first.setdefault(code, number) != number:
            yield f"features[{number}]: properties.code: {code} is that of features[{first[code]}] too"
        else:
            yield code, edges


def _feature(feature: Any) -> tuple[str, Floats]:
    about = feature if isinstance(feature, Mapping) else {}
    properties, geometry = (
        value if isinstance(value := about.get(name), Mapping) else {} for name in ("properties", "geometry")
    )
    code = properties.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError(f"properties.code: expected text of 15 digits, got {str(code)[:40]!r}")
    return code, _edges(geometry)


def _edges(geometry: Mapping[str, Any]) -> Floats:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
        raise ValueError(f"geometry: expected a Polygon or MultiPolygon, got {str(kind)[:40]!r}")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        rings = [_positions(ring) for polygon in polygons for ring in polygon]
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise ValueError("geometry.coordinates: expected rings of positions, two numbers each") from error
    if not rings:
        raise ValueError("geometry.coordinates: empty")
    for number, ring in enumerate(rings):
        _check(f"geometry.coordinates: ring {number}", ring)
    return np.concatenate([ring_edges(ring) for ring in rings])


def _positions(ring: Any) -> Floats:
    found = np.array([(position[0], position[1]) for position in ring], dtype=np.float64)
    return found.reshape(-1, 2)  # also for no positions


def _check(where: str, ring: Floats) -> None:
    """Raise ValueError for a ring that bounds no area."""
    if len(ring) < 4 or not (ring[0] == ring[-1]).all():
        raise ValueError(
            f"{where} is not closed (first and last position must be the same, and four at least)"
        )
    if not (np.abs(ring) <= (180.0, 90.0)).all():  # also refuses NaN and inf
        lon, lat = ring[0]
        raise ValueError(f"{where}: expected degrees (longitude, latitude), got {lon:g}, {lat:g}")
    if not (np.ptp(ring, axis=0) > 0).all():
        raise ValueError(f"{where} bounds no area")
