"""The pages, as values: which card or figure is in which region. The builder draws each of them."""

from typing import Any, Final

from city.views.desk_seen import DeskSeen
from city.views.duty.duty_page_seen import DutyPageSeen
from city.views.wall_seen import WallSeen
from layouts.briefing_page import BRIEFING_CARDS, BRIEFING_LAYOUT
from layouts.cards.briefing.briefing_control import BriefingControl
from layouts.cards.desk.desk_alarms import DeskAlarms
from layouts.cards.desk.desk_detail import DeskDetail
from layouts.cards.desk.desk_indicators import DeskIndicators, DutyIndicators
from layouts.cards.desk.desk_level import DeskLevel
from layouts.cards.desk.desk_linkage import DeskLinkage
from layouts.cards.desk.desk_queue import DeskQueue
from layouts.cards.desk.desk_recovery import DeskRecovery
from layouts.cards.desk.desk_reports import DeskReports
from layouts.cards.desk.desk_screening import DeskScreening
from layouts.cards.desk.desk_strip import DeskStrip
from layouts.cards.duty.duty_board import DutyBoard
from layouts.cards.duty.duty_entry import DutyEntryForm
from layouts.cards.duty.duty_handover import DutyHandover
from layouts.cards.duty.duty_log import DutyLog
from layouts.cards.duty.duty_week import DutyWeek
from layouts.cards.emergency.command import Command
from layouts.cards.emergency.risks import Risks
from layouts.cards.emergency.situation import SituationCard
from layouts.cards.emergency.zero_reports import ZeroReports
from layouts.cards.header import Header
from layouts.cards.level_band import LevelBand
from layouts.cards.wall.act import Act
from layouts.cards.wall.cameras import Cameras
from layouts.cards.wall.duty import Duty
from layouts.cards.wall.linkage import Linkage
from layouts.cards.wall.log import Log
from layouts.cards.wall.queue import Queue
from layouts.cards.wall.shown import Shown
from layouts.cards.wall.sources import Sources
from layouts.cards.wall.storm import Storm
from layouts.cards.wall.streets import Streets
from layouts.contract import Card
from layouts.leader_page import LEADER_CARDS, LEADER_LAYOUT
from layouts.page_grid import BAND, EVERY, OF_CASES, OF_ORDERS, SCOPE, Cell, Layout, Region, Wide
from layouts.people_pages import AGENCY_CARDS, CHECK_CARDS, PEOPLE_LAYOUTS, STATION_CARDS, STREET_CARDS

__all__ = [
    "AGENCY_CARDS", "BRIEFING_CARDS", "CARDS", "CARDS_OF", "CHECK_CARDS", "DESK_CARDS", "DUTY_CARDS",
    "LAYOUTS", "SCOPE",
    "STATION_CARDS", "STREET_CARDS", "Cell", "Layout", "Region", "Wide",
]  # fmt: skip


LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        key="wall",
        path="/wall",
        areas=("header header header", "left map right"),
        columns="530px minmax(0, 1fr) 612px",
        rows="62px minmax(0, 1fr)",
        regions=(
            Region("header", (Cell("header", grow=True),)),
            BAND,
            Region(
                "left",
                (Cell("act"), Cell("situation"), Cell("queue", grow=True), Cell("risks", grow=True)),
            ),
            Region(
                "map",
                (
                    Cell("map", "figure", grow=True),
                    Cell("inset", "figure"),
                    Cell("storm"),
                    Cell("sensors"),
                    Cell("shown"),
                    Cell("legend", grow=True),
                    Cell("heat"),
                ),
            ),
            Region("beside", (Cell("beside", "figure"),)),
            Region("cameras", (Cell("cameras", grow=True),)),
            Region(
                "right",
                (
                    Cell("duty"),
                    Cell("command"),
                    Cell("linkage"),
                    Cell("streets"),
                    Cell("zero_reports"),
                    Cell("log"),
                    Cell("sources", grow=True),
                    Cell("preset", grow=True),
                ),
            ),
        ),
        scripts=(*EVERY, *OF_CASES, "heat_map", "wall", "wall_face", "wall_shown", "wall_seat"),
        sheets=("cards", "emergency", "heat"),
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
            BAND,
            Region("strip", (Cell("desk_strip", grow=True),)),
            Region("queue", (Cell("desk_queue", grow=True),)),
            Region(
                "detail",
                (
                    Cell("briefing_control"),
                    Cell("duty_entry"),
                    Cell("desk_screening"),
                    Cell("desk_level"),
                    Cell("desk_linkage"),
                    Cell("desk_reports"),
                    Cell("desk_recovery"),
                    Cell("desk_alarms"),
                    Cell("desk_detail", grow=True),
                ),
            ),
            Region(
                "map",
                (
                    Cell("map", "figure"),
                    Cell("desk_map_box"),
                    Cell("legend"),
                    Cell("heat"),
                    Cell("desk_indicators", grow=True),
                ),
            ),
        ),
        scripts=(*EVERY, *OF_CASES, "sound", "heat_map", "desk", "desk_alarm", "desk_map", "keys"),
        sheets=(
            "cards",
            "heat",
            "desk_cards",
            "desk_detail",
            "desk_level",
            "desk_linkage",
            "desk_reports",
            "zero_report",
            "desk_recovery",
            "desk_alarms",
            "desk_screening",
            "duty_forms",
            "indicators",
        ),
    ),
    Layout(
        key="duty",
        path="/duty",
        areas=("header header header", "board middle log"),
        columns="500px minmax(0, 1fr) 540px",
        rows="46px minmax(0, 1fr)",
        regions=(
            Region("header", (Cell("duty_header", grow=True),)),
            BAND,
            Region(
                "board", (Cell("duty_board", grow=True), Cell("briefing_control"), Cell("duty_indicators"))
            ),
            Region("middle", (Cell("duty_handover", grow=True), Cell("duty_week"))),
            Region("log", (Cell("duty_entry"), Cell("duty_log", grow=True))),
        ),
        scripts=(*EVERY, *OF_ORDERS, "keys"),
        sheets=("cards", "people_cards", "duty_forms", "duty_cards", "indicators"),
    ),
    LEADER_LAYOUT,
    BRIEFING_LAYOUT,
    *PEOPLE_LAYOUTS,
)

# ``legend``, ``heat`` and ``sensors`` have no view of their own: they show data of the map's frames. The
# cells of a desk that show the person's selection, and the footers of agencies' and streets' pages, have
# none either.
CARDS: Final[tuple[Card[WallSeen], ...]] = (
    Header(),
    LevelBand(),
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
    SituationCard(),
    Risks(),
    Command(),
    ZeroReports(),
    Cameras(key="preset", preset=True),
)

DESK_CARDS: Final[tuple[Card[DeskSeen], ...]] = (
    Header("desk_header", duty=True),
    LevelBand(),
    DeskStrip(),
    DeskQueue(),
    DeskScreening(),
    DeskLevel(),
    DeskLinkage(),
    DeskReports(),
    DeskRecovery(),
    DeskAlarms(),
    DeskDetail(),
    DeskIndicators(),
    DutyEntryForm(),
    BriefingControl(),
)

DUTY_CARDS: Final[tuple[Card[DutyPageSeen], ...]] = (
    Header("duty_header", duty=True),
    LevelBand(),
    DutyBoard(),
    DutyHandover(),
    DutyWeek(),
    DutyIndicators(),
    DutyEntryForm(),
    DutyLog(),
    BriefingControl(),
)

CARDS_OF: Final[dict[str, tuple[Card[Any], ...]]] = {
    "wall": CARDS, "desk": DESK_CARDS, "duty": DUTY_CARDS, "agency": AGENCY_CARDS, "check": CHECK_CARDS,
    "station": STATION_CARDS, "street": STREET_CARDS, "briefing": BRIEFING_CARDS,
    "leader": LEADER_CARDS,
}  # fmt: skip
"""Layout → its cards."""
