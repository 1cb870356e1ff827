"""The pages, as values: which card or figure is in which region. The builder draws each of them."""

from typing import Any, Final, Literal

import msgspec

from city.views.agency_seen import AgencySeen
from city.views.desk_seen import DeskSeen
from city.views.duty_page_seen import DutyPageSeen
from city.views.field_seen import CheckSeen, StationSeen
from city.views.wall_seen import WallSeen
from layouts.cards.act import Act
from layouts.cards.agency_incidents import AgencyIncidents
from layouts.cards.agency_tasks import AgencyTasks
from layouts.cards.cameras import Cameras
from layouts.cards.desk_detail import DeskDetail
from layouts.cards.desk_indicators import DeskIndicators
from layouts.cards.desk_linkage import DeskLinkage
from layouts.cards.desk_queue import DeskQueue
from layouts.cards.desk_strip import DeskStrip
from layouts.cards.duty import Duty
from layouts.cards.duty_board import DutyBoard
from layouts.cards.duty_entry import DutyEntryForm
from layouts.cards.duty_handover import DutyHandover
from layouts.cards.duty_log import DutyLog
from layouts.cards.duty_week import DutyWeek
from layouts.cards.field_list import FieldList
from layouts.cards.header import Header
from layouts.cards.linkage import Linkage
from layouts.cards.log import Log
from layouts.cards.own_cases import OwnCases
from layouts.cards.queue import Queue
from layouts.cards.shown import Shown
from layouts.cards.sources import Sources
from layouts.cards.station_numbers import StationNumbersCard
from layouts.cards.station_post import StationPost
from layouts.cards.storm import Storm
from layouts.cards.streets import Streets
from layouts.contract import Card

__all__ = [
    "AGENCY_CARDS", "CARDS", "CARDS_OF", "CHECK_CARDS", "DESK_CARDS", "DUTY_CARDS", "LAYOUTS", "SCOPE",
    "STATION_CARDS", "Cell", "Layout", "Region", "Wide",
]  # fmt: skip


SCOPE: Final = "[A-Za-z0-9_-]+"
"""Regular expression of a scope's code. Braces in it would be a template to Panel's server."""


class Cell(msgspec.Struct, frozen=True):
    """A place for one card or figure; with ``grow`` it takes the remaining height of its region."""

    key: str
    kind: Literal["card", "figure"] = "card"
    grow: bool = False


class Region(msgspec.Struct, frozen=True):
    """A grid area of the page and its cells from top to bottom (those of the map overlap)."""

    area: str
    cells: tuple[Cell, ...]


class Wide(msgspec.Struct, frozen=True):
    """The grid of a page whose canvas is ``from_px`` CSS px wide or wider: it has room for more regions."""

    from_px: int
    areas: tuple[str, ...]
    columns: str


class Layout(msgspec.Struct, frozen=True):
    """A page: CSS grid template, regions, and its own styles and scripts."""

    key: str
    path: str
    areas: tuple[str, ...]
    columns: str
    rows: str
    regions: tuple[Region, ...]
    scripts: tuple[str, ...]
    """Files of ``static/js`` in order of execution."""
    sheets: tuple[str, ...] = ("cards",)
    """Files of ``static/css`` for the inside of the cards' components."""
    wide: Wide | None = None
    """Regions that stand in its areas alone are not seen on a narrower canvas."""
    styles: str = ""
    """File of ``static/css`` for the page itself, '' = that of its key."""
    installable: bool = False
    """Whether a phone may keep it as an app (``console/pages/phone_app.py``)."""
    scoped: bool = False
    """Whether the page exists once per scope (``city.access.SCOPED``), at ``<path>/<scope>``."""

    @property
    def route(self) -> str:
        """Return the regular expression of the page's addresses."""
        return f"{self.path}/(?:{SCOPE})" if self.scoped else self.path

    def is_wide_only(self, region: Region) -> bool:
        """Say whether a region is seen on a wide canvas alone."""
        return all(region.area not in row.split() for row in self.areas)

    def cells(self, kind: str) -> tuple[Cell, ...]:
        """Return the cells of a kind in reading order."""
        return tuple(c for region in self.regions for c in region.cells if c.kind == kind)


_EVERY: Final = ("grammar", "mend", "live")
_OF_ORDERS: Final = ("rows", "orders", "order_words")
_OF_CASES: Final = ("over_map", "callouts", "incident_labels", *_OF_ORDERS)

_FIELD: Final[dict[str, Any]] = {
    "scoped": True, "installable": True, "styles": "field",
    "scripts": (*_EVERY, *_OF_ORDERS, "outbox", "phone_memory", "field"),
    "sheets": ("cards", "people_cards", "agency_cards", "field_cards"),
}  # fmt: skip
"""What the pages for phones in the field have in common."""

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
                    Cell("shown"),
                    Cell("legend", grow=True),
                ),
            ),
            Region("beside", (Cell("beside", "figure"),)),
            Region("cameras", (Cell("cameras", grow=True),)),
            Region(
                "right",
                (Cell("duty"), Cell("linkage"), Cell("streets"), Cell("log"), Cell("sources", grow=True)),
            ),
        ),
        scripts=(*_EVERY, *_OF_CASES, "wall", "wall_shown", "wall_seat"),
        wide=Wide(
            from_px=3836,  # two screens of 16 : 9 side by side, or an LED wall; less a pixel in 1080
            areas=("header header header header header", "left map beside cameras right"),
            columns="530px 738px auto minmax(0, 1fr) 612px",  # the map's as on 1920
        ),
    ),
    Layout(
        key="desk",
        path="/desk",
        areas=("header header header", "strip strip strip", "queue detail map"),
        columns="612px minmax(0, 640fr) minmax(0, 640fr)",
        rows="46px 40px minmax(0, 1fr)",
        regions=(
            Region("header", (Cell("desk_header", grow=True),)),
            Region("strip", (Cell("desk_strip", grow=True),)),
            Region("queue", (Cell("desk_queue", grow=True),)),
            Region("detail", (Cell("duty_entry"), Cell("desk_linkage"), Cell("desk_detail", grow=True))),
            Region("map", (Cell("map", "figure"), Cell("desk_map_box"), Cell("desk_indicators", grow=True))),
        ),
        scripts=(*_EVERY, *_OF_CASES, "sound", "desk", "desk_alarm", "desk_map", "keys"),
        sheets=("cards", "desk_cards", "desk_detail", "desk_linkage", "duty_forms"),
    ),
    Layout(
        key="duty",
        path="/duty",
        areas=("header header header", "board middle log"),
        columns="500px minmax(0, 1fr) 540px",
        rows="46px minmax(0, 1fr)",
        regions=(
            Region("header", (Cell("duty_header", grow=True),)),
            Region("board", (Cell("duty_board", grow=True),)),
            Region("middle", (Cell("duty_handover", grow=True), Cell("duty_week"))),
            Region("log", (Cell("duty_entry"), Cell("duty_log", grow=True))),
        ),
        scripts=(*_EVERY, *_OF_ORDERS, "keys"),
        sheets=("cards", "people_cards", "duty_forms", "duty_cards"),
    ),
    Layout(
        key="agency",
        path="/agency",
        scoped=True,
        areas=("header header", "work incidents", "footer footer"),
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("agency_header"),)),
            Region("work", (Cell("agency_tasks"), Cell("own_cases", grow=True))),
            Region("incidents", (Cell("agency_incidents", grow=True),)),
            Region("footer", (Cell("agency_footer"),)),
        ),
        scripts=(*_EVERY, *_OF_ORDERS, "sound", "agency", "outbox"),
        sheets=("cards", "people_cards", "agency_cards", "own_cases"),
    ),
    Layout(
        key="check",
        path="/check",
        areas=("header header", "list report", "footer footer"),
        columns="minmax(0, 3fr) minmax(0, 2fr)",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("field_header"),)),
            Region("list", (Cell("field_list", grow=True),)),
            Region("report", (Cell("field_report", grow=True),)),
            Region("footer", (Cell("field_footer"),)),
        ),
        **_FIELD,
    ),
    Layout(
        key="station",
        path="/station",
        areas=("header header", "post list", "footer footer"),
        columns="minmax(0, 2fr) minmax(0, 3fr)",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("field_header"),)),
            Region("post", (Cell("station_post"), Cell("station_numbers"), Cell("field_report", grow=True))),
            Region("list", (Cell("field_list", grow=True),)),
            Region("footer", (Cell("field_footer"),)),
        ),
        **_FIELD,
    ),
)

# ``legend`` and ``sensors`` have no view of their own: they show data of the map's frames. The cells of a
# desk that show the person's selection, and the footer of an agency's page, have none either.
CARDS: Final[tuple[Card[WallSeen], ...]] = (
    Header(),
    Act(),
    Queue(),
    Duty(),
    Linkage(),
    Streets(),
    Log(),
    Sources(),
    Storm(),
    Shown(),
    Cameras(),
)

DESK_CARDS: Final[tuple[Card[DeskSeen], ...]] = (
    Header("desk_header", duty=True),
    DeskStrip(),
    DeskQueue(),
    DeskLinkage(),
    DeskDetail(),
    DeskIndicators(),
    DutyEntryForm(),
)

DUTY_CARDS: Final[tuple[Card[DutyPageSeen], ...]] = (
    Header("duty_header", duty=True),
    DutyBoard(),
    DutyHandover(),
    DutyWeek(),
    DutyEntryForm(),
    DutyLog(),
)

AGENCY_CARDS: Final[tuple[Card[AgencySeen], ...]] = (
    Header("agency_header"), AgencyTasks(), OwnCases(), AgencyIncidents(),
)  # fmt: skip

CHECK_CARDS: Final[tuple[Card[CheckSeen], ...]] = (Header("field_header"), FieldList())

STATION_CARDS: Final[tuple[Card[StationSeen], ...]] = (
    Header("field_header"), StationPost(), StationNumbersCard(), FieldList(),
)  # fmt: skip

CARDS_OF: Final[dict[str, tuple[Card[Any], ...]]] = {
    "wall": CARDS, "desk": DESK_CARDS, "duty": DUTY_CARDS, "agency": AGENCY_CARDS, "check": CHECK_CARDS,
    "station": STATION_CARDS,
}  # fmt: skip
"""Layout → its cards."""
