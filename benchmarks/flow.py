"""Measures the time from a publisher's send to the frame on the wall, for a district and for a whole city.

District: 1,000 records/s, 10 walls.

``p99_ms``: publisher's send → receipt of the first frame (of every wall) that holds the value or a newer one.
``cpu_cores``: all of Citywall's processes together. ``lost``: records acknowledged but not folded by the
console. ``stock``: for comparison, the same changes pushed by one plain Panel session per wall, in the same
run.

``city``: 5,000 events/s (positions, readings, cases), 2 million positions of the last day in the heat,
100 walls. ``p50_ms, p99_ms``: of 50 probes a second that each change a mark or a row; ``cpu_cores``: all of
Citywall's processes and servers (``cores_of`` each), without the load generator; ``heat_lag_s``: the longest
time until the heat counts a position. ``stalled``: then, while all goes on, turns with five more clients that
read nothing and turns without them (``without_…``), in an order in which both have as many cases on average;
``…_ratio`` is what the five change, ``behind`` how many of them the console saw stall.
``--burst``: 10,000 events/s for a minute: ``lost``, and ``recovered_s`` from its end until every probe is
seen within a second again. The figures are medians of three windows, those of turns of all turns.
"""

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import websockets

from benchmarks.city_flow import City, measure_city, prepare
from benchmarks.cost import cpu_seconds, percentile
from benchmarks.plain_panel.wall import stock
from benchmarks.report.run import machine_line
from feeds.clients.publisher import Publisher
from layers.projection import to_degrees
from tests.running import Running

RECORDS_A_SECOND, WALLS, UNITS = 1000, 10, 1000
BATCHES_A_SECOND = 20
QUICK = City(points=200_000, sensors=2000, cases=1000, seconds=8.0)
LON, LAT, STEP_DEGREES = 121.53, 31.22, 1e-5


def records(step: int, now: float) -> list[dict[str, Any]]:
    """Return one batch: part of the units move; the position of the first one encodes the step."""
    size = RECORDS_A_SECOND // BATCHES_A_SECOND
    at = datetime.fromtimestamp(now, UTC).isoformat()
    batch = []
    for i in range(size):
        number = (step * size + i) % UNITS
        batch.append(
            {
                "id": f"{step}-{i}", "at": at, "unit": f"u{number}", "call_sign": f"u{number}",
                "lon": LON + number / 1e5, "lat": LAT, "kind": "patrol_car", "state": "standby",
            }
        )  # fmt: skip
    probe = {"unit": "probe", "state": "en_route", "lon": LON + step * STEP_DEGREES}
    batch[0] = {**batch[0], **probe}
    return batch


def step_in(frame: bytes) -> int | None:
    """Return the step in a frame of the units layer, None for other frames and before the first step."""
    length = int.from_bytes(frame[:4], "little")
    header = json.loads(frame[4 : 4 + length])
    columns = {column["name"]: column for column in header["columns"]}
    if header["frame"] != "units" or not columns["x"]["length"]:
        return None
    x = np.frombuffer(frame, "<f8", 1, 4 + length + columns["x"]["offset"])
    return round((float(to_degrees(x[0], 0.0)[0]) - LON) / STEP_DEGREES)


async def watch(url: str, seen: list[tuple[int, float]]) -> None:
    async with websockets.connect(url, max_size=None) as socket:
        async for message in socket:
            if isinstance(message, bytes):
                step = step_in(message)
                if step is not None:
                    seen.append((step, time.time()))


async def publish(running: Running, seconds: float, sent: dict[int, float]) -> int:
    accepted = 0
    start = time.monotonic()
    async with Publisher(running.gateway, "unit", running.publisher) as publisher:
        waiting: set[asyncio.Task[Any]] = set()
        for step in range(int(seconds * BATCHES_A_SECOND)):
            await asyncio.sleep(max(0.0, start + step / BATCHES_A_SECOND - time.monotonic()))
            sent[step] = time.time()
            waiting.add(asyncio.create_task(publisher.send(records(step, sent[step]))))
            done = {task for task in waiting if task.done()}
            accepted += sum(task.result().accepted for task in done)
            waiting -= done
        accepted += sum(ack.accepted for ack in await asyncio.gather(*waiting))
    return accepted


def delays(sent: dict[int, float], walls: list[list[tuple[int, float]]], warm: int) -> list[float]:
    """Return per wall and step: send → first frame that holds this step or a newer one, ms."""
    found = []
    for seen in walls:
        step = warm
        for shown, at in seen:
            while step <= shown:
                if step in sent:
                    found.append((at - sent[step]) * 1000)
                step += 1
    return found


async def measure(running: Running, seconds: float) -> dict[str, Any]:
    url = running.console.replace("http", "ws") + "/live/wall"
    walls: list[list[tuple[int, float]]] = [[] for _ in range(WALLS)]
    watchers = [asyncio.create_task(watch(url, seen)) for seen in walls]
    sent: dict[int, float] = {}
    pids = [*running.pids().values(), running.servers.log_pid]
    await asyncio.sleep(2)
    before, started = sum(map(cpu_seconds, pids)), time.monotonic()
    accepted = await publish(running, seconds, sent)
    cores = (sum(map(cpu_seconds, pids)) - before) / (time.monotonic() - started)
    await asyncio.sleep(2)
    for watcher in watchers:
        watcher.cancel()
    folded = folded_units(running)
    times = delays(sent, walls, warm=BATCHES_A_SECOND)
    return {
        "p50_ms": round(percentile(times, 0.5), 1), "p99_ms": round(percentile(times, 0.99), 1),
        "cpu_cores": round(cores, 3), "lost": accepted - folded, "accepted": accepted, "seen": len(times),
    }  # fmt: skip


def folded_units(running: Running) -> int:
    text = running.get("/metrics")[1].decode()
    lines = [line for line in text.splitlines() if line.startswith('citywall_records_total{topic="unit"}')]
    return int(float(lines[0].split()[1])) if lines else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--quick", action="store_true", help="less than a minute: seconds, a tenth of a city")
    parser.add_argument("--only", choices=("district", "city"), help="one of the two")
    parser.add_argument("--burst", action="store_true", help="10,000 events/s for a minute, after the city")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine_line()}
    if options.only != "city":
        result |= district(5.0 if options.quick else options.seconds)
    if options.only != "district":
        size = QUICK if options.quick else City()
        if options.burst:
            size = msgspec.structs.replace(size, burst_s=10.0 if options.quick else 60.0)
        result["city"] = whole_city(size)
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


def whole_city(size: City) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder), log_format="json")
        try:
            prepare(running, size)
            return asyncio.run(measure_city(running, size))
        finally:
            running.stop()


def district(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder), log_format="json")
        running.start()
        try:
            result = asyncio.run(measure(running, seconds))
        finally:
            running.stop()
    result["stock"] = stock(seconds, walls=WALLS, batches=BATCHES_A_SECOND, points=UNITS)
    return result


if __name__ == "__main__":
    main()
