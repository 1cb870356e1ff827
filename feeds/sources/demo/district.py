"""The demo district at work: every upstream system of the invented city, publishing for ever."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

import static
from city.categories import Category
from city.categories import read as read_categories
from city.places import Streets
from feeds.sources.demo.cameras import Cameras
from feeds.sources.demo.city_life import CityLife
from feeds.sources.demo.devices import DEPTH_LEAD_S, Devices
from feeds.sources.demo.ground import Ground, Road, read_residents, read_roads
from feeds.sources.demo.story import Story
from feeds.sources.demo.units import EVERY_S, Units
from feeds.sources.demo.weather import Weather

__all__ = ["DemoDistrict", "Send", "Sleep"]

Record = dict[str, Any]
Send = Callable[[str, str, list[Record]], Awaitable[object]]
"""Publish records: client (of CLIENTS), topic, records; returns when they are acknowledged."""
Sleep = Callable[[float], Awaitable[object]]

_BATCH: Final = 500
_LONG_AGO_S: Final = 1e7


class _Ways(msgspec.Struct, frozen=True):
    """How the district reaches the world: publish, ask the city time, wait (machine seconds)."""

    send: Send
    clock: Callable[[], float]
    sleep: Sleep


class DemoDistrict:
    """An invented city on real streets; equal arguments and equal times give equal records.

    ``scale`` multiplies devices and cameras (1: 2,000 and 200; 20: 40,000 and 4,000); cases (about
    6,000 a day) and units (300) are those of a whole district already. ``residents`` weigh the streets
    by code; without them all weigh the same. Raises ValueError for a scale below 1 and for streets
    that have no road in the table.
    """

    def __init__(
        self,
        *,
        streets: Streets,
        roads: Sequence[Road],
        categories: Sequence[Category],
        residents: Mapping[str, int] | None = None,
        scale: int = 1,
        seed: int = 1,
    ) -> None:
        if scale < 1:
            raise ValueError(f"scale: expected 1 or more, got {scale}")
        self._scale = scale
        self._seed = seed
        self._categories = tuple(categories)
        self._ground = Ground(streets, roads, residents or {}, seed=seed)

    @classmethod
    def shipped(cls, *, streets: Streets | None = None, scale: int = 1, seed: int = 1) -> "DemoDistrict":
        """Return the district of the shipped tables; FileNotFoundError when one is missing."""
        return cls(
            streets=streets or _shipped_streets(),
            roads=read_roads(_table("district/roads.csv")),
            categories=read_categories(_table("tables/categories.csv")),
            residents=read_residents(_table("district/residents.csv")),
            scale=scale,
            seed=seed,
        )

    def past(self, now: float) -> list[Story]:
        """Return the cases that the centre handled itself in the week before a city moment; see CityLife."""
        return CityLife(self._ground, self._categories, seed=self._seed).past(now)

    async def run(self, send: Send, *, clock: Callable[[], float], sleep: Sleep, rate: float = 1.0) -> None:
        """Publish until cancelled; an error of ``send`` ends it.

        ``clock`` gives city time (epoch seconds), ``rate`` its seconds a machine second. Cases and
        warnings follow city time; measurements keep the machine's pace, so that a fast city does not
        send more. Started again in the same hour it repeats the same ids, which the gateway ignores.
        """
        ways = _Ways(send, clock, sleep)
        life = CityLife(self._ground, self._categories, seed=self._seed)
        sized: dict[str, Any] = {"scale": self._scale, "seed": self._seed, "stretch": rate}
        async with asyncio.TaskGroup() as group:
            group.create_task(_warn(ways, Weather(seed=self._seed)))
            group.create_task(_live(ways, life))
            group.create_task(_measure(ways, Devices(self._ground, **sized), life))
            units = Units(self._ground, seed=self._seed, stretch=rate)
            group.create_task(_move(ways, units, life, EVERY_S * max(rate, 1.0)))
            group.create_task(_watch(ways, Cameras(self._ground, **sized), life))


async def _live(ways: _Ways, life: CityLife) -> None:
    for client, records in life.history(ways.clock()):
        await _send_all(ways, client, "case", records)
    while True:
        for client, records in life.due(ways.clock()):
            await _send_all(ways, client, "case", records)
        await ways.sleep(1.0)


async def _warn(ways: _Ways, weather: Weather) -> None:
    told = ways.clock()
    await ways.send("weather", "warning", weather.in_force(told))
    while True:
        await ways.sleep(5.0)
        now = ways.clock()
        if records := weather.due(told, now):
            await ways.send("weather", "warning", records)
        told = now


async def _measure(ways: _Ways, devices: Devices, life: CityLife) -> None:
    for client, records in devices.registrations(ways.clock()).items():
        await _send_all(ways, client, "sensor", records)
    told = ways.clock() - _LONG_AGO_S  # at the start every device has its newest reading
    while True:
        now = ways.clock()
        stories = [*life.stage.open(now), *life.stage.open(now + DEPTH_LEAD_S)]
        for client, records in devices.readings(told, now, stories).items():
            await _send_all(ways, client, "sensor", records)
        told = now
        await ways.sleep(2.0)


async def _move(ways: _Ways, units: Units, life: CityLife, every_s: float) -> None:
    told = ways.clock() - every_s
    while True:
        now = ways.clock()
        if records := units.positions(told, now, life.stage.open(now)):
            await _send_all(ways, "avl", "unit", records)
        told = now
        await ways.sleep(1.0)


async def _watch(ways: _Ways, cameras: Cameras, life: CityLife) -> None:
    await _send_all(ways, "video", "camera", cameras.registrations(ways.clock()))
    told = ways.clock() - _LONG_AGO_S
    while True:
        now = ways.clock()
        records = cameras.reports(told, now)
        near = [story.place for story in life.stage.open(now) if story.urgency == "critical"]
        await _send_all(ways, "video", "camera", records + cameras.pictures(now, near))
        told = now
        await ways.sleep(1.0)


async def _send_all(ways: _Ways, client: str, topic: str, records: list[Record]) -> None:
    for begin in range(0, len(records), _BATCH):
        await ways.send(client, topic, records[begin : begin + _BATCH])


def _table(name: str) -> Iterator[dict[str, str]]:
    with static.path(name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _shipped_streets() -> Streets:
    text = static.path("district/atlas/streets.geojson").read_text(encoding="utf-8")
    return Streets.from_geojson(json.loads(text))
