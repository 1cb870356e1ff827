"""An agency's page on a desktop and on a phone: whose it is, what it is told, and targets for a thumb."""

import pytest
from playwright.sync_api import Browser

from tests.script_pages import opened, tell_view

PERSON = {
    "name": "姚××（市政科长）",
    "role": "agency_operator",
    "seat": "",
    "hand": "ab",
    "verbs": ["comment"],
}
TEXTS = """() => [...inCard("agency_header", "h1, .person, nav a"), ...inCard("agency_tasks", "h2, .calm")]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())"""
SMALL = """() => inCard("agency_header", "nav a")
  .filter((one) => one.getBoundingClientRect().height < 44).length"""
WIDE = """() => [...document.querySelectorAll(".cell"), ...inCard("agency_header", "*")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth).length"""


@pytest.mark.browser
def test_an_agencys_page_says_whose_it_is_and_claims_nothing_before_it_is_told(browser: Browser) -> None:
    person: dict[str, str] = dict(PERSON)  # type: ignore[arg-type]
    with opened(browser, "agency", person=person, scope="sz", size=(390, 844)) as page:
        page.wait_for_function("() => inCard('agency_header', 'h1').length > 0")
        assert page.evaluate(TEXTS) == ["市政", "姚××（市政科长）", "English", "退出", "联动任务"]
        tell_view(page, "agency_header", {"more": 0, "marks": []}, [])
        tell_view(page, "agency_tasks", {"code": "sz", "tasks": 0}, [])
        assert page.evaluate(TEXTS)[-1] == "没有联动任务"
        assert [page.evaluate(SMALL), page.evaluate(WIDE)] == [0, 0]
        links = page.evaluate("() => inCard('agency_header', 'nav a').map((one) => one.getAttribute('href'))")
        assert links == ["/agency?lang=en", "/sign-out?lang=zh"]
        page.set_viewport_size({"width": 1366, "height": 768})
        assert page.evaluate(WIDE) == 0
