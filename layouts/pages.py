"""The pages, as values: which card or figure stands in which region. The builder draws any of them."""

from typing import Final, Literal

import msgspec

from layouts.cards.act import Act
from layouts.cards.duty import Duty
from layouts.cards.header import Header
from layouts.cards.linkage import Linkage
from layouts.cards.log import Log
from layouts.cards.queue import Queue
from layouts.cards.sources import Sources
from layouts.cards.storm import Storm
from layouts.cards.streets import Streets
from layouts.contract import Card

__all__ = ["CARDS", "LAYOUTS", "Cell", "Layout", "Region"]


class Cell(msgspec.Struct, frozen=True):
    """A place for one card or figure; ``grow`` takes what height its region has left."""

    key: str
    kind: Literal["card", "figure"] = "card"
    grow: bool = False


class Region(msgspec.Struct, frozen=True):
    """A grid area of the page and its cells from top to bottom (the map's lie over each other)."""

    area: str
    cells: tuple[Cell, ...]


class Layout(msgspec.Struct, frozen=True):
    """A page: CSS grid template, regions, and the style and script that are its own."""

    key: str
    path: str
    areas: tuple[str, ...]
    columns: str
    rows: str
    regions: tuple[Region, ...]

    def cells(self, kind: str) -> tuple[Cell, ...]:
        """Return the cells of a kind in reading order."""
        return tuple(c for region in self.regions for c in region.cells if c.kind == kind)


LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        key="wall",
        path="/wall",
        areas=("header header header", "left map right"),
        columns="530px minmax(0, 1fr) 612px",
        rows="62px minmax(0, 1fr)",
        regions=(
            Region("header", (Cell("header", grow=True),)),
            Region("left", (Cell("act"), Cell("queue", grow=True))),
            Region(
                "map",
                (
                    Cell("map", "figure", grow=True),
                    Cell("inset", "figure"),
                    Cell("storm"),
                    Cell("sensors"),
                    Cell("legend", grow=True),
                ),
            ),
            Region(
                "right",
                (Cell("duty"), Cell("linkage"), Cell("streets"), Cell("log"), Cell("sources", grow=True)),
            ),
        ),
    ),
)

# The cells ``legend`` and ``sensors`` have no view of their own: they show what the map's frames tell.
CARDS: Final[tuple[Card, ...]] = (
    Header(),
    Act(),
    Queue(),
    Duty(),
    Linkage(),
    Streets(),
    Log(),
    Sources(),
    Storm(),
)
