"""What a page says of the ledger behind it, in a real Chromium."""

import pytest
from playwright.sync_api import Browser

from tests.script_pages import NOW, opened, tell_view

pytestmark = pytest.mark.browser

BROKEN = """(now) => tell({ beat: { now, city0: now, machine0: now, rate: 1, feed: "live",
  feed_since: null, log_down: false, chain_broken: true } })"""
LINK = """(card) => inCard(card, ".link").filter((node) => !node.hidden).map((node) => node.textContent)"""


@pytest.mark.parametrize(
    ("page_key", "card", "lang", "told"),
    [("wall", "header", "zh", "账本链断裂"), ("desk", "desk_header", "en", "Ledger chain broken")],
)
def test_a_page_says_that_the_ledgers_chain_is_broken(
    browser: Browser, page_key: str, card: str, lang: str, told: str
) -> None:
    with opened(browser, page_key, lang=lang) as page:
        tell_view(page, card, {}, [])
        assert page.evaluate(LINK, card) == []
        page.evaluate(BROKEN, NOW)
        page.wait_for_function(f"([card]) => ({LINK})(card).length > 0", arg=[card])
        assert page.evaluate(LINK, card) == [told]
