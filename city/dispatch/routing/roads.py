"""The roads in a place name: ``羽山路巨野路`` is a crossing of two."""

import re

__all__ = ["on_road", "road_names"]

_APART = r"\s,，、·/／（）()\-－—&＆+＋"
_ROAD = re.compile(
    rf"[^{_APART}]+?(?:大道|公路|高速|高架|路|街|巷|(?:桥|浜|河|港|江|塘|沟)(?![^{_APART}]*(?:路|街|道)))"
)
_NEAR = re.compile(r"近(?=.{3})")


def road_names(text: str) -> tuple[str, ...]:
    """Return the roads and rivers in a place name, in order; () for none.

    ``羽山路近巨野路`` is a crossing too; the name of a single road may begin with 近.
    """
    first, *others = _ROAD.findall(text) or ("",)
    names = [first, *(_NEAR.sub("", name, count=1) if name.startswith("近") else name for name in others)]
    return tuple(dict.fromkeys(filter(None, names)))


def on_road(place: str, road: str) -> bool:
    """Whether a place lies on a road: the whole name is one of the roads in the place name."""
    return bool(road) and (road == place or road in road_names(place))
