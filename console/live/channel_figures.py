"""What a channel counts of itself: for ``/metrics``, all scopes of a page together."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from console.live.watcher import Watcher

__all__ = ["ChannelFigures"]

T = TypeVar("T")


class ChannelFigures(msgspec.Struct):
    """Counts of one channel, or the sums of several.

    Counters never go back: what a watcher counted is added when it leaves. ``frame_at`` is the machine time
    of the newest frame sent, NaN before the first.
    """

    viewers: int = 0
    behind: int = 0
    """Viewers that do not take what was sent."""
    looks: int = 0
    cpu_s: float = 0.0
    """Processor time of the looks, on the event loop and in drawing threads."""
    bytes_out: int = 0
    frames_dropped: int = 0
    views_dropped: int = 0
    frame_at: float = math.nan

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count the processor time of this thread within the block; nothing else may await in it."""
        began = time.thread_time()
        try:
            yield
        finally:
            self.cpu_s += time.thread_time() - began

    def measuring(self, call: Callable[..., T], *given: object) -> T:
        """Return the result of a call, and count its processor time in the thread that it runs on."""
        with self.measured():
            return call(*given)

    def left(self, watcher: Watcher) -> None:
        """Add what a watcher counted that leaves."""
        self.frames_dropped += watcher.frames_dropped
        self.views_dropped += watcher.views_dropped

    def with_viewers(self, watchers: set[Watcher]) -> "ChannelFigures":
        """Return a copy that contains the present watchers."""
        found = msgspec.structs.replace(self, viewers=len(watchers))
        for watcher in watchers:
            found.behind += watcher.is_behind
            found.left(watcher)
        return found

    def add(self, other: "ChannelFigures") -> None:
        """Add the figures of another channel."""
        for name in ("viewers", "behind", "looks", "cpu_s", "bytes_out", "frames_dropped", "views_dropped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if not self.frame_at >= other.frame_at and not math.isnan(other.frame_at):
            self.frame_at = other.frame_at
