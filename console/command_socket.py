"""``/v1/command``: orders of people of other systems, over a websocket (docs/protocol.md, Command)."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13

from city.access import Person
from city.acts.decide import VERB_HELP
from console.answers import for_outside
from console.orders import Orders
from console.turns import Turns
from feeds.protocol.faults import flaw
from feeds.protocol.frames import BadFrame, Doubled, binary, parse
from feeds.protocol.rights import Claims
from feeds.tokens import TokenStore

__all__ = ["CommandHandler", "CommandSockets"]

log = structlog.get_logger()

SUBPROTOCOL: Final = "citywall.v1"
BEARER: Final = "bearer."
MAX_FRAME_BYTES: Final = 1_048_576
UNANSWERED: Final = 8
BAD_IN_A_ROW: Final = 3
POLICY, NOT_TEXT = 1008, 1007
LOOK_S: Final = 1.0


class CommandSockets:
    """What all command sockets of a console share; cuts those whose token was revoked."""

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
        """Return what a token allows, None when it is unknown or revoked."""
        return self._tokens.look_up(text)

    async def run(self) -> None:
        """Cut, once a second, every socket whose token is good no more."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                good = self._tokens.good()
            except sqlite3.Error as error:
                log.warning("tokens_unreadable", error=str(error))
                continue
            for handler, claims in list(self.open.items()):
                if claims.token not in good:
                    # A close waits for the other side's; nothing more is taken meanwhile.
                    del self.open[handler]
                    handler.close(POLICY, "token revoked")


class _Protocol(WebSocketProtocol13):
    """Tornado's, but it says 1007 where that cuts without a word."""

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
    """One socket: commands in, answers out in the same order, eight unanswered at most."""

    max_message_size = MAX_FRAME_BYTES
    ping_interval = 10.0
    # Whether a peer is dead is TCP's to find out: while eight commands wait nothing is read, no pong either.
    ping_timeout = 0.0

    def initialize(self, sockets: CommandSockets) -> None:
        """Take what all sockets share."""
        self._sockets = sockets
        self._claims: Claims | None = None
        self._places = asyncio.Semaphore(UNANSWERED)
        self._answers: asyncio.Queue[asyncio.Future[bytes] | None] = asyncio.Queue()
        self._turns = Turns()
        self._bad = 0
        self._worker: asyncio.Task[None] | None = None

    def get_websocket_protocol(self) -> Any:
        """Return Tornado's protocol, with our close codes."""
        made: Any = super().get_websocket_protocol()
        return _Protocol(self, False, made.params) if made is not None else None

    def check_origin(self, origin: str) -> bool:
        """Let a browser in from our own pages alone; other systems name no origin."""
        host = urlsplit(origin).netloc.lower()
        return host == self.request.headers.get("Host", "").lower() or host in self._sockets.origins

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select ours; the one that carries the token is never echoed."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    async def prepare(self) -> None:
        """Refuse before the handshake: 401 without a good token, 403 without the right or the account."""
        token = _token(self.request.headers)
        claims = self._sockets.claims(token) if token else None
        if claims is None:
            self._turn_away(401, "no token, or not a good one")
        elif "command" not in claims.rights or not claims.account:
            self._turn_away(403, "this token gives no commands")
        self._claims = claims

    def open(self, *_: str, **__: str) -> None:
        """Begin to answer."""
        self.set_nodelay(True)  # an answer is small and waits for nothing
        assert self._claims is not None
        self._sockets.open[self] = self._claims
        self._worker = asyncio.create_task(self._answer())

    async def on_message(self, message: str | bytes) -> None:
        """Take one frame; the next is read when there is a place for it."""
        await self._places.acquire()
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
        async with self._turns.on(envelope.get("subject")):
            if not await orders.ready():
                return _told(await orders.starting(account, envelope))
            person = self._sockets.person_of(account)
            if person is None:
                return _told(await orders.signed_out(account, envelope))
            return _told(await orders.take(person, envelope))

    async def _answer(self) -> None:
        """Write the answers in the order of the commands."""
        try:
            while (waiting := await self._answers.get()) is not None:
                await self.write_message(await waiting)
                self._places.release()
            self.close(POLICY, f"{BAD_IN_A_ROW} bad frames in a row")
        except WebSocketClosedError:
            pass  # what is not answered is asked again with the same ids
        except Exception as error:  # the boundary of a socket: it says so, the rest goes on
            log.error("command_socket_failed", exc_info=error)
            self.close(1011, "failed; ask again with the same ids")

    def on_close(self) -> None:
        """Forget the socket; what is under way goes on."""
        self._sockets.open.pop(self, None)
        if self._worker is not None:
            self._worker.cancel()

    def _turn_away(self, status: int, reason: str) -> None:
        log.warning("command_socket_refused", status=status, remote=self.request.remote_ip)
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if status == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="citywall"')
        self.finish(f"{reason}\n")


def _token(headers: Any) -> str:
    """Return the token offered by header or subprotocol, '' when none or several are."""
    lines = headers.get_list("Authorization")
    if lines:
        scheme, _, token = lines[0].partition(" ")
        return token.strip() if scheme.lower() == "bearer" and len(lines) == 1 else ""
    offered = [one.strip() for line in headers.get_list("Sec-WebSocket-Protocol") for one in line.split(",")]
    return next((one.removeprefix(BEARER) for one in offered if one.startswith(BEARER)), "")


def _read(message: str | bytes) -> dict[str, Any] | BadFrame:
    """Return the envelope in a frame, or what is bad about the frame."""
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


def _id(told: Any) -> str | None:
    """Return a command id that may be one."""
    return told if isinstance(told, str) and 1 <= len(told) <= 64 and told.isprintable() else None


def _told(answer: dict[str, Any]) -> bytes:
    return msgspec.json.encode(for_outside(answer))


def _error(bad: BadFrame) -> bytes:
    return msgspec.json.encode({"error": bad.text, "code": bad.code, "command_id": bad.batch})


def _help(frame: Mapping[str, Any]) -> bytes:
    told = frame.get("command_id")
    return msgspec.json.encode({"command_id": told if isinstance(told, str) else None, "help": VERB_HELP})


def _ready(answer: bytes) -> asyncio.Future[bytes]:
    done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    done.set_result(answer)
    return done
