import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.asyncio.client import ClientConnection, connect

from feeds.gateway.gateway import Gateway
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import ALL_RIGHTS, composed, fresh_servers
from tests.running import PATIENCE_S

Connect = Callable[..., AbstractAsyncContextManager[ClientConnection]]


@pytest.fixture(scope="module")
def shared_servers() -> Iterator[EmbeddedServers]:
    """Two real Valkey servers for all tests of a module."""
    with fresh_servers() as embedded:
        yield embedded


@pytest.fixture
def logs(shared_servers: EmbeddedServers) -> EmbeddedServers:
    """The module's servers, emptied."""
    for url in (shared_servers.log_url, shared_servers.pictures_url):
        with redis.Redis.from_url(url) as client:
            client.flushall()
    return shared_servers


@pytest.fixture
async def gateway(logs: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway on real servers, in this process."""
    async with composed(tmp_path, logs.log_url, logs.pictures_url) as made:
        yield made


@pytest.fixture
def tokens(gateway: Gateway) -> TokenStore:
    return gateway._tokens


def open_socket(url: str, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return connect(
        url, additional_headers=headers, max_size=None, open_timeout=PATIENCE_S, ping_timeout=PATIENCE_S
    )


@pytest.fixture
def publish(gateway: Gateway, tokens: TokenStore) -> Connect:
    """Open a publishing socket to a topic, as client ``hotline`` or with a token given."""
    own = tokens.create("hotline", ALL_RIGHTS, now=0.0)

    def opened(topic: str, token: str = own) -> Any:
        url = f"ws://127.0.0.1:{gateway.port}/v1/publish/{topic}"
        return open_socket(url, token)

    return opened


@pytest.fixture
def subscribe(gateway: Gateway, tokens: TokenStore) -> Connect:
    """Open a subscribing socket: ``subscribe("case,unit", "&since=now")``."""
    own = tokens.create("console", ["subscribe:*"], now=0.0)

    def opened(topics: str, more: str = "", token: str = own) -> Any:
        url = f"ws://127.0.0.1:{gateway.port}/v1/subscribe?topics={topics}{more}"
        return open_socket(url, token)

    return opened


async def told(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
    return message


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Send one frame of records (or any text) and return the answer."""

    async def asked(socket: ClientConnection, *records: Any, batch: str = "b", text: Any = None) -> Any:
        await socket.send(json.dumps({"batch": batch, "records": list(records)}) if text is None else text)
        return await told(socket)

    return asked


@pytest.fixture
def hear() -> Callable[..., Any]:
    """Return the next message of a socket that is not a beat."""

    async def heard(socket: ClientConnection, *, beats: bool = False) -> Any:
        while True:
            message = await told(socket)
            if beats == ("beat" in message):
                return message

    return heard


@pytest.fixture(autouse=True)
def closed_databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: SQLite says so of every file that is left to the collector."""
    opened: list[sqlite3.Connection] = []
    really = sqlite3.connect

    def noting(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = really(*given, **named)
        if named.get("check_same_thread") is False:  # ours; others may close theirs in their own thread only
            opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", noting)
    yield
    for connection in opened:
        connection.close()
