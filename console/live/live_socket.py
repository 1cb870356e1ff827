"""The live socket: sends a channel's bytes to a browser. It accepts no messages."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13

from console.accounts.authorization import Authorization, Viewer
from console.accounts.request_origin import is_own_page, remote_of
from console.live.channels import Channels
from console.live.encoding import encode_text
from console.live.watcher import Watcher
from layers.fields.heat_choices import DEFAULT, read_choice

__all__ = ["SIGNED_OUT", "LiveHandler", "LiveServices", "PageProtocol", "RightWatch", "beat"]

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
            return _failed(closed)
        written.add_done_callback(_look_at)
        return written

    def write_wire(self, wire: bytes) -> asyncio.Future[None]:
        """Write whole messages as they are: done when the kernel has them, failed when the browser left."""
        try:
            if super().is_closing():
                raise WebSocketClosedError
            return self.stream.write(wire)
        except (StreamClosedError, WebSocketClosedError) as closed:
            return _failed(closed)

    def write_ping(self, data: bytes) -> None:
        """Send a ping; Bokeh expects this error from a socket that is closing."""
        if super().is_closing():
            raise WebSocketClosedError
        super().write_ping(data)


def _failed(error: Exception) -> asyncio.Future[None]:
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    failed.set_exception(error)
    _look_at(failed)
    return failed


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
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look again and again, until the right ends or the socket is closed."""
        self._timer = asyncio.get_running_loop().call_later(RECHECK_S, self._look)

    def _look(self) -> None:
        self.start()  # first, so that it looks again whatever goes wrong below
        viewer = self._viewer
        now = self._authorization.current_viewer(self._socket.request, viewer.page, viewer.scope)
        if now is None or now.proof != viewer.proof:
            self.cancel()
            log.info("socket_cut", page=viewer.page, remote=viewer.remote)
            self._socket.close(SIGNED_OUT, "signed out")

    def cancel(self) -> None:
        """Look no more: the socket is closed."""
        if self._timer is not None:
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


class LiveServices(msgspec.Struct, frozen=True):
    """What live sockets need, from the composition root."""

    channels: Channels
    authorization: Authorization
    hello: Callable[[str], bytes]
    """Returns the first message of a page's socket, JSON."""
    origins: frozenset[str]


class LiveHandler(WebSocketHandler):
    """``/live/<page>`` and ``/live/<page>/<scope>``: checks Origin and right, then sends the channel.

    With ``?wide=1`` also the frames of the figures that only a wide page has; with ``?heat=<kind>.<window>``
    that heat instead of the density of cases.
    """

    def initialize(self, services: LiveServices) -> None:
        """Store the services."""
        # An object with 30 attributes takes five times the memory of one with 29, and Tornado sets 27.
        self._services = services
        self._viewing: tuple[Watcher, RightWatch] | None = None

    def get_websocket_protocol(self) -> Any:
        """Return our protocol."""
        return PageProtocol.of(self, super().get_websocket_protocol())

    def check_origin(self, origin: str) -> bool:
        """Accept our own host and the origins of the settings."""
        return is_own_page(self.request, self._services.origins, origin)

    async def prepare(self) -> None:
        """Refuse before the handshake. Who may not see a page does not learn which scopes exist."""
        page, scope = self.path_kwargs["page"], self.path_kwargs.get("scope") or ""
        channels, authorization = self._services.channels, self._services.authorization
        if not channels.has_page(page):
            self.send_error(404)
            return
        viewer = authorization.viewer(self.request, page, scope)
        if viewer is None:
            log.warning("view_refused", channel=page, scope=scope, remote=remote_of(self.request))
            self.send_error(403)
        elif not channels.knows(page, scope):
            self.send_error(404)
        else:
            self._choose(viewer)

    def _choose(self, viewer: Viewer) -> None:
        try:
            choice = read_choice(self.get_query_argument("heat", ""))
        except ValueError as error:
            self.set_status(400, "unknown heat")
            self.finish(f"{error}\n")
            return
        watcher = Watcher(
            self._write,
            wide=bool(self.get_query_argument("wide", "")),
            choice="" if choice == DEFAULT else choice.name,
        )
        self._viewing = watcher, RightWatch(self, self._services.authorization, viewer)

    def open(self, page: str, scope: str | None = None) -> None:
        """Join the channel."""
        self.set_nodelay(True)
        assert self._viewing is not None
        watcher, right = self._viewing
        channels = self._services.channels
        channels.channel(page, scope or "").join(watcher, self._services.hello(page))
        channels.wake()
        right.start()

    def _write(self, wire: bytes) -> asyncio.Future[None]:
        if self.ws_connection is None:
            return _failed(WebSocketClosedError())
        return self.ws_connection.write_wire(wire)  # type: ignore[attr-defined,no-any-return]  # our protocol

    def on_message(self, message: str | bytes) -> None:
        """Ignore messages: orders go through the page's session."""

    def on_close(self) -> None:
        """Leave the channel."""
        if self._viewing is None:
            return
        watcher, right = self._viewing
        right.cancel()
        if watcher.channel is not None:
            watcher.channel.leave(watcher)
