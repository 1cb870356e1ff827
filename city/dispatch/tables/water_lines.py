"""Warning lines of water-level stations, each station's own and by version (domain §A.4).

``water_lines.csv``: ``station`` (a code), ``name_zh``, ``name_en``, ``gauges`` (device ids or registered
names, separated by ``|``), ``warning_m``, ``yellow_m``, ``orange_m``, ``red_m`` (metres in ``datum``;
empty = not set), ``datum``, ``note``, ``version``, ``valid_from``, ``valid_to``.
A line is reached from its value on.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell, current

__all__ = ["DATUMS", "LINES", "WATER_LINES", "WaterLines", "WaterStation", "station_of", "water_lines"]

WATER_LINES: Final = "water_lines.csv"
LINES: Final = ("warning", "yellow", "orange", "red")
"""Kinds of lines, the lowest first."""
DATUMS: Final = ("wusong", "1985")
"""Heights of different datums differ by more than a metre: they are never compared."""


class WaterStation(msgspec.Struct, frozen=True):
    """A station with the lines that are valid from ``valid_from`` to ``valid_to``.

    ``lines``: (kind, metres) of those that are set, the lowest first.
    """

    station: str
    names: dict[str, str]
    gauges: tuple[str, ...]
    lines: tuple[tuple[str, float], ...]
    datum: str
    version: str
    valid_from: str
    valid_to: str

    @property
    def warning(self) -> float:
        """Return the lowest line in metres: from there on the level is over its line."""
        return self.lines[0][1]

    def reached(self, level_m: float) -> str:
        """Return the highest line that a level (metres, the station's datum) reaches, '' for none."""
        return next((kind for kind, metres in reversed(self.lines) if level_m >= metres), "")


class WaterLines:
    """The stations whose lines are valid today."""

    def __init__(self, stations: Iterable[WaterStation] = ()) -> None:
        self.stations = tuple(stations)
        self._by_gauge = {gauge: one for one in self.stations for gauge in one.gauges}

    def of(self, device: str, name: str = "") -> WaterStation | None:
        """Return the station of a gauge by its device id, else by its registered name."""
        return self._by_gauge.get(device) or self._by_gauge.get(name)


def water_lines(rows: Iterable[WaterStation], on: str) -> WaterLines:
    """Return the lines that are valid on an ISO date."""
    return WaterLines(one for one in rows if current(one.valid_from, one.valid_to, on))


def station_of(cells: Cells) -> WaterStation:
    """Read one row of ``water_lines.csv``. Raises WrongCell."""
    lines = [(kind, metres) for kind in LINES if (metres := _metres(cells, f"{kind}_m")) is not None]
    if not lines:
        raise WrongCell("warning_m", "expected at least one line, all are empty")
    for (_, below), (kind, above) in pairwise(lines):
        if above <= below:
            raise WrongCell(f"{kind}_m", f"expected more than the line below it ({below:g}), got {above:g}")
    gauges = cells.several("gauges")
    if not gauges:
        raise WrongCell("gauges", "expected at least one device id or name")
    return WaterStation(
        cells.text("station"), {"zh": cells.text("name_zh"), "en": cells.text("name_en")}, gauges,
        tuple(lines), cells.one_of("datum", DATUMS), cells.text("version"), *cells.days(),
    )  # fmt: skip


def _metres(cells: Cells, column: str) -> float | None:
    value = cells.maybe(column)
    if not value:
        return None
    try:
        metres = float(value)
    except ValueError:
        metres = math.nan
    if not -20 <= metres <= 100:
        raise WrongCell(column, f"expected metres between -20 and 100, got {value[:40]!r}")
    return metres
