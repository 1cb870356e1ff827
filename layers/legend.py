"""The legend's data: which marks are in use and what the colours of the density mean, in numbers."""

from collections.abc import Mapping
from typing import Any

import msgspec

from layers.contract import Frame
from layers.palette import DENSITY, FAINT, ORANGE, RED, TEXT, YELLOW

__all__ = ["Legend", "Mark", "legend"]


class Mark(msgspec.Struct, frozen=True):
    """One entry: a catalogue key, the shape's name (``static/js`` draws it), its CSS colour."""

    word: str
    shape: str
    colour: str


class Legend(msgspec.Struct, frozen=True):
    """What stands in the map's corner. ``steps`` are the sixteen CSS colours of the density, and ``numbers``
    tells where on them (0..15) a number of cases per km² and window begins.

    The density is smoothed: half of every case is spread some 170 m around it, half some 550 m, so that one
    case can be seen; the parts of a case add up to one (``layers.fields.density.KERNEL_M``).
    """

    marks: tuple[Mark, ...]
    steps: tuple[str, ...] = ()
    numbers: tuple[tuple[int, float], ...] = ()
    window_s: float = 0.0
    schematic: bool = False
    attribution: str = ""


def legend(frames: Mapping[str, Frame], *, schematic: bool = False, attribution: str = "") -> Legend:
    """Return the legend of the newest frames by layer key; a mark that is not on the map is left out.

    Critical and urgent are always explained: their absence is a message.
    """
    marks = [Mark("urgency.critical", "diamond", RED), Mark("urgency.urgent", "triangle", ORANGE)]
    sensors = frames["sensors"].columns["marker"] if "sensors" in frames else []
    marks += [mark for shape, mark in _SENSORS.items() if shape in sensors]
    if "units" in frames and frames["units"].meta["committed"]:
        marks.append(Mark("legend.units", "square", TEXT))
    if _any_lost(frames):
        marks.append(Mark("legend.lost", "hollow", FAINT))
    heat = frames.get("heat")
    if heat is None:
        return Legend(tuple(marks), schematic=schematic, attribution=attribution)
    numbers = tuple((2 + 4 * place, number) for place, number in enumerate(DENSITY.numbers()))
    return Legend(
        tuple(marks), tuple(DENSITY.css()), numbers, float(heat.meta["window_s"]), schematic, attribution
    )


_SENSORS: Mapping[Any, Mark] = {
    "circle": Mark("legend.closed", "no_entry", RED),
    "inverted_triangle": Mark("legend.slow", "inverted_triangle", YELLOW),
    "hex": Mark("legend.off_normal", "hexagon", YELLOW),
}


def _any_lost(frames: Mapping[str, Frame]) -> bool:
    return any(frames[key].meta.get("lost", 0) > 0 for key in ("sensors", "units") if key in frames)
