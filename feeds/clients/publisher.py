"""A client that publishes: it sends records until they are answered; repeated records count once."""

import asyncio
import json
import math
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self

import msgspec

from feeds.clients.answered_client import AnsweredClient, Refused
from feeds.protocol.answers import Ack, Rejection
from feeds.protocol.frames import MAX_RECORDS

__all__ = ["Ack", "PublishRefused", "Publisher", "Record", "Rejection"]

Record = dict[str, Any]

_FRAME_BYTES: Final = 1_000_000


class PublishRefused(Exception):
    """The gateway refuses the token or a frame, or was not reached in time: sending again is no use."""


class _Answer(msgspec.Struct):
    ack: str | None = None
    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = []
    last_id: str | None = None
    error: str | None = None


class Publisher:
    """Publishes to one topic; an async context manager.

    Reconnects with growing pauses and sends unanswered records again (the gateway ignores repeated ids),
    without end or until the gateway was unreachable for ``wait_s`` seconds. ``url`` is ``ws://host:port``.
    """

    def __init__(self, url: str, topic: str, token: str, *, wait_s: float | None = None) -> None:
        address = f"{url.rstrip('/')}/v1/publish/{topic}"
        self._client = AnsweredClient(address, token, name="publisher", wait_s=wait_s)
        self._run_id = secrets.token_hex(4)
        self._count = 0

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__()

    async def send(self, records: Sequence[Record]) -> Ack:
        """Publish records and wait for all answers; the index of a rejection refers to ``records``.

        Raises PublishRefused, ValueError when a single record is larger than a frame may be.
        """
        # All frames are sent before the first answer is awaited.
        cut = list(_cut([_text(record) for record in records]))
        answers = [self._client.ask(self._frame(texts)) for _, texts in cut]
        try:
            acks = [_ack(answer) for answer in await asyncio.gather(*answers)]
        except Refused as error:
            raise PublishRefused(str(error)) from error
        return Ack(
            sum(ack.accepted for ack in acks),
            sum(ack.duplicates for ack in acks),
            [
                msgspec.structs.replace(why, index=why.index + first)
                for (first, _), ack in zip(cut, acks, strict=True)
                for why in ack.rejected
            ],
            next((ack.last_id for ack in reversed(acks) if ack.last_id), None),
        )

    def _frame(self, texts: list[str]) -> bytes:
        self._count += 1
        return f'{{"batch":"{self._run_id}-{self._count}","records":[{",".join(texts)}]}}'.encode()


def _ack(answer: str | bytes) -> Ack:
    frame = msgspec.json.decode(answer, type=_Answer)
    if frame.error is not None:
        raise PublishRefused(frame.error)
    return Ack(frame.accepted, frame.duplicates, frame.rejected, frame.last_id)


def _cut(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (index of the first record, records) of batches that fit into a frame."""
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
    """Return a record as JSON. NaN and infinities become text, which the gateway rejects."""
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(_encodable(record))
    except ValueError:
        return _text(_encodable(record))
    return text


def _encodable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _encodable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(inner) for inner in value]
    return value
