"""The review in a browser: for its roles alone, every case on the map, a filter and a brush select."""

import asyncio
import contextlib
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page
from playwright.sync_api import TimeoutError as SlowBrowser

from city.clocks.timestamps import parse
from console.deployment.settings import Settings
from feeds.history.month_files import add_rows
from feeds.sources.demo.district import DemoDistrict
from tests.console.browser import FULL_HD, START_MS
from tests.forked import start_function
from tests.quick import enrol
from tests.running import PATIENCE_S, Running, free_port, wait_for

pytestmark = pytest.mark.browser

PASSWORD = "Yangjing-2156-road"  # of an invented account
CASES = 20_000
TEXT = """() => {
  const found = [];
  const walk = (node) => {
    for (const one of node.querySelectorAll("*")) {
      if (one.matches("p, td, a")) found.push(one.textContent);
      if (one.shadowRoot) walk(one.shadowRoot);
    }
  };
  walk(document);
  return found.join("\\n");
}"""
PICTURE = """() => {
  const isDrawn = (model) => model.type === "GlyphRenderer" && model.glyph?.type === "Image"
    && model.data_source.data.image?.[0]?.length > 0;
  return [...(window.Bokeh?.documents ?? [])].some((doc) => [...doc._all_models.values()].some(isDrawn));
}"""


def serve(settings: Settings) -> None:
    """Serve the review as its history's files are; called in a process of its own."""
    from console.review.review_process import run_review

    os.environ.clear()
    asyncio.run(run_review(settings, refresh=False))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("review")
    city = Running(data)
    settings = msgspec.structs.replace(city.settings, review_port=free_port(), demo=True)
    until = parse("2026-11-20T00:00:00+08:00")
    for number, (month, table) in enumerate(
        DemoDistrict.shipped().history(cases=CASES, days=60, until=until)
    ):
        add_rows(table, data / "history", month, str(number))
    enrol(data, "analyst", "周××", "evaluator", password=PASSWORD)
    enrol(data, "dispatcher", "石××", "dispatcher", password=PASSWORD)
    child = start_function(data / "processes.log", serve, settings)
    url = f"http://127.0.0.1:{settings.review_port}"
    try:
        wait_for(lambda: answers(url), 2 * PATIENCE_S, 0.2, why_not=city.log_end)
        yield url
    finally:
        child.terminate()
        child.join(15)
        city.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def signed_in(browser: Browser, address: str, account: str, lang: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": FULL_HD[0], "height": FULL_HD[1]})
    context.set_default_timeout(START_MS)
    page = context.new_page()
    page.goto(f"{address}/review?lang={lang}")
    page.fill("input[name=account]", account)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    return page


def resting(part: Locator) -> FloatRect:
    """Where a part stands, once it does not move any more."""
    places: list[FloatRect | None] = [None]

    def is_resting() -> FloatRect | None:
        places.append(part.bounding_box())
        return places[-1] if places[-1] == places[-2] else None

    found: FloatRect = wait_for(is_resting, every=0.5)
    return found


def test_an_analyst_sees_every_case_and_selects_by_a_brush(browser: Browser, address: str) -> None:
    elsewhere: list[str] = []
    page = signed_in(browser, address, "analyst")
    page.on("request", lambda one: elsewhere.append(one.url) if "127.0.0.1" not in one.url else None)
    page.wait_for_function(PICTURE)
    page.wait_for_function(f"() => ({TEXT})().includes('所选 {CASES:,} 件')")
    page.wait_for_function(f"() => ({TEXT})().includes('演示数据')")
    part = page.locator("section.time")

    def is_chosen() -> bool:
        """Draw a brush over the middle of the time; what the page did not hear yet is drawn again."""
        box = resting(part)
        x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 200, y + 20, steps=4)
        page.mouse.up()
        with contextlib.suppress(SlowBrowser):
            page.wait_for_function(f"() => !({TEXT})().includes('所选 {CASES:,} 件')", timeout=10_000)
            return True
        return False

    wait_for(is_chosen)
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []
    page.context.close()


def test_others_are_refused(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "dispatcher")
    page.wait_for_function("() => !location.pathname.startsWith('/sign-in')")
    assert page.locator("#review").count() == 0
    assert page.request.get(f"{address}/review").status == 403
    page.context.close()


def test_without_a_session_there_is_no_export(address: str, tmp_path: Path) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{address}/review/export/any.csv", timeout=PATIENCE_S)
