"""The second mode of ``benchmarks.flow``: a whole city's events, points and clients."""

import asyncio
import json
import socket
import time
from statistics import median
from typing import Any, Final

import msgspec
import numpy as np
import redis
import websockets

from benchmarks.cost import cpu_seconds, percentile
from benchmarks.invented.city_events import (
    APART,
    EVENTS_A_SECOND,
    MOVING,
    PLACE,
    Sender,
    Sending,
    Sent,
    preload,
    step_of,
)
from city.state.row_keys import row_key_of
from feeds.ledger.ledger import HEAD
from layers.projection import to_degrees
from tests.running import Running, wait_for

__all__ = ["City", "measure_city", "prepare"]

CLIENTS, OBSERVERS, STALLED = 100, 5, 5
WINDOWS: Final = 3
HEAT: Final = "units.24h"
LAG_S: Final = 1.0
BURST_A_SECOND: Final = 10_000


class City(msgspec.Struct, frozen=True):
    """How large the city is."""

    points: int = 2_000_000
    sensors: int = 20_000
    cases: int = 5_000
    seconds: float = 30.0
    burst_s: float = 0.0


class Observer:
    """A client that notes when it saw which probe, and how many positions its heat counts."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, int, float]] = []
        """(unit, newest probe, time)."""
        self.rows: dict[str, float] = {}
        self.heat: list[tuple[float, int]] = []
        self.total: int | None = None

    def take(self, message: str | bytes, now: float) -> None:
        if isinstance(message, str):
            view = json.loads(message).get("views", {}).get("queue")
            if view:
                self.total = view["scalars"].get("total", self.total)
                for key in view["set"]:
                    self.rows.setdefault(key, now)
            return
        length = int.from_bytes(message[:4], "little")
        header = json.loads(message[4 : 4 + length])
        if header["frame"] == "heat" and not header.get("same"):
            self.heat.append((now, header["meta"]["count"]))
        elif header["frame"] == "units" and not header.get("same"):
            columns = {column["name"]: column for column in header["columns"]}
            x, y = (
                np.frombuffer(message, "<f8", columns[name]["length"], 4 + length + columns[name]["offset"])
                for name in ("x", "y")
            )
            lon, lat = to_degrees(x, y)
            for here in zip(lon.tolist(), lat.tolist(), strict=True):
                self.marks.append((round((here[1] - PLACE[1]) / APART), step_of(here[0]), now))


async def measure_city(running: Running, city: City) -> dict[str, Any]:
    """Measure; ``running`` has started on a log that :func:`prepare` filled."""
    url = running.console.replace("http", "ws") + "/live/wall"
    observers = [Observer() for _ in range(OBSERVERS)]
    tasks = [
        asyncio.create_task(_watch(f"{url}?heat={HEAT}" if number else url, observers[number]))
        for number in range(OBSERVERS)
    ]
    tasks += [
        asyncio.create_task(_watch(url if number % 2 else f"{url}?heat={HEAT}", None))
        for number in range(CLIENTS - OBSERVERS)
    ]
    sender = Sender(running.gateway, running.publisher)
    while observers[0].total != city.cases:  # noqa: ASYNC110  # another task's state
        await asyncio.sleep(0.1)
    plain = await _phase(running, sender, observers, "plain", EVENTS_A_SECOND, city)
    stalled = [_stall(running.settings.port) for _ in range(STALLED)]
    beside = await _phase(running, sender, observers, "stalled", EVENTS_A_SECOND, city)
    for one in stalled:
        one.close()
    found = {
        **plain, "stalled_p50_ms": beside["p50_ms"], "stalled_p99_ms": beside["p99_ms"],
        "stalled_cpu_cores": beside["cpu_cores"], "lost": plain["lost"] + beside["lost"],
        "points": city.points, "sensors": city.sensors, "cases": city.cases, "clients": CLIENTS,
        "events_per_s": EVENTS_A_SECOND,
    }  # fmt: skip
    if city.burst_s:
        found["burst"] = await _burst(running, sender, observers, city)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


def prepare(running: Running, city: City) -> None:
    """Fill the log, start the processes, register sensors and wait until the console has counted all."""
    preload(running.settings.log_url, city.points)
    running.start("gateway")
    time.sleep(1.0)
    running.start("engine", "console", wait=False)
    running.wait_until_ready(300.0)
    Sender(running.gateway, running.publisher).register(city.sensors, city.cases)
    wait_for(lambda: "heat_rebuilt" in running.log_text(), 300.0, 0.5)


async def _phase(
    running: Running, sender: Sender, observers: list[Observer], name: str, a_second: int, city: City
) -> dict[str, Any]:  # fmt: skip
    """Send for some seconds; return the figures, of which each is the median of three windows."""
    for one in observers:
        one.marks.clear()
    before = _folded(running)
    sending = sender.start(name, a_second=a_second, seconds=city.seconds, sensors=city.sensors)
    cpu = _Cpu(running)
    await sending.begun()
    cores = [await cpu.over(city.seconds / WINDOWS) for _ in range(WINDOWS)]
    sent = await sending.end()
    await asyncio.sleep(3.0)
    delays = _delays(sent, observers)
    begun, length = sent.marks[0], (sent.marks[-1] - sent.marks[0]) / WINDOWS
    windows = [
        [ms for at, ms in delays if begun + n * length <= at < begun + (n + 1) * length]
        for n in range(WINDOWS)
    ]
    return {
        "p50_ms": round(median(percentile(one, 0.5) for one in windows), 1),
        "p99_ms": round(median(percentile(one, 0.99) for one in windows), 1),
        "cpu_cores": round(median(sum(one.values()) for one in cores), 3),
        "cores_of": {key: round(median(one[key] for one in cores), 3) for key in cores[0]},
        "heat_lag_s": _heat_lag(sent, observers[1:]),
        "probes": len(sent.marks) + len(sent.rows), "seen": len(delays),
        "unseen": OBSERVERS * (len(sent.marks) + len(sent.rows)) - len(delays),
        "lost": _lost(running, sent, before, _folded(running)),
        "sender_late_s": round(sent.late_s, 2), "sender_cpu_s": round(sent.cpu_s, 1),
    }  # fmt: skip


async def _burst(
    running: Running, sender: Sender, observers: list[Observer], city: City
) -> dict[str, Any]:  # fmt: skip
    """Twice the rate; then the usual one, until what is sent is seen within a second again."""
    for one in observers:
        one.marks.clear()
    before = _folded(running)
    sending: Sending = sender.start(
        "burst", a_second=BURST_A_SECOND, seconds=city.burst_s, sensors=city.sensors
    )
    await sending.begun()
    sent = await sending.end()
    for one in observers:
        one.marks.clear()
    sending = sender.start("after", a_second=EVENTS_A_SECOND, seconds=12.0, sensors=city.sensors)
    await sending.begun()
    after = await sending.end()
    await asyncio.sleep(3.0)
    late = [at + ms / 1000 for at, ms in _delays(after, observers) if ms >= LAG_S * 1000]
    folded = {topic: count - after.accepted.get(topic, 0) for topic, count in _folded(running).items()}
    return {
        "events": sum(sent.accepted.values()), "per_s": BURST_A_SECOND,
        "lost": _lost(running, sent, before, folded),
        "recovered_s": round(max(0.0, max(late, default=0.0) - sent.ended_at), 1) if late else 0.0,
        "sender_late_s": round(sent.late_s, 2),
    }  # fmt: skip


class _Cpu:
    def __init__(self, running: Running) -> None:
        self._pids = {
            **running.pids(),
            "log": running.servers.log_pid,
            "pictures": running.servers.pictures_pid,
        }

    async def over(self, seconds: float) -> dict[str, float]:
        """Return the cores that each process uses during some seconds."""
        before, begun = {name: cpu_seconds(pid) for name, pid in self._pids.items()}, time.monotonic()
        await asyncio.sleep(seconds)
        took = time.monotonic() - begun
        return {name: (cpu_seconds(pid) - before[name]) / took for name, pid in self._pids.items()}


async def _watch(url: str, observer: Observer | None) -> None:
    async with websockets.connect(url, max_size=None, compression=None) as live:
        while True:
            message = await live.recv()
            if observer is not None:
                observer.take(message, time.time())


def _stall(port: int) -> socket.socket:
    """Open a live socket that reads nothing."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", port))
    one.sendall(
        (
            f"GET /live/wall HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
    )
    return one


def _delays(sent: Sent, observers: list[Observer]) -> list[tuple[float, float]]:
    """Return (send time, ms until it was seen) of every probe and observer."""
    found = []
    for one in observers:
        newest: dict[int, int] = {}
        for mark, step, at in one.marks:
            # A newer position tells the older ones of its unit too.
            first = newest.get(mark, sent.first + mark - MOVING) + MOVING
            times = [sent.marks[number - sent.first] for number in range(first, step + 1, MOVING)]
            found += [(sent_at, (at - sent_at) * 1000) for sent_at in times]
            newest[mark] = max(step, newest.get(mark, step))
        keys = {row_key_of(f"hotline/{key}"): at for key, at in sent.rows.items()}
        found += [(at, (one.rows[key] - at) * 1000) for key, at in keys.items() if key in one.rows]
    return found


def _heat_lag(sent: Sent, observers: list[Observer]) -> float | None:
    """Return the longest time until a picture counted a batch of positions (s), None if one never did."""
    longest = 0.0
    for one in observers:
        begun = sent.positions[0][0]
        counted = [(at, count) for at, count in one.heat if at >= begun]
        base = next((count for at, count in reversed(one.heat) if at < begun), None)
        if base is None or not counted:
            return None
        turn = iter(counted)
        at, count = next(turn)
        for sent_at, upto in sent.positions:
            while count - base < upto:
                more = next(turn, None)
                if more is None:
                    return None if sent.positions[-1][0] - sent_at > 2.5 else round(longest, 2)
                at, count = more
            longest = max(longest, at - sent_at)
    return round(longest, 2)


def _figure(text: str, name: str) -> int:
    lines = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return int(float(lines[0].split()[1])) if lines else 0


def _folded(running: Running) -> dict[str, int]:
    """Return how many records of telemetry the console has folded, by topic."""
    text = running.get("/metrics")[1].decode()
    return {
        topic: _figure(text, f'citywall_records_total{{topic="{topic}"}}') for topic in ("unit", "sensor")
    }


def _lost(running: Running, sent: Sent, before: dict[str, int], after: dict[str, int]) -> int:
    """Return how many records were accepted that the console has not folded; its facts are one chain."""
    lost = sum(sent.accepted.get(topic, 0) - (after[topic] - before[topic]) for topic in after)
    with redis.Redis.from_url(running.settings.log_url) as client:
        last = int(client.hget(HEAD, "n") or 0)
    text = running.get("/metrics")[1].decode()
    return lost + max(0, last - _figure(text, "citywall_ledger_position"))
