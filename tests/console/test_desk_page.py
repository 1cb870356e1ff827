"""The desk as a browser shows it: a whole Citywall, officers who have signed in, a real Chromium."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Locator

from city.state.row_keys import row_key_of
from layouts.pages import DESK_CARDS
from tests.console.browser import IS_DRAWN, IS_IDLE, Sight
from tests.console.test_markup_and_privacy import SECRETS, evil_day, private_day
from tests.invented import case, publish_all
from tests.people import SHANGHAI, Cast, story
from tests.running import soonest, wait_for

pytestmark = pytest.mark.browser

HAN = re.compile(r"[㐀-鿿]+")
SMALLEST_PX = 13.0
CREDIT = "© "
IS_SHOWN = "() => (window.citywall?.card('desk_queue')?.order.length ?? 0) > 0"
WORDS = """() => {
  const texts = (node) => node.shadowRoot ? texts(node.shadowRoot)
    : node.nodeType === Node.TEXT_NODE ? [node.data]
    : node.nodeName === 'STYLE' ? [] : [...node.childNodes].flatMap(texts);
  return ['desk_header', 'desk_strip', 'desk_queue']
    .flatMap((cell) => texts(document.querySelector(`[data-cell=${cell}]`))).join(' ');
}"""
SHOWN_ROWS = """[...document.querySelectorAll('[data-cell="desk_queue"] *')]
  .flatMap((node) => [...(node.shadowRoot?.querySelectorAll("li") ?? [])])"""
ROADS = ("银城中路", "周东路", "拱极路")
KEYS = tuple(f"hotline/d{number}" for number in range(3))


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story() as people:
        people.set_city("2026-11-20T10:00")
        category = {"kind": "event", "code": "0406", "system": "GBT30428.2"}
        records = [
            case(f"d{n}", category=category, at="2026-11-20T09:59:00+08:00", lon=121.545, lat=31.24 + n / 100,
                 road=road, title=road)
            for n, road in enumerate(ROADS)
        ]  # fmt: skip
        people.report(records)
        for key in KEYS:
            people.done("intake", "file", key, 0)
        yield people


@pytest.fixture(scope="module")
def desk(cast: Cast, browser: Any) -> Iterator[Sight]:
    sight = opened(cast, browser, "chen")
    yield sight
    sight.close()


def opened(cast: Cast, browser: Any, who: str) -> Sight:
    sight = cast.desk(browser, who)
    sight.wait(IS_SHOWN)
    sight.wait(IS_IDLE)
    for road in ROADS:
        row(sight, road).wait_for()
    return sight


def row(desk: Sight, road: str) -> Locator:
    return desk.page.locator('[data-cell="desk_queue"] li', has_text=road)


def of(own: list[str]) -> list[str]:
    """Leave out what was asked of the console itself: a page that signed in first has no host to compare."""
    return [url for url in own if not url.startswith("http://127.0.0.1:")]


def test_one_click_escalates_and_another_desk_sees_it_within_a_second(
    cast: Cast, desk: Sight, browser: Any
) -> None:
    other = opened(cast, browser, "li")
    level = f"() => citywall.card('desk_queue').rows.get('{row_key_of(KEYS[0])}').supervised"

    def escalate() -> float:
        """Return after how many seconds the other desk sees it; it is undone again."""
        row(desk, ROADS[0]).get_by_role("button", name="升级▸值班长").click()
        pressed = time.monotonic()
        other.wait(f"() => ({level})() === 1")
        took = time.monotonic() - pressed
        row(other, ROADS[0]).get_by_text("已升级▸值班长").wait_for()
        row(desk, ROADS[0]).get_by_role("button", name="撤销").click()
        for sight in (other, desk):
            sight.tells(level, 0)
        return took

    assert soonest(escalate, 1.0) < 1.0
    assert [fact["type"] for fact in cast.facts(KEYS[0])][-2:] == ["CaseEscalated", "ActUndone"]
    assert (other.errors, of(other.external)) == ([], [])
    other.close()


def test_one_click_reassigns_to_whom_its_label_says(cast: Cast, desk: Sight) -> None:
    button = row(desk, ROADS[1]).get_by_role("button", name="改派▸")
    label = button.inner_text()
    button.click()
    fact = cast.wait_for_fact(KEYS[1], "CaseReassigned")
    holder = desk.page.evaluate("(to) => citywall.words('agency.' + to)", fact["data"]["to"])
    assert label == f"改派▸{holder}"
    row(desk, ROADS[1]).get_by_text("已改派▸").wait_for()


def test_the_keyboard_alone_chooses_a_case_and_orders(cast: Cast, desk: Sight) -> None:
    mark = row_key_of(KEYS[2])
    desk.page.mouse.move(1300, 900)
    desk.page.keyboard.press("Escape")

    def is_chosen() -> bool:
        """Go down from the top; a row may have changed its place meanwhile."""
        desk.page.keyboard.press("Home")
        for _ in KEYS:
            if desk.page.evaluate("citywall.desk.selected()") == mark:
                return True
            desk.page.keyboard.press("j")
        return False

    wait_for(is_chosen)
    desk.page.keyboard.press("e")
    assert cast.wait_for_fact(KEYS[2], "CaseEscalated")["data"]["to"] == "shift_lead"
    row(desk, ROADS[2]).get_by_role("button", name="撤销").wait_for()
    desk.page.keyboard.press("u")
    cast.wait_for_fact(KEYS[2], "ActUndone")
    desk.page.keyboard.press("Escape")


def test_w_puts_the_chosen_case_on_the_wall_with_name_and_time(cast: Cast, desk: Sight, browser: Any) -> None:
    wall = Sight(browser).open(f"{cast.running.console}/wall")
    desk.page.evaluate("(mark) => citywall.desk.select(mark)", row_key_of(KEYS[2]))
    desk.page.keyboard.press("w")
    wall.wait_for_words("shown", "拱极路")
    wall.wait_for_words("shown", "投屏陈××（值班员）")
    wall.wait("() => citywall.figure('map').x_range.end - citywall.figure('map').x_range.start < 10000")
    wall.page.keyboard.press("*")
    wall.wait("() => citywall.figure('map').x_range.end - citywall.figure('map').x_range.start > 20000")
    assert wall.errors == []
    wall.close()


def test_a_desk_chooses_its_heat_and_a_pressed_place_is_told_and_listed(cast: Cast, desk: Sight) -> None:
    page, box = desk.page, desk.page.locator('[data-cell="heat"]')
    box.locator("select").first.select_option("worst")
    desk.wait("() => citywall.frame('heat')?.meta.kind === 'worst'")
    desk.wait("() => location.search.includes('heat=worst.now')")
    page.evaluate(
        """() => {
          const map = citywall.overMap.projection(() => {});
          citywall.heatMap.press(...map.at(...citywall.overMap.metres(121.545, 31.24)));
        }"""
    )
    box.locator(".told", has_text="米内 1件").wait_for()
    box.locator(".told button").first.click()
    desk.wait(f"() => {SHOWN_ROWS}.length === 1")
    assert page.locator('[data-cell="desk_queue"] input').input_value().startswith("@121.545")
    # A nearer view has tiles, of the version that the frame told.
    with page.expect_response(lambda answer: "/tiles/desk/worst.now/" in answer.url) as told:
        page.evaluate("() => citywall.figure('map').x_range.setv({ start: 13526000, end: 13530000 })")
    assert "immutable" in told.value.headers["cache-control"]
    page.evaluate("() => { citywall.desk.search(''); citywall.chooseHeat(''); }")
    desk.wait("() => citywall.frame('heat')?.meta.kind === 'cases'")
    row(desk, ROADS[2]).wait_for()


def test_every_card_of_the_desk_is_told_and_nothing_is_asked_elsewhere(desk: Sight) -> None:
    cards = [card.key for card in DESK_CARDS]
    desk.wait("(keys) => keys.every((key) => key in citywall.state().views)", argument=cards)
    assert (desk.errors, of(desk.external)) == ([], [])


def test_no_text_is_smaller_than_a_desk_can_read(desk: Sight) -> None:
    small = {(words, size) for words, size, cell in desk.texts() if cell and size < SMALLEST_PX}
    assert {(words, size) for words, size in small if not words.startswith(CREDIT)} == set()


def test_an_english_desk_has_english_words_beside_the_data(cast: Cast, desk: Sight) -> None:
    page = desk.page.context.new_page()
    page.goto(f"{cast.running.console}/desk?lang=en")
    page.wait_for_function(f"() => ({IS_SHOWN})() && ({WORDS})().includes('Open cases')")
    page.wait_for_function(IS_DRAWN)
    # Both at one moment: a row that comes in between would have words that were not told.
    told, words = page.evaluate(
        f"[JSON.stringify([...citywall.card('desk_queue').rows, citywall.page.person]), ({WORDS})()]"
    )
    page.close()
    assert {run for run in HAN.findall(words) if run not in told} == set()


def test_markup_in_every_text_runs_nowhere_and_no_citizens_word_is_told(cast: Cast, desk: Sight) -> None:
    cast.set_city(datetime.now(SHANGHAI).replace(tzinfo=None).isoformat())
    heard: list[str] = []
    page = desk.page.context.new_page()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.goto(f"{cast.running.console}/desk")
    page.wait_for_function(IS_SHOWN)
    publish_all(cast.running, private_day())
    publish_all(cast.running, evil_day())
    page.wait_for_function(
        "(evil) => [...citywall.card('desk_queue').rows.values()].some((row) => row.label.includes(evil))",
        arg="<img src=x onerror=",
    )
    page.wait_for_timeout(1500)
    for mark in page.evaluate("citywall.card('desk_queue').order.slice(0, 3)"):
        page.evaluate("(mark) => citywall.desk.select(mark)", mark)
        page.wait_for_timeout(700)
    hacked = page.evaluate("window.__xss")
    live = "".join(text for text in heard if '"views"' in text)
    page.close()
    assert hacked is None
    assert "<img src=x onerror=" in live
    assert [secret for secret in SECRETS if secret in live] == []
