"""The desk's header: warnings in force and marks; the page adds seat, name and clock."""

from city.views.desk_seen import DeskSeen
from layouts.cards.header import Header
from layouts.contract import View

__all__ = ["DeskHeader"]


class DeskHeader:
    """The same as the wall's header: scalars ``more``, ``marks``; rows: the worst and newest warnings."""

    key = "desk_header"
    reads = Header.reads

    def __init__(self) -> None:
        self._header = Header()

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return self._header.view(seen, now)
