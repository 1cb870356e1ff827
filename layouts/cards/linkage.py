"""联勤联动: the joint tasks and their progress."""

from city.views.wall_seen import WallSeen
from layouts.contract import View

__all__ = ["Linkage"]


class Linkage:
    """No rows: no joint task is running, and the card says so."""

    key = "linkage"
    reads = ("linkage",)

    def view(self, seen: WallSeen, now: float) -> View:  # a card's shape
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {})
