"""Forecasts in the parameters of a CAP statement: the next peak of a tide, and rain of one or three hours.

``station``, ``peak_m``, ``peak_at`` tell a tide, ``rain_1h_mm`` or ``rain_3h_mm`` with ``rain_at`` (when the
span ends) the rain of each of the statement's division codes. Every other parameter is none of ours.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from city.clocks.timestamps import parse_told
from city.state.warning_records import Area, ToldForecast
from city.warnings.areas import listed

__all__ = ["ForecastError", "told_forecasts"]

RAIN: Final = {"rain_1h_mm": "rain_1h", "rain_3h_mm": "rain_3h"}
BOUNDS: Final = {"peak_m": (-10.0, 30.0), "rain_1h_mm": (0.0, 500.0), "rain_3h_mm": (0.0, 1000.0)}
NAMES: Final = frozenset({*BOUNDS, "station", "datum", "peak_at", "rain_at"})
PLACES: Final = 60
"""One statement tells the rain of so many places at most."""


class ForecastError(ValueError):
    """A parameter cannot be read: its number in the list (None = it is missing), and what was expected."""

    def __init__(self, number: int | None, code: str, expected: str, value: str = "") -> None:
        super().__init__(f"expected {expected}, got {value!r}")
        self.number = number
        self.code = code
        self.expected = expected
        self.value = value


def told_forecasts(info: Mapping[str, Any], areas: Iterable[Area] = ()) -> tuple[ToldForecast, ...]:
    """Return the forecasts that a statement tells. Raises ForecastError."""
    told: dict[str, tuple[int, str]] = {}
    for number, pair in enumerate(listed(info.get("parameter"))):
        name = str(pair.get("valueName", "")).strip().lower() if isinstance(pair, Mapping) else ""
        if name not in NAMES:
            continue
        if name in told and told.keys() & BOUNDS.keys():
            raise ForecastError(number, "duplicate_name", f"{name} once in a statement", name)
        told[name] = number, str(pair.get("value", "")).strip()
    return (*_tide(told), *_rain(told, areas))


def _tide(told: Mapping[str, tuple[int, str]]) -> Iterator[ToldForecast]:
    if "peak_m" not in told:
        return
    station = _needed(told, "station", "peak_m")[1]
    peak_at = _moment(told, "peak_at", "peak_m")
    yield ToldForecast("tide", station, _number(told, "peak_m"), peak_at, told.get("datum", (0, ""))[1])


def _rain(told: Mapping[str, tuple[int, str]], areas: Iterable[Area]) -> Iterator[ToldForecast]:
    for name, kind in RAIN.items():
        if name in told:
            value, at = _number(told, name), _moment(told, "rain_at", name)
            codes = dict.fromkeys(code for area in areas for _, code in area.codes)
            yield from (ToldForecast(kind, code, value, at) for code in list(codes)[:PLACES])


def _needed(told: Mapping[str, tuple[int, str]], name: str, beside: str) -> tuple[int, str]:
    found = told.get(name)
    if found is None or not found[1]:
        raise ForecastError(found[0] if found else None, "missing", f"{name} beside {beside}")
    return found


def _number(told: Mapping[str, tuple[int, str]], name: str) -> float:
    (number, text), (least, most) = told[name], BOUNDS[name]
    expected = f"{name}: a number from {least:g} to {most:g}"
    try:
        value = float(text)
    except ValueError:
        raise ForecastError(number, "not_a_number", expected, text) from None
    if not math.isfinite(value):
        raise ForecastError(number, "not_a_number", expected, text)
    if not least <= value <= most:
        raise ForecastError(number, "out_of_range", expected, text)
    return value


def _moment(told: Mapping[str, tuple[int, str]], name: str, beside: str) -> float:
    number, text = _needed(told, name, beside)
    try:
        return parse_told(text)
    except (ValueError, OverflowError):
        raise ForecastError(number, "bad_time", f"{name}: ISO 8601 with an offset", text) from None
