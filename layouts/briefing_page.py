"""The visitors' page: one slide at a time, under the centre's title picture."""

from typing import Final

from city.views.response.briefing_seen import BriefingSeen
from layouts.cards.briefing.briefing import Briefing
from layouts.contract import Card
from layouts.page_grid import EVERY, Cell, Layout, Region

__all__ = ["BRIEFING_CARDS", "BRIEFING_LAYOUT"]

BRIEFING_LAYOUT: Final = Layout(
    key="briefing",
    path="/briefing",
    areas=("slide",),
    columns="minmax(0, 1fr)",
    rows="minmax(0, 1fr)",
    regions=(Region("slide", (Cell("briefing", grow=True),)),),
    scripts=(*EVERY, "briefing"),
    sheets=("briefing_cards",),
    words=(
        "briefing.", "unit.", "date.", "month.", "weekday.", "time.", "break.", "card.", "hazard.", "colour.",
    ),
    has_title_picture=True,
)  # fmt: skip

BRIEFING_CARDS: Final[tuple[Card[BriefingSeen], ...]] = (Briefing(),)
