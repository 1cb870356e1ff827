"""A gateway starts from its snapshot: same state, same duplicates, only the facts after it are folded."""

from pathlib import Path
from typing import Any

import pytest
import redis

from feeds.clients.publisher import Publisher
from feeds.clients.subscriber import Subscriber
from feeds.gateway.gateway import Gateway
from feeds.gateway.ledger_rows import SCHEMA
from feeds.ledger.ledger import STREAM
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import ALL_RIGHTS, NOW, case, composed

TOPICS = ("case", "warning", "sensor", "camera")


async def publish(gateway: Gateway, topic: str, records: list[dict[str, Any]]) -> tuple[int, int]:
    token = gateway._tokens.create("hotline", ALL_RIGHTS, now=0.0)
    async with Publisher(f"ws://127.0.0.1:{gateway.port}", topic, token) as publisher:
        answer = await publisher.send(records)
    return answer.accepted, answer.duplicates


async def state_of(gateway: Gateway) -> dict[str, list[Any]]:
    token = gateway._tokens.create("console", ["subscribe:*"], now=0.0)
    state: dict[str, list[Any]] = {topic: [] for topic in TOPICS}
    async for message in Subscriber(f"ws://127.0.0.1:{gateway.port}", TOPICS, token).messages():
        if part := message.get("snapshot"):
            state[part["topic"]] += part["records"]
        elif message.get("beat", {}).get("cursor"):
            break
    return state


def device(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"reg-{name}", "at": NOW, "kind": "device", "device": name, "class": "water_level",
        "lon": 121.5, "lat": 31.2, **changes,
    }  # fmt: skip


def reading(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"read-{name}", "at": NOW, "kind": "reading", "device": name, "metric": "level", "value": 1.0,
        **changes,
    }  # fmt: skip


def forget_bodies(servers: EmbeddedServers, upto: int) -> None:
    """Take the facts up to a position out of the stream: a gateway that folds them all would miss them."""
    with redis.Redis.from_url(servers.log_url) as client:
        client.xtrim(STREAM, minid=f"{upto}-0", approximate=False)


async def test_a_gateway_that_starts_from_a_snapshot_knows_what_the_one_before_knew(
    logs: EmbeddedServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [case(id="c1"), case(id="c2")]
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        assert await publish(gateway, "case", cases) == (2, 0)
        assert await publish(gateway, "sensor", [device("d1"), reading("d1")]) == (2, 0)
        before = await state_of(gateway)
        position = gateway.hub.facts.end
    forget_bodies(logs, position)
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        assert await state_of(gateway) == before
        assert gateway.hub.sources.report(0.0).keys() == {"hotline"}
        assert await publish(gateway, "case", [*cases, case(id="c3")]) == (1, 2)
        assert await publish(gateway, "case", [case(id="c1", at="no time")]) == (0, 1)
        assert await publish(gateway, "sensor", [device("d1"), reading("d1", id="reg-d1")]) == (0, 2)
        readings = [reading("d1", id="r2"), reading("d2")]
        assert await publish(gateway, "sensor", readings) == (2, 0)
        state = await state_of(gateway)
        assert [one["id"] for one in state["case"]] == ["c1", "c2", "c3"]
        marked = {one["device"]: one.get("unregistered", False) for one in state["sensor"]}
        assert marked == {"d1": False, "d2": True}


async def test_a_killed_gateway_folds_the_facts_after_its_last_snapshot(
    logs: EmbeddedServers, tmp_path: Path
) -> None:
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        await publish(gateway, "case", [case(id="c1")])
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        await publish(gateway, "case", [case(id="c2")])
        gateway.hub._snapshots._files = None  # it dies without writing its last one
        before = await state_of(gateway)
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        assert await state_of(gateway) == before
        assert [one["id"] for one in before["case"]] == ["c1", "c2"]


async def test_a_snapshot_of_another_ledger_or_form_is_not_used(
    logs: EmbeddedServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        await publish(gateway, "case", [case(id="c1"), case(id="c2")])
    with redis.Redis.from_url(logs.log_url) as client:
        client.flushall()
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        assert (await state_of(gateway))["case"] == []
        assert await publish(gateway, "case", [case(id="c1")]) == (1, 0)
    monkeypatch.setattr("feeds.gateway.row_snapshots.SCHEMA", SCHEMA + 1)
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        assert [one["id"] for one in (await state_of(gateway))["case"]] == ["c1"]


async def test_a_snapshot_is_written_after_so_many_facts_without_a_stop(
    logs: EmbeddedServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.gateway.row_snapshots.SNAPSHOT_FACTS", 2)
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as gateway:
        await publish(gateway, "case", [case(), case()])
        await state_of(gateway)
        writing = gateway.hub._snapshots._writing
        assert writing is not None
        await writing
        assert len(list((tmp_path / "snapshots").glob("*.zst"))) == 1
