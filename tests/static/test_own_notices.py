"""The card of notices: there only while a notice is, one press corrects, the picture opens on a tap."""

import pytest
from playwright.sync_api import Browser, Page

from city.views.holders.own_notices import NoticeSeen
from layouts.cards.agency.own_notices import OwnNotices
from tests.city.commands.world import World
from tests.legible import phone_faults
from tests.script_pages import tell_view
from tests.seen_factory import NOW
from tests.static.own_cases_stage import OPERATOR, agency_seen, own_cases_page

pytestmark = pytest.mark.browser

FRAME = """() => document.querySelector('[data-cell="own_notices"]').checkVisibility()"""
SMALL = """() => inCard("own_notices", "button").filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).length"""  # noqa: E501  # one expression


def tell(page: Page, *notices: NoticeSeen) -> None:
    seen = agency_seen("310115114", (), ())
    view = OwnNotices().view(
        type(seen)(**{**{f: getattr(seen, f) for f in seen.__struct_fields__}, "notices": notices}), NOW
    )
    tell_view(page, "own_notices", view.scalars, list(view.rows))


def test_a_notice_is_corrected_by_one_press(browser: Browser) -> None:
    w = World()
    verbs = [*OPERATOR, "mark_self_corrected", "undo_screening"]
    with own_cases_page(browser, w, "310115114", verbs=verbs) as cases:
        page, city = cases.page, w.now.city
        tell(page)
        assert not page.evaluate(FRAME)
        tell(page, NoticeSeen("d-1", "event:0405", "羽山路巨野路口", "310115114", city - 60, city + 850, 2))
        page.wait_for_function(FRAME)
        texts = page.evaluate("inCard('own_notices', '.what, time').map((one) => one.textContent)")
        assert "店外经营 · 羽山路巨野路口" in texts[0]
        assert texts[1] == "剩14分"
        assert page.evaluate(SMALL) == 0
        assert phone_faults(page) == []
        page.locator('[data-cell="own_notices"] .what').click()
        page.wait_for_function("() => inCard('own_notices', 'img')[0]?.src.endsWith('/detection/d-1.jpg')")
        page.locator('[data-cell="own_notices"] .step').click()
        [sent] = page.evaluate("acts()")
        assert (sent["verb"], sent["subject"], sent["version"]) == ("mark_self_corrected", "detection:d-1", 2)
