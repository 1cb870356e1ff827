"""Names give way: what a critical or urgent mark, a call-out or a gauge comes to stand on, moves or goes."""

from typing import Any, ClassVar, Final

import numpy as np

from city.seen import WallSeen
from layers.atlas import Box
from layers.callouts import Callouts
from layers.contract import Frame, MapSetting
from layers.lettering import Lang, Lettering, place_names, source_name
from layers.lettering import Names as PlacedNames
from layers.room import View
from layers.sensors import Sensors

__all__ = ["EnglishNames", "Names", "names_around"]

CHIP_PX: Final = (10.0, 78.0, 426.0, 40.0)
"""Left, top, right and height in CSS px of the chip that a storm has over the map."""

STORMS: Final = 2
"""Storms that have a chip; a third one counts the others, and a landfall makes one as high as two."""


class Names:
    """The names of the main map, around what must not be hidden.

    Texts are longer in one language than in the other, so each has a frame of its own; a page has the
    source of its language only.
    """

    key = "labels"
    title = "layer.labels"
    reads: tuple[str, ...] = ("marks", "readings", "registry", "warnings")
    every_s = 2.0
    lang: ClassVar[Lang] = "zh"

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._kept: tuple[list[Box], dict[str, Any]] | None = None
        self._callouts = Callouts(setting)
        self._sensors = Sensors(setting)
        self._view = View(setting)

    def frame(self, seen: WallSeen, now: float) -> Frame:
        """Return the columns of ``layer:labels`` (see :mod:`layers.lettering`); none without an atlas."""
        taken = self._callouts.busy(seen, now, names=False)
        texts = self._sensors.texts(self._sensors.frame(seen, now))
        left, top, right, high = CHIP_PX
        landed = sum(storm.landfall is not None for storm in seen.storms[:STORMS])
        count = min(STORMS + 1, len(seen.storms)) + landed
        chips = [(left, top + n * high, right, top + (n + 1) * high) for n in range(count)]
        obstacles = [Box(*self._view.extent(box)) for box in (*taken.boxes, *texts, *chips)]
        kept = self._kept
        if kept is None or kept[0] != obstacles:
            columns: dict[str, Any] = dict(names_around(self.setting, obstacles, self.lang).columns)
            columns |= {name: np.array(columns[name], dtype=np.float64) for name in "xy" if name in columns}
            kept = (obstacles, columns)
            self._kept = kept
        return Frame(self.key, self._callouts.frame(seen, now).as_of, kept[1])

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Draw nothing: the base map draws its names from this source."""


class EnglishNames(Names):
    """The same in English."""

    key = source_name("en").removeprefix("layer:")
    lang: ClassVar[Lang] = "en"


def names_around(setting: MapSetting, obstacles: list[Box], lang: Lang = "zh") -> PlacedNames:
    """Return the names of the home view in their places, off what is covered and off some boxes (metres)."""
    if setting.atlas is None:
        return PlacedNames({}, [])
    lettering = Lettering(setting.metres_per_px, lang, text_px=setting.text_px)
    hidden = [Box(*extent) for extent in setting.covered]
    return place_names(setting.atlas, lettering, frame=Box(*setting.extent), obstacles=[*hidden, *obstacles])
