"""All layers in drawing order: the first is drawn below the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from city.dispatch.tables.water_lines import WaterLines
from layers.atlas.atlas import Atlas, Box
from layers.atlas.inset import core_beside, place_inset
from layers.base.base_map import fit
from layers.base.free_space import View
from layers.contract import NO_STATIONS, Extent, Layer, MapSetting
from layers.fields.heat import BesideHeat, CoreHeat, Heat
from layers.fields.rain import BesideRain, CoreRain, Rain
from layers.marks.callouts import Callouts
from layers.marks.cameras import Cameras
from layers.marks.cases import Cases
from layers.marks.incidents import Incidents, Lines
from layers.marks.names import EnglishNames, Names, names_around
from layers.marks.ordinary_cases import Ordinary
from layers.marks.sensors import Sensors
from layers.marks.storms import Storms
from layers.marks.units import Units
from layers.marks.warnings import Warnings
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds
from layers.normal_limits import limits_of, lines_of, lines_of_stations

__all__ = ["EMERGENCY_LAYERS", "LAYERS", "build_layers", "map_setting"]

LAYERS: Final[tuple[Callable[[MapSetting], Layer], ...]] = (
    Heat,
    CoreHeat,
    BesideHeat,
    Rain,
    CoreRain,
    BesideRain,
    Warnings,
    Storms,
    Ordinary,
    Cameras,
    Sensors,
    Lines,
    Units,
    Incidents,
    Cases,
    Callouts,
    WaterLevels,
    Winds,
    Names,
    EnglishNames,
)

EMERGENCY_LAYERS: Final[tuple[Callable[[MapSetting], Layer], ...]] = (
    Rain,
    Storms,
    Lines,
    Units,
    Incidents,
    Cases,
    Callouts,
    WaterLevels,
    Winds,
    Names,
    EnglishNames,
)
"""The layers of a map that shows an emergency alone, in drawing order: a leader's."""

_CORNERS: Final = (
    (0.0, 0.0, 340.0, 72.0),  # attribution, and the strip of the sensors
    (-164.0, 0.0, 0.0, 241.0),  # legend of the marks: eight lines
    (-332.0, -70.0, 0.0, 0.0),  # legend of the density
)
"""Elements over the map's corners: left, top, right, bottom in CSS px, for the longer of two languages.
Negative values, and 0 for right or bottom, count from the map's right or lower edge."""


def build_layers(
    setting: MapSetting, kinds: Iterable[Callable[[MapSetting], Layer]] = LAYERS
) -> list[Layer]:  # fmt: skip
    """Return one instance of each layer for a channel's map."""
    return [kind(setting) for kind in kinds]


def map_setting(
    atlas: Atlas,
    limits: Mapping[str, Any],
    *,
    size: tuple[float, float] = (756.0, 986.0),
    text_px: float = 17.0,
    beside_px: tuple[float, float] | None = None,
    below_px: float = 0.0,
    stations: WaterLines = NO_STATIONS,
) -> MapSetting:
    """Return the settings of a channel whose map shows the whole atlas.

    ``limits`` is city.toml's ``[limits]``; ``size`` and ``text_px`` are CSS px of the map and of its names,
    ``beside_px`` those of an inset beside the map, ``below_px`` the least room below the southernmost street.
    ``stations`` are the water-level stations. Raises ValueError when a limit cannot be read.
    """
    view = fit(atlas.drawing.bounds, *size, below_px)
    setting = MapSetting(_extent(view), size, atlas=atlas, text_px=text_px)
    inset = place_inset(atlas.drawing, view, setting.metres_per_px)
    beside = beside_px and core_beside(atlas.drawing.core, setting.metres_per_px, beside_px)
    covered = (*([_extent(inset.hides)] if inset else []), *_corners(setting))
    setting = msgspec.structs.replace(
        setting, limits=limits_of(limits), stations=stations,
        lines=(*lines_of_stations(stations.stations), *lines_of(limits)), covered=covered,
        core=inset and _extent(inset.core), corner=inset.corner if inset else "",
        beside=_extent(beside[0]) if beside else None, beside_factor=beside[1] if beside else 1,
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
