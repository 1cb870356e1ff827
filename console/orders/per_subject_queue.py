"""Per-subject queues: one sender's commands on one subject run in order; on different ones, in parallel."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

__all__ = ["PerSubjectQueues"]


class PerSubjectQueues:
    """One sender's queues; a subject's queue is removed when it is empty."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def on(self, subject: object) -> AsyncIterator[None]:
        """Wait for the earlier commands on the subject, then hold it; subjects that are no text share one."""
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
