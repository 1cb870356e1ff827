"""Forecasts of the invented city's offices: tides and rain as CAP parameters, a storm as a track.

They agree with what is measured afterwards: the tide is that of the gauges, the rain that of the rain cell.
Every one is marked as an exercise, as the warnings are.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from city.clocks.timestamps import iso
from feeds.sources.demo.chance import ZONE_S, stamp
from feeds.sources.demo.feeds.rain import Rain
from feeds.sources.demo.feeds.signals import next_high_tide
from feeds.sources.demo.feeds.weather import SENDER, local_time

__all__ = ["EVERY_S", "Forecasts", "storm_track"]

EVERY_S: Final = 1800
"""A nowcast comes every half hour (domain A.2)."""
_HOUR: Final = 3600.0
_STEP_S: Final = 600.0
_DRY_MM: Final = 1.0
"""Less rain in a span is not told."""
_KINDS: Final = ((1, "rain_1h_mm"), (3, "rain_3h_mm"))

STORM: Final = (
    (-36, 128.6, 26.2, 33, 975), (-30, 127.4, 27.2, 38, 965), (-24, 126.2, 28.2, 42, 955),
    (-18, 125.0, 29.1, 42, 955), (-12, 123.9, 29.9, 45, 950), (-6, 122.9, 30.5, 42, 955),
    (0, 121.95, 31.02, 40, 960), (4, 120.9, 31.4, 30, 978), (8, 119.6, 31.9, 23, 988),
)  # fmt: skip
"""Hours after its landfall, lon, lat, wind m/s, pressure hPa."""
LANDFALL_S: Final = 9 * _HOUR
"""How long after the response begun the storm comes ashore."""

Places = Sequence[tuple[float, float]]


class Forecasts:
    """The offices: ``due`` returns what they issue. ``gauges`` are (lon, lat) of the rain gauges,
    ``tides`` the stations with the constant of each in the tide's curve."""

    def __init__(self, *, seed: int, gauges: Places, tides: Sequence[tuple[str, float]]) -> None:
        self._seed = seed
        self._rain = Rain(seed=seed)
        self._lon, self._lat = np.array(gauges, dtype=np.float64).reshape(-1, 2).T
        self._tides = tuple(tides)

    def due(self, since: float, until: float) -> list[dict[str, Any]]:
        """Return the forecasts issued in (since, until], epoch seconds; only the newest one counts."""
        issued = until // EVERY_S * EVERY_S
        return [self._message(issued)] if issued > since else []

    def _message(self, issued: float) -> dict[str, Any]:
        identifier = f"demo-{self._seed}-{stamp(issued)}-forecast"
        infos = [*self._told_tides(issued), *self._told_rain(issued)]
        return {
            "id": identifier, "at": iso(issued), "identifier": identifier, "sender": SENDER,
            "sent": local_time(issued), "status": "Exercise", "msgType": "Alert", "scope": "Public",
            "note": "演示", "info": infos,
        }  # fmt: skip

    def _told_tides(self, issued: float) -> Iterator[dict[str, Any]]:
        for station, who in self._tides:
            at, metres = next_high_tide(who, issued)
            told = {"station": station, "peak_m": f"{metres:.2f}", "peak_at": local_time(at)}
            yield _info("潮位预报", "水文站（演示）", issued, at, told)

    def _told_rain(self, issued: float) -> Iterator[dict[str, Any]]:
        for hours, name in _KINDS:
            moments = issued + np.arange(0.0, hours * _HOUR, _STEP_S)
            rates = self._rain.rate(self._lon[:, None], self._lat[:, None], moments[None, :])
            most = float(rates.mean(axis=1).max(initial=0.0)) * hours
            until = issued + hours * _HOUR
            if most >= _DRY_MM:
                told = {name: f"{most:.0f}", "rain_at": local_time(until)}
                yield _info("降水预报", "区气象台（演示）", issued, until, told)


def _info(event: str, office: str, issued: float, until: float, told: dict[str, str]) -> dict[str, Any]:
    # Without a colour it is no warning; a severity of its own would be one.
    return {
        "language": "zh-CN", "category": ["Met"], "event": event, "urgency": "Future", "severity": "Unknown",
        "certainty": "Likely", "effective": local_time(issued), "onset": local_time(issued),
        "expires": local_time(until), "senderName": office, "headline": f"{event}（演示）",
        "parameter": [{"valueName": name, "value": value} for name, value in told.items()],
        "area": [{"areaDesc": "浦东新区", "geocode": [{"valueName": "GB/T 2260", "value": "310115"}]}],
    }  # fmt: skip


def storm_track(begun: float, now: float) -> dict[str, Any] | None:
    """Return the track of the storm for which a response began, as known at ``now``; None once it is over.

    An advisory comes every hour.
    """
    advisory = max(now // _HOUR * _HOUR, begun)
    landfall = (begun + LANDFALL_S) // _HOUR * _HOUR
    points = list(_points(landfall, advisory))
    if all(not point["forecast"] for point in points):
        return None
    name = f"demo-{stamp(landfall, '%m%d%H')}"
    return {
        "id": f"{name}-{int(advisory + ZONE_S)}", "at": iso(advisory), "kind": "track", "storm": name,
        "name": "演示", "points": points,
    }  # fmt: skip


def _points(landfall: float, advisory: float) -> Iterable[dict[str, Any]]:
    for hours, lon, lat, wind, pressure in STORM:
        at = landfall + hours * _HOUR
        yield {
            "at": iso(at), "lon": lon, "lat": lat, "wind_ms": float(wind), "pressure_hpa": float(pressure),
            "forecast": at > advisory,
        }  # fmt: skip
