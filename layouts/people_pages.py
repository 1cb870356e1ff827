"""The pages of those who do the work: agencies, streets, inspectors and stations."""

from typing import Any, Final

from city.views.holders.agency_seen import AgencySeen
from city.views.holders.field_seen import CheckSeen, StationSeen
from city.views.holders.street_seen import StreetSeen
from layouts.cards.agency.agency_incidents import AgencyIncidents
from layouts.cards.agency.agency_level import AgencyLevel
from layouts.cards.agency.agency_tasks import AgencyTasks
from layouts.cards.agency.own_cases import OwnCases
from layouts.cards.agency.own_notices import OwnNotices
from layouts.cards.agency.zero_report import ZeroReportCard
from layouts.cards.field.field_list import FieldList
from layouts.cards.field.station_numbers import StationNumbersCard
from layouts.cards.field.station_post import StationPost
from layouts.cards.header import Header
from layouts.cards.level_band import LevelBand
from layouts.cards.street.street_places import StreetPlaces
from layouts.cards.street.street_posts import StreetPosts
from layouts.cards.street.street_squads import StreetSquads
from layouts.cards.street.street_support import StreetSupport
from layouts.contract import Card
from layouts.page_grid import BAND, EVERY, OF_CASES, OF_ORDERS, Cell, Layout, Region

__all__ = ["AGENCY_CARDS", "CHECK_CARDS", "PEOPLE_LAYOUTS", "STATION_CARDS", "STREET_CARDS"]

_FIELD: Final[dict[str, Any]] = {
    "scoped": True, "installable": True, "styles": "field",
    "scripts": (*EVERY, *OF_ORDERS, "outbox", "phone_memory", "field"),
    "sheets": ("cards", "people_cards", "agency_cards", "field_cards"),
}  # fmt: skip
"""What the pages for phones in the field have in common."""

PEOPLE_LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        key="agency",
        path="/agency",
        scoped=True,
        areas=("header header", "work incidents", "footer footer"),
        columns="minmax(0, 6fr) minmax(0, 5fr)",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("agency_header"),)),
            BAND,
            Region(
                "work",
                (
                    Cell("agency_level"),
                    Cell("zero_report"),
                    Cell("agency_tasks"),
                    Cell("own_notices"),
                    Cell("own_cases", grow=True),
                ),
            ),
            Region("incidents", (Cell("agency_incidents", grow=True),)),
            Region("footer", (Cell("agency_footer"),)),
        ),
        scripts=(*EVERY, *OF_ORDERS, "sound", "agency", "outbox"),
        sheets=("cards", "people_cards", "agency_cards", "own_cases", "zero_report"),
    ),
    Layout(
        key="street",
        path="/street",
        scoped=True,
        areas=("header header header", "left map right", "footer footer footer"),
        columns="500px minmax(0, 1fr) 380px",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("street_header"),)),
            BAND,
            Region(
                "left",
                (Cell("zero_report"), Cell("agency_tasks"), Cell("own_notices"), Cell("own_cases")),
            ),
            Region("map", (Cell("map", "figure", grow=True),)),
            Region(
                "right",
                (
                    Cell("street_support"),
                    Cell("street_posts"),
                    Cell("street_squads", grow=True),
                    Cell("street_places"),
                    Cell("street_score"),
                ),
            ),
            Region("footer", (Cell("street_footer"),)),
        ),
        scripts=(*EVERY, *OF_CASES, "sound", "agency", "outbox"),
        sheets=("cards", "people_cards", "agency_cards", "own_cases", "street_cards", "zero_report"),
    ),
    Layout(
        key="check",
        path="/check",
        areas=("header header", "list report", "footer footer"),
        columns="minmax(0, 3fr) minmax(0, 2fr)",
        rows="auto minmax(0, 1fr) auto",
        regions=(
            Region("header", (Cell("field_header"),)),
            BAND,
            Region("list", (Cell("field_patrol"), Cell("field_list", grow=True))),
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
            BAND,
            Region("post", (Cell("station_post"), Cell("station_numbers"), Cell("field_report", grow=True))),
            Region("list", (Cell("field_list", grow=True),)),
            Region("footer", (Cell("field_footer"),)),
        ),
        **_FIELD,
    ),
)

AGENCY_CARDS: Final[tuple[Card[AgencySeen], ...]] = (
    Header("agency_header"), LevelBand(), AgencyLevel(), ZeroReportCard(), AgencyTasks(), OwnNotices(),
    OwnCases(), AgencyIncidents(),
)  # fmt: skip

STREET_CARDS: Final[tuple[Card[StreetSeen], ...]] = (
    Header("street_header"), LevelBand(), ZeroReportCard(), AgencyTasks(), OwnNotices(), OwnCases(),
    StreetSupport(), StreetPosts(), StreetSquads(), StreetPlaces(),
)  # fmt: skip

CHECK_CARDS: Final[tuple[Card[CheckSeen], ...]] = (Header("field_header"), LevelBand(), FieldList())

STATION_CARDS: Final[tuple[Card[StationSeen], ...]] = (
    Header("field_header"), LevelBand(), StationPost(), StationNumbersCard(), FieldList(),
)  # fmt: skip
