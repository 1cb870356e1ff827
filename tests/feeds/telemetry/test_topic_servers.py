"""Topics on servers of their own: two real servers, one gateway, one stream for its subscribers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis

from feeds.clients.publisher import Publisher
from feeds.clients.subscriber import Subscriber
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry.archive import Archive
from feeds.telemetry.telemetry import Batch, Telemetry, TelemetryUnavailable, digest_of
from feeds.telemetry.topic_servers import TopicServers, open_telemetry, read_topic_urls
from tests.gateways import ALL_RIGHTS, composed, unit
from tests.running import PATIENCE_S

EARLY, LATE = "2026-11-20T10:00:00+00:00", "2026-11-20T10:00:09+00:00"


def batch(id_: str, received: str = EARLY) -> Batch:
    return Batch("c", received, [digest_of("c", id_)], "n", [f'"{id_}"'.encode()])


@pytest.fixture
async def telemetry(logs: EmbeddedServers) -> AsyncIterator[Telemetry]:
    """Units on the second server, the other topics on the first."""
    opened = await open_telemetry(logs.log_url, f"unit={logs.pictures_url}")
    yield opened
    await opened.close()


def streams(url: str) -> list[str]:
    with redis.Redis.from_url(url) as client:
        return sorted(key.decode() for key in client.scan_iter(match="telemetry:*", _type="stream"))


async def test_each_topic_is_on_its_own_server(telemetry: Telemetry, logs: EmbeddedServers) -> None:
    await telemetry.append("unit", [batch("a", LATE)])
    await telemetry.append("sensor", [batch("b")])
    assert (streams(logs.log_url), streams(logs.pictures_url)) == (["telemetry:sensor"], ["telemetry:unit"])
    [entry] = await telemetry.read("unit", (0, 0))
    assert (entry.topic, entry.records) == ("unit", b'["a"]')
    assert (await telemetry.bounds("unit")).last == entry.id
    assert await telemetry.clients() == {"c": LATE}


async def test_one_tail_hears_all_servers_each_in_its_order(telemetry: Telemetry) -> None:
    tail = telemetry.tail({"unit": (0, 0), "sensor": (0, 0), "camera": (0, 0)})
    for name in ("a", "b", "c"):
        await telemetry.append("unit", [batch(name)])
        await telemetry.append("sensor", [batch(name)])
    heard: dict[str, list[bytes]] = {"unit": [], "sensor": []}
    async with asyncio.timeout(PATIENCE_S):
        while sum(map(len, heard.values())) < 6:
            for entry in await anext(tail):
                heard[entry.topic].append(entry.records)
    await tail.aclose()  # type: ignore[attr-defined]
    assert heard == {topic: [b'["a"]', b'["b"]', b'["c"]'] for topic in heard}


async def test_the_epoch_changes_with_that_of_any_server(telemetry: Telemetry, logs: EmbeddedServers) -> None:
    first = await telemetry.epoch()
    assert await telemetry.epoch() == first
    with redis.Redis.from_url(logs.pictures_url) as client:
        client.set("telemetry:epoch", "another")
    assert await telemetry.epoch() != first


async def test_a_server_that_is_not_there_makes_telemetry_unavailable(logs: EmbeddedServers) -> None:
    with pytest.raises(TelemetryUnavailable):
        await open_telemetry(logs.log_url, "unit=unix:///nowhere/log.sock")


async def test_without_topics_apart_there_is_one_server(logs: EmbeddedServers) -> None:
    opened = await open_telemetry(logs.log_url)
    assert not isinstance(opened, TopicServers)
    await opened.close()
    assert read_topic_urls("") == {}


async def test_the_archive_takes_every_topic_from_its_server(logs: EmbeddedServers, tmp_path: Path) -> None:
    topics = f"unit={logs.pictures_url}"
    telemetry = await open_telemetry(logs.log_url, topics)
    row = b'{"id": "1", "at": "2026-11-20T10:00:00+08:00", "unit": "u", "lon": 121.5, "lat": 31.2}'
    await telemetry.append("unit", [Batch("c", EARLY, [digest_of("c", "1")], "n", [row])])
    archive = await Archive.open(logs.log_url, tmp_path, clock=lambda: 0.0, topics=topics)
    await archive.step(flush=True)
    assert archive.problem is None
    assert archive.places["unit"].records == 1
    await archive.close()
    await telemetry.close()


async def test_subscribers_of_the_gateway_notice_nothing(logs: EmbeddedServers, tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    token = tokens.create("c", ALL_RIGHTS, now=0.0)
    tokens.close()
    topics = f"unit={logs.pictures_url}"
    async with (
        composed(tmp_path, logs.log_url, logs.pictures_url, topics=topics) as made,
        asyncio.timeout(PATIENCE_S),
    ):
        url = f"ws://127.0.0.1:{made.port}"
        reading: dict[str, Any] = {
            "id": "r", "at": EARLY, "kind": "reading", "device": "d", "metric": "level", "value": 1.5,
        }  # fmt: skip
        heard: set[str] = set()
        listening = Subscriber(url, ["unit", "sensor"], token, since="now").messages()
        while "hello" not in await anext(listening):
            pass
        async with Publisher(url, "unit", token) as units, Publisher(url, "sensor", token) as sensors:
            assert (await units.send([unit(id="u")])).accepted == 1
            assert (await sensors.send([reading])).accepted == 1
            while heard < {"u", "r"}:
                heard |= {record["id"] for record in (await anext(listening)).get("records", ())}
        await listening.aclose()  # type: ignore[attr-defined]
    assert streams(logs.pictures_url) == ["telemetry:unit"]
