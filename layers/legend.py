"""The legend's data: the marks in use, and the numbers of the colours of density or rain."""

from collections.abc import Mapping
from typing import Any

import msgspec

from layers.contract import Frame
from layers.palette import FAINT, ORANGE, RAIN, RED, TEXT, YELLOW

__all__ = ["Legend", "Mark", "RainLegend", "legend"]


class Mark(msgspec.Struct, frozen=True):
    """One entry: a catalogue key, the name of a shape (``static/js`` draws it), its CSS colour."""

    word: str
    shape: str
    colour: str


class RainLegend(msgspec.Struct, frozen=True):
    """The rain field's source: when its newest gauge measured (city time, None = none), and who runs them.

    ``gauges`` of which ``lost`` are silent and ``short`` have no whole hour yet; a gauge speaks for
    ``radius_km`` around it, and elsewhere there is no colour.
    """

    at: float | None
    owners: tuple[str, ...]
    gauges: int
    lost: int
    short: int
    radius_km: float


class Legend(msgspec.Struct, frozen=True):
    """The legend in the map's corner. ``steps`` are the sixteen CSS colours of the density; ``numbers``
    pairs a step (0..15) with the cases per km² and window at which it begins.

    The density is smoothed: half of every case is spread some 170 m around it, half some 550 m, so that one
    case is visible; the parts of a case add up to one (``layers.fields.density.KERNEL_M``).
    """

    marks: tuple[Mark, ...]
    steps: tuple[str, ...] = ()
    numbers: tuple[tuple[int, float], ...] = ()
    window_s: float = 0.0
    schematic: bool = False
    attribution: str = ""
    rain: RainLegend | None = None
    """Only in an emergency: then steps and numbers are those of the rain, in mm."""


def legend(frames: Mapping[str, Frame], *, schematic: bool = False, attribution: str = "") -> Legend:
    """Return the legend of the newest frames by layer key; a mark that is not on the map is left out.

    The entries for critical and urgent are always present: their absence from the map is information. In an
    emergency the same is true of closed underpasses and units.
    """
    is_emergency = "rain" in frames and frames["rain"].meta["on"]
    marks = [Mark("urgency.critical", "diamond", RED), Mark("urgency.urgent", "triangle", ORANGE)]
    sensors = set(frames["sensors"].columns["marker"]) if "sensors" in frames else set()
    linkage = frames["incidents"].meta if "incidents" in frames else {}
    if is_emergency:
        sensors.discard("circle")  # the same sign: a road that nobody may enter
        marks.append(Mark("legend.closed_off", "no_entry", RED))
    elif linkage.get("closed"):
        sensors.add("circle")
    marks += [mark for shape, mark in _SENSORS.items() if shape in sensors]
    if linkage.get("incidents"):
        marks.append(Mark("legend.incident", "normal", TEXT))
    if is_emergency or ("units" in frames and frames["units"].meta["committed"]):
        marks.append(Mark("legend.units", "square", TEXT))
    if _any_lost(frames):
        marks.append(Mark("legend.lost", "hollow", FAINT))
    rain = _rain(frames)
    if rain is not None:
        return Legend(
            tuple(marks), tuple(RAIN.css()), tuple(RAIN.numbers()), 3600.0, schematic, attribution, rain
        )
    heat = frames.get("heat")
    if heat is None:
        return Legend(tuple(marks), schematic=schematic, attribution=attribution)
    told = heat.meta
    numbers = tuple((int(step), float(number)) for step, number in told["numbers"])
    return Legend(
        tuple(marks), tuple(told["steps"]), numbers, float(told["window_s"]), schematic, attribution
    )


_SENSORS: Mapping[Any, Mark] = {
    "circle": Mark("legend.closed", "no_entry", RED),
    "inverted_triangle": Mark("legend.slow", "inverted_triangle", YELLOW),
    "hex": Mark("legend.off_normal", "hexagon", YELLOW),
}


def _rain(frames: Mapping[str, Frame]) -> RainLegend | None:
    meta = frames["rain"].meta if "rain" in frames else {}
    if not meta.get("on"):
        return None
    return RainLegend(
        meta["at"], tuple(meta["owners"]), meta["gauges"], meta["lost"], meta["short"], meta["radius_km"]
    )


def _any_lost(frames: Mapping[str, Frame]) -> bool:
    return any(frames[key].meta.get("lost", 0) > 0 for key in ("sensors", "units") if key in frames)
