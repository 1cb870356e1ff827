"""A whole Citywall for a test: real servers and real processes on free ports, to be killed and restarted."""

import contextlib
import json
import math
import os
import random
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from console.deployment.settings import read_settings
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.forked import start_process

ROOT = Path(__file__).parents[1]
DRAWN_PAGES = "snapshots/pages"
"""Where a console keeps drawn pages; not imported from it, as that would import all that draws."""
TOPICS = ("case", "sensor", "camera", "unit", "warning")
PATIENCE_S = 120.0
"""For so long a test waits for what a quiet machine does at once: only a fault may use it up."""


def _ports() -> Iterator[int]:
    """Yield ports that the kernel gives to nobody, in random order; each worker of a run has its own share.

    Of runs at one time each has its own too: the environment's CITYWALL_TEST_PORTS, "0/2" and "1/2".

    A killed server's port stays free until the server is back. A port of the kernel's range could meanwhile
    become the other end of somebody's connection (even of a client that tries to reach the server).
    """
    try:
        kernels = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    except FileNotFoundError:
        kernels = ["32768", "65535"]
    lowest, highest = map(int, kernels)
    ours = [port for port in range(FIRST_PORT, 65536) if not lowest <= port <= highest]
    run, runs = map(int, os.environ.get("CITYWALL_TEST_PORTS", "0/1").split("/"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = ours[run::runs][worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    random.SystemRandom().shuffle(share)
    yield from share


FIRST_PORT = 11_000  # browsers refuse some ports below
_unused = _ports()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has and that was not returned before."""
    for port in _unused:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is left outside the kernel's range")


def wait_for(
    what: Callable[[], Any], seconds: float = PATIENCE_S, every: float = 0.05, *,
    why_not: Callable[[], object] = str,
) -> Any:  # fmt: skip
    """Return what ``what()`` gives as soon as it is true; fail after ``seconds`` and say ``why_not()``."""
    until = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain {why_not()}")
        time.sleep(every)


def comes_to(look: Callable[[], object], expected: object, seconds: float = PATIENCE_S) -> None:
    """Wait until ``look()`` gives what is expected; else say what it gave at the end."""
    until = time.monotonic() + seconds
    while (found := look()) != expected and time.monotonic() < until:
        time.sleep(0.05)
    assert found == expected


def soonest(act: Callable[[], float], limit_s: float, tries: int = 5) -> float:
    """Return the least seconds that an act took, which is done again until one took less than the limit.

    A busy machine delays one or another, a slow product delays all.
    """
    least = math.inf
    for _ in range(tries):
        least = min(least, act())
        if least < limit_s:
            break
    return least


def share_drawn_pages(data: Path) -> None:
    """Let the consoles of all tests keep their pages' parts in one folder: each would draw the same maps.

    A file is used only for the program and the map that drew it (``console.pages.kept_parts``).
    """
    shared, own = ROOT / ".pytest_cache" / "pages", data / DRAWN_PAGES
    shared.mkdir(parents=True, exist_ok=True)
    own.parent.mkdir(parents=True, exist_ok=True)
    if not own.exists():
        own.symlink_to(shared, target_is_directory=True)


class Running:
    """Servers, gateway, engine and console of one test."""

    def __init__(self, data: Path, **settings: Any) -> None:
        share_drawn_pages(data)
        self.servers = EmbeddedServers(data)
        self.servers.start()
        tokens = TokenStore(data)
        self.publisher = tokens.create("hotline", [f"publish:{topic}" for topic in TOPICS], now=1.0)
        self.water = tokens.create("iot-water", ["publish:sensor"], now=1.0)
        self.subscriber = tokens.create("console", ["subscribe:*"], now=1.0)
        self.viewer = tokens.create("hall", ["view:wall"], now=1.0)
        tokens.close()
        self.settings = read_settings(
            {}, data_dir=data, log_url=self.servers.log_url, pictures_url=self.servers.pictures_url,
            port=free_port(), gateway_port=free_port(), gateway_token=self.subscriber,
            open_loopback=True, min_free_mb=1, **settings,
        )  # fmt: skip
        self.data = data
        self._children: dict[str, BaseProcess] = {}

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def gateway(self) -> str:
        return self.settings.feed_url

    def start(self, *names: str, wait: bool = True) -> None:
        for name in names or ("gateway", "engine", "console"):
            environment = {**os.environ, **self.settings.environment()}
            self._children[name] = start_process(name, environment, self.data / "processes.log")
        if wait and (not names or "console" in names):
            self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 3 * PATIENCE_S) -> None:
        def is_ready() -> bool:
            self.assert_alive()
            return self.get("/readyz")[0] == 200

        wait_for(is_ready, seconds, 0.1, why_not=self.log_end)

    def assert_alive(self) -> None:
        """Fail with the end of their log if a process ended that nobody killed."""
        ended = {name: child.exitcode for name, child in self._children.items() if not child.is_alive()}
        assert not ended, f"ended by themselves: {ended}\n{self.log_end()}"

    def kill(self, name: str) -> None:
        child = self._children.pop(name)
        child.kill()
        child.join()

    def end(self, name: str) -> None:
        """Ask one to stop, and wait until it has."""
        child = self._children.pop(name)
        child.terminate()
        child.join(15)

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.console + path, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def ready_problems(self) -> set[str]:
        status, body = self.get("/readyz")
        return {p["code"] for p in json.loads(body)["problems"]} if status in (200, 503) else {"silent"}

    def log_text(self) -> str:
        return (self.data / "processes.log").read_text(encoding="utf-8")

    def log_end(self) -> str:
        """The last lines that the processes printed."""
        path = self.data / "processes.log"
        return "\n".join(self.log_text().splitlines()[-40:]) if path.exists() else "(no log)"

    def stop(self) -> None:
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            child.join(15)
            if child.is_alive():
                child.kill()
                child.join()
        self.servers.stop()
