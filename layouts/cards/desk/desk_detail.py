"""The middle of the desk: each desk requests its own case; what the walls show is sent to all desks."""

from city.views.desk_seen import DeskSeen
from layouts.cards.wall.shown import Shown
from layouts.contract import View

__all__ = ["DeskDetail"]


class DeskDetail:
    """Rows: what each wall shows, as in the card ``shown``. The case itself is not sent on a channel."""

    key = "desk_detail"
    reads = Shown.reads

    def __init__(self) -> None:
        self._shown = Shown()

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return self._shown.view(seen, now)
