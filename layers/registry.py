"""All layers, read top to bottom as they are drawn: the first lies under the rest."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from layers.atlas import Atlas, Box
from layers.base import fit
from layers.callouts import Callouts
from layers.cameras import Cameras
from layers.cases import Cases
from layers.contract import Extent, Layer, MapSetting
from layers.heat import CoreHeat, Heat
from layers.inset import place_inset
from layers.limits import limits_of, lines_of
from layers.names import EnglishNames, Names, names_around
from layers.ordinary import Ordinary
from layers.room import View
from layers.sensors import Sensors
from layers.storms import Storms
from layers.units import Units
from layers.warnings import Warnings

__all__ = ["LAYERS", "build_layers", "map_setting"]

LAYERS: Final[tuple[Callable[[MapSetting], Layer], ...]] = (
    Heat,
    CoreHeat,
    Warnings,
    Storms,
    Ordinary,
    Cameras,
    Sensors,
    Units,
    Cases,
    Callouts,
    Names,
    EnglishNames,
)

_CORNERS: Final = (
    (0.0, 0.0, 340.0, 72.0),  # credit, and the chip of the sensors
    (-164.0, 0.0, 0.0, 214.0),  # what the marks mean: seven lines
    (-284.0, -114.0, 0.0, 0.0),  # what the density's colours mean
)
"""What stands over the map in its corners: left, top, right, bottom in CSS px, the longer of two languages.
What is 0 to the right or below, or negative, counts from the map's right or lower edge."""


def build_layers(setting: MapSetting) -> list[Layer]:
    """Return one of each layer for a channel's map."""
    return [kind(setting) for kind in LAYERS]


def map_setting(
    atlas: Atlas,
    limits: Mapping[str, Any],
    *,
    size: tuple[float, float] = (756.0, 986.0),
    text_px: float = 17.0,
) -> MapSetting:
    """Return the setting of a channel whose map shows the whole of an atlas.

    ``limits`` is city.toml's ``[limits]``; ``size`` and ``text_px`` are CSS px of the map and of its names.
    Raises ValueError when a limit cannot be read.
    """
    view = fit(atlas.drawing.bounds, *size)
    setting = MapSetting(_extent(view), size, atlas=atlas, text_px=text_px)
    inset = place_inset(atlas.drawing, view, setting.metres_per_px)
    covered = (*([_extent(inset.hides)] if inset else []), *_corners(setting))
    setting = msgspec.structs.replace(
        setting, limits=limits_of(limits), lines=lines_of(limits), covered=covered,
        core=inset and _extent(inset.core), corner=inset.corner if inset else "",
    )  # fmt: skip
    names = names_around(setting, [])
    return msgspec.structs.replace(setting, clear=tuple(_extent(box) for box in names.boxes))


def _corners(setting: MapSetting) -> Iterator[Extent]:
    view, (width, height) = View(setting), setting.size
    for left, top, right, bottom in _CORNERS:
        across = (left + width if left < 0 else left, right + width if right <= 0 else right)
        down = (top + height if top < 0 else top, bottom + height if bottom <= 0 else bottom)
        yield view.extent((across[0], down[0], across[1], down[1]))


def _extent(box: Box) -> Extent:
    return box.west, box.south, box.east, box.north
