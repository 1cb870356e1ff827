"""The leader's page in a real Chromium, three sizes and two languages: nothing is cut, nothing scrolls."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.views.response.leader_seen import AnswerSeen, DecisionSeen, LeaderSeen
from city.views.response.response_seen import (
    FigureSeen,
    ForecastSeen,
    LevelSeen,
    ResponseSeen,
    SituationSeen,
)
from city.views.wall_seen import PageSeen
from layouts.leader_page import LEADER_CARDS
from tests.legible import faults, phone_faults
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW
from tests.seen_factory import seen as wall_seen
from tests.static.desk_list import ME

pytestmark = pytest.mark.browser

WALL, TABLET, PHONE = (1920, 1080), (1024, 768), (390, 844)
SHOWN = """["leader_header", "level_band", "leader_figures", "leader_decisions", "leader_orders",
  "leader_brief", "leader_cells"].flatMap((name) => inCard(name, "*"))
  .filter((one) => one.checkVisibility())"""
# What is wider than its place, and what stands outside the page. A list may scroll, a word is never cut.
CUT = f"""() => {SHOWN}.filter((one) => {{
  const box = one.getBoundingClientRect(), isClipped = getComputedStyle(one).overflowX === "hidden";
  const isCut = isClipped && one.scrollWidth > one.clientWidth + 1 && !one.matches(".person, h1");
  return isCut || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5;
}}).map((one) => one.className + " " + one.textContent.trim().slice(0, 40))"""
SCROLLS = """() => [document.documentElement, document.getElementById("page")]
  .map((one) => [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight]).flat()"""
DECIDED = """() => inCard("leader_decisions", "li").filter((one) => one.checkVisibility()).length"""
SMALL = f"""() => {SHOWN}.concat(...document.querySelectorAll(".tabs button")).filter((one) => {{
  const box = one.getBoundingClientRect();
  return one.matches("button, a") && (box.height < 44 || box.width < 44);
}}).map((one) => one.textContent)"""
TINY = f"""() => {SHOWN}.filter((one) => one.tagName !== "STYLE"
  && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  && parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.textContent)"""
SEEN = """() => [...document.querySelectorAll("[data-cell]")].filter((one) => one.checkVisibility()
  && one.getBoundingClientRect().height > 0).map((one) => one.dataset.cell)"""
ALWAYS = {"leader_header", "level_band", "leader_figures"}
TABS = (
    {"leader_decisions"}, {"map"}, {"leader_cells"}, {"leader_orders", "leader_brief"},
)  # fmt: skip


def _decision(number: int, **given: Any) -> DecisionSeen:
    answers = (
        AnswerSeen("answer_support", "approve", {"answer": "approved"}, "ps"),
        AnswerSeen("answer_support", "refuse", {"answer": "refused"}),
        AnswerSeen("answer_support", "send_back", {"answer": "sent_back"}, needs_words=True),
    )
    names = {"kind": "relocation", "count": 14, "group": "sea_wall_outside", "holder": "310115145"}
    plain = {"version": 1, "at": NOW - 60, "by_at": NOW + 840, "then": "forwarded", "then_to": "yj"}
    return DecisionSeen(f"support:s{number}", "support", **plain, names=names, answers=answers, **given)


def told() -> LeaderSeen:
    """An evening at level Ⅱ: three decisions, all that may get worse, streets that have not reported."""
    level = LevelSeen(
        "310115", "flood_typhoon", 3, NOW - 8760, "approved", "王××（副区长）", "rotating_leader", city_rank=2
    )
    ahead = (
        ForecastSeen("tide", "luchaogang", 5.12, "m", NOW + 19_000, 4.86, "hydrology", NOW - 1200),
        ForecastSeen("rain_3h", "310115", 86.0, "mm", NOW + 7200, None, "met_district", NOW - 600),
        ForecastSeen("landfall", "演示台风", 0.0, "km", NOW + 22_000, None, "storm_track", NOW - 60),
    )
    figures = {
        "relocation": FigureSeen(18_402, 19_600, 4, NOW - 100), "p1_late": FigureSeen(1, 39),
        "closures": FigureSeen(3, 25), "waterlogging": FigureSeen(12, 70, 9),
        "outage": FigureSeen(None, None),
    }  # fmt: skip
    wall = wall_seen(response=ResponseSeen("emergency", (level,), next=ahead))
    fields = {name: getattr(wall, name) for name in PageSeen.__struct_fields__}
    situation = SituationSeen(figures=figures, next=ahead)
    decisions = tuple(_decision(n) for n in range(3))
    return LeaderSeen(**fields, map=wall, situation=situation, decisions=decisions)


def show(page: Page) -> None:
    seen = told()
    for card in LEADER_CARDS:
        view = card.view(seen, NOW)
        tell_view(page, card.key, view.scalars, list(view.rows))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_cut_and_nothing_scrolls_and_a_phone_shows_band_by_band(
    browser: Browser, lang: str
) -> None:
    with opened(browser, "leader", lang=lang, person=ME, size=WALL) as page:
        for width, height in (WALL, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            show(page)
            assert (width, page.evaluate(SCROLLS), page.evaluate(CUT)) == (width, [0, 0, 0, 0], [])
            assert page.evaluate(DECIDED) >= 2
            assert (phone_faults if width == PHONE[0] else faults)(page) == []
        for tab, own in enumerate(TABS):
            page.locator(".tabs button").nth(tab).click()
            assert set(page.evaluate(SEEN)) - {"legend"} == ALWAYS | own
            assert page.evaluate(SCROLLS) == [0, 0, 0, 0]
            assert [page.evaluate(look) for look in (CUT, SMALL, TINY)] == [[], [], []]
            assert phone_faults(page) == []


ASKED = "() => sent.find((message) => message.ask?.what === 'last_look')?.ask.id"
ANSWER = """(at) => reply({ answer: { command_id: acts()[at].command_id,
  done: { position: 9, version: at + 1, facts: [], undo_until: null } } })"""


def test_a_press_while_the_look_of_the_opening_is_on_its_way_is_sent_behind_it(browser: Browser) -> None:
    person = {**ME, "verbs": ["note_look"]}
    with opened(browser, "leader", person=person, size=WALL) as page:
        show(page)
        asked = page.wait_for_function(ASKED).json_value()
        page.evaluate("(id) => reply({ reply: { id, look: null, is_new: true } })", asked)
        page.wait_for_function("() => acts().length === 1")
        seen = page.locator('[data-cell="leader_brief"]').get_by_role("button", name="已阅")
        seen.click()
        page.evaluate(ANSWER, 0)
        page.wait_for_function("() => acts().length === 2")
        page.evaluate(ANSWER, 1)
        page.wait_for_function("() => citywall.leader.look() !== null")


def test_a_late_reply_about_the_last_look_does_not_replace_a_newer_one(browser: Browser) -> None:
    person = {**ME, "verbs": ["note_look"]}
    with opened(browser, "leader", person=person, size=WALL) as page:
        show(page)
        asked = page.wait_for_function(ASKED).json_value()
        page.locator('[data-cell="leader_brief"]').get_by_role("button", name="已阅").click()
        page.evaluate(ANSWER, 0)
        page.wait_for_function("() => citywall.leader.look() !== null")
        page.evaluate("(id) => reply({ reply: { id, look: null, is_new: true } })", asked)
        assert page.evaluate("() => [acts().length, citywall.leader.look() !== null]") == [1, True]
