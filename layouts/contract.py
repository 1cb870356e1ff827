"""The contract of a card: the content of a region of a page, as data.

A new card is one file below ``layouts/cards``, one below ``static/esm``, one row in
``layouts.pages.CARDS_OF`` and one test; see ``docs/how-to/add-a-card.md``.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from city.views.response.briefing_seen import BriefingSeen
from city.views.wall_seen import PageSeen

__all__ = ["Card", "Row", "View", "each_second"]

Row = tuple[str, dict[str, Any]]
Seen = TypeVar("Seen", bound=PageSeen | BriefingSeen, contravariant=True)
"""The view of a channel. A card may be used on every channel whose view extends the one that it reads.

The visitors' view extends none, so that no card of another page can be used there.
"""

each_second = "time"
"""In ``Card.reads``: the view also changes with the clock, so it is computed again every second."""


class View(msgspec.Struct, frozen=True):
    """What a card shows: numbers, and rows under ids; an object keeps its id.

    Codes and times only, never formatted text: the browser makes the text. ``as_of`` is machine epoch
    seconds; a change of ``as_of`` alone is not sent. Times in rows are city epoch seconds unless the card
    says otherwise. None means "not known", which is not zero.
    """

    as_of: float
    scalars: dict[str, Any]
    rows: Sequence[Row] = ()


class Card(Protocol[Seen]):
    """A pure function from the channel's view of the state to the card's view."""

    @property
    def key(self) -> str:
        """Name of the card: its cell, its messages, its component ``<key>.js`` below ``static/esm``."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Slices of ``seen.revisions`` that it depends on; ``each_second`` if it depends on the clock too."""
        ...

    def view(self, seen: Seen, now: float) -> View:
        """Return the view at machine time ``now`` (epoch seconds); it must not fail on unusual data."""
        ...
