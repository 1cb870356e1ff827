"""A whole Citywall for a test: real servers and real processes on free ports, to be killed and restarted."""

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from console.settings import read_settings
from feeds.servers import EmbeddedServers
from feeds.tokens import TokenStore
from tests.forked import start_process

TOPICS = ("case", "sensor", "camera", "unit", "warning")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float = 30.0, every: float = 0.05) -> Any:
    """Return what ``what()`` gives as soon as it is true; fail after ``seconds``."""
    until = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        time.sleep(every)


class Running:
    """Servers, gateway, engine and console of one test."""

    def __init__(self, data: Path, **settings: Any) -> None:
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

    def start(self, *names: str) -> None:
        for name in names or ("gateway", "engine", "console"):
            environment = {**os.environ, **self.settings.environment()}
            self._children[name] = start_process(name, environment, self.data / "processes.log")
        if not names or "console" in names:
            self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        wait_for(lambda: self.get("/readyz")[0] == 200, seconds, 0.3)

    def kill(self, name: str) -> None:
        self._children[name].kill()
        self._children[name].join()

    def end(self, name: str) -> None:
        """Ask one to stop, and wait until it has."""
        self._children[name].terminate()
        self._children[name].join(15)

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.console + path, timeout=5) as answer:
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

    def stop(self) -> None:
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            child.join(15)
            if child.is_alive():
                child.kill()
                child.join()
        self.servers.stop()
