"""A SensorThings service, polled and over its broker."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from city.clocks.timestamps import iso
from feeds.sources.live.credentials import Login
from feeds.sources.live.http_get import HttpError, HttpServer
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.source_file import SensorThingsSource
from feeds.sources.live.spool import Spool
from feeds.sources.live.thing_poll import ThingPoll
from feeds.sources.live.thing_reader import ThingReader
from tests.feeds.sources.live.conftest import Broker, Place, device, heard, running, until
from tests.feeds.sources.live.things_server import ThingsServer, things_server
from tests.running import free_port

NOW = 1_795_000_000.0


@pytest.fixture
def service() -> Iterator[ThingsServer]:
    with things_server(free_port()) as made:
        yield made


class Polled:
    """A poll without a gateway: what it stored, and how often it asked."""

    def __init__(self, folder: Path, service: ThingsServer, **changes: Any) -> None:
        self.spool = Spool(folder / "hydro.sqlite")
        self.outbox = Outbox("hydro", self.spool, limit=1 << 20, clock=lambda: NOW)
        source = SensorThingsSource(name="hydro", url=service.url, **changes)
        self.server = HttpServer(service.url, Login("reader", "secret"))
        self.poll = ThingPoll(source, self.server, ThingReader(source), self.outbox)

    def stored(self, kind: str = "reading") -> list[dict[str, Any]]:
        found = [one.record for one in self.spool.waiting("sensor", after=0, count=1000, size=1 << 20)]
        return [record for record in found if record["kind"] == kind]

    def close(self) -> None:
        self.server.close()
        self.spool.close()


async def test_pages_are_read_once_and_a_restart_goes_on_where_it_was(
    tmp_path: Path, service: ThingsServer
) -> None:
    for minute in range(8):
        service.measure(NOW - 3000 + 60 * minute, minute)
    service.measure(NOW - 2 * 3600, 99)  # older than first_hours
    first = Polled(tmp_path, service)
    await first.poll.poll()
    readings = first.stored()
    assert [r["value"] for r in readings] == [round(minute * 0.3048, 6) for minute in range(8)]
    assert (readings[0]["device"], readings[0]["metric"], readings[0]["unit"]) == ("7", "level", "m")
    (thing,) = first.stored("device")
    assert (thing["class"], thing["name"], thing["lon"], thing["interval_s"]) == (
        "water_level",
        "Gate north",
        121.52,
        60,
    )
    first.close()
    service.measure(NOW - 3000 + 420, 70)  # at the time of the last one, which was read
    service.measure(NOW - 60, 71)
    service.measure(NOW - 30, 21.5, "Datastreams('t''2')")
    again = Polled(tmp_path, service)
    await again.poll.poll()
    assert [r["value"] for r in again.stored()[8:]] == [round(71 * 0.3048, 6), 21.5]
    # Another value of a time that is taken is told; the device is not registered a second time.
    assert len(again.stored("device")) == 1
    again.close()


async def test_an_unchanged_service_is_asked_with_its_etag(tmp_path: Path, service: ThingsServer) -> None:
    service.measure(NOW - 60, 1)
    polled = Polled(tmp_path, service)
    for _ in range(3):
        await polled.poll.poll()
    statuses = [status for path, status in service.asked if "Datastreams(1)" in path]
    assert statuses == [200, 200, 304]
    assert len(polled.stored()) == 1
    assert sum("/Things" in path for path, _ in service.asked) == 1
    assert len(service.logins) == 1
    assert None not in service.logins
    polled.close()


async def test_a_wrong_clock_or_value_stops_nothing(tmp_path: Path, service: ThingsServer) -> None:
    service.measure(NOW - 100, "broken")
    service.measure(NOW + 1e8, 5)
    polled = Polled(tmp_path, service)
    await polled.poll.poll()
    service.measure(NOW - 50, 6)
    await polled.poll.poll()
    await polled.poll.poll()
    assert [r["value"] for r in polled.stored()] == [round(5 * 0.3048, 6), round(6 * 0.3048, 6)]
    assert [(one.field, one.reason, one.times) for one in polled.outbox.left_out()] == [
        ("result", "expected a number", 1)
    ]
    polled.close()


async def test_intervals_count_at_their_end_and_are_read_once(tmp_path: Path, service: ThingsServer) -> None:
    for hour in (1, 0):
        start, end = iso(NOW - 3000 - 600 * hour), iso(NOW - 2400 - 600 * hour)
        service.measure(NOW, hour, phenomenonTime=f"{start}/{end}")
    polled = Polled(tmp_path, service, first_hours=2)
    await polled.poll.poll()
    await polled.poll.poll()
    assert [(r["value"], r["at"]) for r in polled.stored()] == [
        (0.3048, iso(NOW - 3000)),
        (0.0, iso(NOW - 2400)),
    ]
    polled.close()


async def test_a_service_that_fails_moves_nothing_and_is_read_later(
    tmp_path: Path, service: ThingsServer
) -> None:
    service.measure(NOW - 60, 1)
    polled = Polled(tmp_path, service)
    service.broken = True
    with pytest.raises(HttpError, match="503"):
        await polled.poll.poll()
    service.broken = False
    await polled.poll.poll()
    assert len(polled.stored()) == 1
    polled.close()


async def test_a_link_to_another_server_is_refused(tmp_path: Path, service: ThingsServer) -> None:
    for minute in range(4):
        service.measure(NOW - 600 + minute, minute)
    service.next_server = "http://elsewhere.example/v1.1"
    polled = Polled(tmp_path, service)
    with pytest.raises(HttpError, match=r"another server, 'elsewhere\.example'"):
        await polled.poll.poll()
    assert len(polled.stored()) == 3
    polled.close()


async def test_over_the_broker_observations_come_at_once_and_a_poll_fills_the_gaps(
    place: Place, broker: Broker, service: ThingsServer, tmp_path: Path
) -> None:
    text = (
        f'[[source]]\nkind = "sensorthings"\nname = "hydro"\nurl = "{service.url}"\ninterval_s = 0.2\n'
        f'device_interval_s = 300\nbroker = "{broker.url}"\n'
    )
    now = time.time()
    async with (
        heard(place.url, "sensor", place.token) as got,
        device(broker) as say,
        running(tmp_path, text, gateway=place.url, token=place.token) as source,
    ):
        await until(lambda: source.connection.is_connected)
        observation = service.measure(now - 1, 10)
        await say("v1.1/Datastreams(1)/Observations", observation)
        await say("v1.1/Datastreams(1)/Observations", {"result": "no time"})
        service.measure(now - 2, 20)  # the broker never said it
        await until(lambda: len(got.of("reading")) == 2 and source.outbox.counts.repeated)
        assert {one.field for one in source.outbox.left_out()} == {"phenomenonTime"}
    assert [record["value"] for record in got.of("reading")].count(round(10 * 0.3048, 6)) == 1
    assert [record["interval_s"] for record in got.of("device")] == [300]
