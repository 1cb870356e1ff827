"""The duty page on a whole Citywall: two shift leads hand over to the end, with the keyboard alone (M3)."""

import re
import time
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser, Locator

from tests.console.browser import Sight
from tests.people import PASSWORD, Cast, story
from tests.signed_in import Visitor

pytestmark = pytest.mark.browser

ROSTER = """role,name,seat,deputy,from,to,count
duty_leader,王××（副区长）,,周××（区政府办副主任）,08:30,08:30,
shift_lead,陈××（值班长）,,沈××（副值班长）,20:30,08:30,
shift_lead,顾××（值班长）,,陆××（副值班长）,08:30,20:30,
duty_officer,李××（值班员）,,吴××（值班员）,00:00,00:00,
seat,张××（科长）,城管,赵××（副科长）,08:30,08:30,
"""
TYPED = "王区长：早高峰前完成排水 <b>&"
NOTE = "川沙路泵车需换班"
NIGHT, DAY = "310115-2026-11-22-night", "310115-2026-11-23-day"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story(roster=ROSTER, leads={"chen-lead": "陈××（值班长）"}) as people:
        people.set_city("2026-11-23T07:00")
        yield people


@pytest.fixture(scope="module")
def pages(cast: Cast, browser: Browser) -> Iterator[tuple[Sight, Sight]]:
    chen, gu = (cast.desk(browser, who, page="duty") for who in ("chen-lead", "gu"))
    yield chen, gu
    chen.close()
    gu.close()


@pytest.fixture(scope="module")
def hand_over(cast: Cast, pages: tuple[Sight, Sight]) -> Callable[[], None]:
    """Return what hands over when it is first called."""
    return cache(lambda: handed_over(cast, *pages))


def card(page: Sight, name: str) -> Locator:
    return page.page.locator(f'[data-cell="{name}"]')


def press(page: Sight, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def an_open_p1(cast: Cast) -> None:
    """An incident with a P1 task is open."""
    place = {"lon": None, "lat": None, "street": "", "road": "川沙路", "radius_m": 100.0}
    opened = {
        "day": "20261122", "class": "natural", "kind": "underpass_flood", "grade": "general", "title": "",
        "source": "hand", "state": "confirmed", "cases": [], "confirm_by": None, "report_by": None,
        "report_next": "", "version": 1, "name": "", **place,
    }  # fmt: skip
    task = {
        "incident": "inc1", "agency": "sw", "priority": "P1", "words": "", "text": "", "mode": "manual",
        "ack_by": None, "due_by": None, "arrive_by": None, "verify_s": 60.0, "evidence": "ack",
        "verifier": "street", "template": "", "unit": "", "version": 1, "name": "", **place,
    }  # fmt: skip
    cast.happened(IncidentOpened=("incident:inc1", opened), TaskIssued=("task:inc1.1", task))


def handed_over(cast: Cast, chen: Sight, gu: Sight) -> None:
    pages = (chen, gu)
    # The night's lead signs in with one key: from now on duty is kept by facts.
    card(chen, "duty_board").get_by_text("按排班表显示").wait_for()
    press(chen, "s")
    card(chen, "duty_board").locator('[data-key="shift_lead"][data-shown="present"]').wait_for()
    # F2, a letter, the words: the entry is in the log of both, as text.
    an_open_p1(cast)
    card(chen, "duty_log").get_by_role("button", name="F2").wait_for()
    press(chen, "F2", "o")
    chen.page.keyboard.type(TYPED + " #川沙")
    card(chen, "duty_entry").locator(".found li").first.wait_for()
    press(chen, "Enter")
    card(chen, "duty_entry").locator(".refs button").wait_for()
    press(chen, "Enter")
    for page in pages:
        written = card(page, "duty_log").locator(".written").first
        written.wait_for()
        assert TYPED in written.inner_text()
        assert written.locator("b", has_text="指令").count() == 1

    # 08:00: the engine drafts; every duty page says so.
    cast.set_city("2026-11-23T08:00:01")
    for page in pages:
        page.wait_for_words("duty_header", "交接班 08:30 · 草稿已生成 · 必签 3 项")
    # 08:15: the incoming lead signs in; the header shows both names.
    cast.set_city("2026-11-23T08:15:01")
    press(gu, "s")
    for page in pages:
        page.wait_for_words("duty_header", "陈×× → 顾××")

    # Each item is one key; a tick is not enough for the P1 task, which is the first row.
    card(gu, "duty_handover").locator(".items li").nth(2).wait_for()
    press(gu, "h", "Enter")
    items = card(gu, "duty_handover").locator(".items li")
    items.first.locator("button", has_text="接管").wait_for()
    for _ in range(2):
        press(gu, "ArrowDown", "Enter")
    gu.wait_for_words("duty_handover", "还有 1 项未签收")
    # 08:30: who leaves is told what is left, in place.
    cast.set_city("2026-11-23T08:30:01")
    press(chen, "o")
    chen.wait_for_words("duty_board", "还有 1 项未签收：川沙路(P1)")
    press(gu, "ArrowUp", "ArrowUp", "ArrowUp", "t")
    for page in pages:
        page.wait_for_words("duty_handover", "已全部签收")

    # 08:33: both sign, the outgoing lead with a note; the incoming lead reads it.
    begun = time.monotonic()
    cast.set_city("2026-11-23T08:33:00")
    press(chen, "g")
    card(chen, "duty_handover").locator(".signing textarea").wait_for()
    chen.page.keyboard.type(NOTE)
    press(chen, "Enter")
    gu.wait_for_words("duty_handover", f"交班说明：{NOTE}")
    press(gu, "g", "Enter")
    handed = cast.wait_for(f"shift:{NIGHT}", "ShiftHandedOver")
    assert handed["data"]["to"] == DAY
    assert 180 <= handed["data"]["late_s"] < 181 + time.monotonic() - begun
    for page in pages:  # the present shift, not the next one
        card(page, "duty_board").locator("h2", has_text="白班 08:30–20:30").wait_for()

    # The outgoing lead is free to leave; who writes now writes to the day's log.
    card(chen, "duty_board").get_by_text("未签退").wait_for()
    press(chen, "o")
    cast.wait_for_type("PostSignedOut")
    card(gu, "duty_log").get_by_role("button", name="F2").wait_for()
    press(gu, "F2", "n")
    gu.page.keyboard.type("接班巡查完毕")
    press(gu, "Enter")
    card(chen, "duty_log").get_by_text("接班巡查完毕").wait_for()
    entry = next(fact for fact in reversed(cast.all_facts()) if fact["type"] == "DutyEntryWritten")
    assert (entry["subject"], entry["actor"]) == (f"shift:{DAY}", "gu")


def test_two_leads_hand_over_to_the_end_with_the_keyboard_alone(
    hand_over: Callable[[], None], pages: tuple[Sight, Sight]
) -> None:
    hand_over()
    assert [page.errors for page in pages] == [[], []]


def test_the_sheet_is_one_page_with_the_ledgers_head_and_without_scripts(
    cast: Cast, hand_over: Callable[[], None], pages: tuple[Sight, Sight]
) -> None:
    hand_over()
    drafted = next(fact for fact in cast.all_facts() if fact["type"] == "HandoverDrafted")
    visitor = Visitor(cast.running.console)
    visitor.sign_in("gu", PASSWORD)
    sheet = visitor.get(f"/duty/handover/{NIGHT}")
    assert sheet.status == 200
    assert "script" not in sheet.text
    assert f"账本位置 {drafted['data']['position']} · SHA-256 {drafted['data']['hash']}" in sheet.text
    assert NOTE in sheet.text
    page = pages[0].page.context.new_page()
    page.set_content(sheet.text)
    printed = page.pdf(format="A4")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
