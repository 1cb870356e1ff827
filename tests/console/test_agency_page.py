"""An agency's page on a phone, with a whole Citywall behind it: an order comes, and is done with a photo."""

import time

import pytest
from playwright.sync_api import Browser

from tests.console.browser import Sight
from tests.invented import jpeg
from tests.people import PASSWORD, story
from tests.running import wait_for


@pytest.mark.browser
def test_an_order_appears_within_a_second_and_is_done_with_a_photo(browser: Browser) -> None:
    with story({"lu": "lh"}) as people:
        phone = Sight(browser, (390, 844))
        phone.visit(f"{people.running.console}/sign-in?next=/agency/lh")
        page = phone.page
        page.fill('input[name="account"]', "lu")
        page.fill('input[name="password"]', PASSWORD)
        page.click('button[type="submit"]')
        page.wait_for_url("**/agency/lh*")
        phone.wait(
            "() => window.citywall?.orders?.isLive() && citywall.card('agency_tasks')?.scalars.tasks === 0"
        )
        tasks = page.locator('[data-cell="agency_tasks"]')

        rows = [{"agency": "lh", "priority": "P1", "template": "tree_down#1"}]
        args = {"kind": "tree_down", "lon": 121.52, "lat": 31.21, "tasks": rows}
        answer = people.wait(people._send("chen", "open_incident", "place:hand", 0, args))
        assert answer.done is not None, answer.refused
        ordered = time.monotonic()
        tasks.get_by_text("P1 待签收").wait_for(timeout=5_000)
        assert time.monotonic() - ordered < 1.0

        # Its page is open: the order has reached somebody, and the ledger says so.
        wait_for(lambda: "TaskDelivered" in {fact["type"] for fact in people.all_facts()}, 20.0, 0.3)

        def press(words: str, state: str) -> None:
            tasks.locator("button", has_text=words).first.click()
            tasks.get_by_text(f"P1 {state}").wait_for(timeout=5_000)

        press("签收", "已签收")
        tasks.locator("button.next", has_text="出动").click()
        press("不带车辆出动", "已出动")
        press("到场", "已到场")
        tasks.locator("button.next", has_text="完成").click()
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        tasks.locator("input[type=file]").set_input_files([photo])
        tasks.locator("form .primary").click()
        tasks.get_by_text("P1 已完成").wait_for(timeout=5_000)

        path = tasks.locator(".photos a").get_attribute("href")
        shown = page.request.get(f"{people.running.console}{path}")
        assert (shown.status, shown.headers["content-type"], shown.body()[:2]) == (
            200,
            "image/jpeg",
            b"\xff\xd8",
        )
        done = next(fact for fact in people.all_facts() if fact["type"] == "TaskDone")
        assert (done["actor"], len(done["data"]["photos"])) == ("lu", 1)
        assert (phone.external, phone.errors) == ([], [])
        phone.close()
