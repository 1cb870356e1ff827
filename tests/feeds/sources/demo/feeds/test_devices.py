"""Devices: how many, how often, what they say, and that floods show on their gauge."""

import csv
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

import static
from city.clocks.timestamps import iso, parse
from city.dispatch.tables.categories import Category
from city.dispatch.tables.cells import read_rows
from city.dispatch.tables.water_lines import WATER_LINES, station_of, water_lines
from city.places.streets import Streets
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD
from feeds.sources.demo.clients import CLIENTS
from feeds.sources.demo.feeds.devices import Devices, flood_depth
from feeds.sources.demo.feeds.rain import Rain
from feeds.sources.demo.feeds.signals import CLASSES
from feeds.sources.demo.ground import Ground

NOW = parse("2026-11-20T20:31:00+08:00")


@pytest.fixture(scope="module")
def devices(ground: Ground) -> Devices:
    return Devices(ground, scale=1, seed=1)


@pytest.fixture(scope="module")
def flood(ground: Ground, categories: Sequence[Category]) -> Story:
    stories = Stage(ground, categories, seed=1).stories(NOW, NOW + 3 * 86_400)
    return next(story for story in stories if story.category.key == FLOOD)


def test_scale_one_has_two_thousand_devices_each_named_once(devices: Devices) -> None:
    assert len(devices.all) == 2000
    assert len({device.name for device in devices.all}) == 2000


def test_scale_one_sends_ten_to_twenty_values_a_second(devices: Devices) -> None:
    assert 10 <= float((1 / devices.interval).sum()) <= 20


def test_scale_twenty_has_forty_thousand_devices_and_about_sixty_values_a_second(
    ground: Ground,
) -> None:
    large = Devices(ground, scale=20, seed=1)
    assert len(large.all) == 40_000
    assert 50 <= float((1 / large.interval).sum()) <= 75


def test_a_fast_city_sends_no_more(ground: Ground, devices: Devices) -> None:
    assert np.allclose(Devices(ground, stretch=60.0).interval, devices.interval * 60)


def test_the_gateway_takes_registrations_and_readings(devices: Devices, streets: Streets) -> None:
    rules = ValidationContext("iot-water", iso(NOW), NOW)
    told = devices.registrations(NOW), devices.readings(NOW - 1e7, NOW)
    records = [record for one in told for own in one.values() for record in own]
    answers = validate_all("sensor", records, rules)
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []
    assert all(client in CLIENTS for one in told for client in one)
    placed = [record for record in records if record["kind"] == "device" and record["class"] != "tide"]
    assert min(streets.of([r["lon"] for r in placed], [r["lat"] for r in placed])) >= 0


def test_windows_that_follow_each_other_say_each_reading_once(devices: Devices) -> None:
    whole = {r["id"] for own in devices.readings(NOW - 50, NOW).values() for r in own}
    parts = [
        r["id"]
        for begin in range(0, 50, 2)
        for own in devices.readings(NOW - 50 + begin, NOW - 48 + begin).values()
        for r in own
    ]
    assert sorted(parts) == sorted(whole)


def test_the_hour_before_is_told_oldest_first_with_its_own_times(devices: Devices) -> None:
    hour = [r for told in devices.hour_before(NOW) for r in told["iot-water"]]
    times = [parse(r["at"]) for r in hour]
    assert NOW - 3600 <= min(times) < NOW - 3500
    assert NOW - 180 < max(times) <= NOW
    assert min(later - before for before, later in pairwise(times)) > -60  # class follows class in a minute
    assert {r["metric"] for r in hour} == {"rain_mmh", "level_m"}
    newest = {r["id"] for r in devices.readings(NOW - 1e7, NOW)["iot-water"]}
    assert newest.isdisjoint(r["id"] for r in hour)
    gauge = {r["at"]: r for r in hour if r["device"] == "YL-00003"}
    assert len(gauge) == 59
    at = max(gauge)
    then = devices.readings(parse(at) - 1, parse(at) + 1)["iot-water"]
    assert gauge[at] in then


def test_the_same_moment_says_the_same_again(ground: Ground, devices: Devices) -> None:
    again = Devices(ground, scale=1, seed=1)
    assert again.readings(NOW - 10, NOW) == devices.readings(NOW - 10, NOW)


def test_some_devices_are_silent(devices: Devices) -> None:
    told = {r["device"] for own in devices.readings(NOW - 1e7, NOW).values() for r in own}
    assert 0.005 < 1 - len(told) / 2000 < 0.04
    assert len(told) == 2000 - int(devices.silent.sum())


def test_a_few_values_are_off_normal_and_most_are_not(devices: Devices) -> None:
    readings = [r for own in devices.readings(NOW - 1e7, NOW).values() for r in own]
    normal = {
        "road_depth_cm": (0, 25), "tilt_deg": (0, 15), "noise_dba": (0, 70), "pm10_mgm3": (0, 0.5),
        "gas_pressure_mpa": (0.18, 0.45), "water_pressure_mpa": (0.12, 0.6), "fill_pct": (0, 90),
        "rain_mmh": (0, 36),
    }  # fmt: skip
    known = [(normal[r["metric"]], r["value"]) for r in readings if r["metric"] in normal]
    off = sum(not low <= value <= high for (low, high), value in known)
    assert 1 <= off <= 30


def test_a_flooded_underpass_rises_to_its_peak_and_falls_dry(flood: Story) -> None:
    life = flood.ends_at - flood.reported_at
    depths = [flood_depth(flood, flood.reported_at + share * life) for share in (-0.5, 0, 0.4, 1)]
    assert depths[0] == 0
    assert 20 <= depths[1] <= 30
    assert 38 <= depths[2] <= 42
    assert depths[3] == 0


def test_the_gauge_of_a_flooded_underpass_shows_it(devices: Devices, flood: Story) -> None:
    now = flood.reported_at + 0.5 * (flood.ends_at - flood.reported_at)
    gauge = next(d for d in devices.all if d.place == flood.place and d.kind.prefix == "XLJ")
    wet, dry = (
        {r["device"]: r["value"] for r in devices.readings(now - 1e7, now, told)["iot-water"]}
        for told in ([flood], [])
    )
    assert gauge.label.endswith("下立交")
    assert dry[gauge.name] < 25 < wet[gauge.name]


def test_water_levels_name_their_datum(devices: Devices) -> None:
    records = devices.registrations(NOW)["iot-water"]
    datums = {r["class"]: r.get("datum") for r in records}
    assert datums == {
        "rain_gauge": None, "road_water_depth": None, "water_level": "wusong", "tide": "wusong",
    }  # fmt: skip


def test_rain_falls_here_and_not_there(ground: Ground) -> None:
    lon, lat = np.meshgrid(np.linspace(121.45, 121.95, 60), np.linspace(30.86, 31.38, 60))
    rates = [Rain(seed=1).rate(lon, lat, np.array(NOW + 1800.0 * n)) for n in range(48)]
    assert 3 < max(float(rate.max()) for rate in rates) < 36
    assert max(float((rate > 0).mean()) for rate in rates) < 0.5


def test_lamps_are_lit_at_night_only(devices: Devices) -> None:
    night, noon = (
        [r["value"] for own in devices.readings(at - 1e7, at).values() for r in own
         if r["metric"] == "lamp_pct"]
        for at in (NOW, NOW - 8 * 3600)
    )  # fmt: skip
    assert sum(value == 100 for value in night) > 0.95 * len(night)
    assert max(noon) == 0


def test_the_classes_add_up() -> None:
    assert sum(kind.count for kind in CLASSES) == 2000


def test_the_tide_gauges_with_lines_are_those_of_the_table(devices: Devices) -> None:
    with static.path(f"tables/{WATER_LINES}").open(encoding="utf-8", newline="") as file:
        lines = water_lines(read_rows(csv.DictReader(file), station_of), "2026-08-01")
    gauges = {device.name: device.label for device in devices.all if device.kind.name == "tide"}
    found = [(lines.of(name), lines.of("", label)) for name, label in gauges.items()]
    assert all(one is other for one, other in found)
    assert sum(one is not None for one, _ in found) == 3
