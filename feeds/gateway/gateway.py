"""The gateway process: its settings, server socket and connections (docs/protocol.md)."""

import asyncio
import contextlib
import socket
import sqlite3
import ssl
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from city.dispatch.tables.categories import ClassRef
from feeds.gateway.acceptance import Acceptance, Counts, Stores
from feeds.gateway.deliveries import Visibility
from feeds.gateway.handshake import SUBPROTOCOL, Admission, Refused, admit
from feeds.gateway.hub import Hub
from feeds.gateway.publish_socket import publish
from feeds.gateway.subscribe_socket import BEHIND, Subscription
from feeds.gateway.subscription_starts import Start, start_at
from feeds.gateway.unavailable_logs import RETRY_S, UNAVAILABLE
from feeds.people.tokens import TokenStore
from feeds.protocol.rights import Scope

__all__ = ["Gateway", "GatewayConfig", "Metrics"]

MAX_FRAME_BYTES = 1_048_576
_PING_S = 10.0
_CUT_AFTER_S = 10.0
_LOOK_S = 1.0
_POLICY, _RESTART = 1008, 1012
_WRITE_LIMIT = 256 * 1024

log = structlog.get_logger(__name__)


class GatewayConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a gateway.

    ``open_loopback`` allows subscribing from 127.0.0.1 *without* a token; ``source_intervals`` are the
    expected seconds between two batches of each client; ``categories`` maps a label to the classes it names,
    ``classes`` are the known ones. ``snapshots`` and ``keep_days``: see Hub.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    open_loopback: bool = False
    source_intervals: Mapping[str, float] = {}
    categories: Mapping[str, tuple[ClassRef, ...]] = {}
    classes: frozenset[ClassRef] = frozenset()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    snapshots: Path | None = None
    keep_days: float = 35.0


@dataclass
class Metrics:
    """Numbers for a metrics page; lag is the largest of a topic's subscribers, milliseconds."""

    counts: Counts
    publishers: int = 0
    subscribers: int = 0
    cut: int = 0
    lag_ms: dict[str, int] = field(default_factory=dict)


class Gateway:
    """A gateway process. Several may run on one ledger. ``clock`` returns epoch seconds."""

    def __init__(
        self,
        config: GatewayConfig,
        stores: Stores,
        *,
        tokens: TokenStore,
        clock: Callable[[], float],
    ) -> None:
        self.config = config
        self.hub = Hub(
            stores.ledger, stores.telemetry, intervals=config.source_intervals, clock=clock,
            snapshots=config.snapshots, keep_s=config.keep_days * 86_400,
        )  # fmt: skip
        self.hub.on_new_epoch = self._restart_subscribers
        self._acceptance = Acceptance(stores, self.hub, categories=config.categories, classes=config.classes)
        self.metrics = Metrics(self._acceptance.counts)
        self._stores = stores
        self._tokens = tokens
        self._admitted: weakref.WeakKeyDictionary[ServerConnection, Admission] = weakref.WeakKeyDictionary()
        self._subscriptions: dict[ServerConnection, Subscription] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._server: Server | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port in use (the configured port may be 0)."""
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def start(self) -> None:
        """Fold the ledger, then listen. Waits while the logs are unavailable. Raises OSError."""
        await self.hub.start()
        self._server = await serve(
            self._serve,
            self.config.host,
            self.config.port,
            process_request=self._admit,
            select_subprotocol=_subprotocol,
            ssl=self._tls(),
            max_size=MAX_FRAME_BYTES,
            max_queue=(2, 1),
            write_limit=_WRITE_LIMIT,
            compression=None,
            extensions=[_deflate()],
            # TCP keepalive detects dead peers; a peer that is only slow would fail a ping.
            ping_interval=_PING_S,
            ping_timeout=None,
            close_timeout=_CUT_AFTER_S,
        )
        self._watch = asyncio.create_task(self._watch_sockets())
        log.info("gateway_listens", host=self.config.host, port=self.port)

    async def stop(self) -> None:
        """Close all sockets (1001) and stop."""
        if self._watch is not None:
            self._watch.cancel()
        if self._server is not None:
            for connection in list(self._admitted):
                self._close(connection, 1001, "gateway stops")
            self._server.close(close_connections=False)
            if self._closing:
                await asyncio.wait(self._closing, timeout=_CUT_AFTER_S + 1)
            await self._server.wait_closed()
        await self.hub.stop()

    def _tls(self) -> ssl.SSLContext | None:
        if self.config.tls_certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.config.tls_certificate, self.config.tls_key)
        return context

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        peer = connection.remote_address
        try:
            self._admitted[connection] = admit(
                request,
                peer=str(peer[0]) if peer else "",
                look_up=self._tokens.look_up,
                open_loopback=self.config.open_loopback,
            )
        except Refused as refused:
            body = f"{refused}\n".encode()
            headers = Headers({
                "Content-Type": "text/plain; charset=utf-8",
                "Content-Length": str(len(body)),
                "Connection": "close",
            })  # fmt: skip
            if refused.status == 401:
                headers["WWW-Authenticate"] = 'Bearer realm="citywall"'
            return Response(refused.status, refused.phrase, headers, body)
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        _let_tcp_watch(connection)
        admission = self._admitted[connection]
        if admission.publishes:
            self.metrics.publishers += 1
            try:
                await publish(
                    connection,
                    self._acceptance,
                    topic=admission.publishes,
                    claims=admission.claims,
                )
            finally:
                self.metrics.publishers -= 1
        else:
            await self._subscribe(connection, admission)

    async def _subscribe(self, connection: ServerConnection, admission: Admission) -> None:
        visibilities = {topic: self._visibility(admission, topic) for topic in admission.topics}
        subscription = Subscription(connection, self.hub, self._stores.people, visibilities)
        # Reading ends when the socket closes, and then ends the writing too.
        reading = asyncio.create_task(_ignore(connection))
        writing = asyncio.create_task(self._write(connection, admission, subscription))
        self.metrics.subscribers += 1
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.metrics.subscribers -= 1
            self._subscriptions.pop(connection, None)
            reading.cancel()
            writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing

    async def _write(
        self, connection: ServerConnection, admission: Admission, subscription: Subscription
    ) -> None:
        start = await self._start(admission, subscription.visibilities)
        self._subscriptions[connection] = subscription
        await subscription.run(start)

    async def _start(self, admission: Admission, visibilities: dict[str, Visibility]) -> Start:
        while True:
            await self.hub.ready.wait()
            try:
                return await start_at(self.hub, admission.since, visibilities)
            except UNAVAILABLE:
                await asyncio.sleep(RETRY_S)

    def _visibility(self, admission: Admission, topic: str) -> Visibility:
        claims = admission.claims
        scope = Scope(self._stores.streets, frozenset(claims.streets)) if claims.streets else None
        return Visibility(scope, claims.anywhere("subscribe", topic), claims.reads_person)

    async def _watch_sockets(self) -> None:
        """Once a second, close subscribers that are too far behind and sockets with a revoked token."""
        while True:
            await asyncio.sleep(_LOOK_S)
            now = asyncio.get_running_loop().time()
            try:
                good = self._tokens.good()
            except sqlite3.Error as error:
                log.warning("tokens_unreadable", error=str(error))
                continue
            for connection, admission in list(self._admitted.items()):
                if admission.claims.token and admission.claims.token not in good:
                    self._close(connection, _POLICY, "token revoked")
            worst: dict[str, int] = {}
            for connection, subscription in list(self._subscriptions.items()):
                for topic, lag in subscription.lag_ms.items():
                    worst[topic] = max(lag, worst.get(topic, 0))
                if subscription.is_behind(now):
                    self.metrics.cut += 1
                    del self._subscriptions[connection]
                    self._close(connection, BEHIND, "too far behind")
            self.metrics.lag_ms = worst

    def _restart_subscribers(self) -> None:
        for connection in list(self._subscriptions):
            self._close(connection, _RESTART, "the hub restarts")

    def _close(self, connection: ServerConnection, code: int, reason: str) -> None:
        task = asyncio.create_task(_close(connection, code, reason))
        self._admitted.pop(connection, None)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(connection: ServerConnection, code: int, reason: str) -> None:
    """Close with a reason; abort after 10 s if the peer no longer reads."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CUT_AFTER_S):
            await connection.close(code, reason)
    connection.transport.abort()


async def _ignore(connection: ServerConnection) -> None:
    """Read and discard what a subscriber sends."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await connection.recv()


def _subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None


def _deflate() -> ServerPerMessageDeflateFactory:
    """Return settings for fast compression, used when the peer asks for it."""
    return ServerPerMessageDeflateFactory(
        server_max_window_bits=12,
        client_max_window_bits=12,
        compress_settings={"level": 1, "memLevel": 5},
    )


def _let_tcp_watch(connection: ServerConnection) -> None:
    found: Any = connection.transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    options = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 120_000}
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in options.items():
        option = getattr(socket, name, None)  # not every system has all of them
        if option is not None:
            found.setsockopt(socket.IPPROTO_TCP, option, value)
