"""A real broker on this machine, to be killed; devices; and what a subscriber of the gateway got."""

import asyncio
import json
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from feeds.clients.subscriber import Subscriber
from feeds.gateway.gateway import Gateway
from feeds.people.tokens import TokenStore
from feeds.sources.live.credentials import Credentials
from feeds.sources.live.running import LiveSource
from feeds.sources.live.source_file import read_source_file
from feeds.sources.live.spool import Spool
from tests.gateways import ALL_RIGHTS
from tests.running import free_port


class Broker:
    """Mosquitto with a file of its own, so that it remembers sessions after it was killed."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        program = shutil.which(
            "mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin"
        )
        assert program, "Debian's mosquitto is needed: sh tests/prepare-machine.sh"
        self._program = program
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\npersistence true\npersistence_location {folder}/\n"
            "autosave_interval 1\nautosave_on_changes true\nmax_queued_messages 0\nuser root\n"
            + (extra or "allow_anonymous true\n")
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220  # a fork
            [self._program, "-c", self._config], stderr=subprocess.DEVNULL
        )
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            return

    async def save(self) -> None:
        """Wait until it has written what it delivered: one killed before that delivers it as new."""
        assert self._process is not None
        before = self._saved_at()
        self._process.send_signal(signal.SIGUSR1)
        while self._saved_at() == before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def _saved_at(self) -> int:
        database = self._config.with_name("mosquitto.db")
        return database.stat().st_mtime_ns if database.exists() else 0

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Broker(folder)
    await made.start()
    yield made
    made.kill()


Say = Callable[..., Awaitable[None]]


@asynccontextmanager
async def device(broker: Broker) -> AsyncIterator[Say]:
    """Publish messages; each returns when the broker has it."""
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:

        async def say(topic: str, payload: Any, *, qos: int = 1, retain: bool = False) -> None:
            body = payload if isinstance(payload, bytes | str) else json.dumps(payload)
            await client.publish(topic, body, qos=qos, retain=retain)

        yield say


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something until the end of the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def running(
    folder: Path, text: str, *, gateway: str, token: str, clock: Callable[[], float] | None = None
) -> AsyncIterator[LiveSource]:
    """Run the first source of a file's text; the spool stays in the folder."""
    path = folder / "sources.toml"
    path.write_text(text)
    spool = Spool(folder / "spool.sqlite")
    more: Any = {} if clock is None else {"clock": clock}
    source = LiveSource(
        read_source_file(path).source[0],
        Credentials(token=token),
        folder=folder,
        spool=spool,
        gateway=gateway,
        **more,
    )
    try:
        async with background(source.run()):
            yield source
    finally:
        spool.close()


async def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for something that tells nobody."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Heard:
    """What a subscriber got: every record, and the newest state of each source."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.sources: dict[str, Any] = {}

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["kind"] == kind]


@asynccontextmanager
async def heard(url: str, topic: str, token: str) -> AsyncIterator[Heard]:
    """Subscribe to a topic from now on; a subscriber outlives the gateway."""
    found, subscriber = Heard(), Subscriber(url, [topic], token, since="now")
    began = asyncio.Event()

    async def collect() -> None:
        async for message in subscriber.messages():
            found.records += message.get("records", [])
            found.sources.update(message.get("beat", {}).get("sources", {}))
            if "hello" in message:
                began.set()

    async with background(collect()):
        await asyncio.wait_for(began.wait(), 60)
        yield found


class Place:
    """Where a test's gateway is, and the token of its source and subscriber."""

    def __init__(self, gateway: Gateway, tokens: TokenStore) -> None:
        self.url = f"ws://127.0.0.1:{gateway.port}"
        self.token = tokens.create("drains", ALL_RIGHTS, now=0.0)


@pytest.fixture
def place(gateway: Gateway, tokens: TokenStore) -> Place:
    return Place(gateway, tokens)
