"""A city's events for benchmarks: positions, readings and cases at a rate, sent by a process of its own."""

import asyncio
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any, Final

import msgspec
import redis

from benchmarks.invented.city_points import places
from feeds.clients.publisher import Publisher

__all__ = [
    "APART", "EVENTS_A_SECOND", "MOVING", "PLACE", "PROBES_A_SECOND", "STEP", "Sender", "Sending", "Sent",
    "preload", "step_of",
]  # fmt: skip

EVENTS_A_SECOND: Final = 5000
PROBES_A_SECOND: Final = 50
"""Of these events; every tenth is a critical case that becomes the first row, the others move a mark."""
BATCHES_A_SECOND: Final = 50
CASES_A_SECOND: Final = 50
UNITS, MOVING = 2000, 40
"""Units, and those of them that are on their way: the map shows these."""
PLACE, STEP, APART = (121.53, 31.22), 1e-5, 2e-3
"""Where the first moving unit begins; a step of a probe to the east, and a unit to the north, degrees."""
_PIPE: Final = 200
_OLDEST_S: Final = 70_000.0
INSIDE: Final = (121.50, 30.90, 121.90, 31.35)
"""West, south, east, north."""


class Sent(msgspec.Struct):
    """What a sender sent: the times of the probes, of every batch of positions, and what was accepted."""

    marks: list[float] = []
    """Send time of each moved mark, in order; the first has the number ``first``."""
    first: int = 0
    rows: dict[str, float] = {}
    """Record id of a critical case → its send time."""
    positions: list[tuple[float, int]] = []
    """Send time of each batch of positions, and how many there were up to it."""
    accepted: dict[str, int] = {}
    ended_at: float = 0.0
    cpu_s: float = 0.0
    late_s: float = 0.0
    """How late the last batch was sent: the sender itself did not keep up."""


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def devices(count: int) -> Iterator[dict[str, Any]]:
    """Yield the registrations of sensors."""
    for number, (lon, lat) in enumerate(zip(*places(count, seed=3), strict=True)):
        kind = ("road_water_depth", "rain_gauge", "smoke", "manhole_cover")[number % 4]
        yield {
            "id": f"device-{number}", "kind": "device", "at": iso(time.time()), "device": f"d{number}",
            "class": kind, "name": f"D{number}", "lon": float(lon), "lat": float(lat), "interval_s": 60,
        }  # fmt: skip


def a_case(key: str, lon: float, lat: float, **given: Any) -> dict[str, Any]:
    return {
        "id": key, "at": iso(time.time()), "channel": "hotline_12345", "title": "x",
        "category": {"kind": "component", "code": "0101", "system": "GBT30428.2"},
        "lon": lon, "lat": lat, "road": "世纪大道", **given,
    }  # fmt: skip


def step_of(x_degrees: float) -> int:
    """Return the number of the probe that moved a mark to a longitude."""
    return round((x_degrees - PLACE[0]) / STEP)


def preload(log_url: str, count: int) -> None:
    """Put positions of units into an empty log, as the gateway would have within the last day."""
    now, lon_lat = time.time(), list(zip(*places(count, seed=2), strict=True))
    with redis.Redis.from_url(log_url) as client:
        batches = [lon_lat[first : first + _PIPE] for first in range(0, count, _PIPE)]
        for first in range(0, len(batches), 100):
            with client.pipeline(transaction=False) as pipe:
                for number, batch in enumerate(batches[first : first + 100], first):
                    at = iso(now - _OLDEST_S * (1 - number / len(batches)))
                    records = [
                        {
                            "id": f"old-{number}-{i}", "unit": f"u{MOVING + i}", "kind": "squad", "at": at,
                            "state": "standby", "lon": float(lon), "lat": float(lat), "client": "hotline",
                            "received": at,
                        }
                        for i, (lon, lat) in enumerate(batch)
                    ]  # fmt: skip
                    pipe.xadd("telemetry:unit", {"c": "hotline", "r": at, "b": json.dumps(records)})
                pipe.execute()


class Sender:
    """Sends in a process of its own, whose processor time is not the city's."""

    def __init__(self, url: str, token: str) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._given = (url, token)
        self._probes = 0

    def start(self, name: str, *, a_second: int, seconds: float, sensors: int) -> "Sending":
        """Begin to send; ``name`` makes the ids of this run's records."""
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=_send, args=(there, *self._given, name, self._probes, a_second, seconds, sensors),
            daemon=True,
        )  # fmt: skip
        # Each run's first probe is one of the first unit, and no number comes twice.
        self._probes += MOVING * (1 + int(seconds * PROBES_A_SECOND) // MOVING)
        process.start()
        return Sending(process, here)

    def register(self, sensors: int, cases: int) -> None:
        """Register sensors and report the first cases."""
        asyncio.run(_register(*self._given, sensors, cases))


class Sending:
    """A sender at work."""

    def __init__(self, process: Any, pipe: Connection) -> None:
        self._process, self._pipe = process, pipe

    async def begun(self) -> None:
        """Wait until it is connected and begins."""
        await asyncio.to_thread(self._pipe.recv_bytes)

    async def end(self) -> Sent:
        """Wait until it has sent everything and every record is answered."""
        data = await asyncio.to_thread(self._pipe.recv_bytes)
        self._process.join()
        return msgspec.msgpack.decode(data, type=Sent)


async def _register(url: str, token: str, sensors: int, cases: int) -> None:
    async with Publisher(url, "sensor", token) as publisher:
        records = list(devices(sensors))
        for first in range(0, len(records), 500):
            await publisher.send(records[first : first + 500])
    async with Publisher(url, "case", token) as publisher:
        spots = zip(*places(cases, seed=4), strict=True)
        records = [
            a_case(f"first-{number}", float(lon), float(lat)) for number, (lon, lat) in enumerate(spots)
        ]
        for first in range(0, len(records), 500):
            await publisher.send(records[first : first + 500])


def _send(
    pipe: Connection, url: str, token: str, name: str, first: int, a_second: int, seconds: float, sensors: int
) -> None:
    run = _Run(name, first, a_second, sensors)
    sent = asyncio.run(run.run(url, token, seconds, lambda: pipe.send_bytes(b"begun")))
    sent.cpu_s = time.process_time()
    pipe.send_bytes(msgspec.msgpack.encode(sent))


def _is_inside(lon: float, lat: float) -> bool:
    """Whether a place is on the district's map: heat counts no others, and its lag is told by its count."""
    return INSIDE[0] <= lon <= INSIDE[2] and INSIDE[1] <= lat <= INSIDE[3]


class _Run:
    def __init__(self, name: str, first: int, a_second: int, sensors: int) -> None:
        self._name, self._sensors = name, sensors
        self._random = random.Random(name)
        points = zip(*(column.tolist() for column in places(20_000, seed=5)), strict=True)
        self._lon_lat = [(lon, lat) for lon, lat in points if _is_inside(lon, lat)]
        per_batch = a_second // BATCHES_A_SECOND
        self._cases = CASES_A_SECOND // BATCHES_A_SECOND
        self._readings = (per_batch - self._cases) // 2
        self._units = per_batch - self._cases - self._readings
        self._probes = first
        self.sent = Sent(first=first)

    async def run(self, url: str, token: str, seconds: float, begin: Callable[[], None]) -> Sent:
        """Send batches at their times, however late the answers come."""
        waiting: set[asyncio.Task[None]] = set()
        async with (
            Publisher(url, "unit", token) as unit,
            Publisher(url, "sensor", token) as sensor,
            Publisher(url, "case", token) as case,
        ):
            begin()
            begun = time.monotonic()
            for batch in range(int(seconds * BATCHES_A_SECOND)):
                due = begun + batch / BATCHES_A_SECOND
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.sent.late_s = time.monotonic() - due
                for topic, publisher, records in (
                    ("unit", unit, self._of_units(batch)), ("sensor", sensor, self._of_sensors(batch)),
                    ("case", case, self._of_cases(batch)),
                ):  # fmt: skip
                    waiting.add(asyncio.create_task(self._publish(topic, publisher, records)))
                waiting = {task for task in waiting if not task.done()}
            await asyncio.gather(*waiting)
        self.sent.ended_at = time.time()
        return self.sent

    async def _publish(self, topic: str, publisher: Publisher, records: list[dict[str, Any]]) -> None:
        ack = await publisher.send(records)
        self.sent.accepted[topic] = self.sent.accepted.get(topic, 0) + ack.accepted

    def _is_row(self, batch: int) -> bool:
        return batch % (BATCHES_A_SECOND // (PROBES_A_SECOND // 10)) == 0

    def _of_units(self, batch: int) -> list[dict[str, Any]]:
        now = time.time()
        at, records = iso(now), []
        for place in range(self._units):
            number = MOVING + (batch * self._units + place) % (UNITS - MOVING)
            lon, lat = self._lon_lat[(batch * self._units + place) % len(self._lon_lat)]
            records.append(
                {
                    "id": f"{self._name}-{batch}-{place}", "at": at, "unit": f"u{number}",
                    "kind": "patrol_car", "call_sign": f"u{number}", "state": "standby", "lon": lon,
                    "lat": lat,
                }
            )  # fmt: skip
        if not self._is_row(batch):
            mark, self._probes = self._probes % MOVING, self._probes + 1
            self.sent.marks.append(now)
            records[0] |= {
                "unit": f"probe{mark}", "state": "en_route", "call_sign": "",
                "lon": PLACE[0] + (self._probes - 1) * STEP, "lat": PLACE[1] + mark * APART,
            }  # fmt: skip
        before = self.sent.positions[-1][1] if self.sent.positions else 0
        self.sent.positions.append((now, before + len(records)))
        return records

    def _of_sensors(self, batch: int) -> list[dict[str, Any]]:
        at, records = iso(time.time()), []
        for place in range(self._readings):
            number = (batch * self._readings + place) % self._sensors
            metric, unit = (
                ("road_depth_cm", "cm"),
                ("rain_mmh", "mm"),
                ("smoke_pct", "%"),
                ("tilt_deg", "deg"),
            )[number % 4]
            # One in a thousand is off normal.
            value = 30.0 if self._random.random() < 0.001 else 0.0
            records.append({
                "id": f"{self._name}-{batch}-{place}", "kind": "reading", "at": at, "device": f"d{number}",
                "metric": metric, "value": value, "unit": unit,
            })  # fmt: skip
        return records

    def _of_cases(self, batch: int) -> list[dict[str, Any]]:
        now, records = time.time(), []
        for place in range(self._cases):
            key = f"{self._name}-{batch}-{place}"
            lon, lat = self._lon_lat[(batch * 7 + place) % len(self._lon_lat)]
            given: dict[str, Any] = {}
            if place == 0 and self._is_row(batch):
                # The older of two critical cases without a limit comes first.
                given = {"urgency": "critical", "at": iso(now - 100_000.0 - 10 * (self.sent.first + batch))}
                self.sent.rows[key] = now
            records.append(a_case(key, lon, lat, **given))
        return records
