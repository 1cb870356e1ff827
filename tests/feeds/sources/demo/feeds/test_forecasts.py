"""The demo's forecasts: the gateway takes them, they come every half hour and agree with what is measured."""

import numpy as np
import pytest

from city.clocks.timestamps import iso, parse
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.feeds.forecasts import EVERY_S, LANDFALL_S, Forecasts, storm_track
from feeds.sources.demo.feeds.rain import Rain
from feeds.sources.demo.feeds.signals import Look, values

NOW = parse("2026-11-20T20:31:07+08:00")
GAUGES = [(121.50, 31.22), (121.60, 31.12)]
FORECASTS = Forecasts(seed=1, gauges=GAUGES, tides=[("黄浦公园站", 0.4)])


def told(record: dict) -> list[dict[str, str]]:
    return [{one["valueName"]: one["value"] for one in info["parameter"]} for info in record["info"]]


def test_one_is_issued_each_half_hour_and_a_restart_repeats_it() -> None:
    day = [record for n in range(288) for record in FORECASTS.due(NOW + n * 300, NOW + n * 300 + 300)]
    assert len(day) == 48
    assert FORECASTS.due(NOW - EVERY_S, NOW) == FORECASTS.due(NOW - EVERY_S + 60, NOW + 60)
    assert {record["status"] for record in day} == {"Exercise"}


def test_the_gateway_takes_them() -> None:
    records = [record for n in range(48) for record in FORECASTS.due(NOW + n * 1800, NOW + n * 1800 + 1800)]
    track = storm_track(NOW, NOW + 3600)
    later = NOW + 2 * 86_400
    answers = validate_all("warning", [*records, track], ValidationContext("weather", iso(later), later))
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []


def test_the_tide_peaks_when_the_gauge_measures_it() -> None:
    [record] = FORECASTS.due(NOW - EVERY_S, NOW)
    tide = told(record)[0]
    around = parse(tide["peak_at"]) + np.arange(-7200.0, 7201.0, 600.0)
    constant = np.full_like(around, 0.4)
    look = Look(around, around, around, constant, constant > 1, 0 * around, Rain(seed=1))
    measured = values("tide", look)
    assert around[np.argmax(measured)] == pytest.approx(parse(tide["peak_at"]), abs=1.0)
    assert measured.max() == pytest.approx(float(tide["peak_m"]), abs=0.01)
    assert 0 <= parse(tide["peak_at"]) - NOW + 1867 <= 44_714


def test_the_rain_is_that_of_the_gauge_with_most_of_it() -> None:
    wet = [told(record) for n in range(48) for record in FORECASTS.due(NOW + n * 1800, NOW + n * 1800 + 1800)]
    hourly = [float(one["rain_1h_mm"]) for some in wet for one in some if "rain_1h_mm" in one]
    longer = [float(one["rain_3h_mm"]) for some in wet for one in some if "rain_3h_mm" in one]
    assert hourly
    assert max(hourly) <= 30
    assert len(longer) >= len(hourly)


def test_a_storm_comes_ashore_after_the_response_began_and_then_there_is_none() -> None:
    track = storm_track(NOW, NOW + 60)
    assert track is not None
    ahead = [point for point in track["points"] if point["forecast"]]
    assert parse(ahead[0]["at"]) > NOW
    at = next(parse(point["at"]) for point in track["points"] if point["lat"] == 31.02)
    assert NOW < at <= NOW + LANDFALL_S
    assert storm_track(NOW, NOW + 60)["id"] == storm_track(NOW, NOW + 120)["id"]
    assert storm_track(NOW, NOW + 20 * 3600) is None
