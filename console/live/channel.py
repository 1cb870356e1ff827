"""A channel: projects the state once per tick and encodes it once for all watchers."""

import asyncio
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Protocol

import structlog

from city.folding.store import Store
from city.state.ledger_state import CityState
from city.views.response.briefing_seen import BriefingSeen
from city.views.wall_seen import PageSeen
from console.live.encoding import ViewMemory, encode_age, encode_frame, encode_text
from layers.contract import Frame, Layer, same
from layouts.contract import Card, View

__all__ = ["Channel", "Projection", "Shown", "Watcher"]

log = structlog.get_logger()

VIEWS_WAITING = 40
"""Differences kept for a slow browser. When there are more, it gets the whole newest views instead."""


RESEND_S = 10.0
"""The age of an unchanged frame is told again after this time; the frame itself is not sent again."""


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


ChannelSeen = PageSeen | BriefingSeen
Projection = Callable[[CityState, float], ChannelSeen]
"""Returns what a channel may see of the state at a machine time: ``WallView.see``, ``DeskProjection`` …."""


class Shown(Protocol):
    """What a channel shows: its cards, its layers, and the views about its frames."""

    @property
    def cards(self) -> Sequence[Card[Any]]:
        """The cards, whose views are computed every tick."""
        ...

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers, drawn when they are due."""
        ...

    def keep(self, frame: Frame) -> None:
        """Store a layer's newest frame."""
        ...

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return the layers that take the place of those of the same key for who chose them."""
        ...

    def about(self, frames: Mapping[str, Frame], now: float) -> Mapping[str, View]:
        """Return views that describe the frames, such as the legend."""
        ...


def _slot(key: str, choice: str) -> str:
    """Return under which name a channel keeps a layer's frame."""
    return f"{key}@{choice}" if choice else key


def _key_and_choice(slot: str) -> tuple[str, str]:
    key, _, choice = slot.partition("@")
    return key, choice


class Channel:
    """A channel of a console. The cost of a tick does not depend on the number of watchers.

    An ``idle_unwatched`` channel works only while somebody watches, and sends all views to the first watcher.
    The frames of the layers ``wide_only`` are sent to wide watchers alone, the same bytes to each of them.
    """

    def __init__(
        self,
        store: Store,
        shown: Shown,
        projection: Projection,
        *,
        guard: bool = True,
        idle_unwatched: bool = False,
        wide_only: Container[str] = (),
    ) -> None:
        self._store = store
        self._projection = projection
        self._shown_by = shown
        self._guard = guard
        self._idle_unwatched = idle_unwatched
        self._wide_only = wide_only
        self._memory = ViewMemory()
        self._drawn: dict[str, tuple[Any, float]] = {}
        self._shown: dict[str, Frame] = {}
        self._frames: dict[str, bytes] = {}
        self._ages: dict[str, bytes] = {}
        """What was told of the age of an unchanged frame since it was sent."""
        self._failed: set[str] = set()
        self.watchers: set[Watcher] = set()
        self.bytes_out = 0
        self.seen: ChannelSeen | None = None

    def join(self, watcher: Watcher, hello: bytes) -> None:
        """Add a watcher: it gets all views first, then the changes."""
        watcher.post_text(hello)
        for data in self.whole():
            watcher.post_text(data)
        if watcher.choice:
            watcher.replaced = frozenset(layer.key for layer in self._shown_by.chosen(watcher.choice))
        for slot, data in self._frames.items():
            if self._wants(watcher, *_key_and_choice(slot)):
                watcher.post_frame(slot, data)
                if slot in self._ages:
                    watcher.post_frame(f"{slot}#age", self._ages[slot])
        self.watchers.add(watcher)

    def _wants(self, watcher: Watcher, key: str, choice: str) -> bool:
        if key in self._wide_only and not watcher.wide:
            return False
        return watcher.choice == choice if choice else key not in watcher.replaced

    def leave(self, watcher: Watcher) -> None:
        """Remove a watcher."""
        self.watchers.discard(watcher)
        if watcher.choice and not any(other.choice == watcher.choice for other in self.watchers):
            for kept in (self._drawn, self._shown, self._frames, self._ages):
                for slot in [one for one in kept if _key_and_choice(one)[1] == watcher.choice]:
                    del kept[slot]
        if self._idle_unwatched and not self.watchers:
            # From now on the views are not updated: the next watcher must not get them as present.
            self._memory, self._drawn, self._shown = ViewMemory(), {}, {}
            self._frames, self._ages = {}, {}
            self.seen = None

    def whole(self) -> list[bytes]:
        """Return all present views, as texts."""
        return [encode_text({"views": self._memory.whole()})]

    def say(self, data: bytes) -> None:
        """Send a text to every watcher."""
        self.bytes_out += len(data) * len(self.watchers)
        for watcher in self.watchers:
            watcher.post_text(data)

    async def look(self, now: float) -> None:
        """Project the state once and send the changes to the watchers. ``now`` is machine time."""
        if self._idle_unwatched and not self.watchers:
            return
        seen = self._see(now)
        if seen is None:
            self._say_views({card.key: View(now, {"failed": True}, []) for card in self._shown_by.cards})
            return
        views = {**await self._views(seen, now), **self._shown_by.about(self._shown, now)}
        if self._idle_unwatched and not self.watchers:
            return  # all watchers left meanwhile
        self._say_views(views)
        await self._draw_due(self._shown_by.layers, "", seen, now)
        for choice in sorted({watcher.choice for watcher in self.watchers} - {""}):
            await self._draw_due(self._shown_by.chosen(choice), choice, seen, now)

    async def _draw_due(self, layers: Sequence[Layer], choice: str, seen: ChannelSeen, now: float) -> None:
        for layer in layers:
            if self._is_due(_slot(layer.key, choice), layer.reads, layer.every_s, seen, now):
                frame = await self._draw(layer, seen, now)
                is_wanted = not choice or any(one.choice == choice for one in self.watchers)
                if frame is not None and is_wanted:
                    self._show(frame, choice)

    def _see(self, now: float) -> ChannelSeen | None:
        """Return the projected state; None = it failed, and the next tick tries again."""
        try:
            self.seen = self._projection(self._store.state, now)
        except Exception as error:  # noqa: BLE001  # boundary of a projection: log it; the console continues
            self._log_failed("projection", error)
            return None
        self._failed.discard("projection")
        return self.seen

    def _say_views(self, views: Mapping[str, View]) -> None:
        changes = self._memory.changes(views)
        if changes:
            self.say(encode_text({"views": changes}))

    async def _views(self, seen: ChannelSeen, now: float) -> dict[str, View]:
        views = {}
        for card in self._shown_by.cards:
            await asyncio.sleep(0)  # so that a click waits for one card at most
            try:
                views[card.key] = card.view(seen, now)
            except Exception as error:  # noqa: BLE001  # boundary of a card: log it; the others continue
                self._log_failed(card.key, error)
                views[card.key] = View(now, {"failed": True}, [])
            else:
                self._failed.discard(card.key)
        return views

    def _is_due(self, key: str, reads: Sequence[str], every_s: float, seen: ChannelSeen, now: float) -> bool:
        revision = tuple(seen.revisions.get(name, 0) for name in reads)
        before = self._drawn.get(key)
        changed = before is None or before[0] != revision
        # A layer that shows ages must be drawn again although nothing changed, hence the upper limit.
        if before is not None and now - before[1] < (every_s if changed else max(every_s, 5.0)):
            return False
        self._drawn[key] = (revision, now)
        return True

    async def _draw(self, layer: Layer, seen: ChannelSeen, now: float) -> Frame | None:
        try:
            # Datashader's kernels release the GIL, so the event loop runs meanwhile.
            frame = await asyncio.to_thread(layer.frame, seen, now)
        except Exception as error:  # noqa: BLE001  # boundary of a layer: log it; the others continue
            self._log_failed(layer.key, error)
            return None
        self._failed.discard(layer.key)
        return frame

    def _show(self, frame: Frame, choice: str = "") -> None:
        slot = _slot(frame.key, choice)
        before = self._shown.get(slot)
        is_same = before is not None and same(before, frame)
        if is_same and before is not None and frame.as_of - before.as_of < RESEND_S:
            return
        self._shown[slot] = frame
        if not choice:
            self._shown_by.keep(frame)
        if is_same:
            data = self._ages[slot] = encode_age(frame)
        else:
            data = self._frames[slot] = encode_frame(frame)
            self._ages.pop(slot, None)
        for watcher in self.watchers:
            if self._wants(watcher, frame.key, choice):
                self.bytes_out += len(data)
                watcher.post_frame(f"{slot}#age" if is_same else slot, data)

    def _log_failed(self, key: str, error: Exception) -> None:
        if not self._guard:
            raise error
        if key not in self._failed:
            self._failed.add(key)
            log.error("part_failed", part=key, exc_info=error)
