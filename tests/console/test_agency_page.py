"""An agency's page on a phone, with a whole Citywall behind it: an order comes, and is done with a photo."""

import time
from itertools import count

import pytest
from playwright.sync_api import Browser

from tests.invented import jpeg
from tests.people import story
from tests.running import soonest


@pytest.mark.browser
def test_an_order_appears_within_a_second_and_is_done_with_a_photo(browser: Browser) -> None:
    with story({"lu": "lh"}) as people:
        phone = people.desk(browser, "lu", (390, 844), page="agency/lh")
        page, tasks = phone.page, phone.page.locator('[data-cell="agency_tasks"]')
        phone.wait("() => citywall.card('agency_tasks')?.scalars.tasks === 0")
        numbers = count(1)

        def order(priority: str) -> float:
            """Order a task at a place of its own; return after how many seconds its row stands there."""
            number = next(numbers)
            row = {"agency": "lh", "priority": priority, "template": "tree_down#1"}
            args = {"kind": "tree_down", "lon": 121.52, "lat": 31.20 + number / 100, "tasks": [row]}
            people.give("chen", "open_incident", "place:hand", 0, **args)
            ordered = time.monotonic()
            tasks.get_by_text(f"{priority} 待签收").nth(number - 1 if priority == "P2" else 0).wait_for()
            return time.monotonic() - ordered

        assert soonest(lambda: order("P2"), 1.0) < 1.0
        order("P1")
        task = tasks.locator('article[data-priority="P1"]')

        def press(words: str, state: str) -> None:
            task.locator("button", has_text=words).first.click()
            task.get_by_text(f"P1 {state}").wait_for()

        press("签收", "已签收")
        task.locator("button.next", has_text="出动").click()
        press("不带车辆出动", "已出动")
        press("到场", "已到场")
        task.locator("button.next", has_text="完成").click()
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        task.locator("input[type=file]").set_input_files([photo])
        task.locator("form .primary[data-ready]").click()
        task.get_by_text("P1 已完成").wait_for()

        path = task.locator(".photos a").get_attribute("href")
        shown = page.request.get(f"{people.running.console}{path}")
        assert (shown.status, shown.headers["content-type"], shown.body()[:2]) == (
            200,
            "image/jpeg",
            b"\xff\xd8",
        )
        done = people.wait_for_type("TaskDone")
        assert (done["actor"], len(done["data"]["photos"])) == ("lu", 1)
        assert (phone.external, phone.errors) == ([], [])
        phone.close()
