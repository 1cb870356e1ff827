"""Warnings: one in force at the start, others now and then, every one an exercise."""

import pytest

from city.clocks.timestamps import iso, parse
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.feeds.weather import Weather

NOW = parse("2026-11-20T20:31:07+08:00")


@pytest.mark.parametrize("minute", [0, 1, 29, 59])
def test_a_rainstorm_warning_is_in_force_at_any_start(minute: int) -> None:
    now = parse("2026-11-20T20:00:00+08:00") + minute * 60
    (record,) = Weather(seed=1).in_force(now)
    info = record["info"][0]
    assert parse(record["sent"]) < now < parse(info["expires"]) - 3600
    assert (info["event"], info["headline"][:6]) == ("暴雨", "暴雨蓝色预警")


def test_two_starts_within_an_hour_give_the_same_warning() -> None:
    assert Weather(seed=1).in_force(NOW) == Weather(seed=1).in_force(NOW + 600)
    assert Weather(seed=1).in_force(NOW) != Weather(seed=1).in_force(NOW + 3600)


def test_now_and_then_another_one_comes_once() -> None:
    weather = Weather(seed=1)
    week = weather.due(NOW, NOW + 7 * 86_400)
    steps = [r for n in range(7 * 144) for r in weather.due(NOW + n * 600, NOW + n * 600 + 600)]
    assert 8 <= len(week) <= 35
    assert steps == week


def test_every_warning_says_that_it_is_an_exercise() -> None:
    weather = Weather(seed=1)
    records = weather.in_force(NOW) + weather.due(NOW, NOW + 7 * 86_400)
    assert {record["status"] for record in records} == {"Exercise"}
    assert all("演示" in record["info"][0]["headline"] for record in records)
    assert {record["info"][0]["parameter"][0]["value"] for record in records} <= {"blue", "yellow"}


def test_the_gateway_takes_every_warning() -> None:
    weather = Weather(seed=1)
    records = weather.in_force(NOW) + weather.due(NOW, NOW + 7 * 86_400)
    later = NOW + 8 * 86_400
    answers = validate_all("warning", records, ValidationContext("weather", iso(later), later))
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []
