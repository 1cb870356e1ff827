"""The insets of the dense core: in a corner of the map that hides no street, and beside a wide wall's map."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.atlas.atlas import Box, Drawing, Polygon, Street

__all__ = ["FACTOR", "Corner", "Inset", "core_beside", "dense_core", "place_inset", "size_px"]

Corner = Literal["sw", "se", "nw", "ne"]

FACTOR: Final = 3
"""Scale of the inset relative to the map."""

BESIDE_FACTOR: Final = 6
"""The same of the inset beside the map, unless the whole core would not fit."""

_EDGES: Final[dict[Corner, tuple[float, float]]] = {
    "sw": (10.0, 10.0), "se": (10.0, 72.0), "nw": (10.0, 160.0), "ne": (10.0, 224.0)
}  # fmt: skip
"""CSS px from the sides of the map, as in ``static/css/wall.css``: next to elements already in a corner."""

_SHARES: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)  # of the core that is shown; the whole core first
_AIR_PX: Final = 10.0
_DENSE: Final = 0.7  # of the median street's size: a core exists if a third of the streets is smaller


class Inset(msgspec.Struct, frozen=True):
    """A corner, the part of the core shown there, and the area that it hides: metres, EPSG:3857."""

    corner: Corner
    core: Box
    hides: Box


def dense_core(streets: Sequence[Street], bounds: Box) -> Box:
    """Return a ninth of the district where its streets are small, an empty box if sizes are similar."""
    hulls = [np.array([polygon[0].xs, polygon[0].ys]) for s in streets for polygon in s.polygons]
    hulls.sort(key=_spread)
    small = hulls[: -(-len(hulls) // 3)]
    x, y = np.median([hull.mean(axis=1) for hull in small], axis=0)
    if _spread(small[len(small) // 2]) > _DENSE * _spread(hulls[len(hulls) // 2]):
        return Box(x, y, x, y)
    width, height = bounds.width / 14, bounds.height / 18
    return Box(x - width, y - height, x + width, y + height)


def place_inset(drawing: Drawing, view: Box, m_per_px: float) -> Inset | None:
    """Return the largest inset that hides no street of the home view `view`, None if there is none."""
    if drawing.core.width <= 0:
        return None
    streets = shapely.union_all([_area(street.polygons) for street in drawing.streets])
    shapely.prepare(streets)
    for inset in _offered(drawing.core, view, m_per_px):
        bare = inset.hides.grown(-_AIR_PX * m_per_px)
        box = shapely.box(*msgspec.structs.astuple(bare))
        inside = view.west <= inset.hides.west and inset.hides.east <= view.east
        inside = inside and view.south <= inset.hides.south and inset.hides.north <= view.north
        if inside and not streets.intersects(box):
            return inset
    return None


def core_beside(core: Box, m_per_px: float, size: tuple[float, float]) -> tuple[Box, int] | None:
    """Return what an inset of a size in CSS px shows of the core and around it, and its factor.

    ``m_per_px`` is the map's scale. None where there is no dense core.
    """
    if core.width <= 0:
        return None
    across, up = (side * m_per_px for side in size)
    factor = max(1, min(BESIDE_FACTOR, int(min(across / core.width, up / core.height))))
    x, y = (core.west + core.east) / 2, (core.south + core.north) / 2
    half_x, half_y = across / factor / 2, up / factor / 2
    return Box(x - half_x, y - half_y, x + half_x, y + half_y), factor


def size_px(core: Box, m_per_px: float, factor: int = FACTOR) -> tuple[int, int]:
    """Return width and height in CSS px of an inset on a map of so many metres a px."""
    scale = m_per_px / factor
    return round(core.width / scale), round(core.height / scale)


def _spread(hull: NDArray[np.int64]) -> float:
    return float(np.prod(np.ptp(hull, axis=1), dtype=np.float64))


def _offered(core: Box, view: Box, m_per_px: float) -> Iterator[Inset]:
    x, y = (core.west + core.east) / 2, (core.south + core.north) / 2
    for share in _SHARES:
        half_x, half_y = share * core.width / 2, share * core.height / 2
        part = Box(x - half_x, y - half_y, x + half_x, y + half_y)
        width, height = (side * m_per_px for side in size_px(part, m_per_px))
        for corner, edges in _EDGES.items():
            across, up = (edge * m_per_px for edge in edges)
            west = view.west + across if corner.endswith("w") else view.east - across - width
            south = view.south + up if corner.startswith("s") else view.north - up - height
            hides = Box(west, south, west + width, south + height).grown(_AIR_PX * m_per_px)
            yield Inset(corner, part, hides)


def _area(polygons: tuple[Polygon, ...]) -> shapely.Geometry:
    hulls = [shapely.Polygon(np.c_[ring.xs, ring.ys]) for ring, *_ in polygons]
    return shapely.union_all([shapely.make_valid(hull) for hull in hulls])
