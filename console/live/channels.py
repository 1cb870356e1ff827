"""The channels of a console: one per page, or one per page and scope (``agency`` and a code)."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final

import msgspec

from console.live.channel import TIME_S, Channel
from console.live.channel_figures import ChannelFigures

__all__ = ["KEPT_S", "Channels", "Scoped"]

KEPT_S = 300.0
"""The channel of a scope is dropped after this time without a watcher, machine seconds."""
REST: Final = 4.0
"""Looks are followed by a pause of so many times their length, which is for clicks and the feed."""
REST_S: Final = 0.8
"""No pause is longer: one dear look does not make the next news late."""


class Scoped(msgspec.Struct, frozen=True):
    """The channels of a page that exists once per scope: the scopes that there are, and how one is made."""

    scopes: Container[str]
    make: Callable[[str], Channel]


class Channels:
    """All channels. A page's own one always exists; that of a scope is made when somebody first opens it."""

    def __init__(self, fixed: Mapping[str, Channel], scoped: Mapping[str, Scoped] | None = None) -> None:
        self._fixed = dict(fixed)
        self._scoped = dict(scoped or {})
        self._made: dict[tuple[str, str], Channel] = {}
        self._watched_at: dict[tuple[str, str], float] = {}
        self._dropped: defaultdict[str, ChannelFigures] = defaultdict(ChannelFigures)
        self._news = asyncio.Event()

    def has_page(self, page: str) -> bool:
        """Whether a page has channels."""
        return page in self._fixed or page in self._scoped

    def knows(self, page: str, scope: str = "") -> bool:
        """Whether there is, or can be made, a channel of a page and scope."""
        if page in self._scoped:
            return scope in self._scoped[page].scopes
        return page in self._fixed and not scope

    def channel(self, page: str, scope: str = "") -> Channel:
        """Return the channel of a page and scope. Raises KeyError for one that there is not."""
        if not self.knows(page, scope):
            raise KeyError(f"{page}:{scope}")
        if page in self._fixed:
            return self._fixed[page]
        key = (page, scope)
        if key not in self._made:
            self._made[key] = self._scoped[page].make(scope)
        return self._made[key]

    def __iter__(self) -> Iterator[tuple[str, Channel]]:
        """Yield every present channel with the name of its page."""
        yield from self._fixed.items()
        for (page, _), channel in self._made.items():
            yield page, channel

    def wake(self) -> None:
        """Say that there is news: the state changed, or somebody came."""
        self._news.set()

    async def run(self, clock: Callable[[], float], most_hz: float) -> None:
        """Look when there is news, and when time alone may change a look, until cancelled.

        The first news after a quiet moment is shown at once, then news is collected: there are at most
        ``most_hz`` looks a second, and fewer when looks are dear.
        """
        while True:
            self._news.clear()
            began = time.monotonic()
            due_at = await self.look(clock)
            took = time.monotonic() - began
            await asyncio.sleep(max(1.0 / most_hz - took, min(REST * took, REST_S)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(0.0, due_at - clock()), TIME_S)):
                    await self._news.wait()

    async def look(self, clock: Callable[[], float]) -> float:
        """Let every channel look, drop those that nobody watches any more; return when to look again.

        ``clock`` returns machine time. All channels look at one time, so that they share one common view.
        """
        now = clock()
        due_at = now + TIME_S
        for channel in self._fixed.values():
            due_at = min(due_at, await channel.look(now))
        for key, channel in list(self._made.items()):
            if channel.watchers:
                self._watched_at[key] = now
            elif now - self._watched_at.setdefault(key, now) >= KEPT_S:
                self._dropped[key[0]].add(channel.figures())
                del self._made[key], self._watched_at[key]
                continue
            due_at = min(due_at, await channel.look(now))
        return due_at

    def say(self, data: bytes) -> None:
        """Send a text to every watcher of every channel."""
        for _, channel in self:
            channel.say(data)

    def figures(self) -> dict[str, ChannelFigures]:
        """Return page → what its channels counted, all scopes together, dropped ones too."""
        found = {page: ChannelFigures() for page in (*self._fixed, *self._scoped)}
        for page, dropped in self._dropped.items():
            found[page].add(dropped)
        for page, channel in self:
            found[page].add(channel.figures())
        return found
