"""Local measurements that meet numbers: rain sums of gauges, water levels against their own lines (domain
§A.3, §A.4). They suggest; they never make a signal of an office."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from city.dispatch.tables.rain_lines import RainLine
from city.dispatch.tables.water_lines import LINES, WaterLines
from city.response.suggestions import Met
from city.state.response_records import Measure

__all__ = ["RainSums", "WaterLevel", "rain_met", "tide_met"]

HOUR: Final = 3600.0
LONGEST_GAP_S: Final = 900.0
"""A rate counts for so long at most until the gauge's next reading: silence adds no rain."""


class RainSums:
    """The rates that rain gauges measured in the last hours, and their sums.

    It knows what it was told: after a restart a sum begins at 0, so it is never too high.
    """

    def __init__(self, longest_h: float) -> None:
        self._keep_s = longest_h * HOUR
        self._rates: dict[str, deque[tuple[float, float]]] = {}

    def take(self, gauge: str, at: float, mm_h: float) -> None:
        """Note a rate (mm/h) measured at a city time; older readings than the newest add nothing."""
        rates = self._rates.setdefault(gauge, deque())
        if rates and at <= rates[-1][0]:
            return
        rates.append((at, max(mm_h, 0.0)))
        while len(rates) > 1 and rates[1][0] < at - self._keep_s:
            rates.popleft()

    def sums(self, window_h: float, now: float) -> Mapping[str, float]:
        """Return the sum (mm) of each gauge over the last hours; a gauge without rain is left out."""
        begin = now - window_h * HOUR
        found = {gauge: _sum(rates, begin, now) for gauge, rates in self._rates.items()}
        return {gauge: mm for gauge, mm in found.items() if mm > 0}


def _sum(rates: deque[tuple[float, float]], begin: float, now: float) -> float:
    if not rates or rates[-1][0] < begin - LONGEST_GAP_S:
        return 0.0
    spans: Iterator[tuple[tuple[float, float], tuple[float, float]]] = pairwise([*rates, (now, 0.0)])
    total = 0.0
    for (at, rate), (after, _) in spans:
        end = min(after, at + LONGEST_GAP_S, now)
        total += rate * max(end - max(at, begin), 0.0) / HOUR
    return total


def rain_met(lines: Sequence[RainLine], sums: RainSums, now: float) -> Iterator[Met]:
    """Yield for each rank the numbers that enough gauges meet, with the gauge that measured most."""
    by_window = {line.window_h: sums.sums(line.window_h, now) for line in lines}
    for line in lines:
        over = sorted((mm, gauge) for gauge, mm in by_window[line.window_h].items() if mm >= line.mm)
        if len(over) >= line.gauges:
            mm, gauge = over[-1]
            kind = f"rain_{line.window_h:g}h"
            yield Met(line.rank, Measure(kind, gauge, round(mm, 1), line.mm, "mm", now))


class WaterLevel(msgspec.Struct, frozen=True):
    """A live level (metres in the datum of the station's lines) of a water-level gauge."""

    device: str
    name: str
    level_m: float
    at: float


def tide_met(lines: WaterLines, levels: Iterable[WaterLevel]) -> Iterator[Met]:
    """Yield the stations whose level has reached one of their own lines."""
    for one in levels:
        station = lines.of(one.device, one.name)
        reached = station.reached(one.level_m) if station is not None else ""
        if station is not None and reached:
            limit = dict(station.lines)[reached]
            measure = Measure("tide", station.station, round(one.level_m, 2), limit, "m", one.at)
            yield Met(LINES.index(reached) + 1, measure)
