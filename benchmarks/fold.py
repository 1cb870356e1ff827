"""Measures how long gateway and console need to start on a long ledger: ``python -m benchmarks.fold``.

Real processes on a real log server, from the start of the process (its imports included) until the gateway
listens and the console's ``/readyz`` is green; the console starts while its gateway runs.
``whole_s``: all facts are folded; of a process, ``million_s`` is the same for a million by the time per fact,
and the benchmark's ``whole_s`` is the slower process's ``million_s``: where fewer were folded (``is_scaled``)
it is calculated. ``tail_s``: from a snapshot, ``tail`` facts behind (50,000; fewer in the quick run).
``…_cpu_s``: processor time of the process until then, which other programs on the machine change less.
``rss_mb_per_100k``: memory after the whole fold less that on an empty ledger, per 100,000 facts.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cost import cpu_seconds
from benchmarks.invented.city_ledger import CityLedger, load
from console.demo.accounts import SUBSCRIBER, demo_secrets
from console.demo.past import write_snapshot
from console.deployment.settings import Settings, read_settings
from feeds.ledger.ledger import Ledger
from feeds.storage.embedded_servers import EmbeddedServers

FACTS, QUICK_FACTS, TAIL, QUICK_TAIL = 1_000_000, 40_000, 50_000, 20_000
MILLION = 1_000_000
PATIENCE_S = 600.0
PROCESSES = ("gateway", "console")


class Started(msgspec.Struct):
    """A process that is ready: how long it took, its processor seconds and resident memory then."""

    process: "subprocess.Popen[bytes]"
    ready_s: float
    cpu_s: float
    rss_mb: float


class Bench:
    """Servers and processes on one data dir."""

    def __init__(self, data: Path, *, port: int) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._servers = EmbeddedServers(data)
        self._servers.start()
        token = demo_secrets(data).tokens[SUBSCRIBER]
        self.settings: Settings = read_settings(
            {}, data_dir=data, log_url=self._servers.log_url, pictures_url=self._servers.pictures_url,
            port=port, gateway_port=port + 1, gateway_token=token, open_loopback=True, min_free_mb=1,
        )  # fmt: skip

    def start(self) -> dict[str, Started]:
        """Start the gateway, then the console; return both when they are ready."""
        return {name: self._start(name) for name in PROCESSES}

    def _start(self, name: str) -> Started:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", "from console.cli import main; main()", name],
            env={**os.environ, **self.settings.environment()}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._running.append(process)
        is_ready = self._listens if name == "gateway" else self._is_green
        while not is_ready():
            if process.poll() is not None or time.perf_counter() - begin > PATIENCE_S:
                message = f"{name} did not become ready (exit code {process.poll()})"
                raise RuntimeError(message)
            time.sleep(0.05)
        took = time.perf_counter() - begin
        started = Started(process, took, cpu_seconds(process.pid), _rss_mb(process.pid))
        print(
            f"{name}: {took:.1f} s, {started.cpu_s:.1f} s of a core, {started.rss_mb:.0f} MB", file=sys.stderr
        )
        return started

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.settings.gateway_port)) == 0

    def _is_green(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def end(self, started: dict[str, Started]) -> None:
        """Stop the processes: the gateway writes its snapshot."""
        for one in reversed(started.values()):
            one.process.send_signal(signal.SIGTERM)
        for one in started.values():
            one.process.wait(60)

    async def write_console_snapshot(self) -> float:
        """Fold the ledger in this process and write the snapshot that an engine would; return the seconds."""
        ledger = await Ledger.open(self.settings.log_url)
        try:
            begin = time.process_time()
            await write_snapshot(ledger, self.settings)
            return time.process_time() - begin
        finally:
            await ledger.close()

    def stop(self) -> None:
        """Stop the servers, and the processes that a failure left."""
        for process in self._running:
            process.kill()
            process.wait()
        self._servers.stop()


@contextlib.contextmanager
def _bench(port: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="citywall-bench-") as folder:
        bench = Bench(Path(folder), port=port)
        try:
            yield bench
        finally:
            bench.stop()


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(facts: int, behind: int, *, port: int, every: int) -> dict[str, Any]:
    """Return the figures of one run."""
    city = CityLedger(time.time(), every=every)
    with _bench(port) as bench:
        empty = bench.start()
        bench.end(empty)
        last = load(bench.settings.log_url, city.rows(facts))
        whole = bench.start()
        bench.end(whole)
        fold_s = asyncio.run(bench.write_console_snapshot())
        load(bench.settings.log_url, city.rows(behind, after=last, first=1_000_000))
        tail = bench.start()
        bench.end(tail)
    figures = {name: _figures(empty[name], whole[name], tail[name], facts) for name in PROCESSES}
    return {
        "facts": facts, "tail": behind, "is_scaled": facts != MILLION,
        "whole_s": max(one["million_s"] for one in figures.values()),
        "tail_s": max(one["tail_s"] for one in figures.values()),
        "rss_mb_per_100k": {name: one["rss_mb_per_100k"] for name, one in figures.items()},
        "fold_us": round(fold_s / facts * 1e6, 1), **figures,
        "mix": dict(city.mix.most_common(12)), "types": len(city.mix),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }  # fmt: skip


def _figures(empty: Started, whole: Started, tail: Started, facts: int) -> dict[str, float]:
    def million(before: float, after: float) -> float:
        return round(before + (after - before) / facts * MILLION, 1)

    return {
        "empty_s": round(empty.ready_s, 2), "whole_s": round(whole.ready_s, 2),
        "million_s": million(empty.ready_s, whole.ready_s), "tail_s": round(tail.ready_s, 2),
        "empty_cpu_s": round(empty.cpu_s, 2), "whole_cpu_s": round(whole.cpu_s, 2),
        "million_cpu_s": million(empty.cpu_s, whole.cpu_s), "tail_cpu_s": round(tail.cpu_s, 2),
        "rss_mb": round(whole.rss_mb, 1),
        "rss_mb_per_100k": round((whole.rss_mb - empty.rss_mb) / facts * 100_000, 1),
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_FACTS} facts, scaled to a million")
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--port", type=int, default=5906, help="of the console; the gateway has the next one")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the processes end with us
    facts, behind, every = (QUICK_FACTS, QUICK_TAIL, 16) if given.quick else (given.facts, TAIL, 4)
    found = run(facts, behind, port=given.port, every=every)
    if given.json:
        print(json.dumps({"fold": found}))
        return
    for name, value in found.items():
        print(f"{name:10} {value}")


if __name__ == "__main__":
    main()
