"""The live socket: sends a channel's bytes to a browser. It accepts no messages."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13

from console.accounts.authorization import Authorization, Viewer
from console.accounts.request_origin import is_own_page, remote_of
from console.live.channel import Channel
from console.live.channels import Channels
from console.live.encoding import encode_text
from console.live.watcher import Watcher
from layers.fields.heat_choices import DEFAULT, read_choice

__all__ = ["SIGNED_OUT", "LiveHandler", "PageProtocol", "RightWatch", "beat"]

log = structlog.get_logger()

RECHECK_S = 3.0
"""An ended session or a revoked key closes its open sockets within this time."""
SIGNED_OUT = 4401
"""Close code of a socket whose right has ended: the page goes to the sign-in page."""


class PageProtocol(WebSocketProtocol13):
    """Tornado's protocol, for which a browser that leaves is no error.

    Panel writes a message in parts and awaits none of them. When the first finds the browser gone, Tornado
    raises at the second, and asyncio logs tracebacks of futures that nobody awaits. Here every write returns
    a future that fails; ``on_close`` tells that the browser has left.
    """

    @classmethod
    def of(cls, handler: WebSocketHandler, made: Any) -> Any:
        """Return the protocol of a handler in place of Tornado's, None for a version that it lacks."""
        return cls(handler, False, made.params) if made is not None else None

    def is_closing(self) -> bool:
        """Say no: the handler would raise; our future tells it."""
        return False

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> Any:
        """Write a message; see :class:`PageProtocol`."""
        try:
            if super().is_closing():
                raise WebSocketClosedError
            written = super().write_message(message, binary=binary)
        except WebSocketClosedError as closed:
            written = asyncio.get_running_loop().create_future()
            written.set_exception(closed)
        written.add_done_callback(_look_at)
        return written

    async def write_wire(self, wire: bytes) -> None:
        """Write whole messages as they are; return when the kernel has them."""
        if super().is_closing():
            raise WebSocketClosedError
        try:
            await self.stream.write(wire)
        except StreamClosedError:
            raise WebSocketClosedError from None

    def write_ping(self, data: bytes) -> None:
        """Send a ping; Bokeh expects this error from a socket that is closing."""
        if super().is_closing():
            raise WebSocketClosedError
        super().write_ping(data)


def _look_at(written: asyncio.Future[None]) -> None:
    if not written.cancelled():
        written.exception()


class RightWatch:
    """Closes a socket when the right that opened it ends.

    It is a timer and not a task: a console has thousands of sockets, and a task takes ten times its memory.
    """

    __slots__ = ("_authorization", "_socket", "_timer", "_viewer")

    def __init__(self, socket: WebSocketHandler, authorization: Authorization, viewer: Viewer) -> None:
        self._socket, self._authorization, self._viewer = socket, authorization, viewer
        self._wait()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(RECHECK_S, self._look)

    def _look(self) -> None:
        self._wait()  # first, so that it looks again whatever goes wrong below
        viewer = self._viewer
        now = self._authorization.current_viewer(self._socket.request, viewer.page, viewer.scope)
        if now is None or now.proof != viewer.proof:
            self.cancel()
            log.info("socket_cut", page=viewer.page, remote=viewer.remote)
            self._socket.close(SIGNED_OUT, "signed out")

    def cancel(self) -> None:
        """Look no more: the socket is closed."""
        self._timer.cancel()


def beat(
    now: float, state: Any, *, feed: str, feed_since: float | None, log_down: bool, chain_broken: bool
) -> bytes:
    """Return the beat, sent every second: machine time, the city clock, and the state of the feeds."""
    clock = state.ledger.clock
    return encode_text(
        {
            "beat": {
                "now": now, "city0": clock.city0, "machine0": clock.machine0, "rate": clock.rate,
                "feed": feed, "feed_since": feed_since, "log_down": log_down,
                "chain_broken": chain_broken,
            }
        }
    )  # fmt: skip


class LiveHandler(WebSocketHandler):
    """``/live/<page>`` and ``/live/<page>/<scope>``: checks Origin and right, then sends the channel.

    With ``?wide=1`` also the frames of the figures that only a wide page has; with ``?heat=<kind>.<window>``
    that heat instead of the density of cases.
    """

    def initialize(
        self, channels: Channels, authorization: Authorization, hello: Callable[[str], bytes],
        origins: frozenset[str],
    ) -> None:  # fmt: skip
        """Store the services from the composition root."""
        self._channels = channels
        self._authorization = authorization
        self._hello = hello
        self._origins = origins
        self._watcher: Watcher | None = None
        self._viewer: Viewer | None = None
        self._joined: Channel | None = None
        self._choice = ""
        self._running: tuple[asyncio.Task[None], RightWatch] | tuple[()] = ()

    def get_websocket_protocol(self) -> Any:
        """Return our protocol."""
        return PageProtocol.of(self, super().get_websocket_protocol())

    def check_origin(self, origin: str) -> bool:
        """Accept our own host and the origins of the settings."""
        return is_own_page(self.request, self._origins, origin)

    async def prepare(self) -> None:
        """Refuse before the handshake. Who may not see a page does not learn which scopes exist."""
        page, scope = self.path_kwargs["page"], self.path_kwargs.get("scope") or ""
        if not self._channels.has_page(page):
            self.send_error(404)
            return
        self._viewer = self._authorization.viewer(self.request, page, scope)
        if self._viewer is None:
            log.warning("view_refused", channel=page, scope=scope, remote=remote_of(self.request))
            self.send_error(403)
        elif not self._channels.knows(page, scope):
            self.send_error(404)
        else:
            self._choose()

    def _choose(self) -> None:
        try:
            choice = read_choice(self.get_query_argument("heat", ""))
        except ValueError as error:
            self.set_status(400, "unknown heat")
            self.finish(f"{error}\n")
            return
        self._choice = "" if choice == DEFAULT else choice.name

    def open(self, page: str, scope: str | None = None) -> None:
        """Join the channel."""
        self.set_nodelay(True)
        assert self._viewer is not None
        channel = self._joined = self._channels.channel(page, scope or "")
        self._watcher = Watcher(
            self._write, wide=bool(self.get_query_argument("wide", "")), choice=self._choice
        )
        channel.join(self._watcher, self._hello(page))
        self._channels.wake()
        self._running = (
            asyncio.create_task(self._deliver(channel)),
            RightWatch(self, self._authorization, self._viewer),
        )

    async def _deliver(self, channel: Channel) -> None:
        assert self._watcher is not None
        try:
            await self._watcher.deliver(channel.whole)
        except WebSocketClosedError:
            channel.leave(self._watcher)

    async def _write(self, wire: bytes) -> None:
        if self.ws_connection is None:
            raise WebSocketClosedError
        await self.ws_connection.write_wire(wire)  # type: ignore[attr-defined]  # our protocol

    def on_message(self, message: str | bytes) -> None:
        """Ignore messages: orders go through the page's session."""

    def on_close(self) -> None:
        """Leave the channel."""
        for one in self._running:
            one.cancel()
        if self._joined is not None and self._watcher is not None:
            self._joined.leave(self._watcher)
