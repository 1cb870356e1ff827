"""The running demo district: all upstream systems of the invented city, publishing continuously."""

import asyncio
import csv
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

import static
from city.dispatch.tables.categories import Category
from city.dispatch.tables.categories import read as read_categories
from city.places.streets import Streets
from feeds.sources.demo.cases.city_life import CityLife
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD
from feeds.sources.demo.feeds.cameras import Cameras
from feeds.sources.demo.feeds.devices import DEPTH_LEAD_S, Devices
from feeds.sources.demo.feeds.forecasts import EVERY_S as FORECAST_S
from feeds.sources.demo.feeds.forecasts import Forecasts, storm_track
from feeds.sources.demo.feeds.heat import CLIENT, HeatStations
from feeds.sources.demo.feeds.units import EVERY_S, Drive, Units
from feeds.sources.demo.feeds.weather import Weather
from feeds.sources.demo.ground import Ground, Road, read_residents, read_roads

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DemoDistrict", "Send", "Sleep"]

Record = dict[str, Any]
Send = Callable[[str, str, list[Record]], Awaitable[object]]
"""Publishes records: client (of CLIENTS), topic, records; returns when they are acknowledged."""
Sleep = Callable[[float], Awaitable[object]]

_BATCH: Final = 500
_LONG_AGO_S: Final = 1e7


class _Interface(msgspec.Struct, frozen=True):
    """The district's interface to the outside: publish, read the city time, wait (machine seconds)."""

    send: Send
    clock: Callable[[], float]
    sleep: Sleep


class DemoDistrict:
    """An invented city on real streets; equal arguments and times give equal records.

    ``scale`` multiplies devices and cameras (1: 2,000 and 200; 20: 40,000 and 4,000). Cases (about 6,000 a
    day) and units (300, and two squads of each street) do not scale: they match a whole district.
    ``residents`` are the weights of the streets by code; without them all weights are equal. Raises
    ValueError for a scale below 1 and for streets that have no road in the table.
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
        self._stage = Stage(self._ground, self._categories, seed=seed)

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
        """Return the cases that the centre handled in the week before ``now`` (city time); see CityLife."""
        return CityLife(self._ground, self._categories, seed=self._seed).past(now)

    def history(self, *, cases: int, days: int, until: float) -> Iterator[tuple[str, "pa.Table"]]:
        """Yield (UTC month, rows) of an invented case history; see ``invented_history``."""
        from feeds.sources.demo.invented_history import invented_history  # pandas: a second of every start

        return invented_history(
            self._ground, list(self._categories), cases=cases, days=days, until=until, seed=self._seed
        )

    def units(self, *, rate: float = 1.0) -> Units:
        """Return the district's units; ``rate`` as in :meth:`run`."""
        return Units(self._ground, seed=self._seed, stretch=rate)

    def floods(self, since: float, until: float) -> Iterator[Story]:
        """Yield the floods of underpasses that begin in a time (city epoch seconds)."""
        for story in self._stage.stories(since + DEPTH_LEAD_S, until + DEPTH_LEAD_S):
            if story.category.key == FLOOD:
                yield story

    async def run(
        self, send: Send, *, clock: Callable[[], float], sleep: Sleep, rate: float = 1.0,
        units: Units | None = None, drives: Callable[[], Sequence[Drive]] = tuple,
        begun: Callable[[], float | None] = lambda: None,
    ) -> None:  # fmt: skip
        """Publish until cancelled; an error of ``send`` ends it. ``drives`` returns those of linkage tasks,
        ``begun`` since when (city time) the city is in an emergency; a storm comes then.

        ``clock`` returns city time (epoch seconds), ``rate`` is city seconds per machine second. Cases and
        warnings follow city time; measurements follow machine time, so that a fast city does not send more. A
        restart in the same hour repeats the same ids, which the gateway ignores.
        """
        outside = _Interface(send, clock, sleep)
        life = CityLife(self._ground, self._categories, seed=self._seed)
        sized: dict[str, Any] = {"scale": self._scale, "seed": self._seed, "stretch": rate}
        async with asyncio.TaskGroup() as group:
            group.create_task(_warn(outside, Weather(seed=self._seed)))
            group.create_task(_live(outside, life))
            devices = Devices(self._ground, **sized)
            told = Forecasts(seed=self._seed, gauges=devices.places("rain_gauge"), tides=devices.tides())
            group.create_task(_forecast(outside, told, begun))
            group.create_task(_measure(outside, devices, life))
            group.create_task(_heat(outside, HeatStations(self._ground, seed=self._seed, stretch=rate)))
            moving = _move(
                outside, units or self.units(rate=rate), life, EVERY_S * max(rate, 1.0), drives
            )  # fmt: skip
            group.create_task(moving)
            group.create_task(_watch(outside, Cameras(self._ground, **sized), life))


async def _live(outside: _Interface, life: CityLife) -> None:
    for client, records in life.history(outside.clock()):
        await _send_all(outside, client, "case", records)
    while True:
        for client, records in life.due(outside.clock()):
            await _send_all(outside, client, "case", records)
        await outside.sleep(1.0)


async def _warn(outside: _Interface, weather: Weather) -> None:
    since = outside.clock()
    await outside.send("weather", "warning", weather.in_force(since))
    while True:
        await outside.sleep(5.0)
        now = outside.clock()
        if records := weather.due(since, now):
            await outside.send("weather", "warning", records)
        since = now


async def _forecast(
    outside: _Interface, forecasts: Forecasts, begun: Callable[[], float | None]
) -> None:  # fmt: skip
    since, tracked = outside.clock() - FORECAST_S, ""
    while True:
        now, start = outside.clock(), begun()
        records = forecasts.due(since, now)
        track = None if start is None else storm_track(start, now)
        if track is not None and track["id"] != tracked:
            records.append(track)
            tracked = track["id"]
        if records:
            await outside.send("weather", "warning", records)
        since = now
        await outside.sleep(5.0)


async def _measure(outside: _Interface, devices: Devices, life: CityLife) -> None:
    for client, records in devices.registrations(outside.clock()).items():
        await _send_all(outside, client, "sensor", records)
    before: dict[str, list[Record]] = defaultdict(list)
    for told in devices.hour_before(outside.clock()):
        for client, records in told.items():
            before[client] += records
    for client, records in before.items():
        await _send_all(outside, client, "sensor", records)
    since = outside.clock() - _LONG_AGO_S  # the first call sends every device's newest reading
    while True:
        now = outside.clock()
        stories = [*life.stage.open(now), *life.stage.open(now + DEPTH_LEAD_S)]
        for client, records in devices.readings(since, now, stories).items():
            await _send_all(outside, client, "sensor", records)
        since = now
        await outside.sleep(2.0)


async def _heat(outside: _Interface, stations: HeatStations) -> None:
    await _send_all(outside, CLIENT, "sensor", stations.registrations(outside.clock()))
    since = outside.clock() - _LONG_AGO_S
    while True:
        now = outside.clock()
        await _send_all(outside, CLIENT, "sensor", stations.readings(since, now))
        since = now
        await outside.sleep(5.0)


async def _move(
    outside: _Interface, units: Units, life: CityLife, every_s: float, drives: Callable[[], Sequence[Drive]]
) -> None:  # fmt: skip
    since = outside.clock() - every_s
    while True:
        now = outside.clock()
        if records := units.positions(since, now, life.stage.open(now), drives()):
            await _send_all(outside, "avl", "unit", records)
        since = now
        await outside.sleep(1.0)


async def _watch(outside: _Interface, cameras: Cameras, life: CityLife) -> None:
    await _send_all(outside, "video", "camera", cameras.registrations(outside.clock()))
    since = outside.clock() - _LONG_AGO_S
    while True:
        now = outside.clock()
        records = cameras.reports(since, now)
        near = [story.place for story in life.stage.open(now) if story.urgency == "critical"]
        await _send_all(outside, "video", "camera", records + cameras.pictures(now, near))
        since = now
        await outside.sleep(1.0)


async def _send_all(outside: _Interface, client: str, topic: str, records: list[Record]) -> None:
    for begin in range(0, len(records), _BATCH):
        await outside.send(client, topic, records[begin : begin + _BATCH])


def _table(name: str) -> Iterator[dict[str, str]]:
    with static.path(name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _shipped_streets() -> Streets:
    text = static.path("district/atlas/streets.geojson").read_text(encoding="utf-8")
    return Streets.from_geojson(json.loads(text))
