"""The leader's page: four bands and no scroll (level, five numbers, decisions, map and streets)."""

from typing import Final

from city.views.response.leader_seen import LeaderSeen
from layouts.cards.leader.leader_brief import LeaderBrief
from layouts.cards.leader.leader_cells import LeaderCells
from layouts.cards.leader.leader_decisions import LeaderDecisions
from layouts.cards.leader.leader_figures import LeaderFigures
from layouts.cards.leader.leader_handover import LeaderHandoverCard
from layouts.cards.leader.leader_header import LeaderHeader
from layouts.cards.leader.leader_orders import LeaderOrders
from layouts.cards.level_band import LevelBand
from layouts.contract import Card
from layouts.page_grid import BAND, EVERY, OF_CASES, Cell, Layout, Region

__all__ = ["LEADER_CARDS", "LEADER_LAYOUT"]

LEADER_LAYOUT: Final = Layout(
    key="leader",
    path="/leader",
    areas=("header header", "figures figures", "map own", "cells own"),
    columns="minmax(0, 3fr) minmax(0, 2fr)",
    rows="auto auto minmax(0, 1fr) auto",
    regions=(
        Region("header", (Cell("leader_header"),)),
        BAND,
        Region("figures", (Cell("leader_figures"),)),
        Region("map", (Cell("map", "figure", grow=True), Cell("legend", grow=True))),
        Region("cells", (Cell("leader_cells"),)),
        Region(
            "own",
            (
                Cell("leader_decisions", grow=True),
                Cell("leader_orders", grow=True),
                Cell("leader_brief"),
                Cell("leader_handover"),
            ),
        ),
    ),
    scripts=(*EVERY, *OF_CASES, "leader"),
    sheets=("cards", "people_cards", "leader_cards"),
)

LEADER_CARDS: Final[tuple[Card[LeaderSeen], ...]] = (
    LeaderHeader(), LevelBand(), LeaderFigures(), LeaderDecisions(), LeaderCells(), LeaderOrders(),
    LeaderBrief(), LeaderHandoverCard(),
)  # fmt: skip
