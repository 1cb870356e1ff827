"""The two faces of a wall in a real Chromium, in both languages: every word of an evening is read whole."""

import pytest
from playwright.sync_api import Browser, Page

from city.views.response.command_view import CommandSeen, RotatingSeen
from city.views.response.response_seen import FigureSeen, ForecastSeen, ResponseSeen, SituationSeen
from city.views.wall_seen import DutySeen, WallSeen
from layouts.pages import CARDS
from tests.layouts.test_emergency_cards import incident, level, task
from tests.legible import faults
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW, case, seen
from tests.static.test_wall_seat import FIGURE

pytestmark = pytest.mark.browser

# A long name in the log or of an incident may end in dots: it stands whole in the list and on the map.
ENDS = (".log span", ".incident .what", ".matrix .who")
LEADER, LEAD = "林××（区政府副秘书长）", "秦××（值班长）"
NEXT = (
    ForecastSeen("tide", "huangpu", 4.90, "m", NOW + 15_000, 4.55, "水文站（演示）", NOW - 1800),
    ForecastSeen("rain_3h", "310115", 86.0, "mm", NOW + 7200, None, "区气象台（演示）", NOW - 600),
    ForecastSeen("landfall", "贝碧嘉", 0.0, "km", NOW + 30_000, None, "storm_track", NOW - 60),
)
CASES = (
    case("a", kind="component", code="0207", urgency="critical", road="周祝公路沪南公路", agency="水务",
         hazard=True, reminders=3, supervised=1, next="sign", next_at=NOW + 4000, due_at=NOW + 5400),
    case("b", code="0112", urgency="urgent", road="川周公路妙境路", agency="绿化市容", hazard=True,
         callers=12, first_at=NOW - 5000, returned_by=("通信", "电力"), next="sign", next_at=NOW + 900),
    case("c", kind="component", code="0123", urgency="urgent", road="华夏东路妙境路", hazard=True,
         reminders=2),
)  # fmt: skip


def evening(*, is_emergency: bool) -> WallSeen:
    response = ResponseSeen("emergency", (level(3, by="余××（副区长）", city_rank=2),), next=NEXT)
    figures = {
        "relocation": FigureSeen(18_402, 19_600), "p1_late": FigureSeen(1, 39),
        "closures": FigureSeen(3, 25), "waterlogging": FigureSeen(12, 70, 9, level="near"),
        "outage": FigureSeen(2310),
    }  # fmt: skip
    empty = (("qx", NOW - 1860), ("jgw", NOW - 1860), ("lh", NOW - 60))
    return seen(
        cases=CASES,
        incidents=(incident(1, "underpass_flood", road="杨高北路下立交"), incident(2)),
        tasks=(task(1), task(2, "i2", "lh", state="declined"), task(3, "i1", "jj", reminders=2)),
        duty=DutySeen(
            leader=LEADER, shift_lead=LEAD, seats=15, seats_present=12, empty_seats=empty, unstaffed=2,
            hand_over_at=NOW + 43_000, streets=36, streets_on_post=36, workstations=1323,
            workstations_online=1298, unanswered=4,
        ),
        response=response if is_emergency else ResponseSeen(),
        command=CommandSeen("叶××（区长）", "孙××", "消防", RotatingSeen(LEADER, is_there=True)),
        situation=SituationSeen(figures=figures, next=NEXT),
    )  # fmt: skip


def show(page: Page, told: WallSeen) -> None:
    page.evaluate(FIGURE)
    for card in CARDS:
        view = card.view(told, NOW)
        tell_view(page, card.key, view.scalars, list(view.rows))
    page.wait_for_function("() => inCard('header', '.clock')[0]?.textContent.length > 4")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("is_emergency", [False, True])
def test_every_word_of_a_face_is_read_whole(browser: Browser, lang: str, is_emergency: bool) -> None:
    with opened(browser, "wall", lang=lang) as page:
        show(page, evening(is_emergency=is_emergency))
        rows = "risks" if is_emergency else "queue"
        page.wait_for_function(f"() => inCard('{rows}', 'li').length >= 3")
        assert faults(page, excused=ENDS) == []
