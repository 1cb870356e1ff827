"""Turns: what one sender says of one subject is done in order, of different subjects at once."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

__all__ = ["PerSubjectQueues"]


class PerSubjectQueues:
    """One sender's turns; a subject that nobody waits for is forgotten."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def on(self, subject: object) -> AsyncIterator[None]:
        """Hold the subject until those who came before are done with it; texts alone are subjects."""
        key = subject if isinstance(subject, str) else ""
        lock, count = self._waiting.get(key, (asyncio.Lock(), 0))
        self._waiting[key] = (lock, count + 1)
        try:
            async with lock:
                yield
        finally:
            lock, count = self._waiting[key]
            if count == 1:
                del self._waiting[key]
            else:
                self._waiting[key] = (lock, count - 1)
