"""The frames that a channel sent last, and which of its watchers get which."""

from collections.abc import Callable, Container, Iterable, Sequence

from console.live.encoding import encode_age, encode_frame
from console.live.watcher import Watcher
from console.live.wire import binary_message
from layers.contract import Frame, Layer, same

__all__ = ["RESEND_S", "FrameMemory", "slot_of"]

RESEND_S = 10.0
"""The age of an unchanged frame is told again after this time; the frame itself is not sent again."""


class FrameMemory:
    """The newest frame of each layer, encoded once, the usual ones and those of each choice of heat.

    The frames of the layers ``wide_only`` are for wide watchers alone. ``chosen`` returns the layers that
    take the place of those of the same key for who made a choice.
    """

    def __init__(self, wide_only: Container[str], chosen: Callable[[str], Sequence[Layer]]) -> None:
        self.shown: dict[str, Frame] = {}
        """By layer; those of a choice under ``<layer>@<choice>``."""
        self._wide_only = wide_only
        self._chosen = chosen
        self._sent: dict[str, bytes] = {}
        self._ages: dict[str, bytes] = {}
        """What was told of the age of an unchanged frame since it was sent."""

    def greet(self, watcher: Watcher) -> None:
        """Post all present frames to a new watcher."""
        if watcher.choice:
            watcher.replaced = frozenset(layer.key for layer in self._chosen(watcher.choice))
        for slot, wire in self._sent.items():
            key, _, choice = slot.partition("@")
            if self._wants(watcher, key, choice):
                watcher.post_frame(slot, wire)
                if slot in self._ages:
                    watcher.post_age(slot, self._ages[slot])

    def take(self, frame: Frame, choice: str, watchers: Iterable[Watcher]) -> tuple[int, int]:
        """Post a frame, or only its age if it is as before; return the bytes posted to one, and to all.

        Nobody is woken: the frames of a look are written together.
        """
        slot = slot_of(frame.key, choice)
        before = self.shown.get(slot)
        is_same = before is not None and same(before, frame)
        if is_same and before is not None and frame.as_of - before.as_of < RESEND_S:
            return 0, 0
        self.shown[slot] = frame
        if is_same:
            wire = self._ages[slot] = binary_message(encode_age(frame))
        else:
            wire = self._sent[slot] = binary_message(encode_frame(frame))
            self._ages.pop(slot, None)
        wanting = [watcher for watcher in watchers if self._wants(watcher, frame.key, choice)]
        for watcher in wanting:
            (watcher.post_age if is_same else watcher.post_frame)(slot, wire)
        return len(wire), len(wire) * len(wanting)

    def drop(self, choice: str) -> None:
        """Forget the frames of a choice that nobody makes any more: the next one must not get them."""
        for slot in [one for one in self._sent if one.endswith(f"@{choice}")]:
            del self._sent[slot], self.shown[slot]
            self._ages.pop(slot, None)

    def _wants(self, watcher: Watcher, key: str, choice: str) -> bool:
        if key in self._wide_only and not watcher.wide:
            return False
        return watcher.choice == choice if choice else key not in watcher.replaced


def slot_of(key: str, choice: str) -> str:
    """Return under which name a layer of a choice is kept."""
    return f"{key}@{choice}" if choice else key
