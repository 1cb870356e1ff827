"""The district at work, with a clock and a gateway of the test's own."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from city.clocks.timestamps import parse
from city.places.streets import Streets
from feeds.sources.demo import CLIENTS, DemoDistrict
from feeds.sources.demo.feeds.heat import GAUGES, STATIONS
from feeds.sources.demo.feeds.units import STREET_SIGNS

START = parse("2026-11-20T20:31:07+08:00")
Records = dict[tuple[str, str], list[dict[str, Any]]]


class Town:
    """A manual clock that moves on while all tasks sleep; it records what is sent."""

    def __init__(self, rate: float = 1.0) -> None:
        self.machine = 0.0
        self.rate = rate
        self.heard: Records = defaultdict(list)
        self.largest = 0

    def clock(self) -> float:
        return START + self.machine * self.rate

    async def sleep(self, seconds: float) -> None:
        until = self.machine + seconds
        while self.machine < until:  # noqa: ASYNC110 - the test moves the clock, step by step
            await asyncio.sleep(0)

    async def send(self, client: str, topic: str, records: list[dict[str, Any]]) -> None:
        self.largest = max(self.largest, len(records))
        self.heard[client, topic] += records

    async def live(self, district: DemoDistrict, seconds: int) -> None:
        task = asyncio.create_task(
            district.run(self.send, clock=self.clock, sleep=self.sleep, rate=self.rate)
        )
        for _ in range(400):
            await asyncio.sleep(0)
        for _ in range(seconds * 2):
            self.machine += 0.5
            for _ in range(12):
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture(scope="module")
def district(streets: Streets) -> DemoDistrict:
    return DemoDistrict.shipped(streets=streets)


async def test_every_client_publishes_on_every_topic_that_it_announces(
    district: DemoDistrict,
) -> None:
    town = Town()
    await town.live(district, 20)
    announced = {(name, topic) for name, client in CLIENTS.items() for topic in client.topics}
    assert set(town.heard) == announced


async def test_batches_are_within_the_protocol_and_nothing_is_sent_twice(
    district: DemoDistrict,
) -> None:
    town = Town()
    await town.live(district, 20)
    assert town.largest <= 1000
    for records in town.heard.values():
        numbers = [record["id"] for record in records]
        assert len(numbers) == len(set(numbers))


async def test_nothing_is_told_before_it_happens(district: DemoDistrict) -> None:
    town = Town()
    await town.live(district, 5)
    latest = max(parse(r["at"]) for records in town.heard.values() for r in records)
    assert latest <= town.clock()


async def test_the_first_moments_bring_a_living_city(district: DemoDistrict) -> None:
    town = Town()
    await town.live(district, 1)
    cases = [r for (_, topic), records in town.heard.items() if topic == "case" for r in records]
    assert len({record["external"][0]["no"] for record in cases}) > 5000
    weather = [record["info"][0]["event"] for record in town.heard["weather", "warning"]]
    assert weather == ["暴雨", "潮位预报"]
    devices = [r for (_, topic), rs in town.heard.items() if topic == "sensor" for r in rs]
    assert sum(record["kind"] == "device" for record in devices) == 2000 + STATIONS + GAUGES
    assert len({record["unit"] for record in town.heard["avl", "unit"]}) == 300 + 36 * len(STREET_SIGNS)


async def test_a_fast_city_reports_more_cases_but_sends_no_more_measurements(
    district: DemoDistrict,
) -> None:
    slow, fast = [await _half_a_minute(district, rate) for rate in (1.0, 60.0)]
    assert fast["hotline", "case"] > 10 * max(slow["hotline", "case"], 1)
    assert fast["avl", "unit"] < 1.5 * slow["avl", "unit"]
    assert fast["video", "camera"] < 1.5 * slow["video", "camera"]


async def _half_a_minute(district: DemoDistrict, rate: float) -> Counter[tuple[str, str]]:
    """Return how many records each client sends in the half minute after its start."""
    short, long = Town(rate), Town(rate)
    await short.live(district, 1)
    await long.live(district, 31)
    sizes = [Counter({key: len(rs) for key, rs in town.heard.items()}) for town in (short, long)]
    return sizes[1] - sizes[0]


async def test_an_error_of_the_way_out_ends_the_district(district: DemoDistrict) -> None:
    async def broken(client: str, topic: str, records: list[dict[str, Any]]) -> None:
        raise ConnectionError(client)

    run: Callable[..., Awaitable[None]] = district.run
    with pytest.raises(ExceptionGroup) as caught:
        await run(broken, clock=lambda: START, sleep=asyncio.sleep)
    assert caught.group_contains(ConnectionError)


def test_a_scale_below_one_is_refused(streets: Streets) -> None:
    with pytest.raises(ValueError, match="scale"):
        DemoDistrict.shipped(streets=streets, scale=0)


def test_the_table_of_clients_names_both_languages() -> None:
    assert all(c.label_zh and c.label_en and c.every_s > 0 for c in CLIENTS.values())
