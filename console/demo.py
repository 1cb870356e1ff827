"""The demo: everything on one machine, in one command, and gone cleanly at Ctrl-C."""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

from console.district import read_district, read_streets
from console.reach import lock_data_dir, socket_dir
from console.settings import Settings
from feeds.servers import EmbeddedServers
from feeds.sources.demo.clients import CLIENTS
from feeds.tokens import TokenStore
from layers.atlas import Atlas

__all__ = ["Demo", "DemoError", "demo_secrets"]

RESTART_AFTER_S = (0.5, 1.0, 2.0, 5.0, 10.0)
STOP_WAIT_S = 12.0
SUBSCRIBER, VIEWER, PUBLISHER = "console", "hall-wall", "replay"


class DemoError(Exception):
    """The demo cannot start; the text says why and what to do."""


class Child:
    """One process of the demo, started again when it dies."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], log: IO[bytes]) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.restarts = 0

    async def keep(self) -> None:
        """Run it for ever."""
        while True:
            started = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "console.cli", *self._arguments,
                env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True,
            )  # fmt: skip
            await self._process.wait()
            if time.monotonic() - started > 60:
                self.restarts = 0
            await asyncio.sleep(RESTART_AFTER_S[min(self.restarts, len(RESTART_AFTER_S) - 1)])
            self.restarts += 1

    async def stop(self) -> None:
        """Ask it to stop, and make it stop when it does not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WAIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


class Demo:
    """One demo on one data dir."""

    def __init__(
        self, settings: Settings, *, scale: int, seed: int, feeds: bool, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._scale = scale
        self._seed = seed
        self._feeds = feeds
        self._say = say
        self._lock: IO[str] | None = None

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM.

        Raises DemoError, DistrictError, UnreadableAtlas, DataDirTaken when it cannot start.
        """
        data = _writable(self._settings.data_dir)
        self._lock = lock_data_dir(data)
        _check_district(data)
        for name, port in (("console", self._settings.port), ("gateway", self._settings.gateway_port)):
            _check_free(name, port)
        servers = EmbeddedServers(data, socket_dir=socket_dir(data))
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await asyncio.to_thread(servers.start, take_over=True)
        try:
            await self._run(data, servers, stopped)
        finally:
            await asyncio.to_thread(servers.stop)

    async def _run(self, data: Path, servers: EmbeddedServers, stopped: asyncio.Event) -> None:
        keys = demo_secrets(data)
        settings = msgspec.structs.replace(
            self._settings, log_url=servers.log_url, pictures_url=servers.pictures_url,
            gateway_token=keys[SUBSCRIBER], open_loopback=True, demo=self._feeds, stop_with_parent=True,
        )  # fmt: skip
        environment = {**os.environ, **settings.environment()}
        with (data / "demo.log").open("ab") as log:
            names = ["gateway", "engine", "console"]
            children = [Child(name, [name], environment, log) for name in names]
            if self._feeds:
                arguments = ["feeds", "--scale", str(self._scale), "--seed", str(self._seed)]
                children.append(Child("feeds", arguments, environment, log))
            tasks = [asyncio.create_task(child.keep()) for child in children]
            tasks.append(asyncio.create_task(_keep_servers(servers)))
            tasks.append(asyncio.create_task(self._announce(keys, data)))
            try:
                await stopped.wait()
            finally:
                self._say("stopping …")
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                # Publishers first, the gateway last, so that what was sent is also taken.
                for child in reversed(children):
                    await child.stop()

    async def _announce(self, keys: dict[str, str], data: Path) -> None:
        console = f"http://{self._settings.host}:{self._settings.port}"
        gateway = f"ws://{self._settings.gateway_host}:{self._settings.gateway_port}"
        self._say(f"starting (log: {data / 'demo.log'}) …")
        while not await asyncio.to_thread(_answers, f"{console}/readyz"):  # noqa: ASYNC110  # another process's state
            await asyncio.sleep(0.5)
        self._say(
            "\n".join(
                (
                    "Citywall is running · 演示",
                    f"  the wall              {console}/wall          ({console}/wall?lang=en)",
                    f"  from another machine  {console}/open/wall?key={keys[VIEWER]}",
                    f"  feed gateway          {gateway}",
                    f"  demo accounts         publish: {keys[PUBLISHER]}",
                    f"                        subscribe: {keys[SUBSCRIBER]}",
                    "  stop with Ctrl-C; the next start goes on where this one was",
                )
            )
        )


def demo_secrets(data: Path) -> dict[str, str]:
    """Return the demo's tokens, made at the first start and kept in the data dir (mode 0600)."""
    path = data / "demo-tokens.json"
    if path.exists():
        return {str(k): str(v) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}
    tokens = TokenStore(data)
    topics = ("case", "sensor", "camera", "unit", "warning")
    now = time.time()
    made = {
        SUBSCRIBER: tokens.create(SUBSCRIBER, ["subscribe:*"], now=now),
        VIEWER: tokens.create(VIEWER, ["view:wall"], now=now),
        PUBLISHER: tokens.create(PUBLISHER, [f"publish:{topic}" for topic in topics], now=now),
    }
    for name, client in CLIENTS.items():
        made[name] = tokens.create(name, [f"publish:{topic}" for topic in client.topics], now=now)
    tokens.close()
    path.touch(mode=0o600)
    path.write_text(json.dumps(made), encoding="utf-8")
    return made


async def _keep_servers(servers: EmbeddedServers) -> None:
    while True:
        await asyncio.sleep(0.5)
        await asyncio.to_thread(servers.restart_dead)


def _writable(data: Path) -> Path:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            return data.resolve()
    except OSError as error:
        message = f"data dir {data}: cannot be written: {error.strerror}"
        raise DemoError(message) from error


def _check_district(data: Path) -> None:
    """Read what every process reads when it starts: what is unreadable would make them die for ever."""
    district = read_district(data)
    Atlas.read(district.atlas_dir)
    read_streets(district)


def _check_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            option = "--port" if name == "console" else "--gateway-port"
            message = f"port {port} of the {name} is taken; choose another with {option}"
            raise DemoError(message) from error


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except OSError:
        return False
