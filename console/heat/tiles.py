"""Tiles of heat: each drawn once per version for all who ask, and kept while it is asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

__all__ = ["KEPT", "Tiles"]

KEPT: Final = 600
"""Most tiles that are kept: some 10 MB."""


class Tiles:
    """Single-flight: who asks for a tile that is being drawn waits for that drawing. For one event loop.

    ``most`` tiles are kept.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, asyncio.Future[bytes]] = OrderedDict()
        self.drawn = 0

    async def get(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """Return the tile of a key; ``draw`` runs in a thread, at most once for all who wait.

        Raises what ``draw`` raises; then the next one who asks draws again.
        """
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = asyncio.ensure_future(asyncio.to_thread(draw))
            self.drawn += 1
            found.add_done_callback(lambda done: self._settle(key, done))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return await asyncio.shield(found)

    def _settle(self, key: Hashable, done: asyncio.Future[bytes]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._kept.get(key) is done:
            del self._kept[key]
