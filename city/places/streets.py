"""Which street a point lies in: a grid lookup for most points, an exact test near a boundary."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from city.places.distance import M_PER_DEGREE, metres_to_edges
from city.places.rings import crosses, ring_edges

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTSIDE: Final = -1
_MIXED: Final = -2  # a boundary crosses the cell: the exact test decides
_CELLS: Final = 512  # per side: in a district of 60 km a cell is about 120 m
_BANDS: Final = 4096  # narrow latitude bands that index the edges for the exact test


def street_key(code: str) -> str:
    """Return a street code as tables write it: the first nine digits of a code of twelve, else all."""
    national = len(code) == 12 and code.isascii() and code.isdigit() and code.endswith("000")
    return code[:9] if national else code


class _Grid(msgspec.Struct, frozen=True, eq=False):
    """The bounding box of all streets, cut into equal cells, row by row from the south-west."""

    west: float
    south: float
    width: float  # of a cell, degrees
    height: float

    def columns(self, lon: Floats) -> Ints:
        return np.clip((lon - self.west) / self.width, 0, _CELLS - 1).astype(np.int64)

    def rows(self, lat: Floats) -> Ints:
        return np.clip((lat - self.south) / self.height, 0, _CELLS - 1).astype(np.int64)

    def bands(self, lat: Floats) -> Ints:
        share = (lat - self.south) / (self.height * _CELLS)
        return np.clip(share * _BANDS, 0, _BANDS - 1).astype(np.int64)


class Streets(msgspec.Struct, frozen=True, eq=False):
    """The streets of one district, with lookup by WGS84 point.

    Build it with `from_geojson`. Where two streets overlap, the one listed first always wins.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shorts: tuple[str, ...]
    _grid: _Grid
    _table: NDArray[np.int16]  # cell -> street, OUTSIDE or _MIXED
    _edges: Floats  # (n, 4): x1, y1, x2, y2 with y1 < y2, ordered by street and band
    _edge_at: Ints  # street * _BANDS + band -> first edge; one longer than the keys
    _candidates: Ints  # streets of the mixed cells, ordered by cell
    _candidate_at: Ints  # cell -> first candidate; one entry more than cells
    _rims: tuple[Floats, ...]  # street -> all its edges, horizontal ones too
    _boxes: Floats  # street -> west, south, east, north
    _rings: tuple[tuple[Floats, ...], ...]  # street -> its rings, rows lon, lat

    @classmethod
    def from_geojson(cls, collection: Mapping[str, Any]) -> "Streets":
        """Read a FeatureCollection of WGS84 (Multi)Polygons with `code`, `name` and `short`.

        When `short` is missing, the name is used. Raises ValueError that names the feature.
        """
        read = [_feature(i, f) for i, f in enumerate(collection.get("features") or ())]
        if not read:
            raise ValueError("features: no street in the collection")
        codes, names, shorts, rings, edges = zip(*read, strict=True)
        if len(set(codes)) != len(codes):
            twice = sorted({code for code in codes if codes.count(code) > 1})
            raise ValueError(f"code: {', '.join(twice)} is given to more than one street")
        boxes = np.array([[*rim[:, :2].min(0), *rim[:, 2:].max(0)] for rim in map(_corners, edges)])
        return cls(codes, names, shorts, *_index(edges), edges, boxes, rings)

    def of(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int16]:
        """Return the index into `codes` of each WGS84 point's street; −1 outside all streets and for NaN."""
        x = np.atleast_1d(np.asarray(lon, dtype=np.float64)).ravel()
        y = np.atleast_1d(np.asarray(lat, dtype=np.float64)).ravel()
        answer = np.full(x.shape, OUTSIDE, dtype=np.int16)
        grid = self._grid
        span = _CELLS
        inside = (x >= grid.west) & (x <= grid.west + span * grid.width)
        inside &= (y >= grid.south) & (y <= grid.south + span * grid.height)
        here = np.flatnonzero(inside)
        rows = grid.rows(y[here])
        cells = rows * _CELLS + grid.columns(x[here])
        answer[here] = self._table[cells]
        mixed = answer[here] == _MIXED
        answer[here[mixed]] = self._exact(x[here[mixed]], y[here[mixed]], cells[mixed])
        return answer

    def code_of(self, lon: float, lat: float) -> str:
        """Return the code of the street of a WGS84 point, '' outside all streets."""
        index = int(self.of(lon, lat)[0])
        return "" if index == OUTSIDE else self.codes[index]

    def boundary_m(self, lon: float, lat: float, code: str) -> float:
        """Return the metres (≥ 0) from a WGS84 point to the boundary of a street; inf for an unknown one."""
        if code not in self.codes:
            return math.inf
        return metres_to_edges(lon, lat, self._rims[self.codes.index(code)])

    def rings_of(self, code: str) -> tuple[Floats, ...]:
        """Return the rings of a street's boundary (rows lon, lat in WGS84 degrees), () for an unknown one."""
        return self._rings[self.codes.index(code)] if code in self.codes else ()

    def near(self, lon: float, lat: float, within_m: float) -> tuple[tuple[str, float], ...]:
        """Return the streets within ``within_m`` metres of a WGS84 point, nearest first; its own is at 0."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return ()
        d_lat = within_m / M_PER_DEGREE
        d_lon = d_lat / max(math.cos(math.radians(lat)), 1e-6)
        boxes = self._boxes
        close = (boxes[:, 0] <= lon + d_lon) & (boxes[:, 2] >= lon - d_lon)
        close &= (boxes[:, 1] <= lat + d_lat) & (boxes[:, 3] >= lat - d_lat)
        own = int(self.of(lon, lat)[0])
        away = [
            (0.0 if i == own else metres_to_edges(lon, lat, self._rims[i]), i) for i in np.flatnonzero(close)
        ]
        return tuple((self.codes[i], metres) for metres, i in sorted(away) if metres <= within_m)

    def _exact(self, x: Floats, y: Floats, cells: Ints) -> NDArray[np.int16]:
        """Test each point against the candidate streets of its cell (even-odd rule)."""
        point, at = _expand(self._candidate_at[cells], self._candidate_at[cells + 1])
        street = self._candidates[at]
        key = street * _BANDS + self._grid.bands(y)[point]
        pair, edge = _expand(self._edge_at[key], self._edge_at[key + 1])
        crossed = crosses(self._edges[edge], x[point[pair]], y[point[pair]])
        odd = np.bincount(pair, weights=crossed, minlength=len(point)).astype(np.int64) % 2 == 1
        found = np.full(x.shape, len(self.codes), dtype=np.int64)
        np.minimum.at(found, point[odd], street[odd])
        return np.where(found == len(self.codes), OUTSIDE, found).astype(np.int16)


def _feature(number: int, feature: Mapping[str, Any]) -> tuple[str, str, str, tuple[Floats, ...], Floats]:
    properties = feature.get("properties") or {}
    code, name = properties.get("code"), properties.get("name")
    if not isinstance(code, str) or not isinstance(name, str) or not code or not name:
        raise ValueError(f"features[{number}]: 'code' and 'name' must be non-empty text")
    geometry = feature.get("geometry") or {}
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not coordinates:
        raise ValueError(f"features[{number}] {code}: a Polygon or MultiPolygon was expected")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = tuple(_ring(f"features[{number}] {code}", ring) for polygon in polygons for ring in polygon)
    edges = np.concatenate([ring_edges(ring) for ring in rings])
    return code, name, str(properties.get("short") or name), rings, edges


def _ring(place: str, ring: Sequence[Sequence[float]]) -> Floats:
    points = np.array([position[:2] for position in ring], dtype=np.float64)
    if len(points) < 4 or not np.isfinite(points).all():
        raise ValueError(f"{place}: a ring needs at least four finite positions")
    return points


def _corners(edges: Floats) -> Floats:
    """Return the bounding box of each edge: an edge goes north, but not always east."""
    low, high = np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])
    return np.hstack([low, high])


def _expand(first: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Expand ranges [first, end): return the row of each item, and each item."""
    counts = end - first
    row = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return row, np.arange(len(row)) - np.repeat(starts - first, counts)


def _index(
    edges: Sequence[Floats],
) -> tuple[_Grid, NDArray[np.int16], Floats, Ints, Ints, Ints]:
    every = np.concatenate(edges)
    west, east = every[:, [0, 2]].min(), every[:, [0, 2]].max()
    south, north = every[:, 1].min(), every[:, 3].max()
    # Slightly wider than the rings, so that the last row and column include their outer boundary.
    grid = _Grid(west, south, (east - west) * 1.000001 / _CELLS, (north - south) * 1.000001 / _CELLS)
    crossed = np.zeros((len(edges), _CELLS * _CELLS), dtype=bool)
    touched = np.zeros_like(crossed)
    for street, own in enumerate(edges):
        crossed[street, _crossed_cells(grid, own)] = True
        touched[street] = crossed[street] | _centres_inside(grid, own)
    mixed = crossed.any(axis=0)
    table = np.where(touched.any(axis=0), touched.argmax(axis=0), OUTSIDE).astype(np.int16)
    table[mixed] = _MIXED
    cell, candidates = np.nonzero((touched & mixed).T)
    candidate_at = np.searchsorted(cell, np.arange(_CELLS * _CELLS + 1))
    ordered, edge_at = _edges_by_band(grid, edges)
    return grid, table, ordered, edge_at, candidates, candidate_at


def _crossed_cells(grid: _Grid, edges: Floats) -> Ints:
    """Return every cell that an edge crosses, and some of their neighbours."""
    steps = np.ceil(
        np.maximum(
            np.abs(edges[:, 2] - edges[:, 0]) / grid.width,
            np.abs(edges[:, 3] - edges[:, 1]) / grid.height,
        )
    ).astype(np.int64)
    edge, step = _expand(np.zeros_like(steps), np.maximum(steps, 1))
    pieces = np.maximum(steps, 1)[edge]
    begin, end = edges[edge, :2], edges[edge, 2:]
    low = begin + (end - begin) * (step / pieces)[:, None]
    high = begin + (end - begin) * ((step + 1) / pieces)[:, None]
    # A piece is at most one cell long, so it lies in the cells of the four corners of its box. The
    # margin adds the neighbour of a piece that runs along a cell boundary.
    hair_x, hair_y = grid.width * 1e-6, grid.height * 1e-6
    xs = (np.minimum(low, high)[:, 0] - hair_x, np.maximum(low, high)[:, 0] + hair_x)
    ys = (low[:, 1] - hair_y, high[:, 1] + hair_y)
    found = [grid.rows(y) * _CELLS + grid.columns(x) for x in xs for y in ys]
    return np.unique(np.concatenate(found))


def _centres_inside(grid: _Grid, edges: Floats) -> NDArray[np.bool_]:
    """Apply the even-odd rule to the centre of every cell by counting crossings along each row."""
    centres = grid.south + (np.arange(_CELLS) + 0.5) * grid.height
    edge, row = _expand(np.searchsorted(centres, edges[:, 1]), np.searchsorted(centres, edges[:, 3]))
    x1, y1, x2, y2 = edges[edge].T
    x = x1 + (centres[row] - y1) * ((x2 - x1) / (y2 - y1))
    column = np.ceil((x - grid.west) / grid.width - 0.5).astype(np.int64)
    crossings = np.zeros((_CELLS, _CELLS + 1), dtype=np.int32)
    np.add.at(crossings, (row, np.clip(column, 0, _CELLS)), 1)
    return np.asarray(np.cumsum(crossings, axis=1)[:, :_CELLS] % 2 == 1).ravel()


def _edges_by_band(grid: _Grid, edges: Sequence[Floats]) -> tuple[Floats, Ints]:
    """Return all edges, once per band they touch, ordered by street and band, and the start of each band."""
    keyed = list(_band_keys(grid, edges))
    keys = np.concatenate([key for key, _ in keyed])
    order = np.argsort(keys, kind="stable")
    ordered = np.concatenate([rows for _, rows in keyed])[order]
    return ordered, np.searchsorted(keys[order], np.arange(len(edges) * _BANDS + 1))


def _band_keys(grid: _Grid, edges: Sequence[Floats]) -> Iterator[tuple[Ints, Floats]]:
    for street, own in enumerate(edges):
        sloped = own[own[:, 1] < own[:, 3]]  # the even-odd test skips horizontal edges
        edge, band = _expand(grid.bands(sloped[:, 1]), grid.bands(sloped[:, 3]) + 1)
        yield street * _BANDS + band, sloped[edge]
