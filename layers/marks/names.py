"""The map's names: a name moves or is left out for a critical or urgent mark, a call-out or a gauge."""

from typing import Any, ClassVar

import numpy as np

from city.views.wall_seen import WallSeen
from layers.atlas.atlas import Box
from layers.base.free_space import View
from layers.base.name_glyphs import Lang, Lettering, place_names, source_name
from layers.base.name_glyphs import Names as PlacedNames
from layers.contract import Frame, MapSetting
from layers.marks.callouts import Callouts
from layers.marks.sensors import Sensors
from layers.marks.storms import Storms
from layers.marks.strips import strips
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds

__all__ = ["EnglishNames", "Names", "names_around"]


class Names:
    """The names of the main map, placed around elements that must not be hidden.

    Text lengths differ by language, so each language has its own frame; a page has only the source of
    its language.
    """

    key = "labels"
    title = "layer.labels"
    reads: tuple[str, ...] = ("marks", "readings", "registry", "warnings", "response")
    every_s = 2.0
    lang: ClassVar[Lang] = "zh"

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._kept: tuple[list[Box], dict[str, Any]] | None = None
        self._callouts = Callouts(setting)
        self._sensors = Sensors(setting)
        self._fields = (Storms(setting), WaterLevels(setting), Winds(setting))
        self._view = View(setting)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return the columns of ``layer:labels`` (``layers.base.name_glyphs``); none without an atlas."""
        taken = self._callouts.occupied(seen, now, names=False)
        texts = self._sensors.texts(self._sensors.frame(seen, now))
        fields = (part for layer in self._fields for part in layer.boxes(seen, now))
        obstacles = [
            Box(*self._view.extent(box)) for box in (*taken.boxes, *texts, *strips(seen.storms), *fields)
        ]
        kept = self._kept
        if kept is None or kept[0] != obstacles:
            columns: dict[str, Any] = dict(names_around(self.setting, obstacles, self.lang).columns)
            columns |= {name: np.array(columns[name], dtype=np.float64) for name in "xy" if name in columns}
            kept = (obstacles, columns)
            self._kept = kept
        return Frame(self.key, self._callouts.frame(seen, now).as_of, kept[1])

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Draw nothing: the base map draws the names from this source."""


class EnglishNames(Names):
    """The names in English."""

    key = source_name("en").removeprefix("layer:")
    lang: ClassVar[Lang] = "en"


def names_around(setting: MapSetting, obstacles: list[Box], lang: Lang = "zh") -> PlacedNames:
    """Return the placed names of the home view, outside covered extents and `obstacles` (metres)."""
    if setting.atlas is None:
        return PlacedNames({}, [])
    lettering = Lettering(setting.metres_per_px, lang, text_px=setting.text_px)
    hidden = [Box(*extent) for extent in setting.covered]
    return place_names(setting.atlas, lettering, frame=Box(*setting.extent), obstacles=[*hidden, *obstacles])
