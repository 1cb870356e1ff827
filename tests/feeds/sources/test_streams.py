"""Real streams from a local RTSP server: pictures, a lost stream, a frozen one; no password leaves."""

import asyncio
import base64
import io
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from city.clocks.timestamps import parse
from feeds.gateway.picture_looks import differs, look_of
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.streams import Stream, StreamCamera
from tests.rtsp_server import RtspServer

RED, BLUE = (200, 30, 30), (30, 30, 200)
SECRET = "s3cret-word"


def scene(name: str, number: int) -> np.ndarray:
    """A street: a car moves through ``moving``, nothing moves in ``frozen``."""
    at = 0 if name == "frozen" else number
    picture = np.random.default_rng(3).integers(60, 160, (240, 320, 3)).astype(np.uint8)
    picture[:, :40] = RED if name == "moving" else BLUE
    x = 50 + (at * 9) % 225
    picture[100:160, x : x + 40] = 10
    return picture


@pytest.fixture
def server() -> Iterator[RtspServer]:
    made = RtspServer(scene)
    yield made
    made.close()


class Watched:
    """A camera that reads, and what it has sent."""

    def __init__(self, server: RtspServer, name: str, **given: Any) -> None:
        self.records: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.pauses: list[float] = []
        address = f"rtsp://viewer:{SECRET}@127.0.0.1:{server.port}/{name}"
        self.stream = Stream(name, address, **{"fps": 20.0, "keyframes": False, **given})
        camera = StreamCamera(self.stream, self._sent, clock=time.time, sleep=self._pause)
        self.task = asyncio.create_task(camera.run())

    async def _sent(self, records: list[dict[str, Any]]) -> None:
        self.records += records
        self._news.set()

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._news.set()
        await asyncio.sleep(0.02)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.records if one["kind"] == kind]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(120):
            while not is_so():
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def watch(server: RtspServer) -> AsyncIterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def start(name: str, **given: Any) -> Watched:
        made.append(Watched(server, name, **given))
        return made[-1]

    yield start
    for one in made:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in made), return_exceptions=True)


def pixels(record: dict[str, Any]) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(record["jpeg"]))) as image:
        return np.asarray(image.convert("RGB"), float)


def colour(record: dict[str, Any]) -> np.ndarray:
    return pixels(record)[20:200, 5:30].mean((0, 1))


async def test_two_streams_are_two_cameras_with_their_own_pictures(watch: Callable[..., Watched]) -> None:
    moving, frozen = watch("moving"), watch("frozen")
    for one in (moving, frozen):
        await one.until(lambda one=one: len(one.of("snapshot")) >= 3)  # type: ignore[misc]
    assert np.abs(colour(moving.of("snapshot")[0]) - RED).max() < 25
    assert np.abs(colour(frozen.of("snapshot")[0]) - BLUE).max() < 25
    for one in (moving, frozen):
        assert [told["state"] for told in one.of("health")] == ["online"]
        answers = validate_all(
            "camera", one.records, ValidationContext("vms", one.records[0]["at"], time.time())
        )
        assert all(isinstance(answer, Normalised) for answer in answers)


async def test_a_frozen_stream_repeats_its_look_and_a_moving_one_does_not(
    watch: Callable[..., Watched],
) -> None:
    moving, frozen = watch("moving", keyframes=True), watch("frozen", keyframes=True)
    marks = {}
    for one in (moving, frozen):
        await one.until(lambda one=one: len(one.of("snapshot")) >= 4)  # type: ignore[misc]
        looks = [look_of(base64.b64decode(told["jpeg"])) for told in one.of("snapshot")[1:4]]
        marks[one.stream.camera] = [look.mark for look in looks if look is not None]
    first, *others = marks["frozen"]
    assert not any(differs(first, other) for other in others)
    first, *others = marks["moving"]
    assert any(differs(first, other) for other in others)


async def test_an_unplugged_stream_is_told_at_once_and_read_again_when_it_is_back(
    server: RtspServer, watch: Callable[..., Watched]
) -> None:
    one = watch("moving")
    await one.until(lambda: len(one.of("snapshot")) >= 1)
    server.unplug()
    pulled = time.time()
    await one.until(lambda: len(one.of("health")) == 2)
    assert one.of("health")[1]["state"] == "offline"
    assert parse(one.of("health")[1]["at"]) - pulled < 30
    await one.until(lambda: len(one.pauses) > 3)
    assert len(one.of("health")) == 2, "a stream that stays lost is told once a minute"
    assert one.pauses[1] > one.pauses[0]
    server.plug()
    before = len(one.of("snapshot"))
    await one.until(lambda: len(one.of("snapshot")) > before)
    assert [told["state"] for told in one.of("health")] == ["online", "offline", "online"]


async def test_pictures_come_no_faster_than_the_rate(watch: Callable[..., Watched]) -> None:
    one = watch("moving", fps=2.0)
    await one.until(lambda: len(one.of("snapshot")) >= 3)
    moments = [parse(told["at"]) for told in one.of("snapshot")]
    assert all(later - earlier >= 0.49 for earlier, later in pairwise(moments))


async def test_only_whole_pictures_are_decoded_when_that_is_asked_for(watch: Callable[..., Watched]) -> None:
    one = watch("moving", keyframes=True)
    await one.until(lambda: len(one.of("snapshot")) >= 3)
    for told in one.of("snapshot"):
        dark = np.flatnonzero(pixels(told)[110:150, 45:].mean((0, 2)) < 40)
        assert min(abs(dark[0] - place) for place in range(0, 225, 45)) <= 8, "every fifth frame is whole"


async def test_no_password_is_in_a_record_or_a_log(
    server: RtspServer, watch: Callable[..., Watched], caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    server.unplug()
    one = watch("moving")
    await one.until(lambda: len(one.of("health")) >= 1)
    server.plug()
    await one.until(lambda: len(one.of("snapshot")) >= 1)
    out = capsys.readouterr()
    told = f"{one.records}{caplog.text}{out.out}{out.err}"
    assert "camera_lost" in told
    assert SECRET not in told
    assert "rtsp://" not in told
