"""The desk's alarm in a real Chromium: what is critical and new is heard once, counted, and looked at."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import LATER, mark, opened, tell_view
from tests.static.desk_list import ME

pytestmark = pytest.mark.browser

SHOWN = """(part) => inCard("desk_strip", "." + part).filter((node) => !node.hidden)
  .map((node) => node.textContent).join("")"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "desk", person=ME) as found:
        yield found


def tell(page: Page, *critical: int, **given: Any) -> None:
    keys = [mark(number) for number in critical]
    tell_view(
        page,
        "desk_strip",
        {"critical": len(keys), "critical_keys": keys, "alarms": 0, "same": 0, **given},
        [],
    )


def shown(page: Page, part: str) -> str:
    return str(page.evaluate(SHOWN, part))


def sounded(page: Page) -> int:
    return int(page.evaluate("citywall.desk.alarm.sounded()"))


def allow(page: Page) -> None:
    page.mouse.click(5, 5)
    page.wait_for_function("citywall.desk.alarm.isHeard()")


def test_what_was_there_before_is_no_news(page: Page) -> None:
    allow(page)
    tell(page, 1, 2)
    assert (shown(page, "alarm"), sounded(page)) == ("", 0)


def test_many_in_a_moment_are_one_sound_and_a_count(page: Page) -> None:
    allow(page)
    tell(page)
    for last in range(1, 7):
        tell(page, *range(1, last + 1))
    assert (shown(page, "alarm"), sounded(page)) == ("新特急 6", 1)
    page.evaluate(LATER, 10_000)
    tell(page, *range(1, 7))
    assert sounded(page) == 1
    tell(page, *range(1, 8))
    assert (shown(page, "alarm"), sounded(page)) == ("新特急 7", 2)


def test_who_looks_has_seen_them(page: Page) -> None:
    allow(page)
    tell(page)
    tell(page, 1, 2)
    page.evaluate("(mark) => citywall.desk.select(mark)", mark(2))
    assert shown(page, "alarm") == "新特急 1"
    page.evaluate("inCard('desk_strip', '.alarm')[0].click()")
    assert page.evaluate("citywall.desk.selected()") == mark(1)
    assert shown(page, "alarm") == ""


def test_what_is_over_or_what_nobody_knows_is_not_counted(page: Page) -> None:
    tell(page)
    tell(page, 1, 2)
    tell(page, 2)
    assert shown(page, "alarm").startswith("新特急 1")
    tell(page, critical=None, critical_keys=None)
    tell(page, 2)
    assert shown(page, "alarm").startswith("新特急 1")


def test_a_page_that_may_not_be_heard_says_so(page: Page) -> None:
    tell(page)
    tell(page, 1)
    if not page.evaluate("citywall.desk.alarm.isHeard()"):
        assert (shown(page, "alarm"), sounded(page)) == ("新特急 1 · 声音未开", 0)
    allow(page)
    page.wait_for_function(f"({SHOWN})('alarm') === '新特急 1'")


def test_more_than_one_person_can_take_is_said(page: Page) -> None:
    tell(page, alarms=10, same=3)
    assert shown(page, "flood") == ""
    tell(page, alarms=31, same=22)
    assert shown(page, "flood") == "近10分 特急 31（上限 10） · 建议并案 22"
