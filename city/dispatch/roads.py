"""Which roads a place name says: ``羽山路巨野路`` is a crossing of two."""

import re

__all__ = ["on_road", "road_names"]

_ROAD = re.compile(
    r"[^\s,，、·/（）()]+?(?:大道|公路|高速|高架|路|街|巷|(?:桥|浜|河|港|江|塘)(?!.*(?:路|街|道)))"
)


def road_names(text: str) -> tuple[str, ...]:
    """Return the roads and waters that a place name is made of, in its order; () for none."""
    return tuple(dict.fromkeys(_ROAD.findall(text)))


def on_road(place: str, road: str) -> bool:
    """Whether a place lies on a road: one of the names that it is made of, whole."""
    return bool(road) and (road == place or road in road_names(place))
