"""Levels on the leader's page in a real Chromium: the buttons of who may press them, and the deputy."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.access import Person, verbs_of
from city.state.ledger_state import CityState
from city.views.case_view import account_mark
from city.views.response.leader_view import LeaderView
from city.views.wall_view import WallView
from console.desk.level_questions import deputies, level_press
from layouts.cards.leader.leader_decisions import LeaderDecisions
from tests.city.commands.response.response_world import COMMANDER, DISTRICT, LEADER, ROTATING, Responding
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

ANSWER = """([what, told]) => {
  for (const { ask } of sent) if (ask?.what === what) reply({ reply: { id: ask.id, ...told } });
}"""
TEXTS = "([card, selector]) => inCard(card, selector).map((one) => one.textContent.trim())"


def person(by: Person) -> dict[str, Any]:
    return {
        "name": by.name, "role": by.roles[0], "seat": "", "person_mark": account_mark(by.account),
        "verbs": list(verbs_of(by)),
    }  # fmt: skip


def tell(page: Page, world: Responding, *cards: Any) -> None:
    seen = LeaderView(WallView(rules=world.rules)).see(CityState(world.state), world.machine)
    for card in cards:
        view = card.view(seen, world.machine)
        tell_view(page, card.key, view.scalars, list(view.rows))


@pytest.mark.parametrize(
    ("by", "buttons", "waits"),
    [
        (LEADER, [], ["您已签，须另一人"]), (ROTATING, [], ["待 总指挥或授权代行人 同意"]),
        (COMMANDER, ["同意（2/2）", "不同意"], []),
    ],
)  # fmt: skip
def test_a_level_has_the_buttons_of_who_may_press_them_and_tells_the_others_who_is_missing(
    browser: Browser, by: Person, buttons: list[str], waits: list[str]
) -> None:
    world = Responding()
    world.propose(4, LEADER)
    world.approve(LEADER)
    with opened(browser, "leader", person=person(by)) as page:
        tell(page, world, LeaderDecisions())
        page.wait_for_function("() => inCard('leader_decisions', '.what').length === 1")
        assert page.evaluate(TEXTS, ["leader_decisions", ".answers button"]) == []
        page.evaluate(ANSWER, ["level_press", level_press(world.state, by, world.rules)])
        page.wait_for_function("() => inCard('leader_decisions', '.answers > *').length > 0")
        assert page.evaluate(TEXTS, ["leader_decisions", ".answers button"]) == buttons
        assert page.evaluate(TEXTS, ["leader_decisions", ".answers .own"]) == waits


def test_the_commander_authorises_a_deputy_by_one_tap_when_the_leader_has_long_been_missing(
    browser: Browser,
) -> None:
    world = Responding()
    world.activate(3)
    world.at_post(ROTATING)
    header = {"leader": "", "absent_since": NOW - 700, "passes_at": NOW - 100, "deputy": "", "shift": "now",
              "shift_version": 1, "mode": "emergency", "marks": []}  # fmt: skip
    with opened(browser, "leader", person=person(COMMANDER)) as page:
        tell_view(page, "leader_header", header, [])
        page.wait_for_function("() => sent.some(({ ask }) => ask?.what === 'deputies')")
        page.evaluate(ANSWER, ["deputies", deputies(world.state, COMMANDER)])
        page.wait_for_function("() => inCard('leader_header', '.deputy').length === 1")
        page.evaluate("() => inCard('leader_header', '.deputy')[0].click()")
        acts = page.evaluate("acts().map(({ verb, subject, args }) => [verb, subject, args])")
        assert acts == [["authorise_deputy", DISTRICT, {"to": ROTATING.account}]]
