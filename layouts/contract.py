"""The contract of a card: what stands in a region of a page, as data.

A new card is one file in ``layouts/cards/``, one in ``static/esm/``, one row in ``layouts.pages.CARDS`` and
one test; see ``docs/how-to/add-a-card.md``.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from city.views.wall_seen import WallSeen

__all__ = ["Card", "Row", "View", "each_second"]

Row = tuple[str, dict[str, Any]]
Seen = TypeVar("Seen", bound=WallSeen, contravariant=True)
"""What a channel may see. A card of a wall may stand on a desk, whose people see more; not the reverse."""

each_second = "time"
"""In ``Card.reads``: the view also changes with the clock, so look again every tick."""


class View(msgspec.Struct, frozen=True):
    """What a card shows: numbers, and rows under ids that stay with the thing they show.

    Codes and moments only, never formatted text: the browser puts them into words. ``as_of`` is machine
    epoch seconds and no part of what counts as news; the moments in rows are city epoch seconds unless
    the card says otherwise. None is "nobody told us", which is not zero.
    """

    as_of: float
    scalars: dict[str, Any]
    rows: Sequence[Row] = ()


class Card(Protocol[Seen]):
    """A pure function from what the channel may see to a view."""

    @property
    def key(self) -> str:
        """Name of the card: its cell, its messages, its component ``static/esm/<key>.js``."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Slices of ``seen.revisions`` it depends on, and ``each_second`` if on the clock too."""
        ...

    def view(self, seen: Seen, now: float) -> View:
        """Return the view at machine time ``now`` (epoch seconds); it must not fail on odd data."""
        ...
