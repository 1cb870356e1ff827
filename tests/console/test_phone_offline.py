"""A workstation's phone without network for half an hour: nothing is lost, doubled or out of order."""

import contextlib
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from city.clocks.timestamps import parse
from city.duty.shift_times import ShiftTimes
from tests.console.browser import ARGUMENTS, CHROMIUM, START_MS, fill_in
from tests.invented import jpeg
from tests.people import PASSWORD, SHANGHAI, story
from tests.running import wait_for

STREET = "310115013"
HERE = {"longitude": 121.545, "latitude": 31.240, "accuracy": 9}
CLASSES = ["暴露垃圾", "店外经营", "道路破损", "占道经营", "无照游商", "乱堆物料"]
CODES = ["0110", "0405", "0113", "0406", "0401", "0136"]
HALF_HOUR_S, AHEAD_S = 1800.0, 900
ROUNDED_S = 2.0
"""A phone tells whole seconds, by the city's clock that it last heard."""
READY = """() => window.citywall?.card('station_post')?.as_of != null
  && citywall.field.here().state === 'known' && navigator.serviceWorker.controller !== null"""
# The phone's clock is as far ahead as the test says; the page without network shows the time by it.
CLOCK = """() => { const now = Date.now.bind(Date);
  Date.now = () => now() + Number(localStorage.getItem("test-ahead-ms") ?? 0); }"""


def phone(browser: Browser, folder: Path) -> BrowserContext:
    """The same phone again: its cookies, its worker and what it keeps are in the folder."""
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=ARGUMENTS, viewport={"width": 390, "height": 844},
        geolocation=HERE, permissions=["geolocation"],
    )  # fmt: skip
    context.set_default_timeout(START_MS)
    context.add_init_script(f"({CLOCK})()")
    return context


def sign_in(page: Page) -> None:
    fill_in(page, "cun", PASSWORD, "/station/cun")
    page.wait_for_function(READY)


def report(page: Page, name: str) -> None:
    page.locator(".tiles button", has_text=name).first.click()
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.locator("input[type=file]").first.set_input_files([photo])
    page.locator(".form .next").click()


def keeps(page: Page, count: int) -> None:
    page.wait_for_function(f"() => citywall.outbox.waiting().length === {count} && citywall.outbox.isKept()")


def crash(context: BrowserContext, page: Page) -> None:
    """Kill the browser as a phone does that has no memory left: no page is asked."""
    with contextlib.suppress(BrowserError):
        context.new_cdp_session(page).send("Browser.crash")
    with contextlib.suppress(BrowserError):
        context.close()


@pytest.mark.browser
def test_twelve_acts_without_network_arrive_once_in_order_with_their_own_times(
    browser: Browser, tmp_path: Path
) -> None:
    with story({"cun": f"village:{STREET}"}) as cast:
        first = phone(browser, tmp_path)
        page = first.pages[0]
        page.goto(f"{cast.running.console}/sign-in?next=/station/cun")
        sign_in(page)
        for drawn in (".switch", ".tiles button"):
            page.locator(drawn).first.wait_for()
        # The phone remembers a beat of the server before it loses it: else it can say no time.
        wait_for(lambda: page.evaluate("citywallPhone.get('heard')"), every=0.1)

        began = time.time()
        first.set_offline(True)
        page.locator(".switch").click()
        for name in CLASSES[:5]:
            report(page, name)
        keeps(page, 6)
        first_done = time.time()
        assert [fact["type"] for fact in cast.all_facts() if fact["actor"] == "cun"] == []
        crash(first, page)

        # The phone starts again, still without network, a quarter of an hour later.
        second = phone(browser, tmp_path)
        page = second.pages[0]
        second.set_offline(True)
        page.goto(f"{cast.running.console}/station/cun")
        page.wait_for_function("() => window.citywall?.outbox?.waiting().length === 6")
        page.locator("h1", has_text=re.compile("^离线 · 自")).wait_for()
        page.evaluate(f"() => localStorage.setItem('test-ahead-ms', '{AHEAD_S * 1000}')")
        for name in [*CLASSES[5:], *CLASSES[:5]]:
            page.wait_for_function("() => citywall.field.here().state === 'known'")
            report(page, name)
        keeps(page, 12)
        second_done = time.time()

        # Half an hour after it was lost the network is back.
        page.evaluate("() => localStorage.setItem('test-ahead-ms', '1800000')")
        later = datetime.fromtimestamp(time.time() + HALF_HOUR_S, tz=SHANGHAI)
        cast.set_city(later.strftime("%Y-%m-%dT%H:%M:%S"))
        second.set_offline(False)
        # A browser that was killed has forgotten who it was; what it keeps goes out when that person is back.
        page.wait_for_url(lambda url: urlsplit(url).path == "/sign-in", wait_until="commit")
        assert [fact["type"] for fact in cast.all_facts() if fact["actor"] == "cun"] == []
        sign_in(page)

        def arrived() -> list[dict[str, Any]]:
            found = [fact for fact in cast.all_facts() if fact["actor"] == "cun"]
            return found if len([one for one in found if one["type"] == "CaseReported"]) == 11 else []

        facts = wait_for(arrived, every=0.5)
        ended = time.time()
        page.wait_for_function(READY)
        page.wait_for_function("() => citywall.outbox.waiting().length === 0")
        assert facts == [fact for fact in cast.all_facts() if fact["actor"] == "cun"]

        *planned, signed = facts[:-11]
        assert len(planned) <= 1
        assert [fact["type"] for fact in facts[-11:]] == ["CaseReported"] * 11
        if signed["type"] == "CommandRefused":  # whoever comes back to a shift that is over is told so
            shifts = ShiftTimes("310115")
            assert (signed["data"]["verb"], signed["data"]["reason"]) == ("sign_in", "shift_over")
            assert signed["subject"] != f"shift:{shifts.at(ended + HALF_HOUR_S).id}"
        else:
            assert signed["type"] == "PostSignedIn"
        assert began - ROUNDED_S <= parse(signed["data"]["acted_at"]) <= first_done + ROUNDED_S
        reports = [fact["data"] for fact in facts[-11:]]
        codes = [one["record"]["category"]["code"] for one in reports]
        assert codes == [*CODES[:5], *CODES[5:], *CODES[:5]]
        assert len({one["command"] for one in reports}) == 11
        times = [parse(one["record"]["at"]) for one in reports]
        assert times == sorted(times)
        assert began - ROUNDED_S <= times[0]
        assert times[4] <= first_done + ROUNDED_S
        assert first_done + AHEAD_S - ROUNDED_S <= times[5]
        assert times[-1] <= second_done + AHEAD_S + ROUNDED_S
        assert min(one["late_s"] for one in reports[:5]) > HALF_HOUR_S - ROUNDED_S
        second.close()
