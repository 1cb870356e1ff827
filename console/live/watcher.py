"""A browser's queue of what its channel sends: one write at a time, the newest frame of each layer."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

__all__ = ["VIEWS_WAITING", "Source", "Watcher"]

VIEWS_WAITING = 40
"""Differences kept for a slow browser. When there are more, it gets the whole newest views instead."""
TOGETHER: Final = 16_384
"""Messages up to this many bytes are written together; a larger one alone, because joining would copy it."""


class Source(Protocol):
    """What a watcher needs of its channel."""

    def whole(self) -> Sequence[bytes]:
        """Return all present views, as messages."""
        ...

    def leave(self, watcher: "Watcher") -> None:
        """Forget a watcher."""
        ...


class Watcher:
    """One browser's send queue: the newest frame of each layer, texts in order, one write at a time.

    It keeps messages as they go over the wire, and shares them with the other browsers: a slow one costs
    no memory of its own. ``write`` sends bytes; its future is done when the kernel has them, and failed when
    the browser has left. ``wide``: its page has the figures of a wide canvas. ``choice`` names what its map
    shows as heat, '' = the usual.

    A console has thousands of these, and most of the time nothing waits in them. So there is no task, event
    or deque: each of these takes more memory than all the rest.
    """

    __slots__ = (
        "_ages", "_frames", "_is_due", "_is_writing", "_overflowed", "_texts", "_write", "channel", "choice",
        "frames_dropped", "replaced", "views_dropped", "wide",
    )  # fmt: skip

    def __init__(
        self, write: Callable[[bytes], asyncio.Future[None]], *, wide: bool = False, choice: str = ""
    ) -> None:
        self._write = write
        self.wide = wide
        self.choice = choice
        self.channel: Source | None = None
        """The channel that it has joined; it gets all views anew from there and leaves when a write fails."""
        self.replaced: frozenset[str] = _NONE
        """Keys of the layers that its choice replaces."""
        self._frames: dict[str, bytes] = {}
        self._ages: dict[str, bytes] = {}
        self._texts: list[bytes] = []
        self._overflowed = self._is_due = self._is_writing = False
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
        """Let what was posted be written, soon: all of a look together. Nothing while a write goes on."""
        if not self._is_due and not self._is_writing:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._write_waiting)

    def _write_waiting(self) -> None:
        """Write until nothing waits or the browser takes no more; the end of its last write calls again."""
        self._is_due = False
        if self._overflowed and self.channel is not None:
            self._overflowed = False
            self._texts += self.channel.whole()
        while wire := self._next():
            written = self._write(wire)
            if not written.done():
                self._is_writing = True
                written.add_done_callback(self._written)
                return
            if not self._is_taken(written):
                return

    def _written(self, written: asyncio.Future[None]) -> None:
        self._is_writing = False
        if self._is_taken(written):
            self._write_waiting()

    def _is_taken(self, written: asyncio.Future[None]) -> bool:
        """Whether a write came to its end; else the browser has left, and its channel forgets it."""
        is_taken = not written.cancelled() and written.exception() is None
        if not is_taken and self.channel is not None:
            self.channel.leave(self)
        return is_taken

    def _next(self) -> bytes:
        """Take the bytes of the next write: texts first, a frame before its age. Empty when nothing waits."""
        taken: list[bytes] = []
        room = TOGETHER
        while self._texts and (not taken or len(self._texts[0]) <= room):
            taken.append(self._texts.pop(0))
            room -= len(taken[-1])
        for waiting in () if self._texts else (self._frames, self._ages):
            while waiting and (not taken or len(waiting[next(iter(waiting))]) <= room):
                taken.append(waiting.pop(next(iter(waiting))))
                room -= len(taken[-1])
            if waiting:
                break
        if not self._frames and not self._ages:
            self._frames, self._ages = {}, {}  # an emptied dict keeps its room
        return taken[0] if len(taken) == 1 else b"".join(taken)


_NONE: Final[frozenset[str]] = frozenset()
