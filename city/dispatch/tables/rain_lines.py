"""Numbers of rain at which an office issues its signals, by office and version (domain §A.3).

``rain_lines.csv``: ``office``, ``colour`` (blue … red), ``window_h`` (hours), ``mm`` (sum in that time),
``gauges`` (so many gauges must reach it, so that one wrong gauge does not), ``note``, ``version``,
``valid_from``, ``valid_to``. Only the office issues a signal: a sum that is reached "meets the numbers".
"""

import math
from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell

__all__ = ["COLOURS", "RAIN_LINES", "RainLine", "rain_line_of"]

RAIN_LINES: Final = "rain_lines.csv"
COLOURS: Final = ("blue", "yellow", "orange", "red")
"""From the lowest; the position + 1 is the rank of the response level that belongs to it."""
LONGEST_H: Final = 24.0


class RainLine(msgspec.Struct, frozen=True):
    """A sum of rain that meets an office's numbers for a colour."""

    office: str
    colour: str
    window_h: float
    mm: float
    gauges: int
    version: str
    valid_from: str
    valid_to: str

    @property
    def id(self) -> str:
        """Return office, colour and window: what no two rows of today share."""
        return f"{self.office}/{self.colour}/{self.window_h:g}"

    @property
    def rank(self) -> int:
        """Return the rank of the response level that belongs to the colour."""
        return COLOURS.index(self.colour) + 1


def rain_line_of(cells: Cells) -> RainLine:
    """Read one row of ``rain_lines.csv``. Raises WrongCell."""
    return RainLine(
        cells.text("office"), cells.one_of("colour", COLOURS), _number(cells, "window_h", LONGEST_H),
        _number(cells, "mm", 1000.0), int(_number(cells, "gauges", 100.0)), cells.text("version"),
        *cells.days(),
    )  # fmt: skip


def _number(cells: Cells, column: str, most: float) -> float:
    value = cells.text(column)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= most or (column == "gauges" and number % 1):
        kind = "a whole number" if column == "gauges" else "a number"
        raise WrongCell(column, f"expected {kind} above 0 and up to {most:g}, got {value[:40]!r}")
    return number
