"""A browser's queue of what its channel sends: one write at a time, the newest frame of each layer."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

__all__ = ["VIEWS_WAITING", "Watcher"]

VIEWS_WAITING = 40
"""Differences kept for a slow browser. When there are more, it gets the whole newest views instead."""
TOGETHER: Final = 16_384
"""Messages up to this many bytes are written together; a larger one alone, because joining would copy it."""


class Watcher:
    """One browser's send queue: the newest frame of each layer, texts in order, one write at a time.

    It keeps messages as they go over the wire, and shares them with the other browsers: a slow one costs
    no memory of its own. ``wide``: its page has the figures of a wide canvas. ``choice`` names what its map
    shows as heat, '' = the usual.
    """

    def __init__(self, write: Callable[[bytes], Any], *, wide: bool = False, choice: str = "") -> None:
        self._write = write
        self.wide = wide
        self.choice = choice
        self.replaced: frozenset[str] = frozenset()
        """Keys of the layers that its choice replaces."""
        self._frames: dict[str, bytes] = {}
        self._ages: dict[str, bytes] = {}
        self._texts: deque[bytes] = deque()
        self._overflowed = False
        self._news = asyncio.Event()
        self._is_writing = False
        self.sent_bytes = 0
        self.frames_dropped = 0
        """Frames of which this browser got a newer one instead."""
        self.views_dropped = 0
        """How often it fell so far behind that it got all views anew."""

    @property
    def is_behind(self) -> bool:
        """Whether messages wait because the browser does not take the last ones."""
        return self._is_writing and (self.waiting > 0 or self._overflowed)

    @property
    def waiting(self) -> int:
        """How many messages wait: at most ``VIEWS_WAITING`` texts, one frame and one age of each layer."""
        return len(self._texts) + len(self._frames) + len(self._ages)

    def post_frame(self, slot: str, wire: bytes) -> None:
        """Queue a frame; it replaces an unsent one of the same layer, and what was to be said of its age."""
        self._ages.pop(slot, None)
        if slot in self._frames:
            self.frames_dropped += 1
        self._frames[slot] = wire

    def post_age(self, slot: str, wire: bytes) -> None:
        """Queue the age of a frame; it replaces an unsent age of the same layer."""
        self._ages[slot] = wire

    def post_text(self, wire: bytes) -> None:
        """Queue a text; when too many wait, drop all of them and send the whole views later."""
        if len(self._texts) >= VIEWS_WAITING:
            self._overflowed = True
            self.views_dropped += 1
            self._texts.clear()
        if not self._overflowed:
            self._texts.append(wire)

    def wake(self) -> None:
        """Let what was posted be written: all of a look together."""
        self._news.set()

    async def deliver(self, whole: Callable[[], Sequence[bytes]]) -> None:
        """Write the queue until cancelled; ``whole`` returns all views for a browser that fell behind."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._overflowed:
                self._overflowed = False
                self._texts.extend(whole())
            while wire := self._next():
                self._is_writing = True
                await self._write(wire)
                self._is_writing = False
                self.sent_bytes += len(wire)

    def _next(self) -> bytes:
        """Take the bytes of the next write: texts first, a frame before its age. Empty when nothing waits."""
        taken: list[bytes] = []
        room = TOGETHER
        while self._texts and (not taken or len(self._texts[0]) <= room):
            taken.append(self._texts.popleft())
            room -= len(taken[-1])
        for waiting in () if self._texts else (self._frames, self._ages):
            while waiting and (not taken or len(waiting[next(iter(waiting))]) <= room):
                taken.append(waiting.pop(next(iter(waiting))))
                room -= len(taken[-1])
            if waiting:
                break
        return taken[0] if len(taken) == 1 else b"".join(taken)
