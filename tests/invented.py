"""A small invented day for tests, and how it goes through the gateway: like anyone else's records."""

import asyncio
import base64
import io
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from feeds.clients.publisher import Ack, Publisher, Record
from tests.running import PATIENCE_S, Running

PLACES = [(121.5065, 31.2453), (121.5208, 31.2102), (121.5447, 31.2215), (121.6500, 31.1900)]


def moment(minutes: float = 0.0) -> str:
    """Now and so many minutes, ISO 8601."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def jpeg(colour: str = "#334455") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(out, "JPEG")
    return out.getvalue()


def case(key: str, *, place: int = 0, **given: Any) -> Record:
    lon, lat = PLACES[place]
    return {
        "id": key, "at": moment(-30), "channel": "hotline_12345", "title": "井盖缺失",
        "category": {"kind": "component", "code": "0101", "system": "GBT30428.2"},
        "lon": lon, "lat": lat, "road": "Century Avenue", **given,
    }  # fmt: skip


def mirror(state: str, due_in: float, **given: Any) -> dict[str, Any]:
    return {"state": state, "agency": "建管", "due_at": moment(due_in), "at": moment(-20), **given}


def device(key: str, *, place: int = 0, **given: Any) -> Record:
    lon, lat = PLACES[place]
    return {
        "id": f"device-{key}", "kind": "device", "at": moment(-600), "device": key,
        "class": "road_water_depth", "name": f"Underpass {key}", "lon": lon, "lat": lat,
        "interval_s": 60, **given,
    }  # fmt: skip


def reading(key: str, number: object, value: float, **given: Any) -> Record:
    return {
        "id": f"{key}-{number}", "kind": "reading", "at": moment(), "device": key,
        "metric": "road_depth_cm", "value": value, "unit": "cm", **given,
    }  # fmt: skip


def unit(key: str, number: object, *, place: int = 0, **given: Any) -> Record:
    lon, lat = PLACES[place]
    return {
        "id": f"{key}-{number}", "at": moment(), "unit": key, "call_sign": key, "kind": "fire_engine",
        "agency": "消防", "lon": lon, "lat": lat, "state": "en_route", **given,
    }  # fmt: skip


def camera(key: str, *, place: int = 0, **given: Any) -> Record:
    lon, lat = PLACES[place]
    return {
        "id": f"camera-{key}", "kind": "camera", "at": moment(-600), "camera": key, "name": "Century Avenue",
        "lon": lon, "lat": lat, "azimuth": 90, "fov": 60, **given,
    }  # fmt: skip


def snapshot(key: str, number: object, **given: Any) -> Record:
    picture = base64.b64encode(jpeg()).decode()
    return {
        "id": f"{key}-{number}", "kind": "snapshot", "at": moment(), "camera": key, "jpeg": picture, **given,
    }  # fmt: skip


def warning(key: str = "w1", **given: Any) -> Record:
    info = {
        "event": "暴雨", "headline": "暴雨蓝色预警", "senderName": "上海中心气象台", "severity": "Minor",
        "expires": moment(300),
        "area": [{"areaDesc": "浦东新区", "polygon": ["31.1,121.5 31.1,121.8 31.3,121.8 31.1,121.5"]}],
    }  # fmt: skip
    return {
        "id": key, "at": moment(-20), "identifier": key, "sender": "sh-weather", "sent": moment(-20),
        "status": "Actual", "msgType": "Alert", "info": [{**info, **given.pop("info", {})}], **given,
    }  # fmt: skip


def storm(key: str = "2413", **given: Any) -> Record:
    points = [
        {"at": moment(-360), "lon": 124.2, "lat": 30.1, "wind_ms": 42.0, "pressure_hpa": 955.0},
        {"at": moment(-60), "lon": 122.6, "lat": 30.8, "wind_ms": 40.0, "pressure_hpa": 960.0},
        {"at": moment(300), "lon": 121.6, "lat": 31.0, "wind_ms": 38.0, "forecast": True},
    ]
    return {
        "id": key, "kind": "track", "at": moment(-60), "storm": key, "name": "Bebinca", "points": points,
        **given,
    }  # fmt: skip


def day() -> dict[str, list[Record]]:
    """A routine day: ten open cases of which one critical, three devices of which one off normal."""
    urgent = [
        case("p1", urgency="critical", mirror=mirror("handling", 20), road="Yushan Road"),
        case("p2", place=1, urgency="urgent", mirror=mirror("ruling", 45, returned_by=["城管"])),
        case("p3", place=2, urgency="urgent", mirror=mirror("dispatched", -12)),
    ]
    plain = [case(f"n{i}", place=i % 4, mirror=mirror("dispatched", 300 + i)) for i in range(7)]
    done = case("closed", mirror=mirror("closed", 10))
    return {
        "case": [*urgent, *plain, done],
        "sensor": [
            *(device(f"g{i}", place=i) for i in range(3)), reading("g0", 0, 12.0), reading("g1", 0, 0.0),
            reading("g2", 0, 0.0),
        ],
        "camera": [camera("cam1"), camera("cam2", place=1), snapshot("cam1", 0)],
        "unit": [unit("Fire-2", 0), unit("Patrol-7", 0, place=2, kind="patrol_car", state="standby")],
        "warning": [warning(), storm()],
    }  # fmt: skip


def publish(running: Running, topic: str, records: Sequence[Record], *, token: str = "") -> Ack:
    """Publish from a thread of its own: Playwright's sync interface keeps a loop in the test's thread."""

    async def send() -> Ack:
        async with Publisher(running.gateway, topic, token or running.publisher) as publisher:
            return await asyncio.wait_for(publisher.send(records), PATIENCE_S)

    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(asyncio.run, send()).result()
        except TimeoutError as error:
            message = f"no answer from the gateway: {running.log_text()[-2000:]}"
            raise AssertionError(message) from error


class WaterFeed:
    """The water gateway of a test: its gauges (device → depth in cm), again and again over one connection.

    ``last``: machine times at which the newest readings were sent and answered.
    """

    def __init__(self, running: Running, depths: Mapping[str, float], *, every_s: float = 0.25) -> None:
        self._running, self._depths, self._every_s = running, depths, every_s
        self._dead = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.last = (0.0, 0.0)
        self._thread.start()

    async def _run(self) -> None:
        async with Publisher(self._running.gateway, "sensor", self._running.water) as publisher:
            while not self._dead.is_set():
                sent = time.time()
                await publisher.send([reading(key, sent, depth) for key, depth in self._depths.items()])
                self.last = sent, time.time()
                await asyncio.sleep(self._every_s)

    def die(self) -> None:
        self._dead.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


def publish_all(running: Running, told: dict[str, list[Record]]) -> None:
    for topic, records in told.items():
        ack = publish(running, topic, records)
        assert (ack.accepted, ack.rejected) == (len(records), []), (topic, ack)
