"""The daily rhythm of the invented city: number, class and channel of reports by hour.

The numbers are invented; they follow the shape of a working day.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import msgspec

from city.dispatch.tables.categories import Category
from feeds.sources.demo.chance import Dice

__all__ = ["CASES_PER_DAY", "CHANNELS", "HOURS", "Channel", "Rhythm"]

CASES_PER_DAY: Final = 5800
"""Ordinary cases per day; the staged ones (tracks.TRACKS) add about 200."""

_SHARES: Final = (12, 9, 7, 6, 7, 14, 30, 52, 74, 84, 80, 68, 52, 60, 70, 74, 70, 62, 54, 50, 46, 36, 24, 16)
HOURS: Final = tuple(share / sum(_SHARES) for share in _SHARES)
"""Share of a day's cases by hour of the city's day; sums to 1."""


class Channel(msgspec.Struct, frozen=True):
    """A report channel: protocol name, publishing client, name and number prefix of the source system."""

    name: str
    client: str
    system: str
    prefix: str
    weight: float


CHANNELS: Final = (
    Channel("hotline_12345", "hotline", "12345热线", "RX", 48.0),
    Channel("inspector", "grid", "网格巡查", "WG", 29.0),
    Channel("video_ai", "video", "智能发现", "SP", 7.0),
    Channel("police_110", "police110", "110接警", "JJ", 4.5),
    Channel("web_app", "hotline", "随申办", "SS", 4.0),
    Channel("sensor", "iot-city", "物联感知", "WL", 3.0),
    Channel("hotline_12319", "hotline", "12319热线", "JS", 2.0),
    Channel("volunteer", "grid", "志愿者", "ZY", 1.2),
    Channel("department", "grid", "部门移送", "BM", 0.8),
    Channel("leader_instruction", "grid", "领导交办", "JB", 0.2),
    Channel("media", "hotline", "媒体反映", "MT", 0.3),
)

_SEEN_BY_CAMERAS: Final = frozenset(
    {
        "event:0107", "event:0110", "event:0136", "event:0203", "event:0401", "event:0405",
        "event:0406", "event:0410", "event:0699", "component:0305",
    }
)  # fmt: skip
_FELT_BY_SENSORS: Final = frozenset(
    {
        "component:0106", "component:0137", "component:0138", "component:0154", "component:0305",
        "event:0304",
    }
)  # fmt: skip
_PROFILES: Final = {
    "day": (*(0.2,) * 6, 0.6, *(1.2,) * 12, *(0.6,) * 5),
    "street": (*(0.15,) * 6, 1.0, *(1.5,) * 5, *(1.2,) * 7, *(1.8,) * 4, 0.4),
    "night": (*(6.0,) * 5, 3.0, 1.0, *(0.3,) * 11, 0.6, *(2.0,) * 2, *(6.0,) * 3),
    "dark": (*(3.0,) * 5, 1.0, *(0.2,) * 11, *(2.5,) * 7),
}
_WEIGHTS: Final = {
    "event:0110": (90, "day"), "event:0112": (55, "day"), "event:0410": (70, "street"),
    "event:0405": (55, "street"), "event:0406": (40, "street"), "event:0401": (45, "street"),
    "event:0201": (50, "day"), "event:0136": (48, "day"), "event:0107": (22, "street"),
    "event:0113": (25, "day"), "event:0117": (26, "day"), "event:0118": (14, "day"),
    "event:0135": (24, "day"), "event:0111": (14, "day"), "event:0125": (10, "day"),
    "event:0128": (10, "night"), "event:0129": (8, "night"), "event:0301": (16, "night"),
    "event:0302": (12, "day"), "event:0304": (10, "day"), "event:0307": (6, "day"),
    "event:0311": (5, "night"), "event:0312": (5, "day"), "event:0101": (12, "day"),
    "event:0202": (7, "street"), "event:0203": (6, "day"), "event:0206": (5, "day"),
    "event:0402": (6, "night"), "event:0404": (4, "day"), "event:0503": (9, "day"),
    "event:0604": (14, "day"), "event:0696": (5, "dark"), "event:0697": (5, "street"),
    "event:0698": (16, "dark"), "event:0699": (40, "street"), "event:0131": (7, "day"),
    "event:0130": (6, "day"), "event:0120": (3, "dark"), "event:0119": (4, "day"),
    "component:0305": (60, "day"), "component:0137": (26, "dark"), "component:0217": (12, "day"),
    "component:0225": (8, "day"), "component:0204": (6, "day"), "component:0104": (9, "day"),
    "component:0127": (7, "day"), "component:0128": (6, "day"), "component:0146": (6, "day"),
    "component:0154": (5, "street"), "component:0221": (7, "day"), "component:0301": (6, "day"),
    "component:0408": (8, "day"), "component:0407": (5, "day"), "component:0212": (3, "day"),
    "component:0106": (4, "day"), "component:0125": (4, "day"), "component:0307": (5, "day"),
}  # fmt: skip
_MEASURED: Final = frozenset({"event:0691", "event:0692", "event:0693"})
"""Classes that only our own watch of the sensors reports."""
_REST: Final = (1, "day")  # any class that is not a hazard and not named above


class Rhythm:
    """Weighted choices by hour; classes with a hazard are excluded: they come from tracks.TRACKS."""

    def __init__(self, categories: Sequence[Category]) -> None:
        # With a limit of one urgent hour a case would be due within the hour from its report on.
        calm = [c for c in categories if not c.hazard and _is_slow(c) and c.key not in _MEASURED]
        self._every = _by_hour(calm)
        self._cameras = _by_hour([c for c in calm if c.key in _SEEN_BY_CAMERAS] or calm)
        self._sensors = _by_hour([c for c in calm if c.key in _FELT_BY_SENSORS] or calm)
        self._channels = list(accumulate(channel.weight for channel in CHANNELS))

    def channel(self, dice: Dice) -> Channel:
        """Return the channel of the next case."""
        return dice.choices(CHANNELS, cum_weights=self._channels)[0]

    def category(self, dice: Dice, channel: str, hour: int) -> Category:
        """Return the class of a report on a channel at an hour of the city's day."""
        hours = {"video_ai": self._cameras, "sensor": self._sensors}.get(channel, self._every)
        classes, cum_weights = hours[hour]
        return dice.choices(classes, cum_weights=cum_weights)[0]


def _is_slow(category: Category) -> bool:
    return category.limit_unit != "urgent_hour" or category.limit_value > 1


def _by_hour(classes: list[Category]) -> list[tuple[list[Category], list[float]]]:
    table = []
    for hour in range(24):
        weights = []
        for category in classes:
            weight, profile = _WEIGHTS.get(category.key, _REST)
            weights.append(weight * _PROFILES[profile][hour])
        table.append((classes, list(accumulate(weights))))
    return table
