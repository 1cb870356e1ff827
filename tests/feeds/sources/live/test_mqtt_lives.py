"""From device to subscriber over a real broker and gateway."""

import asyncio
import io
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from feeds.people.tokens import TokenStore
from feeds.sources.live.broker import LateClient
from feeds.sources.live.running import LiveSource
from feeds.storage.embedded_servers import EmbeddedServers
from tests.feeds.sources.live.conftest import Broker, Place, device, heard, running, until
from tests.gateways import ALL_RIGHTS, composed
from tests.running import free_port

ROOT = Path(__file__).parents[4]

DRAINS = """
[[source]]
kind = "mqtt"
name = "drains"
broker = "{url}"

[[source.reading]]
topic = "drain/{{device}}/level"
metric = "level"
unit = "m"
"""

TIMED = """
[[source.reading]]
topic = "timed/{device}"
metric = "level"
value = "v"
time = "t"
"""


async def gateway_process(data: Path, servers: EmbeddedServers, port: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.gateways", str(data), servers.log_url, servers.pictures_url, str(port),
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), 60)
    return process


def read(source: LiveSource) -> int:
    """How many different messages a source has read."""
    return source.outbox.counts.messages - source.outbox.counts.repeated


async def test_nothing_is_lost_or_doubled_when_broker_gateway_and_source_die(
    logs: EmbeddedServers, broker: Broker, tmp_path: Path
) -> None:
    """Readings with the time of arrival: nothing in them tells a repeat from a new one."""
    tokens = TokenStore(tmp_path)
    token = tokens.create("drains", ALL_RIGHTS, now=0.0)
    tokens.close()
    port = free_port()
    url, text = f"ws://127.0.0.1:{port}", DRAINS.format(url=broker.url)
    said: list[float] = []

    async def measure(times: int) -> None:
        async with device(broker) as say:
            for _ in range(times):
                said.append(float(len(said)))
                await say(f"drain/d{len(said) % 7}/level", said[-1])

    gateway = await gateway_process(tmp_path, logs, port)
    async with heard(url, "sensor", token) as got:
        async with running(tmp_path, text, gateway=url, token=token) as source:
            await until(lambda: source.connection.is_connected)
            await measure(60)
            await until(lambda: got.records)
            measuring = asyncio.create_task(measure(150))
            await until(lambda: len(said) > 100)
            gateway.kill()
            await measuring
            await gateway.wait()
            await until(lambda: read(source) == len(said))
            await broker.save()
            broker.kill()
            await broker.start()
            await measure(60)
            await until(lambda: read(source) == len(said))
        # The source starts again with a spool of what nobody has answered.
        await measure(30)
        async with running(tmp_path, text, gateway=url, token=token) as source:
            assert source.outbox.waiting > 100
            gateway = await gateway_process(tmp_path, logs, port)
            await until(lambda: len(got.records) >= len(said) and not source.outbox.waiting)
            await measure(1)
            await until(lambda: got.records[-1]["value"] == said[-1])
        gateway.kill()
        await gateway.wait()
    values = [record["value"] for record in got.records]
    assert sorted(values) == said
    assert values == said, "the oldest first"


async def test_a_source_killed_between_disk_and_acknowledgement_doubles_nothing(
    place: Place, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DRAINS.format(url=broker.url)
    async with heard(place.url, "sensor", place.token) as got, device(broker) as say:
        with monkeypatch.context() as patched:
            patched.setattr(LateClient, "acknowledge", lambda *_: None)
            async with running(tmp_path, text, gateway=place.url, token=place.token) as source:
                await until(lambda: source.connection.is_connected)
                await say("drain/a/level", "0.5")
                await until(lambda: got.records)
        async with running(tmp_path, text, gateway=place.url, token=place.token) as source:
            await until(lambda: source.outbox.counts.messages == 1)
            await say("drain/a/level", "0.5")  # the same value again is another reading
            await until(lambda: len(got.records) == 2)
            await asyncio.sleep(0.1)
    assert len(got.records) == 2
    assert got.records[0]["id"] != got.records[1]["id"]


async def test_bad_messages_are_counted_with_their_topic_and_stop_nothing(
    place: Place, broker: Broker, tmp_path: Path
) -> None:
    async with heard(place.url, "sensor", place.token) as got, device(broker) as say:
        await say("drain/old/level", "0.1", retain=True)
        text = DRAINS.format(url=broker.url) + TIMED
        async with running(tmp_path, text, gateway=place.url, token=place.token) as source:
            await until(lambda: source.connection.is_connected)
            for payload in ("-9999", b"\xff\xfe", '{"a":1}', "nan", ""):
                await say("drain/b/level", payload)
            await say("timed/c", {"v": 1, "t": "2199-01-01T00:00:00Z"})
            await say("drain/b/level", "0.3")
            await until(lambda: got.records and not source.outbox.waiting)
            left_out = {(one.origin, one.field, one.reason, one.times) for one in source.outbox.left_out()}
            counts = source.outbox.counts
    assert [record["value"] for record in got.records] == [0.3]
    assert {
        ("drain/b/level", "value", "stands for no data", 1),
        ("drain/b/level", "value", "expected a number", 3),
        ("drain/b/level", "payload", "expected a number as text", 1),
        ("drain/old/level", "time", "a retained message without a time of its own: its age is unknown", 1),
    } < left_out
    # The gateway rejects a time in the future; it keeps the record, the source the topic.
    assert [(field, times) for origin, field, _, times in left_out if origin == "timed/c"] == [("at", 1)]
    assert (counts.left_out, counts.rejected, counts.accepted) == (6, 1, 1)


async def test_a_full_spool_stops_reading_says_so_and_loses_nothing(
    place: Place, broker: Broker, tmp_path: Path, capsys: Any
) -> None:
    text = DRAINS.format(url=broker.url).replace("broker =", "spool_mb = 0.002\nbroker =")
    async with heard(place.url, "sensor", place.token) as got, device(broker) as say:
        async with running(tmp_path, text, gateway="ws://127.0.0.1:9", token=place.token) as source:
            await until(lambda: source.connection.is_connected)
            for number in range(60):
                await say("drain/a/level", str(number))
            await until(lambda: source.outbox.is_full and not source.connection.is_connected)
            waiting = source.outbox.waiting
            for number in range(60, 90):
                await say("drain/a/level", str(number))
            assert source.outbox.waiting == waiting < 60
        async with running(tmp_path, text, gateway=place.url, token=place.token):
            await until(lambda: len(got.records) >= 90)
    assert [record["value"] for record in got.records] == list(range(90))
    assert "spool_full" in capsys.readouterr().out


async def test_a_topic_that_the_file_no_longer_has_is_left(
    place: Place, broker: Broker, tmp_path: Path
) -> None:
    text = DRAINS.format(url=broker.url)
    for topic in ("drain/{device}/level", "pump/{device}"):
        changed = text.replace("drain/{device}/level", topic)
        async with (
            running(tmp_path, changed, gateway=place.url, token=place.token) as source,
            device(broker) as say,
        ):
            await until(lambda: source.connection.is_connected)
            await say("drain/a/level", "1")
            await say("pump/a", "2")
            await until(lambda: source.outbox.counts.accepted == 1)
            assert source.outbox.counts.messages == 1


async def test_a_wrong_token_keeps_the_readings_until_it_is_right(
    place: Place, broker: Broker, tmp_path: Path, capsys: Any
) -> None:
    text = DRAINS.format(url=broker.url)
    async with device(broker) as say, heard(place.url, "sensor", place.token) as got:
        async with running(tmp_path, text, gateway=place.url, token="wrong") as source:
            await until(lambda: source.connection.is_connected)
            await say("drain/a/level", "1")
            await until(lambda: "gateway_refuses" in (out := capsys.readouterr().out) and "wrong" not in out)
        async with running(tmp_path, text, gateway=place.url, token=place.token):
            await until(lambda: got.records)


async def test_the_gateway_calls_a_source_late_when_its_broker_is_gone(
    logs: EmbeddedServers, broker: Broker, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path)
    token = tokens.create("drains", ALL_RIGHTS, now=0.0)
    tokens.close()
    intervals = {"drains": 1.1}
    async with composed(tmp_path, logs.log_url, logs.pictures_url, source_intervals=intervals) as gateway:
        url, text = f"ws://127.0.0.1:{gateway.port}", DRAINS.format(url=broker.url)
        async with (
            heard(url, "sensor", token) as got,
            running(tmp_path, text, gateway=url, token=token) as source,
        ):
            await until(lambda: source.connection.is_connected)
            async with device(broker) as say:
                await say("drain/a/level", "1")
            await until(lambda: got.sources.get("drains", {}).get("state") == "live")
            broker.kill()
            await until(lambda: got.sources["drains"]["state"] in ("late", "lost"))


async def test_frigate_s_events_health_and_pictures_reach_the_gateway(
    place: Place, broker: Broker, tmp_path: Path
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(picture, "JPEG")
    text = (
        f'[[source]]\nkind = "frigate"\nname = "cams"\nbroker = "{broker.url}"\n'
        '[[source.camera]]\ncamera = "gate"\nlon = 121.5208\nlat = 31.2102\n'
    )
    after = {"id": "e1", "camera": "gate", "label": "person", "top_score": 0.8, "start_time": time.time() - 1}
    async with (
        heard(place.url, "camera", place.token) as got,
        device(broker) as say,
        running(tmp_path, text, gateway=place.url, token=place.token) as source,
    ):
        await until(lambda: source.connection.is_connected)
        for kind in ("new", "update", "end"):
            await say("frigate/events", {"type": kind, "before": None, "after": after})
        await say("frigate/gate/person/snapshot", picture.getvalue())
        await say("frigate/available", "offline")
        await until(lambda: len(got.records) == 4 and not source.outbox.waiting)
        assert (source.outbox.counts.ignored, source.outbox.counts.rejected) == (2, 0)
    assert sorted(record["kind"] for record in got.records) == ["camera", "detection", "health", "snapshot"]
    assert got.of("snapshot")[0]["bytes"] == len(picture.getvalue())
    assert got.of("health")[0]["state"] == "offline"
