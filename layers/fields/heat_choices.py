"""What a map can show as heat: the layers, their windows, colours and units."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from layers.palette import BURN, COUNTS, DENSITY, WORST, Ramp, Scale

__all__ = ["CHOICES", "DEFAULT", "FEW", "MANY", "HeatChoice", "read_choice"]

_LONG: Final = ("1h", "15m", "6h", "24h")
_NONE: Final = ("now",)
FEW: Final[Mapping[str, tuple[str, ...]]] = {
    "cases": _LONG, "burn": _NONE, "breach": ("30m", "60m"), "worst": _NONE,
}  # fmt: skip
"""Layers of open cases, each a full pass; with their windows, the usual one first."""
MANY: Final[Mapping[str, tuple[str, ...]]] = {"detections": _LONG, "readings": _LONG, "units": _LONG}
"""Layers of counts per minute (``layers.fields.buckets``): detections, readings off normal, positions."""
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {**FEW, **MANY}

_SECONDS: Final = {
    "15m": 900.0, "30m": 1800.0, "60m": 3600.0, "1h": 3600.0, "6h": 21_600.0, "24h": 86_400.0, "now": 0.0,
}  # fmt: skip
_RAMPS: Final[Mapping[str, Ramp | Scale]] = {"burn": BURN, "worst": WORST, **dict.fromkeys(MANY, COUNTS)}


class HeatChoice(msgspec.Struct, frozen=True):
    """One layer and one window, written ``<kind>.<window>``."""

    kind: str
    window: str

    @property
    def name(self) -> str:
        """The written form."""
        return f"{self.kind}.{self.window}"

    @property
    def window_s(self) -> float:
        """Length of the window, city seconds; 0 = what is so now."""
        return _SECONDS[self.window]

    @property
    def ramp(self) -> Ramp | Scale:
        """The absolute colours."""
        return _RAMPS.get(self.kind, DENSITY)

    def about(self) -> dict[str, Any]:
        """Return what a legend needs: the colours, and pairs of a step (0 = the first) and its number."""
        ramp = self.ramp
        numbers = ramp.numbers()
        pairs = [
            number if isinstance(number, tuple) else (2 + 4 * place, number)
            for place, number in enumerate(numbers)
        ]
        return {
            "kind": self.kind, "window": self.window, "window_s": self.window_s, "steps": ramp.css(),
            "numbers": [list(pair) for pair in pairs],
        }  # fmt: skip


DEFAULT: Final = HeatChoice("cases", "1h")


def read_choice(text: str) -> HeatChoice:
    """Parse ``<kind>.<window>`` or ``<kind>``; '' is the density of cases. Raises ValueError."""
    if not text:
        return DEFAULT
    kind, _, window = text.partition(".")
    windows = CHOICES.get(kind, ())
    if not windows or (window and window not in windows):
        known = ", ".join(f"{name}.{'|'.join(own)}" for name, own in CHOICES.items())
        message = f"heat: expected one of {known}, got {text[:40]!r}"
        raise ValueError(message)
    return HeatChoice(kind, window or windows[0])
