"""One rain cell that moves across the invented city, grows and shrinks."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rain"]

Floats = NDArray[np.float64]

_PASS_S: Final = 3.0 * 3600  # from the western to the eastern edge
_WEST: Final = 121.38
_WIDTH: Final = 0.72
_RADIUS: Final = 0.055  # degrees of longitude, about 5 km
_DRIZZLE: Final = 0.2  # mm/h; lower rates are not measured


class Rain:
    """Rain rate in mm/h as a function of position (WGS84 degrees) and time (epoch seconds)."""

    def __init__(self, *, seed: int) -> None:
        self._turn = (seed * 0.618034) % 1.0

    def rate(self, lon: Floats, lat: Floats, at: Floats) -> Floats:
        """Return mm/h at each position and time; the arrays must broadcast."""
        share = (at / _PASS_S + self._turn) % 1.0
        number = np.floor(at / _PASS_S + self._turn)
        middle_lat = 31.12 + 0.13 * np.sin(number * 2.399 + share)
        peak = 15.0 + 11.0 * np.sin(number * 1.7) + 3.0 * np.sin(at / 900.0)
        east = (lon - _WEST - share * _WIDTH) / _RADIUS
        north = (lat - middle_lat) / (_RADIUS * 0.86)
        rate = peak * np.exp(-(east**2 + north**2) / 2)
        return np.where(rate < _DRIZZLE, 0.0, rate)
