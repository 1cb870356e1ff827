"""A browser's queue of what its channel sends: one write at a time, the newest frame of each layer."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["VIEWS_WAITING", "Watcher"]

VIEWS_WAITING = 40
"""Differences kept for a slow browser. When there are more, it gets the whole newest views instead."""


class Watcher:
    """One browser's send queue: the newest frame of each layer, texts in order, one write at a time.

    ``wide``: its page has the figures of a wide canvas. ``choice`` names what its map shows as heat, '' = the
    usual.
    """

    def __init__(self, write: Callable[[bytes, bool], Any], *, wide: bool = False, choice: str = "") -> None:
        self._write = write
        self.wide = wide
        self.choice = choice
        self.replaced: frozenset[str] = frozenset()
        """Keys of the layers that its choice replaces."""
        self._frames: dict[str, bytes] = {}
        self._texts: list[bytes] = []
        self._overflowed = False
        self._news = asyncio.Event()
        self.sent_bytes = 0

    def post_frame(self, key: str, data: bytes) -> None:
        """Queue a frame; it replaces an unsent frame of the same layer."""
        self._frames[key] = data
        self._news.set()

    def post_text(self, data: bytes) -> None:
        """Queue a text; when too many wait, drop all of them and send the whole views later."""
        if len(self._texts) >= VIEWS_WAITING:
            self._overflowed = True
            self._texts.clear()
        if not self._overflowed:
            self._texts.append(data)
        self._news.set()

    async def deliver(self, whole: Callable[[], Sequence[bytes]]) -> None:
        """Write the queue until cancelled; ``whole`` returns all views for a browser that fell behind."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._overflowed:
                self._overflowed = False
                self._texts = list(whole())
            while self._texts or self._frames:
                if self._texts:
                    data, binary = self._texts.pop(0), False
                else:
                    key = next(iter(self._frames))
                    data, binary = self._frames.pop(key), True
                await self._write(data, binary)
                self.sent_bytes += len(data)
