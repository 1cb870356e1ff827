"""Live streams (RTSP, MJPEG, HLS) as cameras: pictures at a limited rate, and a word when a stream is lost.

Each stream is read in a thread of its own. Its address may hold a password: it is in no log, no record and no
error text.
"""

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import av
import av.error
import msgspec
import structlog

from city.clocks.timestamps import iso
from feeds.sources.contract import Record, fingerprint, without_blanks
from feeds.sources.video import jpeg_of_frame

__all__ = ["SCHEMES", "Stream", "StreamCamera", "run_streams"]

log = structlog.get_logger(__name__)

SCHEMES: Final = ("rtsp", "rtsps", "http", "https")
OPEN_S, READ_S = 10.0, 8.0
"""How long a stream may take to open, and to send its next frame; then it is lost."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
HEALTH_S: Final = 60.0
"""How often a stream that works, or is still lost, is told."""

Send = Callable[[list[Record]], Awaitable[object]]


class Stream(msgspec.Struct, frozen=True):
    """One stream. ``address`` is what is opened; ``fps`` limits the pictures per second.

    ``keyframes``: decode whole pictures only, which costs a fraction; their distance is set in the camera.
    """

    camera: str
    address: str
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    azimuth: float | None = None
    fov: float | None = None
    privacy: str = "street_level"
    mask_zones: tuple[tuple[tuple[float, float], ...], ...] = ()
    fps: float = 0.5
    keyframes: bool = True

    def record(self, now: float) -> Record:
        """Return the `camera` record; it names no address."""
        fields = without_blanks({
            "kind": "camera", "camera": self.camera, "name": self.name or self.camera, "lon": self.lon,
            "lat": self.lat, "azimuth": self.azimuth, "fov": self.fov, "privacy": self.privacy,
            "mask_zones": [[list(point) for point in zone] for zone in self.mask_zones] or None,
        })  # fmt: skip
        return {"id": f"{self.camera[:100]}.{fingerprint(fields)}", "at": iso(now), **fields}


class StreamLost(Exception):
    """A stream cannot be opened or has ended; the text names no address."""


class _Reading:
    """An open stream, used by its own thread only."""

    def __init__(self, stream: Stream) -> None:
        options = {"rtsp_transport": "tcp"} if stream.address.startswith("rtsp") else {}
        try:
            self._container = av.open(stream.address, options=options, timeout=(OPEN_S, READ_S))
            video = self._container.streams.video[0]
        except (av.error.FFmpegError, OSError, IndexError, ValueError) as error:
            raise StreamLost(_reason(error)) from None
        if stream.keyframes:
            video.codec_context.skip_frame = "NONKEY"
        self._frames = self._container.decode(video)

    def frame(self) -> Any:
        """Wait for the next frame."""
        try:
            return next(self._frames)
        except StopIteration:
            raise StreamLost("the stream has ended") from None
        except (av.error.FFmpegError, OSError) as error:
            raise StreamLost(_reason(error)) from None

    def close(self) -> None:
        self._container.close()


def _reason(error: Exception) -> str:
    """Return why, without what FFmpeg adds: the address."""
    return str(getattr(error, "strerror", "") or type(error).__name__)


class StreamCamera:
    """Reads one stream without end: connects, sends pictures and health, and connects again after a pause."""

    def __init__(
        self, stream: Stream, send: Send, *, clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._stream = stream
        self._send = send
        self._clock = clock
        self._sleep = sleep
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"camera-{stream.camera[:20]}")
        self._told: tuple[str, float] = ("", 0.0)

    async def run(self) -> None:
        """Read until cancelled."""
        pause = FIRST_PAUSE_S
        try:
            await self._send([self._stream.record(self._clock())])
            while True:
                try:
                    await self._read()
                except StreamLost as error:
                    if self._told[0] == "online":
                        pause = FIRST_PAUSE_S
                    if self._told[0] != "offline":
                        log.warning("camera_lost", camera=self._stream.camera, reason=str(error))
                    await self._tell("offline")
                await self._sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  # not a secret
                pause = min(pause * 2, LONGEST_PAUSE_S)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _read(self) -> None:
        """Send pictures until the stream is lost. Raises StreamLost."""
        reading: _Reading = await self._in_thread(_Reading, self._stream)
        due = -1.0
        try:
            while True:
                frame = await self._in_thread(reading.frame)
                now = self._clock()
                if now < due:
                    continue
                due = now + 1.0 / self._stream.fps
                jpeg = await self._in_thread(jpeg_of_frame, frame)
                if self._told[0] != "online":
                    log.info("camera_reads", camera=self._stream.camera)
                await self._tell("online")
                await self._send([_snapshot(self._stream.camera, now, jpeg)])
        finally:
            await self._in_thread(reading.close)

    async def _in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _tell(self, state: str) -> None:
        """Send the camera's health when it changes, and once a minute."""
        now = self._clock()
        if state == self._told[0] and now - self._told[1] < HEALTH_S:
            return
        self._told = (state, now)
        camera = self._stream.camera
        await self._send([
            {"id": f"{camera[:90]}/h{int(now * 1000)}", "at": iso(now), "kind": "health", "camera": camera,
             "state": state}
        ])  # fmt: skip


def _snapshot(camera: str, at: float, jpeg: bytes) -> Record:
    return {
        "id": f"{camera[:90]}/{int(at * 1000)}", "at": iso(at), "kind": "snapshot", "camera": camera,
        "jpeg": base64.b64encode(jpeg).decode("ascii"),
    }  # fmt: skip


async def run_streams(streams: Sequence[Stream], send: Send, *, clock: Callable[[], float]) -> None:
    """Read all streams until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for stream in streams:
            tasks.create_task(StreamCamera(stream, send, clock=clock).run())
