"""The second mode of ``benchmarks.flow``: a whole city's events, points and clients."""

import asyncio
import time
from statistics import median
from typing import Any, Final

import msgspec
import redis

from benchmarks.city_clients import Observer, delays, heat_lag, stall, watch
from benchmarks.cost import cpu_seconds, percentile
from benchmarks.invented.city_events import EVENTS_A_SECOND, Sender, Sending, Sent, preload
from feeds.ledger.ledger import HEAD
from tests.running import Running, wait_for

__all__ = ["City", "measure_city", "prepare"]

CLIENTS, OBSERVERS, STALLED = 100, 5, 5
WINDOWS: Final = 3
HEAT: Final = "units.24h"
LAG_S: Final = 1.0
TURNS: Final = (False, True, True, False, False, True, True, False)
"""With and without stalled clients: cases and marks grow all the time, and both have as many on average."""
SETTLE_S: Final = 1.0
"""The begin of a turn does not count: clients come or go, and what the kernel keeps for them fills."""
BURST_A_SECOND: Final = 10_000


class City(msgspec.Struct, frozen=True):
    """How large the city is."""

    points: int = 2_000_000
    sensors: int = 20_000
    cases: int = 5_000
    seconds: float = 30.0
    burst_s: float = 0.0


async def measure_city(running: Running, city: City) -> dict[str, Any]:
    """Measure; ``running`` has started on a log that :func:`prepare` filled."""
    url = running.console.replace("http", "ws") + "/live/wall"
    observers = [Observer() for _ in range(OBSERVERS)]
    tasks = [
        asyncio.create_task(watch(f"{url}?heat={HEAT}" if number else url, observers[number]))
        for number in range(OBSERVERS)
    ]
    tasks += [
        asyncio.create_task(watch(url if number % 2 else f"{url}?heat={HEAT}", None))
        for number in range(CLIENTS - OBSERVERS)
    ]
    sender = Sender(running.gateway, running.publisher)
    while observers[0].total != city.cases:  # noqa: ASYNC110  # another task's state
        await asyncio.sleep(0.1)
    plain = await _phase(running, sender, observers, "plain", EVENTS_A_SECOND, city)
    stalled = await _beside_stalled(running, sender, observers, city)
    found = {
        **plain, "stalled": stalled, "lost": plain["lost"] + stalled.pop("lost"),
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
    seen = delays(sent, observers)
    begun, length = sent.marks[0], (sent.marks[-1] - sent.marks[0]) / WINDOWS
    windows = [
        [ms for at, ms in seen if begun + n * length <= at < begun + (n + 1) * length] for n in range(WINDOWS)
    ]
    return {
        "p50_ms": round(median(percentile(one, 0.5) for one in windows), 1),
        "p99_ms": round(median(percentile(one, 0.99) for one in windows), 1),
        "cpu_cores": round(median(sum(one.values()) for one in cores), 3),
        "cores_of": {key: round(median(one[key] for one in cores), 3) for key in cores[0]},
        "heat_lag_s": heat_lag(sent, observers[1:]),
        "probes": len(sent.marks) + len(sent.rows), "seen": len(seen),
        "unseen": OBSERVERS * (len(sent.marks) + len(sent.rows)) - len(seen),
        "lost": _lost(running, sent, before, _folded(running)),
        "sender_late_s": round(sent.late_s, 2), "sender_cpu_s": round(sent.cpu_s, 1),
    }  # fmt: skip


async def _beside_stalled(
    running: Running, sender: Sender, observers: list[Observer], city: City
) -> dict[str, Any]:  # fmt: skip
    """Send all the time, by turns with and without stalled clients; compare all of either kind of turn."""
    turn_s = max(3.0, city.seconds / 6)
    for one in observers:
        one.marks.clear()
    before, cpu = _folded(running), _Cpu(running)
    sending = sender.start(
        "stalled", a_second=EVENTS_A_SECOND, seconds=len(TURNS) * turn_s, sensors=city.sensors
    )
    await sending.begun()
    turns: list[tuple[bool, float, float]] = []
    cores: dict[bool, list[float]] = {False: [], True: []}
    behind: list[int] = []
    for is_stalled in TURNS:
        clients = [stall(running.settings.port) for _ in range(STALLED if is_stalled else 0)]
        await asyncio.sleep(SETTLE_S)
        begun = time.time()
        cores[is_stalled].append(sum((await cpu.over(turn_s - SETTLE_S)).values()))
        turns.append((is_stalled, begun, time.time()))
        text = (await asyncio.to_thread(running.get, "/metrics"))[1].decode()
        if is_stalled:
            behind.append(_figure(text, 'citywall_watchers_behind{channel="wall"}'))
        for one in clients:
            one.close()
    sent = await sending.end()
    await asyncio.sleep(3.0)
    seen = delays(sent, observers)
    found: dict[str, Any] = {"behind": min(behind), "turns": len(TURNS), "turn_s": round(turn_s, 1)}
    of: dict[bool, dict[str, float]] = {}
    for kind in (False, True):
        times = [ms for at, ms in seen if any(one is kind and a <= at < b for one, a, b in turns)]
        of[kind] = {
            "p50_ms": percentile(times, 0.5), "p99_ms": percentile(times, 0.99),
            "cpu_cores": sum(cores[kind]) / len(cores[kind]),
        }  # fmt: skip
    for key, value in of[True].items():
        found |= {key: round(value, 3), f"without_{key}": round(of[False][key], 3)}
        found[f"{key.rpartition('_')[0]}_ratio"] = round(value / of[False][key], 3)
    return {**found, "lost": _lost(running, sent, before, _folded(running))}


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
    late = [at + ms / 1000 for at, ms in delays(after, observers) if ms >= LAG_S * 1000]
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
