"""A client whose frames are answered one by one, in order; it sends unanswered frames again."""

import asyncio
from collections import deque
from typing import Any, Final, Self

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

__all__ = ["UNANSWERED", "AnsweredClient", "Refused"]

UNANSWERED: Final = 8
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0
_OPEN_TIMEOUT_S = 10.0

log = structlog.get_logger(__name__)


class Refused(Exception):
    """The server refuses this token, or was not reached in time: repeating is no use."""


class _Question:
    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.answer: asyncio.Future[str | bytes] = asyncio.get_running_loop().create_future()


class AnsweredClient:
    """Sends frames over one socket; an async context manager.

    Reconnects with growing pauses and sends unanswered frames again; the server must ignore repeated ids. At
    most UNANSWERED frames are in flight. With ``wait_s`` None it reconnects without end; else waiting frames
    are refused after the server was unreachable for ``wait_s`` seconds.
    """

    def __init__(self, url: str, token: str, *, name: str, wait_s: float | None = None) -> None:
        self._url = url
        self._name = name
        self._wait_s = wait_s
        self._unreachable_since: float | None = None
        self._headers = {"Authorization": f"Bearer {token}"}
        self._waiting: deque[_Question] = deque()
        self._sent: deque[_Question] = deque()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for question in (*self._sent, *self._waiting):
            question.answer.cancel()

    def ask(self, frame: bytes) -> asyncio.Future[str | bytes]:
        """Return a future of the answer to a frame; it raises Refused when the server refuses the token."""
        question = _Question(frame)
        self._waiting.append(question)
        self._changed.set()
        return question.answer

    async def _run(self) -> None:
        delay = _FIRST_DELAY_S
        down = False
        connected: float | None = None
        patience = _OPEN_TIMEOUT_S if self._wait_s is None else min(_OPEN_TIMEOUT_S, max(self._wait_s, 0.1))
        while True:
            since = self._now()
            try:
                async with connect(
                    self._url, additional_headers=self._headers, compression=None, ping_timeout=60,
                    open_timeout=patience,
                ) as socket:  # fmt: skip
                    if down:
                        self._log(log.info, "connected")
                    delay, down, connected = _FIRST_DELAY_S, False, self._now()
                    await self._exchange(socket)
            except InvalidStatus as error:
                if error.response.status_code in (401, 403, 404):
                    self._refuse(f"HTTP {error.response.status_code} from {self._url}")
                reason = str(error)
            except (OSError, InvalidHandshake, ConnectionClosed, EOFError, TimeoutError) as error:
                reason = str(error)
            if not down:
                self._log(log.warning, "disconnected", reason=reason)
            down = True
            if connected is not None and self._now() - connected > _LONGEST_DELAY_S:
                self._unreachable_since = since = self._now()
            connected = None
            await asyncio.sleep(self._pause(since, delay, reason))
            delay = min(delay * 2, _LONGEST_DELAY_S)

    async def _exchange(self, socket: ClientConnection) -> None:
        """Send frames and receive answers until the socket closes."""
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()
        self._changed.set()
        sender = asyncio.create_task(self._send_all(socket))
        try:
            while True:
                answer = await socket.recv()
                self._unreachable_since = None
                if not self._sent:
                    continue  # no frame waits for an answer
                question = self._sent.popleft()
                self._changed.set()
                if not question.answer.done():  # else the caller has cancelled it
                    question.answer.set_result(answer)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _send_all(self, socket: ClientConnection) -> None:
        while True:
            self._changed.clear()
            while self._waiting and len(self._sent) < UNANSWERED:
                question = self._waiting.popleft()
                self._sent.append(question)
                await socket.send(question.frame, text=True)
            await self._changed.wait()

    def _pause(self, since: float, delay: float, reason: str) -> float:
        """Return the seconds to the next attempt; refuse waiting frames when ``wait_s`` is over."""
        if self._unreachable_since is None:
            self._unreachable_since = since
        if self._wait_s is None:
            return delay
        left = self._unreachable_since + self._wait_s - self._now()
        if left <= 0.0:
            self._refuse(f"{self._url} was not reached for {self._wait_s:g} s: {reason}")
            return delay
        return min(delay, left)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _refuse(self, reason: str) -> None:
        for question in (*self._sent, *self._waiting):
            if not question.answer.done():
                question.answer.set_exception(Refused(reason))
        self._sent.clear()
        self._waiting.clear()

    def _log(self, write: Any, what: str, **more: str) -> None:
        write(f"{self._name}_{what}", url=self._url, **more)
