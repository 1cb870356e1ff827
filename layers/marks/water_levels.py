"""Water levels against each station's own line: ``黄浦公园 4.62 ↑ 超警0.07``; only in an emergency.

The frame holds names and numbers; ``static/js/map/field_labels.js`` writes the words.
"""

from typing import Any, Final

import msgspec
import numpy as np
from bokeh.models import Scatter

from city.dispatch.tables.water_lines import LINES, WaterStation
from city.state.last_hour import LEVEL, HourSeen, change
from city.views.wall_seen import ReadingsSeen
from layers.base.free_space import Box, View
from layers.base.glyphs import add
from layers.base.label_placing import text_width
from layers.contract import Frame, MapSetting, source_of
from layers.marks.columns import newest
from layers.marks.labels import LabelPlaces, Remembered, SeesFields, boxes_of
from layers.marks.storms import Storms
from layers.normal_limits import RANK, scale
from layers.palette import FAINT, LEVELS, MUTED
from layers.projection import to_mercator

__all__ = ["TEXT_PX", "WaterLevels"]

TEXT_PX: Final = 17.0
HIGH: Final = 30.0
AIR: Final = 26.0
"""Px beside the text of a capsule: its frame and the space inside."""
MOST: Final = 12
"""Stations with a capsule; those over their line come first."""
STEADY_M: Final = 0.03
"""A change within an hour that is smaller has no arrow [J]: waves are larger."""
COLOURS: Final = (MUTED, *(LEVELS[level] for level in RANK), FAINT)
LOST: Final = len(COLOURS) - 1
_WIDEST: Final = {"zh": " 0.00 ↑ 超警0.00", "en": " 0.00 ↑ 0.00 over line"}
_LOST: Final = {"zh": " 无数据 00:00 起 · 末值 0.00", "en": " no data since 00:00 · last 0.00"}


class _Level(msgspec.Struct, frozen=True):
    """A station's gauge. ``rank``: 0 below its line, 1 … 4 the line it reaches, ``LOST``."""

    station: WaterStation
    x: float
    y: float
    value: float
    over: float
    trend: int
    rank: int
    since: float
    """City time of the last valid reading of a lost gauge; NaN = it never told any."""


class WaterLevels:
    """The stations of ``water_lines.csv`` that have a gauge, with their capsules."""

    key = "water_levels"
    title = "layer.water_levels"
    reads = ("readings", "registry", "marks", "incidents", "closures", "warnings", "response")
    every_s = 1.0

    def __init__(self, setting: MapSetting) -> None:
        self.setting = setting
        self._places = LabelPlaces(setting)
        self._storms = Storms(setting)
        view = View(setting)
        self._remembered = Remembered(lambda seen, now: boxes_of(self.frame(seen, now), view))

    def frame(self, seen: SeesFields, now: float) -> Frame:
        """Return one row per station, the worst first; ``dx, dy`` NaN = its capsule has no room.

        ``value`` and ``over`` are metres (NaN = lost, or below the line), ``trend`` is 1, 0 or −1, ``since``
        the city time of a lost gauge's last valid reading, whose value is then ``value``. ``meta`` counts
        stations, lost ones and those over their line.
        """
        levels = self._levels(seen, seen.clock.at(now)) if seen.response.mode == "emergency" else []
        offsets, wide = [], []
        if levels:
            hard, soft = self._places.begin(seen, now, self._storms.boxes(seen, now))
            for one in levels[:MOST]:
                size = (_wide(one), HIGH)
                wide.append(size[0])
                offsets.append(self._places.place((one.x, one.y), size, hard, soft))
        shown = levels[:MOST]
        return Frame(
            self.key,
            newest(np.array([seen.readings.as_of[row] for row in _rows(seen.readings)]), now)
            if levels
            else now,
            {
                "x": np.array([one.x for one in shown]),
                "y": np.array([one.y for one in shown]),
                "dx": np.array([dx for dx, _ in offsets], dtype=np.float64),
                "dy": np.array([dy for _, dy in offsets], dtype=np.float64),
                "wide": np.array(wide, dtype=np.float64),
                "high": np.full(len(shown), HIGH),
                "key": [one.station.station for one in shown],
                "zh": [one.station.names["zh"] for one in shown],
                "en": [one.station.names["en"] for one in shown],
                "value": np.array([one.value for one in shown], dtype=np.float64),
                "over": np.array([one.over for one in shown], dtype=np.float64),
                "trend": np.array([one.trend for one in shown], dtype=np.int32),
                "rank": np.array([one.rank for one in shown], dtype=np.int32),
                "since": np.array([one.since for one in shown], dtype=np.float64),
                "colour": [COLOURS[one.rank] for one in shown],
            },
            {
                "stations": len(levels),
                "lost": sum(one.rank == LOST for one in levels),
                "over": sum(0 < one.rank < LOST for one in levels),
            },
        )

    def draw(self, figure: Any, frame: Frame, prefix: str = "layer") -> None:
        """Add a small ring at each station; the page writes the capsules as HTML."""
        ring = Scatter(marker="circle", size=7, fill_alpha=0.0, line_color="colour", line_width=2)
        add(figure, source_of(frame, prefix), ring)

    def boxes(self, seen: SeesFields, now: float) -> list[Box]:
        """Return the boxes (CSS px of the home view) of the capsules."""
        return self._remembered.boxes(seen, now)

    def _levels(self, seen: SeesFields, city_now: float) -> list[_Level]:
        readings = seen.readings
        rows = [
            (row, station)
            for row in _rows(readings)
            if (station := self.setting.stations.of(str(readings.device[row]), str(readings.name[row])))
            and np.isfinite(readings.lon[row])
        ]
        if not rows:
            return []
        numbers = np.array([row for row, _ in rows], dtype=np.intp)
        hour = readings.hour.of(numbers)
        parts = zip(change(hour, city_now), *_last(hour), strict=True)
        told = dict(zip(numbers[hour.rows].tolist(), parts, strict=True))
        none = (np.nan, np.nan, np.nan)
        found: dict[str, _Level] = {}
        for row, station in rows:
            level = _level(readings, row, station, *told.get(row, none))
            held = found.get(station.station)
            # Of two gauges at one station the one that measures counts, and then the higher level.
            if held is None or (held.rank == LOST, -held.value) > (level.rank == LOST, -level.value):
                found[station.station] = level
        return sorted(
            found.values(), key=lambda one: (-(one.rank % LOST), one.rank != LOST, one.station.station)
        )


def _rows(readings: ReadingsSeen) -> list[int]:
    is_gauge = (readings.kind == "water_level") | (readings.kind == "tide")
    return [int(row) for row in np.flatnonzero(is_gauge & (readings.metric == LEVEL))]


def _last(hour: HourSeen) -> tuple[Any, Any]:
    """Return time and value of each gauge's newest valid reading, NaN for none."""
    if not len(hour.at):
        return np.zeros(0), np.zeros(0)
    newest_at = np.nan_to_num(hour.at, nan=-np.inf).argmax(axis=1)
    every = np.arange(len(hour.at))
    return hour.at[every, newest_at], hour.value[every, newest_at]


def _level(
    readings: ReadingsSeen, row: int, station: WaterStation, rise: float, last_at: float, last: float
) -> _Level:  # fmt: skip
    x, y = to_mercator(readings.lon[row], readings.lat[row])
    metres = float(scale(readings.unit[row : row + 1], "m")[0])
    value = float(readings.value[row]) * metres
    place = (station, float(x), float(y))
    if readings.lost[row] or readings.quality[row] == "bad" or value != value:
        return _Level(*place, float(last) * metres, np.nan, 0, LOST, float(last_at))
    kind = station.reached(value)
    rise *= metres
    trend = 0 if rise != rise or abs(rise) < STEADY_M else int(np.sign(rise))
    over = value - station.warning if kind else np.nan
    return _Level(*place, value, over, trend, LINES.index(kind) + 1 if kind else 0, np.nan)


def _wide(one: _Level) -> float:
    words = _LOST if one.rank == LOST else _WIDEST
    return AIR + max(text_width(one.station.names[lang] + text, TEXT_PX) for lang, text in words.items())
