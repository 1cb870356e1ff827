"""A channel: one look at the state per tick, one set of bytes for whoever watches."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from city.folding.store import Store
from city.state.ledger_state import CityState
from city.views.wall_seen import WallSeen
from console.live.encoding import ViewMemory, encode_frame, encode_text
from layers.contract import Frame, Layer, same
from layouts.contract import Card, View

__all__ = ["Channel", "Eyes", "Shown", "Watcher"]

log = structlog.get_logger()

VIEWS_WAITING = 40
"""Differences kept for a slow browser; behind that it gets the newest whole."""


AGE_TOLD_S = 10.0
"""An unchanged picture is sent again after so long, so that its age on the screen stays true."""


class Watcher:
    """One browser's mail: the newest of everything, differences in order, one write in flight."""

    def __init__(self, write: Callable[[bytes, bool], Any]) -> None:
        self._write = write
        self._frames: dict[str, bytes] = {}
        self._texts: list[bytes] = []
        self._overflowed = False
        self._news = asyncio.Event()
        self.sent_bytes = 0

    def post_frame(self, key: str, data: bytes) -> None:
        """Put a picture in the mail; an older one of the same layer that was not sent is forgotten."""
        self._frames[key] = data
        self._news.set()

    def post_text(self, data: bytes) -> None:
        """Put a text in the mail; too many waiting ones are forgotten for one whole later."""
        if len(self._texts) >= VIEWS_WAITING:
            self._overflowed = True
            self._texts.clear()
        if not self._overflowed:
            self._texts.append(data)
        self._news.set()

    async def deliver(self, whole: Callable[[], Sequence[bytes]]) -> None:
        """Write the mail for ever; ``whole`` gives everything anew to one who fell behind."""
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


Eyes = Callable[[CityState, float], WallSeen]
"""What a channel may see of the state at a machine moment: ``WallView.see``, or what sees more for a desk."""


class Shown(Protocol):
    """What a channel shows: its cards, its layers, and what is told about the pictures themselves."""

    @property
    def cards(self) -> Sequence[Card[Any]]:
        """The cards, looked at every tick."""
        ...

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers, drawn when they are due."""
        ...

    def keep(self, frame: Frame) -> None:
        """Remember a layer's newest frame."""
        ...

    def about(self, frames: Mapping[str, Frame], now: float) -> Mapping[str, View]:
        """Return views that tell what the frames show, such as the legend."""
        ...


class Channel:
    """A channel of a console. What a tick costs does not depend on the number of watchers.

    One that is ``idle_unwatched`` looks only while somebody watches, and says the whole anew to who comes
    first.
    """

    def __init__(
        self, store: Store, shown: Shown, eyes: Eyes, *, guard: bool = True, idle_unwatched: bool = False
    ) -> None:
        self._store = store
        self._eyes = eyes
        self._shown_by = shown
        self._guard = guard
        self._idle_unwatched = idle_unwatched
        self._memory = ViewMemory()
        self._looked: dict[str, tuple[Any, float]] = {}
        self._shown: dict[str, Frame] = {}
        self._frames: dict[str, bytes] = {}
        self._failed: set[str] = set()
        self.watchers: set[Watcher] = set()
        self.bytes_out = 0
        self.seen: WallSeen | None = None

    def join(self, watcher: Watcher, hello: bytes) -> None:
        """Let somebody watch: the whole first, then what changes."""
        watcher.post_text(hello)
        for data in self.whole():
            watcher.post_text(data)
        for key, data in self._frames.items():
            watcher.post_frame(key, data)
        self.watchers.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher."""
        self.watchers.discard(watcher)
        if self._idle_unwatched and not self.watchers:
            # What was said grows old from here on; the next to come must not be shown it as the present.
            self._memory, self._looked, self._shown, self._frames = ViewMemory(), {}, {}, {}
            self.seen = None

    def whole(self) -> list[bytes]:
        """Return everything that was said, as texts."""
        return [encode_text({"views": self._memory.whole()})]

    def say(self, data: bytes) -> None:
        """Send a text to every watcher."""
        self.bytes_out += len(data) * len(self.watchers)
        for watcher in self.watchers:
            watcher.post_text(data)

    async def look(self, now: float) -> None:
        """Look at the state once and tell the watchers what is new. ``now`` is machine time."""
        if self._idle_unwatched and not self.watchers:
            return
        seen = self._see(now)
        if seen is None:
            self._say_views({card.key: View(now, {"failed": True}, []) for card in self._shown_by.cards})
            return
        views = {**await self._views(seen, now), **self._shown_by.about(self._shown, now)}
        if self._idle_unwatched and not self.watchers:
            return  # they left meanwhile
        self._say_views(views)
        for layer in self._shown_by.layers:
            if self._is_due(layer.key, layer.reads, layer.every_s, seen, now):
                frame = await self._draw(layer, seen, now)
                if frame is not None:
                    self._show(frame)

    def _see(self, now: float) -> WallSeen | None:
        """Look; None = it failed, and the next tick tries again."""
        try:
            self.seen = self._eyes(self._store.state, now)
        except Exception as error:  # noqa: BLE001  # the boundary of a look: it says so, the console goes on
            self._say_failed("eyes", error)
            return None
        self._failed.discard("eyes")
        return self.seen

    def _say_views(self, views: Mapping[str, View]) -> None:
        changes = self._memory.changes(views)
        if changes:
            self.say(encode_text({"views": changes}))

    async def _views(self, seen: WallSeen, now: float) -> dict[str, View]:
        views = {}
        for card in self._shown_by.cards:
            await asyncio.sleep(0)  # a click is answered between two cards, not behind all of them
            try:
                views[card.key] = card.view(seen, now)
            except Exception as error:  # noqa: BLE001  # the boundary of a card: it says so, the rest goes on
                self._say_failed(card.key, error)
                views[card.key] = View(now, {"failed": True}, [])
            else:
                self._failed.discard(card.key)
        return views

    def _is_due(self, key: str, reads: Sequence[str], every_s: float, seen: WallSeen, now: float) -> bool:
        revision = tuple(seen.revisions.get(name, 0) for name in reads)
        before = self._looked.get(key)
        changed = before is None or before[0] != revision
        # What depends on age must be drawn again though nothing came in; that is what `every_s` is for.
        if before is not None and now - before[1] < (every_s if changed else max(every_s, 5.0)):
            return False
        self._looked[key] = (revision, now)
        return True

    async def _draw(self, layer: Layer, seen: WallSeen, now: float) -> Frame | None:
        try:
            # Datashader's kernels release the lock, so the loop goes on beside them.
            frame = await asyncio.to_thread(layer.frame, seen, now)
        except Exception as error:  # noqa: BLE001  # the boundary of a layer: it says so, the rest goes on
            self._say_failed(layer.key, error)
            return None
        self._failed.discard(layer.key)
        return frame

    def _show(self, frame: Frame) -> None:
        before = self._shown.get(frame.key)
        if before is not None and same(before, frame) and frame.as_of - before.as_of < AGE_TOLD_S:
            return
        data = encode_frame(frame)
        self._shown[frame.key] = frame
        self._shown_by.keep(frame)
        self._frames[frame.key] = data
        self.bytes_out += len(data) * len(self.watchers)
        for watcher in self.watchers:
            watcher.post_frame(frame.key, data)

    def _say_failed(self, key: str, error: Exception) -> None:
        if not self._guard:
            raise error
        if key not in self._failed:
            self._failed.add(key)
            log.error("part_failed", part=key, exc_info=error)
