"""``/v1/command``: a websocket for orders from other systems' users (docs/protocol.md, Command)."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13

from city.access import Person
from city.commands.decide import VERB_HELP
from console.orders.answers import for_outside
from console.orders.order_service import Orders
from console.orders.per_subject_queue import PerSubjectQueues
from feeds.people.tokens import TokenStore
from feeds.protocol.faults import flaw
from feeds.protocol.frames import BadFrame, Doubled, binary, parse
from feeds.protocol.rights import Claims

__all__ = ["CommandHandler", "CommandSockets", "token_of"]

log = structlog.get_logger()

SUBPROTOCOL: Final = "citywall.v1"
BEARER: Final = "bearer."
MAX_FRAME_BYTES: Final = 1_048_576
UNANSWERED: Final = 8
BAD_IN_A_ROW: Final = 3
POLICY, NOT_TEXT = 1008, 1007
LOOK_S: Final = 1.0


class CommandSockets:
    """Shared state of a console's command sockets; closes those whose token was revoked."""

    def __init__(
        self, orders: Orders, tokens: TokenStore, person_of: Callable[[str], Person | None], *,
        origins: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.orders = orders
        self.person_of = person_of
        self.origins = origins
        self.open: dict[CommandHandler, Claims] = {}
        self._tokens = tokens

    def claims(self, text: str) -> Claims | None:
        """Return the claims of a token, None when it is unknown or revoked."""
        return self._tokens.look_up(text)

    async def run(self) -> None:
        """Close, once a second, every socket whose token is no longer valid."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                good = self._tokens.good()
            except sqlite3.Error as error:
                log.warning("tokens_unreadable", error=str(error))
                continue
            for handler, claims in list(self.open.items()):
                if claims.token not in good:
                    # The closing handshake waits for the other side; no command is accepted meanwhile.
                    del self.open[handler]
                    handler.close(POLICY, "token revoked")


class _Protocol(WebSocketProtocol13):
    """Tornado's protocol, but invalid UTF-8 closes with code 1007; Tornado closes without a code."""

    def _handle_message(self, opcode: int, data: bytes) -> Any:
        if opcode == 0x1 and not self._frame_compressed:
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                self.close(NOT_TEXT, "not UTF-8")
                self._abort()
                return None
        return super()._handle_message(opcode, data)


class CommandHandler(WebSocketHandler):
    """One socket: answers have the order of the commands, and at most eight commands are unanswered."""

    max_message_size = MAX_FRAME_BYTES
    ping_interval = 10.0
    # TCP detects a dead peer: while eight commands wait, nothing is read, so no pong is seen.
    ping_timeout = 0.0

    def initialize(self, sockets: CommandSockets) -> None:
        """Store the shared state."""
        self._sockets = sockets
        self._claims: Claims | None = None
        self._slots = asyncio.Semaphore(UNANSWERED)
        self._answers: asyncio.Queue[asyncio.Future[bytes] | None] = asyncio.Queue()
        self._queues = PerSubjectQueues()
        self._bad = 0
        self._worker: asyncio.Task[None] | None = None

    def get_websocket_protocol(self) -> Any:
        """Return Tornado's protocol with our close codes."""
        made: Any = super().get_websocket_protocol()
        return _Protocol(self, False, made.params) if made is not None else None

    def check_origin(self, origin: str) -> bool:
        """Accept a browser only from our own pages; other systems send no origin."""
        host = urlsplit(origin).netloc.lower()
        return host == self.request.headers.get("Host", "").lower() or host in self._sockets.origins

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select our subprotocol; the one that holds the token is never echoed."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    async def prepare(self) -> None:
        """Refuse before the handshake: 401 without a valid token, 403 without the right or the account."""
        token = token_of(self.request.headers)
        claims = self._sockets.claims(token) if token else None
        if claims is None:
            self._refuse(401, "no token, or not a good one")
        elif "command" not in claims.rights or not claims.account:
            self._refuse(403, "this token gives no commands")
        self._claims = claims

    def open(self, *_: str, **__: str) -> None:
        """Start the task that writes the answers."""
        self.set_nodelay(True)  # answers are small: send each at once
        assert self._claims is not None
        self._sockets.open[self] = self._claims
        self._worker = asyncio.create_task(self._answer())

    async def on_message(self, message: str | bytes) -> None:
        """Accept one frame; the next one is read when fewer than eight commands are unanswered."""
        await self._slots.acquire()
        if self._bad >= BAD_IN_A_ROW or self not in self._sockets.open:
            return
        frame = _read(message)
        if isinstance(frame, BadFrame):
            self._bad += 1
            self._answers.put_nowait(_ready(_error(frame)))
            if self._bad >= BAD_IN_A_ROW:
                self._answers.put_nowait(None)
            return
        self._bad = 0
        if frame.get("verb") == "help":
            self._answers.put_nowait(_ready(_help(frame)))
            return
        self._answers.put_nowait(asyncio.ensure_future(self._take(frame)))

    async def _take(self, envelope: dict[str, Any]) -> bytes:
        assert self._claims is not None
        orders, account = self._sockets.orders, self._claims.account
        async with self._queues.on(envelope.get("subject")):
            if not await orders.ready():
                return _encoded(await orders.starting(account, envelope))
            person = self._sockets.person_of(account)
            if person is None:
                return _encoded(await orders.signed_out(account, envelope))
            return _encoded(await orders.take(person, envelope))

    async def _answer(self) -> None:
        """Write the answers in the order of the commands."""
        try:
            while (waiting := await self._answers.get()) is not None:
                await self.write_message(await waiting)
                self._slots.release()
            self.close(POLICY, f"{BAD_IN_A_ROW} bad frames in a row")
        except WebSocketClosedError:
            pass  # the client repeats unanswered commands with the same ids
        except Exception as error:  # boundary of a socket: log the error and close only this socket
            log.error("command_socket_failed", exc_info=error)
            self.close(1011, "failed; ask again with the same ids")

    def on_close(self) -> None:
        """Remove the socket; commands in progress continue."""
        self._sockets.open.pop(self, None)
        if self._worker is not None:
            self._worker.cancel()

    def _refuse(self, status: int, reason: str) -> None:
        log.warning("command_socket_refused", status=status, remote=self.request.remote_ip)
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if status == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="citywall"')
        self.finish(f"{reason}\n")


def token_of(headers: Any) -> str:
    """Return the token from the header or a subprotocol, '' for none or for several headers."""
    lines = headers.get_list("Authorization")
    if lines:
        scheme, _, token = lines[0].partition(" ")
        return token.strip() if scheme.lower() == "bearer" and len(lines) == 1 else ""
    offered = [one.strip() for line in headers.get_list("Sec-WebSocket-Protocol") for one in line.split(",")]
    return next((one.removeprefix(BEARER) for one in offered if one.startswith(BEARER)), "")


def _read(message: str | bytes) -> dict[str, Any] | BadFrame:
    """Return the envelope in a frame, or the frame's fault."""
    named = "command_id"
    frame = parse(message, named=named) if isinstance(message, str) else binary(message, named=named)
    if isinstance(frame, BadFrame):
        return msgspec.structs.replace(frame, batch=_id(frame.batch))
    if not isinstance(frame, dict):
        return BadFrame("not_object", "expected an object with command_id, verb and subject")
    readable = _id(frame.get("command_id"))
    fault = flaw(frame)
    if fault is not None and fault.code == "duplicate_name":
        name = frame.name() if isinstance(frame, Doubled) else fault.path
        return BadFrame(fault.code, f"{name[:80]!r} stands twice", None if name == "command_id" else readable)
    if readable is None and frame.get("verb") != "help":
        return BadFrame("no_command_id", "expected command_id, 1 to 64 printable characters")
    return frame


def _id(value: Any) -> str | None:
    """Return the value when it has the form of a command id, else None."""
    return value if isinstance(value, str) and 1 <= len(value) <= 64 and value.isprintable() else None


def _encoded(answer: dict[str, Any]) -> bytes:
    return msgspec.json.encode(for_outside(answer))


def _error(bad: BadFrame) -> bytes:
    return msgspec.json.encode({"error": bad.text, "code": bad.code, "command_id": bad.batch})


def _help(frame: Mapping[str, Any]) -> bytes:
    name = frame.get("command_id")
    return msgspec.json.encode({"command_id": name if isinstance(name, str) else None, "help": VERB_HELP})


def _ready(answer: bytes) -> asyncio.Future[bytes]:
    done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    done.set_result(answer)
    return done
