"""The legend's data: the marks in use and the numbers of the density's colours."""

from collections.abc import Mapping
from typing import Any

import msgspec

from layers.contract import Frame
from layers.palette import DENSITY, FAINT, ORANGE, RED, TEXT, YELLOW

__all__ = ["Legend", "Mark", "legend"]


class Mark(msgspec.Struct, frozen=True):
    """One entry: a catalogue key, the name of a shape (``static/js`` draws it), its CSS colour."""

    word: str
    shape: str
    colour: str


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


def legend(frames: Mapping[str, Frame], *, schematic: bool = False, attribution: str = "") -> Legend:
    """Return the legend of the newest frames by layer key; a mark that is not on the map is left out.

    The entries for critical and urgent are always present: their absence from the map is information.
    """
    marks = [Mark("urgency.critical", "diamond", RED), Mark("urgency.urgent", "triangle", ORANGE)]
    sensors = set(frames["sensors"].columns["marker"]) if "sensors" in frames else set()
    linkage = frames["incidents"].meta if "incidents" in frames else {}
    if linkage.get("closed"):
        sensors.add("circle")
    marks += [mark for shape, mark in _SENSORS.items() if shape in sensors]
    if linkage.get("incidents"):
        marks.append(Mark("legend.incident", "normal", TEXT))
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
