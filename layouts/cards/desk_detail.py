"""The middle of the desk: each desk asks for its own case; what stands on the walls is told to all."""

from city.views.desk_seen import DeskSeen
from layouts.cards.shown import Shown
from layouts.contract import View

__all__ = ["DeskDetail"]


class DeskDetail:
    """Rows: what is on which wall, as in the card ``shown``. The case itself is no channel's business."""

    key = "desk_detail"
    reads = Shown.reads

    def __init__(self) -> None:
        self._shown = Shown()

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return self._shown.view(seen, now)
