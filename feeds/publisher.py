"""A client that publishes: what it was given is sent until it is answered, and counted once."""

import asyncio
import json
import math
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from feeds.protocol.answers import Ack, Rejection
from feeds.protocol.frames import MAX_RECORDS

__all__ = ["Ack", "PublishRefused", "Publisher", "Record", "Rejection"]

Record = dict[str, Any]

UNANSWERED: Final = 8
_FRAME_BYTES = 1_000_000
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0

log = structlog.get_logger(__name__)


class PublishRefused(Exception):  # named for what is so
    """The gateway does not let this token publish here, or a frame was bad: sending again is no use."""


class _Answer(msgspec.Struct):
    ack: str | None = None
    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = []
    last_id: str | None = None
    error: str | None = None


class _Batch(msgspec.Struct, eq=False):
    frame: bytes
    first: int
    done: asyncio.Future[Ack]


class Publisher:
    """Publishes to one topic; an async context manager.

    Reconnects for ever, with growing pauses, and sends again what was not answered (the gateway
    takes no id twice). ``url`` is ``ws://host:port``.
    """

    def __init__(self, url: str, topic: str, token: str) -> None:
        self._url = f"{url.rstrip('/')}/v1/publish/{topic}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._waiting: deque[_Batch] = deque()
        self._sent: deque[_Batch] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._life = secrets.token_hex(4)
        self._count = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for batch in (*self._sent, *self._waiting):
            batch.done.cancel()

    async def send(self, records: Sequence[Record]) -> Ack:
        """Publish records and wait until all are answered; rejections are by index in ``records``.

        Raises PublishRefused, ValueError when a single record is larger than a frame may be.
        """
        batches = [self._batch(first, texts) for first, texts in _cut([_text(r) for r in records])]
        self._waiting.extend(batches)
        self._news.set()
        acks = await asyncio.gather(*(batch.done for batch in batches))
        return Ack(
            sum(ack.accepted for ack in acks),
            sum(ack.duplicates for ack in acks),
            [
                msgspec.structs.replace(why, index=why.index + batch.first)
                for batch, ack in zip(batches, acks, strict=True)
                for why in ack.rejected
            ],
            next((ack.last_id for ack in reversed(acks) if ack.last_id), None),
        )

    def _batch(self, first: int, texts: list[str]) -> _Batch:
        self._count += 1
        frame = f'{{"batch":"{self._life}-{self._count}","records":[{",".join(texts)}]}}'
        return _Batch(frame.encode(), first, asyncio.get_running_loop().create_future())

    async def _run(self) -> None:
        delay = _FIRST_DELAY_S
        down = False
        while True:
            try:
                async with connect(
                    self._url, additional_headers=self._headers, compression=None, ping_timeout=60
                ) as socket:
                    if down:
                        log.info("publisher_connected", url=self._url)
                    delay, down = _FIRST_DELAY_S, False
                    await self._publish(socket)
            except InvalidStatus as error:
                if error.response.status_code in (401, 403, 404):
                    self._refuse(f"HTTP {error.response.status_code} from {self._url}")
                reason = str(error)
            except (OSError, InvalidHandshake, ConnectionClosed, EOFError, TimeoutError) as error:
                reason = str(error)
            if not down:
                log.warning("publisher_disconnected", url=self._url, reason=reason)
            down = True
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY_S)

    async def _publish(self, socket: ClientConnection) -> None:
        """Send and hear answers until the socket closes."""
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()
        self._news.set()
        sender = asyncio.create_task(self._send_all(socket))
        try:
            while True:
                answer = msgspec.json.decode(await socket.recv(), type=_Answer)
                batch = self._sent.popleft()
                self._news.set()
                if batch.done.done():
                    continue  # nobody waits any more
                if answer.error is not None:
                    batch.done.set_exception(PublishRefused(answer.error))
                else:
                    batch.done.set_result(
                        Ack(answer.accepted, answer.duplicates, answer.rejected, answer.last_id)
                    )
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _send_all(self, socket: ClientConnection) -> None:
        while True:
            self._news.clear()
            while self._waiting and len(self._sent) < UNANSWERED:
                batch = self._waiting.popleft()
                self._sent.append(batch)
                await socket.send(batch.frame, text=True)
            await self._news.wait()

    def _refuse(self, reason: str) -> None:
        for batch in (*self._sent, *self._waiting):
            if not batch.done.done():
                batch.done.set_exception(PublishRefused(reason))
        self._sent.clear()
        self._waiting.clear()


def _cut(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (index of the first, records) of batches that fit a frame."""
    some: list[str] = []
    first, size = 0, 0
    for index, text in enumerate(texts):
        length = len(text) if text.isascii() else len(text.encode())
        if length > _FRAME_BYTES:
            message = f"record {index}: {length} bytes, more than a frame may hold"
            raise ValueError(message)
        if some and (len(some) == MAX_RECORDS or size + length > _FRAME_BYTES):
            yield first, some
            some, first, size = [], index, 0
        some.append(text)
        size += length + 1
    if some:
        yield first, some


def _text(record: Record) -> str:
    """Return a record as JSON. What JSON cannot say (NaN, lone surrogates) is left to be rejected."""
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(_sayable(record))
    except ValueError:
        return _text(_sayable(record))
    return text


def _sayable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _sayable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sayable(inner) for inner in value]
    return value
