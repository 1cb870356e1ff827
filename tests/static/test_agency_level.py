"""The flood office's page in a real Chromium: its head approves levels; other agencies see none."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.state.ledger_state import CityState
from city.views.holders.agency_view import AgencyView
from city.views.page_view import PageView
from console.desk.level_questions import level_press
from layouts.cards.agency.agency_level import AgencyLevel
from tests.city.commands.response.response_world import FLOOD, LEADER, Responding
from tests.script_pages import opened, tell_view

pytestmark = pytest.mark.browser

VERBS = ["propose_level", "approve_level", "refuse_level"]
RUN: dict[str, Any] = {
    "tasks": [{}] * 41, "seats": ["sw"] * 9, "roster": [], "screens": [], "round": None, "relaxed": [],
    "seats_ended": [], "roster_ended": [], "screens_ended": [],
    "relaxations_ended": [], "briefings": 0, "deferred": 0,
}  # fmt: skip
ANSWER = """([what, told]) => {
  for (const { ask } of sent) if (ask?.what === what) reply({ reply: { id: ask.id, ...told } });
}"""
TEXT = "(selector) => inCard('agency_level', selector).map((one) => one.textContent.trim())"
ACTS = "() => acts().map(({ verb, subject, args }) => [verb, subject, args])"


def tell(page: Page, world: Responding, code: str = "sw") -> None:
    seen = AgencyView(PageView(rules=world.rules)).see(CityState(world.state), world.machine, code)
    view = AgencyLevel().view(seen, world.now.city)
    tell_view(page, "agency_level", view.scalars, list(view.rows))


def person() -> Any:
    return {"name": "沈××", "role": "agency_duty_leader", "seat": "", "person_mark": "ab", "verbs": VERBS}


def test_the_head_of_the_flood_office_approves_after_the_dry_run(browser: Browser) -> None:
    world = Responding()
    world.propose(2)
    world.approve(LEADER)
    with opened(browser, "agency", person=person(), scope="sw", size=(390, 844)) as page:
        tell(page, world)
        page.wait_for_function("() => inCard('agency_level', '.proposal').length > 0")
        assert page.evaluate(TEXT, ".do button") == []  # the server has not said what its person may press
        told = level_press(world.state, FLOOD, world.rules)
        page.evaluate(ANSWER, ["level_press", told])
        page.wait_for_function("() => inCard('agency_level', '.do .primary').length > 0")
        assert page.evaluate("() => inCard('agency_level', '.do .primary')[0].disabled")
        page.evaluate(ANSWER, ["level_run", {"run": RUN}])
        page.wait_for_function("() => !inCard('agency_level', '.do .primary')[0].disabled")
        assert "41项任务 · 9席召集" in page.evaluate(TEXT, ".run")[0]
        page.evaluate("() => inCard('agency_level', '.do .primary')[0].click()")
        proposal = world.proposal().id
        assert page.evaluate(ACTS) == [
            ["approve_level", "response:310115/flood_typhoon", {"proposal": proposal}]
        ]
        assert page.evaluate(TEXT, ".do .primary") == ["同意Ⅲ级（2/2）"]


def test_another_agencys_page_has_no_card_of_levels(browser: Browser) -> None:
    world = Responding()
    world.propose(2)
    with opened(browser, "agency", person=person(), scope="lh", size=(390, 844)) as page:
        tell(page, world, "lh")
        page.wait_for_function("() => inCard('agency_level', 'div[hidden]').length > 0")
        assert page.evaluate(TEXT, "button") == []
