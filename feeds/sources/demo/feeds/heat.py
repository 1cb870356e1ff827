"""Heating stations of the invented city (demo data): three metrics, judged by bands of outdoor temperature.

Pudong has no district heating; the set is made after Weifang's: 604 stations × 3 metrics × 11 bands of
3 °C from −18 to +15 °C are 19,932 baselines, and every station reports every ten minutes.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from city.clocks.timestamps import iso
from feeds.sources.demo.chance import DAY_S, ZONE_S, dice
from feeds.sources.demo.feeds.dips import Dips
from feeds.sources.demo.feeds.signals import noise
from feeds.sources.demo.ground import Ground

__all__ = ["BANDS", "CLIENT", "GAUGES", "STATIONS", "HeatStations", "band_rows", "outdoor"]

STATIONS: Final = 604
GAUGES: Final = 6
"""Thermometers that tell the outdoor temperature."""
CLIENT: Final = "iot-city"
INTERVAL_S: Final = 600.0
BANDS: Final = tuple((low, low + 3) for low in range(-18, 15, 3))
METRICS: Final = (
    ("supply_temp_c", "°C", 1), ("return_temp_c", "°C", 1), ("supply_pressure_mpa", "MPa", 3),
)  # fmt: skip
DIP_S: Final = 3300.0
"""How long a station deviates: five readings."""
DIP_EVERY_S: Final = 2400.0


def outdoor(at: float) -> float:
    """Return the invented outdoor temperature (°C), always that of a winter's day."""
    day = math.sin(2 * math.pi * ((at + ZONE_S) % DAY_S / DAY_S - 0.375))
    return 3.0 + 4.5 * day + 3.0 * math.sin(at / 250_000.0)


def _offset(number: int) -> float:
    """Return a station's own difference from the common curve, −1 … 1."""
    wave = math.sin(number * 12.9898) * 43_758.5453
    return 2.0 * (wave - math.floor(wave)) - 1.0


def _normal(metric: str, number: int, outside: float) -> float:
    """Return the value that a station should have at an outdoor temperature."""
    own = _offset(number)
    if metric == "supply_pressure_mpa":
        return 0.62 + 0.05 * own
    supply = 72.0 - 1.5 * outside + 3.0 * own
    return supply if metric == "supply_temp_c" else 46.0 - 0.6 * outside + 2.0 * own


def band_rows(scope: str = "") -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``baselines.csv``: of every station, or with a scope of the class of stations."""
    numbers = (None,) if scope else range(STATIONS)
    for number in numbers:
        for metric, _, digits in METRICS:
            wide = {"supply_temp_c": 4.0, "return_temp_c": 3.5, "supply_pressure_mpa": 0.05}[metric]
            for begin, end in BANDS:
                spread = {"supply_temp_c": 3.0, "return_temp_c": 2.0, "supply_pressure_mpa": 0.05}[metric]
                if number is None:  # of any station
                    low, high = _normal(metric, 0, end), _normal(metric, 0, begin)
                    middle = _offset(0) * spread
                    low, high = low - middle - spread, high - middle + spread
                else:
                    low, high = _normal(metric, number, end), _normal(metric, number, begin)
                yield (
                    scope or f"device:{_name(number or 0)}", metric, "outdoor_temp", begin, end,
                    round(min(low, high) - wide, digits), round(max(low, high) + wide, digits),
                    "model", "demo-1", "2026-01-01",
                )  # fmt: skip


def _name(number: int) -> str:
    return f"GR-{number + 1:05d}"


class HeatStations:
    """The stations and thermometers; ``stretch`` as in :class:`feeds.sources.demo.feeds.devices.Devices`."""

    def __init__(self, ground: Ground, *, seed: int = 1, stretch: float = 1.0) -> None:
        rng = dice(seed, "heat")
        self._seed = seed
        self.interval_s = INTERVAL_S * max(stretch, 1.0)
        self.places = [ground.place(rng) for _ in range(STATIONS + GAUGES)]
        every = np.arange(STATIONS + GAUGES)
        self._phase = (noise(every, np.full_like(every, 21), seed) * 0.5 + 0.5) * self.interval_s
        slow = max(stretch, 1.0)
        self._dips = Dips(seed, "heat", STATIONS, every_s=DIP_EVERY_S * slow, lasts_s=DIP_S * slow)

    def registrations(self, now: float) -> list[dict[str, Any]]:
        """Return the `device` records; ``now`` is epoch seconds."""
        records = []
        for number, place in enumerate(self.places):
            is_station = number < STATIONS
            name = _name(number) if is_station else f"QW-{number - STATIONS + 1:05d}"
            label = f"{place.road}热力站（演示）" if is_station else f"{place.road}气温（演示）"
            records.append({
                "id": f"reg-{name}", "at": iso(now), "kind": "device", "device": name,
                "class": "heat_station" if is_station else "air", "name": label, "lon": place.lon,
                "lat": place.lat, "owner": "市政" if is_station else "气象",
                "interval_s": round(self.interval_s),
            })  # fmt: skip
        return records

    def readings(self, since: float, until: float) -> list[dict[str, Any]]:
        """Return the newest readings of each device that reports in (since, until]."""
        serial: NDArray[np.float64] = np.floor((until - self._phase) / self.interval_s)
        at = serial * self.interval_s + self._phase
        records: list[dict[str, Any]] = []
        for number in np.flatnonzero(at > since).tolist():
            moment, turn = float(at[number]), int(serial[number])
            if number >= STATIONS:
                shake = self._shake(number, turn, 0)
                records.append(_reading(
                    f"QW-{number - STATIONS + 1:05d}", turn, moment, "outdoor_temp_c",
                    round(outdoor(moment) + 0.4 * shake, 1), "°C",
                ))  # fmt: skip
                continue
            for place, (metric, unit, digits) in enumerate(METRICS):
                value = _normal(metric, number, outdoor(moment))
                shake = self._shake(number, turn, place)
                value += shake * (0.008 if metric == "supply_pressure_mpa" else 0.8)
                if place == 0 and self._dips.is_in(number, moment):
                    value -= 14.0
                records.append(_reading(_name(number), turn, moment, metric, round(value, digits), unit))
        return records

    def _shake(self, number: int, turn: int, place: int) -> float:
        return float(noise(np.array([number * 3 + place]), np.array([turn]), self._seed)[0])


def _reading(name: str, turn: int, at: float, metric: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "id": f"{name}-{metric}-{turn}", "at": iso(at), "kind": "reading", "device": name, "metric": metric,
        "value": value, "unit": unit, "quality": "good",
    }  # fmt: skip
