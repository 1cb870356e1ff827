import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from city.clocks.timestamps import iso, parse
from city.folding.store import Store
from city.state.last_hour import rain
from console.heat.feed import HeatFeed
from console.heat.kept_counts import FOLDER, KeptCounts
from console.heat.points import HeatPoints
from console.live.feed_follower import LEDGER_TOPICS, Follower, entries_of
from feeds.clients.publisher import Publisher
from feeds.clients.subscriber import Subscriber
from feeds.gateway.gateway import Gateway
from feeds.ledger.ledger import Ledger
from feeds.protocol.cursors import read_cursor
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry.telemetry import Telemetry
from layers.contract import MapSetting
from tests.gateways import ALL_RIGHTS, case, composed, unit
from tests.gateways import NOW as GATEWAY_NOW
from tests.running import PATIENCE_S

NOW = 1_795_000_000.0


class City:
    """A gateway on real servers, and who publishes to it."""

    def __init__(self, gateway: Gateway, ledger: Ledger) -> None:
        self.url = f"ws://127.0.0.1:{gateway.port}"
        self.publisher = gateway._tokens.create("hotline", ALL_RIGHTS, now=0.0)
        self.subscriber = gateway._tokens.create("console", ["subscribe:*"], now=0.0)
        self.ledger = ledger

    async def publish(self, topic: str, *records: dict[str, Any]) -> None:
        async with Publisher(self.url, topic, self.publisher) as publisher:
            ack = await publisher.send(records)
        assert ack.accepted == len(records)

    def follower(
        self, store: Store | None = None, cursor: str = "", ledger: Ledger | None = None
    ) -> Follower:
        return Follower(
            store or Store(), self.url, self.subscriber, clock=lambda: NOW, intervals={"hotline": 120.0},
            cursor=cursor, ledger=ledger,
        )  # fmt: skip


@pytest.fixture
async def city(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[City]:
    async with composed(tmp_path, servers.log_url, servers.pictures_url) as gateway:
        yield City(gateway, gateway._stores.ledger)


async def until(what: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not what():  # noqa: ASYNC110  # another task's state
            await asyncio.sleep(0.02)


class Following:
    """A follower that runs for the time of a block."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    async def __aenter__(self) -> Follower:
        self._task = asyncio.create_task(self._follower.run())
        return self._follower

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_a_follower_folds_the_whole_chain_and_what_is_measured(city: City) -> None:
    await city.publish("case", case(), case(reporter={"name": "张三", "phone": "13812345678"}))
    await city.publish("unit", unit(unit="car-1"))
    head = await city.ledger.head()
    async with Following(city.follower()) as follower:
        state = follower.store.state
        await until(lambda: state.ledger.position == head[0] and "car-1" in state.measured.units.ids)
        await until(lambda: follower.beat_at == NOW and "hotline" in state.measured.sources)
    assert state.ledger.hash == head[1]
    assert follower.records["case"] == 2  # the unit came with the snapshot or right behind it
    assert follower.broken == ""
    assert state.measured.sources["hotline"].interval_s == 120.0


def stands_at(follower: Follower) -> int:
    """The ledger position behind which a follower's cursor goes on; it moves just after the fold."""
    if follower.cursor == "0":
        return 0
    return read_cursor(follower.cursor, frozenset(LEDGER_TOPICS)).places["case"].ledger


async def test_a_follower_goes_on_behind_its_snapshot(city: City) -> None:
    await city.publish("case", case(), case())
    async with Following(city.follower()) as first:
        await until(lambda: first.store.state.ledger.position == 2 and stands_at(first) == 2)
    await city.publish("case", case())
    async with Following(city.follower(first.store, first.cursor)) as second:
        await until(lambda: second.store.state.ledger.position == 3)
    assert second.records == {"case": 1}
    assert second.store.state.ledger.hash == (await city.ledger.head())[1]


async def test_a_start_reads_what_it_misses_from_the_ledger_and_then_follows(city: City) -> None:
    await city.publish("case", case(), case())
    async with Following(city.follower(ledger=city.ledger)) as first:
        await until(lambda: first.complete.is_set())
        assert first.store.state.ledger.position == 2
    await city.publish("case", case())
    async with Following(city.follower(first.store, first.cursor, city.ledger)) as second:
        await until(lambda: second.complete.is_set())
        assert second.records == {}
        await city.publish("case", case())
        await until(lambda: second.store.state.ledger.position == 4)
    assert second.records == {"case": 1}
    assert second.store.state.ledger.hash == (await city.ledger.head())[1]
    assert stands_at(second) == 4


async def test_the_gateway_gives_what_a_reader_does_not_find_in_the_ledger(city: City) -> None:
    await city.publish("case", *(case() for _ in range(5)))
    async with Following(city.follower()) as first:
        await until(lambda: first.store.state.ledger.position == 5)
    await city.ledger.client.xtrim("{ledger}:stream", minid="3-0", approximate=False)
    async with Following(city.follower(ledger=city.ledger)) as follower:
        await until(lambda: follower.store.state.ledger.position == 5)
    assert follower.records["case"] == 5  # the gateway still has the facts that the reader does not find
    assert not follower.broken


@pytest.mark.parametrize("reads_ledger", [False, True])
async def test_a_follower_of_a_ledger_that_was_replaced_begins_anew(city: City, reads_ledger: bool) -> None:
    await city.publish("case", case(), case())
    async with Following(city.follower()) as old:
        await until(lambda: old.store.state.ledger.position == 2 and old.complete.is_set())
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        servers = EmbeddedServers(Path(folder))
        servers.start()
        async with composed(Path(folder), servers.log_url, servers.pictures_url) as gateway:
            other = City(gateway, gateway._stores.ledger)
            await other.publish("case", case(id="other"))
            ledger = other.ledger if reads_ledger else None
            async with Following(other.follower(old.store, old.cursor, ledger)) as follower:
                await until(lambda: list(follower.store.state.ledger.cases) == ["hotline/other"])
        servers.stop()
    assert follower.store.state.ledger.position == 1


async def stream(city: City, count: int) -> list[dict[str, Any]]:
    """Messages of the ledger topics that hold so many records together."""
    found: list[dict[str, Any]] = []
    async for message in Subscriber(city.url, ["case", "warning", "ops"], city.subscriber, "0").messages():
        if "records" in message:
            found.append(message)
        if sum(len(one["records"]) for one in found) >= count:
            break
    return found


async def test_what_was_changed_on_the_way_is_not_folded_and_said_with_its_position(city: City) -> None:
    await city.publish("case", case(), case())
    messages = await stream(city, 2)
    follower = city.follower()
    messages[0]["records"][0]["title"] += "!"
    for message in messages:
        follower._take(message)
    assert follower.store.state.ledger.position == 0
    assert follower.broken.startswith("position 1: ")
    assert follower.broken_since == NOW


async def test_a_repeated_message_changes_nothing(city: City) -> None:
    await city.publish("case", case(), case())
    messages = await stream(city, 2)
    follower = city.follower()
    for message in [*messages, *messages]:
        follower._take(message)
    state = follower.store.state.ledger
    assert (state.position, state.hash) == await city.ledger.head()
    assert len(state.cases) == 2


async def test_a_fact_is_put_together_from_its_record_without_the_reporter(city: City) -> None:
    await city.publish("case", case(reporter={"name": "张三", "phone": "13812345678"}))
    [message] = await stream(city, 1)
    [entry] = entries_of(message)
    [stored] = await city.ledger.read(0)
    assert (entry.position, entry.hash, entry.body) == (stored.position, stored.hash, stored.body)
    assert "张三".encode() not in entry.body


async def test_a_console_that_starts_knows_the_last_hour_of_rain_and_judges_it_not_again(city: City) -> None:
    readings = [
        {
            "id": f"r-{before}", "kind": "reading", "device": "r1", "metric": "rain_mmh", "value": 30.0,
            "at": iso(NOW - 60 * before),
        }
        for before in range(61)
    ]  # fmt: skip
    heard: list[str] = []
    begun: list[str] = []
    follower = city.follower()
    follower.on_begun.append(begun.append)
    async with Following(follower) as first:
        await until(lambda: begun)  # what is published before is in the snapshot, newest only
        await city.publish("sensor", *readings[::-1])
        await until(lambda: first.records.get("sensor") == len(readings))
    follower = city.follower()
    follower.on_measured.append(lambda topic, records: heard.extend(record["id"] for record in records))
    async with Following(follower) as second:
        held = second.store.state.measured.last_hour
        await until(lambda: (~np.isnan(held.seen().at)).sum() == len(readings))
    before, after = (one.store.state.measured.last_hour.seen() for one in (first, second))
    mm = [float(rain(seen, np.array([60.0]), NOW)[0][0]) for seen in (before, after)]
    assert mm == [pytest.approx(30.0), pytest.approx(30.0)]
    assert heard == ["r-0"]


class Counting:
    """A follower and the counts of heat that it feeds, for the time of a block."""

    def __init__(self, city: City, url: str, kept: Path | None = None) -> None:
        self.follower = city.follower()
        state, bounds = self.follower.store, (13_500_000.0, 3_600_000.0, 13_560_000.0, 3_680_000.0)
        self.points = HeatPoints(MapSetting(bounds), bounds, lambda: state.state)
        self.feed = HeatFeed(
            self.points, self.follower, url, clock=lambda: parse(GATEWAY_NOW),
            kept=KeptCounts(kept) if kept is not None else None,
        )  # fmt: skip

    async def __aenter__(self) -> Callable[[], int]:
        self._tasks = [asyncio.create_task(part.run()) for part in (self.follower, self.feed)]
        return lambda: int(self.points.many["units"].window(60, parse(GATEWAY_NOW), 0.0).sum())

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_heat_counts_every_position_once_also_after_a_restart(
    city: City, servers: EmbeddedServers
) -> None:
    await city.publish("unit", *(unit(unit="car-1") for _ in range(3)))
    await city.publish("unit", unit(unit="car-2"))
    counting = Counting(city, servers.log_url)
    async with counting as counted:  # the snapshot has two positions, the log all four
        await until(lambda: counted() == 4)
        await city.publish("unit", unit(unit="car-1"), unit(unit="car-3"))
        await until(lambda: counted() == 6)
        await counting.feed.rebuilt.wait()
    restarted = Counting(city, servers.log_url)
    async with restarted as counted:
        await restarted.feed.rebuilt.wait()
        assert counted() == 6


async def test_counts_on_disk_keep_what_the_log_has_lost(
    city: City, servers: EmbeddedServers, tmp_path: Path
) -> None:
    await city.publish("unit", *(unit(unit="car-1") for _ in range(3)))
    first = Counting(city, servers.log_url, tmp_path)
    async with first as counted:
        await first.feed.rebuilt.wait()
        await city.publish("unit", unit(unit="car-2"))  # by the stream
        await until(lambda: counted() == 4)
    since = first.points.many["units"].since
    telemetry = await Telemetry.open(servers.log_url)
    assert await telemetry.trim("unit", keep_s=-1.0) == 2
    await telemetry.close()
    await city.publish("unit", unit(unit="car-2"))  # while no console runs
    again = Counting(city, servers.log_url, tmp_path)
    async with again as counted:
        await again.feed.rebuilt.wait()
        assert counted() == 5
    assert again.points.many["units"].since == since
    for file in (tmp_path / FOLDER).iterdir():
        file.write_bytes(b"damaged")
    without = Counting(city, servers.log_url, tmp_path)
    async with without as counted:
        await without.feed.rebuilt.wait()
        assert counted() == 1
    assert without.points.many["units"].since != since


async def test_counts_on_disk_behind_which_the_log_lost_something_are_not_used(
    city: City, servers: EmbeddedServers, tmp_path: Path
) -> None:
    await city.publish("unit", unit(unit="car-1"))
    first = Counting(city, servers.log_url, tmp_path)
    async with first:
        await first.feed.rebuilt.wait()
    await city.publish("unit", unit(unit="car-2"))
    telemetry = await Telemetry.open(servers.log_url)
    await telemetry.trim("unit", keep_s=-1.0)
    await telemetry.close()
    await city.publish("unit", unit(unit="car-3"))
    again = Counting(city, servers.log_url, tmp_path)
    async with again as counted:
        await again.feed.rebuilt.wait()
        assert counted() == 1
