"""Values of the invented devices: one curve per class, as a function of device and time."""

import math
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from feeds.sources.demo.chance import DAY_S, ZONE_S
from feeds.sources.demo.feeds.rain import Rain

__all__ = ["CLASSES", "DeviceClass", "Look", "next_high_tide", "noise", "values"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TIDE_S: Final = 44_714.0  # the half-day lunar tide
_TIDE_M, _TIDE_SWING_M, _TIDE_SHIFT = 2.3, 1.25, 0.6


class DeviceClass(msgspec.Struct, frozen=True):
    """A class of devices (domain 3.6): ``count`` at scale 1, ``interval_s`` at scale 1 and rate 1."""

    name: str
    prefix: str
    count: int
    interval_s: float
    client: str
    owner: str
    metric: str
    unit: str
    digits: int
    datum: str = ""


CLASSES: Final = (
    DeviceClass("rain_gauge", "YL", 90, 60, "iot-water", "水务", "rain_mmh", "mm/h", 1),
    DeviceClass("water_level", "SW", 90, 120, "iot-water", "水务", "level_m", "m", 2, "wusong"),
    DeviceClass("road_water_depth", "XLJ", 70, 60, "iot-water", "水务", "road_depth_cm", "cm", 0),
    DeviceClass("tide", "CW", 4, 60, "iot-water", "水务", "level_m", "m", 2, "wusong"),
    DeviceClass("wind", "FS", 36, 60, "iot-env", "气象", "wind_ms", "m/s", 1),
    DeviceClass("dust", "YC", 160, 120, "iot-env", "生态环境", "pm10_mgm3", "mg/m³", 3),
    DeviceClass("noise", "ZS", 180, 120, "iot-env", "生态环境", "noise_dba", "dB(A)", 1),
    DeviceClass("air", "KQ", 60, 300, "iot-env", "生态环境", "pm25_ugm3", "µg/m³", 0),
    DeviceClass("manhole_tilt", "JG", 420, 300, "iot-city", "排水", "tilt_deg", "°", 1),
    DeviceClass("lamp", "LD", 380, 300, "iot-city", "市政", "lamp_pct", "%", 0),
    DeviceClass("gas_pressure", "RQ", 120, 120, "iot-city", "燃气", "gas_pressure_mpa", "MPa", 3),
    DeviceClass("water_pressure", "GS", 130, 120, "iot-city", "供水", "water_pressure_mpa", "MPa", 3),
    DeviceClass("garbage_fill", "LJ", 200, 300, "iot-city", "环卫", "fill_pct", "%", 0),
    DeviceClass("smoke", "YG", 60, 300, "iot-city", "消防", "smoke_pct", "%/m", 2),
)
"""All classes; the counts sum to 2,000, the intervals give about 13 values per second."""


class Look(msgspec.Struct, frozen=True, eq=False):
    """The devices and times to compute for one class; arrays of the same length.

    ``who`` 0..1 is a constant per device, ``ill`` whether its values are abnormal, ``shake`` noise −1..1.
    """

    lon: Floats
    lat: Floats
    at: Floats
    who: Floats
    ill: NDArray[np.bool_]
    shake: Floats
    rain: Rain


def noise(device: Ints, turn: Ints, seed: int) -> Floats:
    """Return noise −1..1 for each (device, turn), always the same for equal arguments."""
    wave = np.sin(device * 12.9898 + (turn % 100_003) * 78.233 + seed * 3.1) * 43_758.5453
    return np.asarray(2.0 * (wave - np.floor(wave)) - 1.0)


def values(name: str, look: Look) -> Floats:
    """Return the values of the devices of a class, in the class's unit."""
    return _CURVES[name](look)


def _hour(at: Floats) -> Floats:
    return (at + ZONE_S) % DAY_S / 3600.0


def _busy(at: Floats) -> Floats:
    """0 at night, 1 in the rush hours."""
    hour = _hour(at)
    rush = np.exp(-(((hour - 8.3) / 2.2) ** 2)) + np.exp(-(((hour - 18.0) / 2.8) ** 2))
    return np.clip(0.15 + 0.5 * ((hour > 6) & (hour < 23)) + 0.5 * rush, 0.0, 1.0)


def _rain(look: Look) -> Floats:
    rate = look.rain.rate(look.lon, look.lat, look.at)
    return np.maximum(rate * (1.0 + 0.08 * look.shake), 0.0)


def _level(look: Look) -> Floats:
    tide = 0.22 * np.sin(2 * np.pi * look.at / _TIDE_S + look.who)
    rain = look.rain.rate(look.lon, look.lat, look.at - 1800.0)
    return 2.55 + 0.35 * look.who + tide + 0.012 * rain + 0.01 * look.shake


def _tide(look: Look) -> Floats:
    wave = np.sin(2 * np.pi * look.at / _TIDE_S - _TIDE_SHIFT * look.who)
    return _TIDE_M + _TIDE_SWING_M * wave + 0.02 * look.shake


def next_high_tide(who: float, after: float) -> tuple[float, float]:
    """Return when (epoch seconds) and how high (m) the tide of a gauge peaks next."""
    first = (math.pi / 2 + _TIDE_SHIFT * who) / (2 * math.pi) * _TIDE_S
    return first + math.ceil((after - first) / _TIDE_S) * _TIDE_S, _TIDE_M + _TIDE_SWING_M


def _depth(look: Look) -> Floats:
    rain = look.rain.rate(look.lon, look.lat, look.at - 900.0)
    return np.maximum(0.45 * rain * (0.5 + look.who) - 4.0, 0.0)


def _wind(look: Look) -> Floats:
    gusts = 1.2 * np.sin(look.at / 700.0 + 6.0 * look.who)
    return np.maximum(3.2 + gusts + 1.6 * look.shake + 2.0 * look.who, 0.1)


def _dust(look: Look) -> Floats:
    base = 0.045 + 0.05 * look.who * _busy(look.at)
    return np.maximum(base * (1 + 0.3 * look.shake), 0.005) + np.where(look.ill, 0.52, 0.0)


def _noise(look: Look) -> Floats:
    level = 43.0 + 14.0 * _busy(look.at) + 6.0 * look.who + 2.5 * look.shake
    return np.minimum(level, 68.0) + np.where(look.ill, 9.0, 0.0)


def _air(look: Look) -> Floats:
    slow = 14.0 * np.sin(look.at / 21_000.0) + 6.0 * np.sin(look.at / 5_300.0 + look.who)
    return np.maximum(34.0 + slow + 8.0 * _busy(look.at) + 4.0 * look.shake, 3.0)


def _tilt(look: Look) -> Floats:
    return np.abs(1.2 * look.who + 0.4 * look.shake) + np.where(look.ill, 34.0, 0.0)


def _lamp(look: Look) -> Floats:
    hour = _hour(look.at)
    lit = (hour < 5.6 - 0.2 * look.who) | (hour > 17.6 + 0.2 * look.who)
    full = np.where((hour > 0.5) & (hour < 5.0), 60.0, 100.0)
    return np.where(lit & ~look.ill, full, 0.0)


def _gas(look: Look) -> Floats:
    draw = 0.03 * _busy(look.at)
    return 0.35 - draw + 0.02 * look.who + 0.004 * look.shake - np.where(look.ill, 0.2, 0.0)


def _water(look: Look) -> Floats:
    draw = 0.06 * _busy(look.at)
    return 0.3 - draw + 0.06 * look.who + 0.006 * look.shake - np.where(look.ill, 0.2, 0.0)


def _fill(look: Look) -> Floats:
    period = 20_000.0 + 60_000.0 * look.who
    share = (look.at / period + 7.0 * look.who) % 1.0
    return 100.0 * np.minimum(0.91 * share, 1.0) + np.where(look.ill, 8.0, 0.0)


def _smoke(look: Look) -> Floats:
    return np.maximum(0.05 + 0.04 * look.shake, 0.0)


_CURVES: Final[dict[str, Callable[[Look], Floats]]] = {
    "rain_gauge": _rain,
    "water_level": _level,
    "road_water_depth": _depth,
    "tide": _tide,
    "wind": _wind,
    "dust": _dust,
    "noise": _noise,
    "air": _air,
    "manhole_tilt": _tilt,
    "lamp": _lamp,
    "gas_pressure": _gas,
    "water_pressure": _water,
    "garbage_fill": _fill,
    "smoke": _smoke,
}
