"""A channel: looks at the state when something changed, and encodes it once for all watchers."""

import asyncio
import math
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
import structlog

from city.folding.store import Store
from city.state.ledger_state import CityState
from city.views.response.briefing_seen import BriefingSeen
from city.views.wall_seen import PageSeen
from console.live.channel_figures import ChannelFigures
from console.live.encoding import ViewMemory, encode_text
from console.live.frame_memory import FrameMemory, slot_of
from console.live.watcher import Watcher
from console.live.wire import text_message
from layers.contract import Frame, Layer
from layouts.contract import Card, View, each_second

__all__ = ["TIME_S", "Channel", "Projection", "Shown"]

log = structlog.get_logger()

TIME_S: Final = 1.0
"""Time alone changes a look: limits pass, objects become lost. So a channel looks this often without news."""
MOVES_S: Final = 5.0
"""An unchanged layer is drawn again after this time: its windows move, its objects become lost."""
FRAME_BYTES_A_SECOND: Final = 64_000
"""The next frame of a layer waits until its last one is paid at this rate: small ones follow at once."""
TELEMETRY: Final = frozenset({"readings", "units", "detections", "cameras", "sources"})
"""The slices that change many times a second; a channel that shows none of them does not look at them."""


ChannelSeen = PageSeen | BriefingSeen
Projection = Callable[[CityState, float], ChannelSeen]
"""Returns what a channel may see of the state at a machine time: ``WallView.see``, ``DeskProjection`` …."""


class Shown(Protocol):
    """What a channel shows: its cards, its layers, and the views about its frames."""

    @property
    def cards(self) -> Sequence[Card[Any]]:
        """The cards. A view is computed when a slice that its card reads changed, or with the time."""
        ...

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers, drawn when they are due."""
        ...

    def about(self, frames: Mapping[str, Frame], now: float) -> Mapping[str, View]:
        """Return views that describe the frames, such as the legend."""
        ...

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return the layers that take the place of those of the same key for who chose them."""
        ...


class _Drawn(msgspec.Struct, frozen=True):
    """When a layer was drawn, of which revisions, and for how long its bytes make it wait."""

    revision: tuple[object, ...]
    at: float
    pace_s: float = 0.0


class Channel:
    """A channel of a console. The cost of a look does not depend on the number of watchers.

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
        read = (*(card.reads for card in shown.cards), *(layer.reads for layer in shown.layers))
        self._unread = TELEMETRY.difference(*read)
        self._failed: set[str] = set()
        self.watchers: set[Watcher] = set()
        self.counted = ChannelFigures()
        self._forget()

    def _forget(self) -> None:
        self._memory = ViewMemory()
        self._viewed: dict[str, tuple[object, ...]] = {}
        self._drawn: dict[str, _Drawn] = {}
        self._frames = FrameMemory(self._wide_only, self._shown_by.chosen)
        self._known: dict[str, int] | None = None
        self._timed: dict[str, int] | None = None
        self._timed_at = self._due_at = -math.inf
        self.seen: ChannelSeen | None = None

    def join(self, watcher: Watcher, hello: bytes) -> None:
        """Add a watcher: it gets all views first, then the changes."""
        watcher.channel = self
        watcher.post_text(text_message(hello))
        for wire in self.whole():
            watcher.post_text(wire)
        self._frames.greet(watcher)
        watcher.wake()
        self.watchers.add(watcher)
        if watcher.choice:
            self._due_at = -math.inf  # nobody may have drawn it yet

    def leave(self, watcher: Watcher) -> None:
        """Remove a watcher."""
        if watcher in self.watchers:
            self.watchers.discard(watcher)
            self.counted.left(watcher)
        if watcher.choice and watcher.choice not in self._choices():
            self._frames.drop(watcher.choice)
            kept = self._drawn.items()
            self._drawn = {slot: one for slot, one in kept if not slot.endswith(f"@{watcher.choice}")}
        if self._idle_unwatched and not self.watchers:
            self._forget()  # the views are not updated: the next watcher must not get them as present

    def whole(self) -> list[bytes]:
        """Return all present views, as messages."""
        return [text_message(encode_text({"views": self._memory.whole()}))]

    def figures(self) -> ChannelFigures:
        """Return what this channel counted, its present watchers included."""
        return self.counted.with_viewers(self.watchers)

    def say(self, data: bytes) -> None:
        """Send a text to every watcher."""
        wire = text_message(data)
        self.counted.bytes_out += len(wire) * len(self.watchers)
        for watcher in self.watchers:
            watcher.post_text(wire)
            watcher.wake()

    async def look(self, now: float) -> float:
        """Send what changed since the last look; return when to look again even without any change.

        ``now`` and the result are machine time. A look that has no news and for which it is not time costs
        nothing, and any other what changed.
        """
        if self._is_idle():
            return math.inf
        revisions = dict(self._store.state.revisions)
        known = {name: count for name, count in revisions.items() if name not in self._unread}
        is_time = not 0.0 <= now - self._timed_at < TIME_S
        if not is_time and (not self.watchers or (now < self._due_at and known == self._known)):
            return self._timed_at + TIME_S if not self.watchers else self._due_at
        self.counted.looks += 1
        seen = self._see(now)
        if seen is None:
            self._viewed.clear()
            self._say_views({card.key: View(now, {"failed": True}, []) for card in self._shown_by.cards})
            return now + TIME_S
        self._known = known
        revisions |= seen.revisions
        if is_time:
            # Whatever changed within the last second, also what a card does not say that it reads.
            again = each_second if revisions == self._timed else None
            self._timed, self._timed_at = revisions, now
            self._viewed = {} if again is None else self._without(again)
        await self._show_cards(seen, revisions, now)
        await self._show_layers(seen, revisions, now)
        return self._due_at

    def _is_idle(self) -> bool:
        return self._idle_unwatched and not self.watchers

    def _without(self, slice_: str) -> dict[str, tuple[object, ...]]:
        """Return the revisions of the views except of the cards that read a slice."""
        gone = {card.key for card in self._shown_by.cards if slice_ in card.reads}
        return {key: revision for key, revision in self._viewed.items() if key not in gone}

    def _see(self, now: float) -> ChannelSeen | None:
        """Return the projected state; None = it failed, and the next look tries again."""
        try:
            self.seen = self.counted.measuring(self._projection, self._store.state, now)
        except Exception as error:  # noqa: BLE001  # boundary of a projection: log it; the console continues
            self._log_failed("projection", error)
            return None
        self._failed.discard("projection")
        return self.seen

    def _say_views(self, views: Mapping[str, View]) -> None:
        with self.counted.measured():
            changes = self._memory.changes(views)
            if changes:
                self.say(encode_text({"views": changes}))

    async def _show_cards(self, seen: ChannelSeen, revisions: Mapping[str, int], now: float) -> None:
        views = {}
        for card in self._shown_by.cards:
            revision = _revision(card.reads, revisions)
            if self._viewed.get(card.key) == revision:
                continue
            await asyncio.sleep(0)  # so that a click waits for one card at most
            self._viewed[card.key] = revision
            try:
                views[card.key] = self.counted.measuring(card.view, seen, now)
            except Exception as error:  # noqa: BLE001  # boundary of a card: log it; the others continue
                self._log_failed(card.key, error)
                views[card.key] = View(now, {"failed": True}, [])
            else:
                self._failed.discard(card.key)
        if not self._is_idle():  # all watchers may have left meanwhile
            self._say_views(views)

    async def _show_layers(self, seen: ChannelSeen, revisions: Mapping[str, int], now: float) -> None:
        due_at, is_new = self._timed_at + TIME_S, False
        for choice, layer in self._layers():
            slot, revision = slot_of(layer.key, choice), _revision(layer.reads, revisions)
            at = self._due_of(slot, layer, revision)
            if at > now:
                due_at = min(due_at, at)
                continue
            self._drawn[slot] = _Drawn(revision, now)
            frame = await self._draw(layer, seen, now)
            if self._is_idle():
                return
            if frame is None or (choice and choice not in self._choices()):
                continue
            sent = self._show(frame, choice)
            if sent:
                is_new = True
                self._drawn[slot] = _Drawn(revision, now, sent / FRAME_BYTES_A_SECOND)
        self._due_at = due_at
        if is_new:
            self._say_views(self._shown_by.about(self._frames.shown, now))
            for watcher in self.watchers:  # one write for all frames of a look and what they are about
                watcher.wake()

    def _choices(self) -> set[str]:
        return {watcher.choice for watcher in self.watchers} - {""}

    def _layers(self) -> list[tuple[str, Layer]]:
        """Return the layers that somebody sees, each with the choice that it belongs to ('' = none)."""
        chosen = [
            (choice, layer) for choice in sorted(self._choices()) for layer in self._shown_by.chosen(choice)
        ]
        return [*(("", layer) for layer in self._shown_by.layers), *chosen]

    def _due_of(self, slot: str, layer: Layer, revision: tuple[object, ...]) -> float:
        """Return the machine time at which a layer is to be drawn."""
        before = self._drawn.get(slot)
        if before is None:
            return -math.inf
        pause = max(layer.every_s, before.pace_s)
        return before.at + (pause if before.revision != revision else max(pause, MOVES_S))

    async def _draw(self, layer: Layer, seen: ChannelSeen, now: float) -> Frame | None:
        try:
            # Datashader's kernels release the GIL, so the event loop runs meanwhile.
            frame = await asyncio.to_thread(self.counted.measuring, layer.frame, seen, now)
        except Exception as error:  # noqa: BLE001  # boundary of a layer: log it; the others continue
            self._log_failed(layer.key, error)
            return None
        self._failed.discard(layer.key)
        return frame

    def _show(self, frame: Frame, choice: str) -> int:
        """Post a frame unless it is as before; return its size, 0 if it is not posted."""
        with self.counted.measured():
            size, sent = self._frames.take(frame, choice, self.watchers)
        self.counted.bytes_out += sent
        if size:
            self.counted.frame_at = frame.as_of
        return size

    def _log_failed(self, key: str, error: Exception) -> None:
        if not self._guard:
            raise error
        if key not in self._failed:
            self._failed.add(key)
            log.error("part_failed", part=key, exc_info=error)


def _revision(reads: Sequence[str], revisions: Mapping[str, int]) -> tuple[object, ...]:
    return tuple(revisions.get(name, 0) for name in reads)
