"""The part of an atlas around one street, for the map of its sub-centre."""

import numpy as np
import shapely

from layers.atlas.atlas import Atlas, Box, Drawing, Path, Polygon, Road

__all__ = ["around_street", "street_bounds"]

_HALF = 1.15
"""Half the side of the square that is drawn, as a share of the street's longer side: a map may be twice as
high as wide, and users pan a little."""


def street_bounds(drawing: Drawing, code: str) -> Box:
    """Return the bounds of a street (metres, EPSG:3857). Raises KeyError for an unknown code."""
    street = next((one for one in drawing.streets if one.code == code), None)
    if street is None:
        raise KeyError(code)
    xs = np.concatenate([np.asarray(polygon[0].xs) for polygon in street.polygons])
    ys = np.concatenate([np.asarray(polygon[0].ys) for polygon in street.polygons])
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def around_street(atlas: Atlas, code: str) -> Atlas:
    """Return the atlas with one street, cut off at some distance around it; its neighbours become land.

    The names are those of the street and of what passes through. Raises KeyError for an unknown code.
    """
    drawing = atlas.drawing
    bounds = street_bounds(drawing, code)
    x, y = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
    box = Box(x, y, x, y).grown(_HALF * max(bounds.width, bounds.height))
    own = tuple(one for one in drawing.streets if one.code == code)
    others = [polygon for one in drawing.streets if one.code != code for polygon in one.polygons]
    cut = Drawing(
        form=drawing.form, title=drawing.title, attribution=drawing.attribution,
        schematic=drawing.schematic, bounds=bounds, core=Box(*(2 * (bounds.west, bounds.south))),
        streets=own,
        land=tuple(part for polygon in (*drawing.land, *others) for part in _areas(polygon, box)),
        water=tuple(part for polygon in drawing.water for part in _areas(polygon, box)),
        roads=tuple(
            Road(road.kind, road.name, road.english, paths)
            for road in drawing.roads
            if (paths := tuple(part for path in road.paths for part in _lines(path, box)))
        ),
        rails=tuple(part for path in drawing.rails for part in _lines(path, box)),
        stations=tuple((x, y) for x, y in drawing.stations if _holds(box, x, y)),
        labels=tuple(
            label
            for label in drawing.labels
            if label.code == code or (not label.code and any(_holds(bounds, x, y) for x, y in label.spots))
        ),
    )  # fmt: skip
    return Atlas(cut, {"type": "FeatureCollection", "features": []})


def _holds(box: Box, x: float, y: float) -> bool:
    return box.west <= x <= box.east and box.south <= y <= box.north


def _touches(path: Path, box: Box) -> bool:
    return not (
        max(path.xs) < box.west or min(path.xs) > box.east or max(path.ys) < box.south
        or min(path.ys) > box.north
    )  # fmt: skip


def _areas(polygon: Polygon, box: Box) -> list[Polygon]:
    """Return the parts of a polygon inside a box."""
    if not _touches(polygon[0], box):
        return []
    hull, *holes = (list(zip(ring.xs, ring.ys, strict=True)) for ring in polygon)
    cut = shapely.clip_by_rect(shapely.make_valid(shapely.Polygon(hull, holes)), *_sides(box))
    parts = [part for part in shapely.get_parts(cut) if isinstance(part, shapely.Polygon) and part.area > 0]
    return [(_path(part.exterior), *(_path(ring) for ring in part.interiors)) for part in parts]


def _lines(path: Path, box: Box) -> list[Path]:
    """Return the parts of a line inside a box."""
    if not _touches(path, box) or len(path.xs) < 2:
        return []
    line = shapely.LineString(list(zip(path.xs, path.ys, strict=True)))
    parts = shapely.get_parts(shapely.clip_by_rect(line, *_sides(box)))
    return [_path(part) for part in parts if isinstance(part, shapely.LineString) and not part.is_empty]


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.west, box.south, box.east, box.north


def _path(line: shapely.LineString) -> Path:
    xs, ys = np.rint(np.asarray(line.coords)[:, :2]).astype(int).T.tolist()
    return Path(tuple(xs), tuple(ys))
