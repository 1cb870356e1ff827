"""A gateway composed for tests: in this process, or as one to be killed (``python -m tests.gateways``)."""

import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import static
from city.places.streets import Streets
from feeds.gateway.acceptance import Stores
from feeds.gateway.dead_letters import DeadLetters
from feeds.gateway.gateway import Gateway, GatewayConfig
from feeds.gateway.picture_store import Pictures
from feeds.ledger.ledger import Ledger
from feeds.people.reporters import PeopleStore
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry.topic_servers import open_telemetry

ALL_RIGHTS = (
    "publish:case", "publish:warning", "publish:sensor", "publish:camera", "publish:unit", "subscribe:*",
)  # fmt: skip
NOW = "2026-11-20T10:00:00+08:00"
LUJIAZUI, TANGQIAO = (121.5055, 31.2397), (121.5208, 31.2102)


@lru_cache
def read_streets() -> Streets:
    return Streets.from_geojson(json.loads(static.path("district/streets.geojson").read_bytes()))


@contextmanager
def fresh_servers() -> Iterator[EmbeddedServers]:
    """Two real, empty Valkey servers, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        embedded = EmbeddedServers(Path(folder))
        embedded.start()
        yield embedded
        embedded.stop()


async def restarted(servers: EmbeddedServers) -> list[str]:
    """Start again what a test has killed and return the names: a server hangs up before it is dead."""
    async with asyncio.timeout(60):
        while not (dead := await asyncio.to_thread(servers.restart_dead)):  # noqa: ASYNC110  # a process tells nobody
            await asyncio.sleep(0.01)
    return dead


@asynccontextmanager
async def composed(
    data: Path,
    log_url: str,
    pictures_url: str,
    *,
    clock: Callable[[], float] = time.time,
    topics: str = "",
    **config: Any,
) -> AsyncIterator[Gateway]:
    """A gateway that listens; its stores are closed at the end."""
    ledger = await Ledger.open(log_url)
    telemetry = await open_telemetry(log_url, topics)
    pictures = Pictures.open(pictures_url)
    people, tokens = PeopleStore(data), TokenStore(data)
    letters = DeadLetters(data, people.encryption)
    stores = Stores(ledger, telemetry, pictures, people, letters, read_streets())
    settings = GatewayConfig(**{"port": 0, "snapshots": data / "snapshots", **config})
    gateway = Gateway(settings, stores, tokens=tokens, clock=clock)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()
        for store in (ledger, telemetry, pictures):
            await store.close()
        for file in (people, tokens, letters):
            file.close()


_numbers = itertools.count()


def unit(**changes: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "id": f"u{number}", "at": NOW, "unit": f"car-{number}", "lon": 121.5, "lat": 31.2, **changes,
    }  # fmt: skip


def case(**changes: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "id": f"c{number}", "at": NOW, "channel": "hotline_12345", "title": "井盖缺失",
        "category": {"kind": "component", "code": "0101", "system": "GBT30428.2"},
        "lon": LUJIAZUI[0], "lat": LUJIAZUI[1], **changes,
    }  # fmt: skip


async def _main(data: str, log_url: str, pictures_url: str, port: str) -> None:
    async with composed(Path(data), log_url, pictures_url, port=int(port)) as gateway:
        print(gateway.port, flush=True)  # noqa: T201  # the parent waits for it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
