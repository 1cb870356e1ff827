"""The layers of a street's own map: they draw what its view has below ``map``."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from city.dispatch.tables.water_lines import WaterLines
from city.state.ledger_state import CityState
from city.views.wall_view import WallView
from layers.atlas.atlas import Atlas
from layers.base.base_map import fit
from layers.contract import NO_STATIONS, Frame, Layer, MapSetting
from layers.fields.rain import Rain
from layers.marks.callouts import Callouts
from layers.marks.cases import Cases
from layers.marks.incidents import Incidents, Lines
from layers.marks.many_marks import ManyMarks
from layers.marks.ordinary_cases import Ordinary
from layers.marks.sensors import Sensors
from layers.marks.units import Units
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds
from layers.normal_limits import limits_of, lines_of, lines_of_stations

__all__ = ["OfMap", "OnMap", "empty_frame", "street_layers", "street_setting"]

_OwnUnits = partial(Units, most=math.inf)
"""A street's own squads are few, and nobody draws pictures for the views of its page."""
_LAYERS: Final = (Rain, Ordinary, Sensors, Lines, _OwnUnits, Incidents, Cases, Callouts, WaterLevels, Winds)
_READS: Final = {"cases": "own_cases"}


class OfMap:
    """A layer that draws the part ``map`` of a view. ``renamed``: slice that it reads → that of the view."""

    def __init__(self, layer: Layer, renamed: Mapping[str, str] = _READS) -> None:
        self._layer = layer
        self.key = layer.key
        self.title = layer.title
        self.reads = tuple(renamed.get(name, name) for name in layer.reads)

    @property
    def every_s(self) -> float:
        """Least time between two frames, machine seconds."""
        return self._layer.every_s

    @property
    def many(self) -> ManyMarks | None:
        """The layer's marks that are one picture, None for a layer without such."""
        return getattr(self._layer, "many", None)

    def frame(self, seen: Any, now: float) -> Frame:
        """Return the content at machine time ``now``."""
        return self._layer.frame(seen.map, now)

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add the layer's glyphs."""
        self._layer.draw(figure, frame, prefix)


def street_setting(
    atlas: Atlas, limits: Mapping[str, Any], *, size: tuple[float, float], text_px: float,
    stations: WaterLines = NO_STATIONS,
) -> MapSetting:  # fmt: skip
    """Return the settings of the map of the one street in ``atlas`` (`layers.atlas.around`).

    ``limits`` is city.toml's ``[limits]``; ``size`` and ``text_px`` are CSS px. Raises ValueError when a
    limit cannot be read.
    """
    view = fit(atlas.drawing.bounds, *size)
    setting = MapSetting((view.west, view.south, view.east, view.north), size, atlas=atlas, text_px=text_px)
    return msgspec.structs.replace(
        setting, limits=limits_of(limits), stations=stations,
        lines=(*lines_of_stations(stations.stations), *lines_of(limits)), ordinary_below=float("inf"),
    )  # fmt: skip


class OnMap(msgspec.Struct, frozen=True):
    """A view of which only the part ``map`` is known, for layers that are ``OfMap``."""

    map: Any


def empty_frame(layer: Layer) -> Frame:
    """Return a frame of an empty city: a page has the layer's glyphs before its first frame comes."""
    nothing = WallView().see(CityState(), 0.0)
    return layer.frame(OnMap(nothing) if isinstance(layer, OfMap) else nothing, 0.0)


def street_layers(setting: MapSetting) -> list[Layer]:
    """Return the layers of a street's map, in drawing order."""
    return [OfMap(kind(setting)) for kind in _LAYERS]
