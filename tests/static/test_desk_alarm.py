"""The desk's alarm in a real Chromium: what is critical and new is heard once, counted, and looked at."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import LATER, mark, opened, tell_view
from tests.seen_factory import NOW
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
    assert shown(page, "flood") == "近10分 告警 31（上限 10） · 建议合并 22"


def test_the_strip_shows_the_worst_and_how_many_more_there_are(page: Page) -> None:
    plain = {"class": "event.0506", "label": "", "road": "世纪大道", "street": "", "urgency": "critical"}
    rows = [
        (mark(n), {**plain, "kind": "critical" if n < 5 else "ruling", "due_at": None, "sent": False})
        for n in range(6)
    ]
    tell_view(page, "desk_strip", {"critical": 9, "critical_keys": [], "more_critical": 4}, rows)
    assert page.evaluate("inCard('desk_strip', '.ruling').map((node) => node.dataset.kind)") == [
        *["critical"] * 5, "ruling",
    ]  # fmt: skip
    assert shown(page, "more") == "另有特急 4"
    # In an emergency two have room; who is not named is counted.
    figures = {"critical": 9, "critical_keys": [], "more_critical": 4, "figures": {"outage": None}}
    tell_view(page, "desk_strip", figures, rows)
    assert page.evaluate("inCard('desk_strip', '.ruling').length") == 2
    assert shown(page, "more") == "另有特急 7"


def test_a_duty_leader_switches_the_deferral_on_with_a_reason_and_an_end(page: Page) -> None:
    tell(page, relaxation_version=2)
    deferral = page.locator('[data-cell="desk_strip"] .deferral')
    deferral.get_by_role("button", name="灾害顺延…").click()
    start = deferral.get_by_role("button", name="启动灾害顺延")
    assert start.is_disabled(), "without a reason"
    deferral.locator("select").select_option("4")
    deferral.locator("input").fill("防汛防台Ⅱ级响应")
    start.click()
    act = page.evaluate("acts().at(-1)")
    assert (act["verb"], act["subject"], act["version"]) == (
        "start_relaxation", "relaxation:defer_ordinary", 2,
    )  # fmt: skip
    city = page.evaluate("citywall.city()")
    hours = (datetime.fromisoformat(act["args"]["until"]).timestamp() - city) / 3600
    assert (round(hours, 1), act["args"]["text"]) == (4.0, "防汛防台Ⅱ级响应")


def test_a_running_deferral_is_told_to_everybody_and_ended_by_whoever_may(browser: Browser) -> None:
    running = {"deferral": {"until": NOW + 3600, "by": "王××（副区长）", "at": NOW - 60}, "deferred": 213}
    for verbs, ends in (([], 0), (["end_relaxation"], 1)):
        with opened(browser, "desk", person={**ME, "verbs": verbs}) as page:
            tell(page, **running)
            words = shown(page, "deferred")
            assert words.startswith("灾害顺延 213 · 至 ")
            assert words.endswith(" · 王××")
            button = page.locator('[data-cell="desk_strip"] .deferral').get_by_role("button", name="结束顺延")
            assert button.count() == ends
