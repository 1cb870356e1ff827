"""A client that subscribes: it always reconnects and resumes at its last cursor."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

__all__ = ["Message", "Subscriber"]

Message = dict[str, Any]

SILENCE_S: Final = 10.0
"""After so long without a message (heartbeats arrive every 2 s) the gateway counts as lost."""

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0

_decoder = msgspec.json.Decoder()


class Subscriber:
    """Subscribes to topics. ``url`` is ``ws://host:port``; ``since`` and ``past`` as in the protocol.

    ``cursor`` is where it resumes after a broken link (None: with a new snapshot).
    """

    def __init__(
        self, url: str, topics: Sequence[str], token: str | None, since: str | None = None, *,
        past: bool = False,
    ) -> None:  # fmt: skip
        self._url = f"{url.rstrip('/')}/v1/subscribe"
        self._topics = ",".join(topics)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.cursor = since
        self._past = past

    async def messages(self) -> AsyncIterator[Message]:
        """Yield messages without end: those of the gateway, and ``{"link": "up"|"down", "reason"}``.

        A link message is yielded once when the link breaks and once when it is restored.
        """
        delay, up = _FIRST_DELAY_S, None
        while True:
            try:
                async with connect(
                    self._address(), additional_headers=self._headers, compression=None,
                    max_size=None, ping_interval=None,
                ) as socket:  # fmt: skip
                    up = True
                    yield {"link": "up", "reason": ""}
                    async for message in self._received(socket):
                        delay = _FIRST_DELAY_S
                        yield message
                    reason = f"closed with {socket.close_code} {socket.close_reason or ''}".strip()
            except InvalidStatus as error:
                reason = f"HTTP {error.response.status_code}"
                if error.response.status_code == 400 and self.cursor is not None:
                    self.cursor = None  # the cursor is no longer valid: start with the current state
            except TimeoutError:
                reason = f"silent for {SILENCE_S:.0f} s"
            except (OSError, InvalidHandshake, EOFError) as error:
                reason = str(error) or type(error).__name__
            if up is not False:
                yield {"link": "down", "reason": reason}
            up = False
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY_S)

    def _address(self) -> str:
        asked = {"topics": self._topics}
        if self.cursor is not None:
            asked["since"] = self.cursor
        if self._past:
            asked["past"] = "1"
        return f"{self._url}?{urlencode(asked)}"

    async def _received(self, socket: ClientConnection) -> AsyncIterator[Message]:
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    message: Message = _decoder.decode(await socket.recv())
            except ConnectionClosed:
                return
            yield message
            # The cursor advances after the message was yielded; a lost message is sent again.
            content = message.get("hello") or message.get("beat") or message
            if not content.get("snapshot"):  # a hello's cursor counts only after the snapshot
                self.cursor = content.get("cursor") or self.cursor
