"""An agency's page with the cases of a small district on it, as its channel tells them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from playwright.sync_api import Browser, Page

from city.state.ledger_state import CityState
from city.views.holders.agency_seen import AgencySeen
from city.views.holders.agency_view import AgencyView
from city.views.holders.own_cases import OwnCases
from city.views.holders.own_cases_seen import OwnCaseSeen, OwnRecordSeen
from city.views.page_view import PageView
from layouts.cards.agency.own_cases import OwnCases as Card
from tests.city.commands.world import World
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW

__all__ = ["OPERATOR", "PHONE", "Cases", "agency_seen", "own_cases_page"]

OPERATOR = [
    "comment", "report_rule_error", "reveal", "contact", "sign", "return", "make_safe", "feedback",
    "apply_extension", "apply_suspension", "withdraw", "appeal", "acknowledge_task", "add_photos",
]  # fmt: skip
PHONE = (390, 844)
BEAT = """([now, city0]) => tell({ beat: { now, city0, machine0: now, rate: 1, feed: "live", feed_since: null,
  log_down: false, chain_broken: false } })"""


class Cases:
    """The card on a page, and the district whose cases it shows."""

    def __init__(self, page: Page, world: World, code: str) -> None:
        self.page, self.world, self.code = page, world, code
        self._cases, self._card = OwnCases(world.rules), Card()

    def tell(self) -> None:
        """Tell the page what there is now."""
        self.world.state.position = len(self.world.facts)
        ledger, city = self.world.state, self.world.now.city
        self.page.evaluate(BEAT, [NOW, city])
        cases = self._cases.see(ledger, self.code, city), self._cases.records(ledger, self.code, city)
        view = self._card.view(agency_seen(self.code, *cases), NOW)
        tell_view(self.page, "own_cases", view.scalars, list(view.rows))

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.evaluate(
            "(selector) => inCard('own_cases', selector).filter((one) => one.checkVisibility())"
            ".map((one) => one.textContent.replaceAll(/\\s+/g, ' ').trim())",
            selector,
        )
        return found

    def locator(self, selector: str, words: str | None = None) -> Any:
        return self.page.locator(f'[data-cell="own_cases"] {selector}', has_text=words).first

    def tap(self, words: str) -> None:
        self.locator("button", words).click()

    def acts(self) -> list[tuple[str, dict[str, Any]]]:
        return [(act["verb"], act["args"]) for act in self.page.evaluate("acts()")]


def agency_seen(
    code: str, cases: tuple[OwnCaseSeen, ...], records: tuple[OwnRecordSeen, ...] = ()
) -> AgencySeen:
    """What an agency with these cases sees, of an otherwise empty district."""
    empty = AgencyView(PageView(rules=None)).see(CityState(), NOW, code)
    return msgspec.structs.replace(empty, cases=cases, records=records)


@contextmanager
def own_cases_page(
    browser: Browser, world: World, code: str, *, verbs: list[str] = OPERATOR, size: tuple[int, int] = PHONE,
    lang: str = "zh",
) -> Iterator[Cases]:  # fmt: skip
    person: Any = {
        "name": "姚××", "role": "agency_operator", "seat": "", "person_mark": "ab", "verbs": verbs,
    }  # fmt: skip
    with opened(browser, "agency", person=person, scope=code, size=size, lang=lang) as page:
        page.wait_for_function("() => inCard('agency_header', 'h1').length > 0")
        cases = Cases(page, world, code)
        cases.tell()
        yield cases
