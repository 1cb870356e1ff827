"""The live socket: a channel's bytes to a browser. Server to browser only."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import structlog
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from console.channel import Channel, Watcher
from console.doors import Doors
from console.wire import encode_text

__all__ = ["LiveHandler", "beat"]

log = structlog.get_logger()


def beat(now: float, state: Any, *, feed: str, feed_since: float | None, log_down: bool) -> bytes:
    """Return the beat of a second: machine time, the city clock, and whether we hear the feeds."""
    clock = state.ledger.clock
    return encode_text(
        {
            "beat": {
                "now": now, "city0": clock.city0, "machine0": clock.machine0, "rate": clock.rate,
                "feed": feed, "feed_since": feed_since, "log_down": log_down,
            }
        }
    )  # fmt: skip


class LiveHandler(WebSocketHandler):
    """``/live/<channel>``: checks Origin and right, then only speaks."""

    def initialize(
        self, channels: dict[str, Channel], doors: Doors, hello: Any, origins: frozenset[str]
    ) -> None:
        """Take what the composition root hands to every handler."""
        self._channels = channels
        self._doors = doors
        self._hello = hello
        self._origins = origins
        self._watcher: Watcher | None = None
        self._delivery: asyncio.Task[None] | None = None

    def check_origin(self, origin: str) -> bool:
        """Accept our own host and the origins of the settings."""
        host = urlsplit(origin).netloc.lower()
        return host == self.request.headers.get("Host", "").lower() or host in self._origins

    async def prepare(self) -> None:
        """Refuse before the handshake."""
        name = self.path_kwargs["channel"]
        if name not in self._channels:
            self.send_error(404)
        elif not self._doors.may_view(self.request, name):
            log.warning("view_refused", channel=name, remote=self.request.remote_ip)
            self.send_error(403)

    def open(self, channel: str) -> None:
        """Join the channel."""
        watched = self._channels[channel]
        self._watcher = Watcher(self._write)
        watched.join(self._watcher, self._hello(channel))
        self._delivery = asyncio.create_task(self._deliver(watched))

    async def _deliver(self, channel: Channel) -> None:
        assert self._watcher is not None
        try:
            await self._watcher.deliver(channel.whole)
        except WebSocketClosedError:
            channel.leave(self._watcher)

    async def _write(self, data: bytes, binary: bool) -> None:
        await self.write_message(data, binary=binary)

    def on_message(self, message: str | bytes) -> None:
        """Ignore what a browser says: orders go through its session."""

    def on_close(self) -> None:
        """Leave the channel."""
        if self._delivery is not None:
            self._delivery.cancel()
        for channel in self._channels.values():
            if self._watcher is not None:
                channel.leave(self._watcher)
