"""The recent deliveries of one log, kept for all subscribers."""

from bisect import bisect_right
from typing import Any

from feeds.gateway.deliveries import Delivery

__all__ = ["BEHIND_BYTES", "BEHIND_S", "Ring"]

BEHIND_S, BEHIND_BYTES = 60.0, 64 * 2**20
"""A subscriber farther behind is closed; older deliveries are not kept in memory."""

_KEPT_S = BEHIND_S + 5.0
_DROP_AT = 64


class Ring:
    """The recent deliveries of one log, in order. ``start`` is the position before the first one."""

    def __init__(self) -> None:
        self.start: Any = None
        self.end: Any = None
        self.items: list[Delivery] = []
        self.total = 0
        self._places: list[Any] = []

    def begin(self, place: Any) -> None:
        """Clear the ring; the next delivery is the one after position ``place``."""
        self.start = self.end = place
        self.items.clear()
        self._places.clear()

    def push(self, delivery: Delivery, loop_time: float) -> None:
        """Add the newest delivery; drop those that are too old for any subscriber."""
        delivery.arrived = loop_time
        delivery.before = self.total
        self.total += delivery.size
        self.items.append(delivery)
        self._places.append(delivery.place)
        self.end = delivery.place
        self._drop(loop_time)

    def _drop(self, loop_time: float) -> None:
        old = 0
        for item in self.items:
            if item.arrived > loop_time - _KEPT_S and self.total - item.before <= BEHIND_BYTES:
                break
            old += 1
        if old >= _DROP_AT or (old and self.total - self.items[0].before > BEHIND_BYTES * 1.25):
            self.start = self._places[old - 1]
            del self.items[:old], self._places[:old]

    def after(self, place: Any) -> int:
        """Return the index of the first item after position ``place``."""
        return bisect_right(self._places, place)
