"""Colours of numbers and of marks. A number has the same colour at any time, on all screens."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLUE", "BURN", "COUNTS", "DENSITY", "EDGE", "FAINT", "GROUND", "LEVELS", "MUTED", "ORANGE", "RAIN",
    "RED", "STEPS", "TEXT", "WORST", "YELLOW", "Ramp", "Scale",
]  # fmt: skip

GROUND, EDGE = "#0B1017", "#05080C"
TEXT, MUTED, FAINT = "#D9E1EC", "#8A99AE", "#7C8CA3"
RED, ORANGE, YELLOW, BLUE = "#FF4D4F", "#FF8A1F", "#F5C518", "#4C9BFF"
LEVELS: Final = {"blue": BLUE, "yellow": YELLOW, "orange": ORANGE, "red": RED}

STEPS: Final = 16
"""Steps of a ramp; step 0 is "less than the first edge" and is not drawn."""

Floats = NDArray[np.float64] | NDArray[np.float32]


class Ramp:
    """Sixteen steps, ``per_doubling`` of them per doubling, from ``first`` on: an absolute look-up table.

    With two per doubling, step ``k`` (1..16) holds values from ``first · 2^((k−1)/2)`` to the next edge; the
    last one is open. ``opaque`` are the opacities of the first and the last step.
    """

    def __init__(
        self, first: float, stops: tuple[str, ...], opaque: tuple[float, float], per_doubling: int = 2
    ) -> None:
        self.first = first
        self.per_doubling = per_doubling
        self.edges: NDArray[np.float64] = first * 2.0 ** (np.arange(STEPS) / per_doubling)
        self.table: NDArray[np.uint8] = _table(stops, opaque)

    def steps(self, values: Floats) -> NDArray[np.uint8]:
        """Return the step (0..16) of each value, of the same shape. Values must not be negative."""
        with np.errstate(divide="ignore"):
            # 1e-6 keeps a value that equals an edge in the step that begins there.
            found = np.floor(self.per_doubling * np.log2(values / self.first) + 1.0 + 1e-6)
        return np.asarray(np.clip(found, 0, STEPS).astype(np.uint8))

    def colour(self, value: float) -> str:
        """Return the CSS colour (with opacity) of a value, '' when it is not drawn."""
        step = int(self.steps(np.array([value], dtype=np.float64))[0])
        return "" if step == 0 else self.css()[step - 1]

    def css(self) -> list[str]:
        """Return the sixteen CSS colours, ``#RRGGBBAA``."""
        return ["#" + "".join(f"{part:02X}" for part in row) for row in self.table[1:]]

    def numbers(self) -> list[float]:
        """Return the numbers of a legend: every fourth edge, where a colour begins."""
        return [float(edge) for edge in self.edges[2::4]]


def _table(stops: tuple[str, ...], opaque: tuple[float, float]) -> NDArray[np.uint8]:
    """Return 17 rows of RGBA: clear, then the sixteen steps."""
    rgb = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], dtype=np.float64)
    where = np.linspace(0, len(stops) - 1, STEPS)
    table = np.zeros((STEPS + 1, 4))
    for part in range(3):
        table[1:, part] = np.interp(where, np.arange(len(stops)), rgb[:, part])
    table[1:, 3] = 255 * np.linspace(*opaque, STEPS)
    return np.round(table).astype(np.uint8)


_DENSE: Final = ("#221E3A", "#4A3F7A", "#8B7BC0", "#DCD3F5")
DENSITY: Final = Ramp(0.125, _DENSE, (0.4, 0.8))
"""Cases per km² and window."""
COUNTS: Final = Ramp(0.25, _DENSE, (0.4, 0.8), per_doubling=1)
"""Detections, readings or positions per km² and window: many more than cases, so one step per doubling."""
BURN: Final = Ramp(0.125, ("#2B2618", "#6E5A22", "#C79F2A", "#F3BE4A"), (0.35, 0.75))
"""Elapsed time of a case divided by its limit: 1 = due now."""


class Scale:
    """Steps between given edges: an absolute look-up table like that of a ramp.

    Step ``k`` holds values from edge ``k − 1`` to the next one; the last is open. NaN and values below the
    first edge are step 0, which is not drawn. Colours are mixed between ``stops`` of (value, colour,
    opacity); those below the first stop or above the last have its colour.
    """

    def __init__(self, edges: tuple[float, ...], stops: tuple[tuple[float, str, float], ...]) -> None:
        self.edges: NDArray[np.float64] = np.array(edges)
        self.stops = stops
        table = np.zeros((len(edges) + 1, 4))
        rows = [(*(int(css[i : i + 2], 16) for i in (1, 3, 5)), 255 * opaque) for _, css, opaque in stops]
        for part, values in enumerate(zip(*rows, strict=True)):
            table[1:, part] = np.interp(self.edges, [value for value, _, _ in stops], values)
        self.table: NDArray[np.uint8] = np.round(table).astype(np.uint8)

    def steps(self, values: Floats) -> NDArray[np.uint8]:
        """Return the step of each value, of the same shape."""
        known: NDArray[np.float64] = np.where(np.isnan(values), -np.inf, values + 1e-6)
        return np.asarray(np.searchsorted(self.edges, known, side="right").astype(np.uint8))

    def css(self) -> list[str]:
        """Return the CSS colour of each step, ``#RRGGBBAA``."""
        return ["#" + "".join(f"{part:02X}" for part in row) for row in self.table[1:]]

    def numbers(self) -> list[tuple[int, float]]:
        """Return the numbers of a legend: those of the stops, each with its step (0 = the first)."""
        return [(int(np.searchsorted(self.edges, value)), value) for value, _, _ in self.stops]


WORST: Final = Scale(
    (1.0, 2.0, 3.0, 4.0), ((1.0, MUTED, 0.35), (2.0, YELLOW, 0.5), (3.0, ORANGE, 0.55), (4.0, RED, 0.6))
)
"""The worst state of a place: a case in time, one that is due soon, one overdue, one critical."""


RAIN: Final = Scale(
    (0.0, 1.0, 2.5, 5.0, 8.0, 11.0, 15.0, 20.0, 27.0, 35.0, 42.0, 50.0, 57.0, 65.0, 72.0, 80.0),
    ((5.0, "#17323F", 0.55), (20.0, "#2E6C7D", 0.65), (50.0, "#5FB8C9", 0.72), (80.0, "#C9EEF4", 0.78)),
)
"""Millimetres in one hour. What a gauge covers has a colour even when it is dry."""
