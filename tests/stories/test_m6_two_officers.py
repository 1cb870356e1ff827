"""Story M6: two officers press at the same moment; one wins, the other is told who, in the row."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator

from tests.console.browser import Sight
from tests.invented import case
from tests.people import Cast, story
from tests.running import wait_for
from tests.slowness import Slowness

pytestmark = pytest.mark.browser

KEY, ROAD, YANGJING = "hotline/stall", "羽山路", "310115013"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"yangjing": YANGJING}) as people:
        yield people


@pytest.fixture(scope="module")
def desks(cast: Cast, browser: Browser) -> Iterator[tuple[Sight, Sight]]:
    cast.set_city("2026-11-20T22:40")
    record = case(
        "stall", at="2026-11-20T22:39:00+08:00", lon=121.545, lat=31.240, road=ROAD,
        category={"kind": "event", "code": "0406", "system": "GBT30428.2"}, title="占道经营",
    )  # fmt: skip
    cast.report([record])
    cast.done("intake", "file", KEY, 0)
    chen, li = cast.desk(browser, "chen"), cast.desk(browser, "li")
    for desk in (chen, li):
        row(desk).wait_for()
        escalation(desk).wait_for()
    yield chen, li
    for desk in (chen, li):
        desk.close()


def row(desk: Sight) -> Locator:
    return desk.page.locator('[data-cell="desk_queue"] li', has_text=ROAD)


def escalation(desk: Sight) -> Locator:
    return row(desk).get_by_role("button", name="升级▸")


def reassignment(desk: Sight) -> Locator:
    return row(desk).get_by_role("button", name="改派▸")


def types(cast: Cast) -> list[str]:
    return [fact["type"] for fact in cast.facts(KEY)]


def test_who_opens_a_case_is_seen_by_the_other(cast: Cast, desks: tuple[Sight, Sight]) -> None:
    chen, li = desks
    with Slowness() as slow:
        opened = time.monotonic()
        row(chen).locator(".what").click()
        row(li).get_by_text(re.compile("陈.*正在处理")).wait_for()
        took = time.monotonic() - opened
    assert took < 2.5 * slow.factor  # one second by the story; this machine also runs two browsers


def test_of_two_presses_one_wins_and_the_other_is_told_in_the_row(
    cast: Cast, desks: tuple[Sight, Sight]
) -> None:
    chen, li = desks
    places = [row(desk).bounding_box() for desk in desks]
    reassignment(li).hover()
    escalation(chen).hover()
    # Both pointers are down before either is up: each means the case as it stood before the other's act.
    for action in ("down", "up"):
        for desk in (chen, li):
            getattr(desk.page.mouse, action)()
    row(chen).get_by_text("已升级").wait_for()
    row(li).get_by_text("未执行：陈").wait_for()
    told = row(li).inner_text()
    assert "升级至值班长" in told.replace(" ", "")
    for name in ("仍要改派", "好"):
        assert row(li).get_by_role("button", name=name, exact=True).is_visible()
    assert [row(desk).bounding_box() for desk in desks] == places
    assert types(cast)[-2:] == ["CaseEscalated", "CommandRefused"]
    assert "CaseReassigned" not in types(cast)


def test_an_undo_in_time_brings_both_rows_back(cast: Cast, desks: tuple[Sight, Sight]) -> None:
    chen, li = desks
    row(chen).get_by_role("button", name="撤销").click()
    row(chen).get_by_text("已撤销").wait_for()  # until its answer is there the row takes no other order
    wait_for(lambda: types(cast)[-1] == "ActUndone")
    row(li).get_by_role("button", name="好", exact=True).click()
    for desk in desks:
        row(desk).get_by_role("button", name="升级▸值班长").wait_for()  # not 带班领导 any more
    assert types(cast)[-3:] == ["CaseEscalated", "CommandRefused", "ActUndone"]


def test_after_twenty_seconds_the_undo_is_gone_from_the_row(cast: Cast, desks: tuple[Sight, Sight]) -> None:
    chen, _ = desks
    row(chen).get_by_role("button", name="升级▸").click()
    undo = row(chen).get_by_role("button", name="撤销")
    undo.wait_for()
    escalated = cast.wait_for_fact(KEY, "CaseEscalated")
    undo.wait_for(state="hidden")
    refused = cast.order("chen", "undo", KEY, escalated["data"]["version"]).refused
    assert refused is not None
    assert refused.code == "not_now"


def test_the_shift_lead_still_may_with_a_typed_reason(cast: Cast) -> None:
    version = cast.wait_for_fact(KEY, "CaseEscalated")["data"]["version"]
    refused = cast.order("gu", "undo", KEY, version).refused
    assert refused is not None
    assert refused.code == "bad_args"
    cast.done("gu", "undo", KEY, version, reason="误点，已电话核实")
    assert cast.wait_for_fact(KEY, "ActUndone")["reason"] == "误点，已电话核实"


def test_no_page_failed_or_asked_elsewhere(desks: tuple[Sight, Sight]) -> None:
    for desk in desks:
        assert (desk.errors, desk.external) == ([], [])
