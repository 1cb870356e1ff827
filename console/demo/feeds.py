"""The demo's feeds: publish the invented city through the gateway, with one token per upstream system, and
run its responders, who act on the cases.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from city.clocks.city_clock import REAL_TIME, CityClock
from city.clocks.timestamps import parse
from console.demo.accounts import SUBSCRIBER, demo_secrets
from console.demo.responders import DemoPeople
from console.deployment.district import read_district, read_streets
from console.deployment.settings import Settings
from feeds.clients.publisher import Publisher
from feeds.clients.subscriber import Subscriber
from feeds.sources.demo.clients import CLIENTS
from feeds.sources.demo.district import DemoDistrict

__all__ = ["city_clock", "run_feeds"]


async def run_feeds(settings: Settings, *, scale: int, seed: int, clock: Callable[[], float]) -> None:
    """Publish the demo district until cancelled, at the city time of the gateway's beats."""
    kept = demo_secrets(settings.data_dir)
    keys = kept.tokens
    streets = read_streets(read_district(settings.data_dir))
    district = DemoDistrict.shipped(streets=streets, scale=scale, seed=seed)
    city = await city_clock(settings, keys[SUBSCRIBER])
    units = district.units(rate=city.rate)
    people = DemoPeople(
        settings, {**kept.stand_ins, **kept.shift}, units=units, floods=district.floods, seed=seed,
        clock=clock,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        publishers: dict[tuple[str, str], Publisher] = {}
        for name, client in CLIENTS.items():
            for topic in client.topics:
                publisher = Publisher(settings.feed_url, topic, keys[name])
                publishers[name, topic] = await stack.enter_async_context(publisher)

        async def send(client: str, topic: str, records: list[dict[str, Any]]) -> object:
            return await publishers[client, topic].send(records)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(people.run())
            await district.run(
                send, clock=lambda: city.at(clock()), sleep=asyncio.sleep, rate=city.rate, units=units,
                drives=people.drives, begun=people.emergency_since,
            )  # fmt: skip


async def city_clock(settings: Settings, token: str) -> CityClock:
    """Return the city clock of the first beat whose rate equals that of the settings."""
    subscriber = Subscriber(settings.feed_url, ["ops"], token, since="now")
    async for message in subscriber.messages():
        clock = message.get("beat", {}).get("city_time")
        if clock and float(clock["rate"]) == settings.city_rate:
            return CityClock(parse(clock["city0"]), parse(clock["machine0"]), float(clock["rate"]))
    return REAL_TIME
