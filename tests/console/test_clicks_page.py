"""A hundred clicks at a whole Citywall that goes on: what is ordered is what was under the pointer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from city.state.row_keys import row_key_of
from tests.console.browser import IS_IDLE, Sight
from tests.invented import case, mirror, moment, publish, unit
from tests.people import Cast, story
from tests.running import PATIENCE_S

pytestmark = pytest.mark.browser

CLICKS, MOVING, APART, EVERY_S = 100, 20, 0.0012, 0.1
VERBS = {"CaseEscalated": "escalate", "CaseReassigned": "reassign"}
ROWS = """(() => {
  const found = [], walk = (root) => {
    found.push(...root.querySelectorAll(".rows li"));
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) walk(node.shadowRoot);
  };
  walk(document.querySelector("[data-cell=desk_queue]"));
  return found;
})()"""
# The page itself notes which row and which button every press was on, before anything else hears of it.
NOTE = """() => {
  window.pressed = [];
  window.answered = new Set();
  citywall.orders.on((act) => act.answer && window.answered.add(act.id));
  addEventListener("pointerdown", (event) => {
    const path = event.composedPath(), row = path.find((node) => node.citywallMark);
    window.pressed.push([row?.citywallMark, path.find((node) => node.dataset?.act)?.innerText ?? ""]);
  }, true);
}"""
# The next row of ours in sight that was not pressed yet: the middle of its button, or null.
NEXT = f"""([marks, label]) => {{
  const left = new Set(marks);
  for (const pressed of window.pressed) left.delete(pressed[0]);
  for (const li of {ROWS}.filter((li) => left.has(li.citywallMark))) {{
    const button = [...li.querySelectorAll(".pair button")].find((one) => one.innerText.startsWith(label));
    const list = li.parentElement.getBoundingClientRect(), box = button?.getBoundingClientRect();
    const isIn = box?.width && box.top >= list.top && box.bottom <= Math.min(innerHeight, list.bottom);
    if (isIn) return [box.x + box.width / 2, box.y + box.height / 2];
  }}
  return null;
}}"""
HAS_ROWS = "(n) => (citywall.card('desk_queue')?.order.length ?? 0) >= n"
ANSWERED = f"() => window.answered.size === {CLICKS}"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story() as people:
        category = {"kind": "event", "code": "0406", "system": "GBT30428.2"}
        records = [
            case(f"p{n}", lon=121.52 + n % 10 * APART, lat=31.21 + n // 10 * APART, category=category)
            for n in range(CLICKS)
        ]
        people.report(records)
        for number in range(CLICKS):
            people.done("intake", "file", f"hotline/p{number}", 0)
        yield people


@contextmanager
def city_that_goes_on(cast: Cast) -> Iterator[None]:
    """Ten times a second a unit moves and a mirrored case takes another place in the list."""
    over = threading.Event()

    def go_on() -> None:
        number = 0
        while not over.wait(EVERY_S):
            which = number % MOVING
            moved = case(
                f"m{number}", urgency=("critical", "normal")[number // MOVING % 2],
                lon=121.60 + which * APART, lat=31.10, external=[{"system": "other", "no": f"m{which}"}],
                mirror=mirror("handling", 10.0 + number % 7, at=moment()),
            )  # fmt: skip
            publish(cast.running, "case", [moved])
            publish(cast.running, "unit", [unit("消防1号", number, lon=121.53, lat=31.21 + number * 1e-4)])
            number += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def press_a_hundred(desk: Sight, marks: list[str]) -> None:
    page, ends = desk.page, time.monotonic() + 3 * PATIENCE_S
    for click in range(CLICKS):
        if click % 10 == 0:  # the pointer leaves the list, and the list may move again
            page.mouse.move(5, 5)
            page.wait_for_timeout(400)
        while not (place := page.evaluate(NEXT, [marks, ("升级", "改派")[click % 2]])):
            assert time.monotonic() < ends, page.evaluate("window.pressed.length")
            page.mouse.move(400, 600)
            page.mouse.wheel(0, 200)
            page.wait_for_timeout(50)
        page.mouse.click(*place)


def test_a_hundred_clicks_in_a_city_that_goes_on_are_a_hundred_orders_for_the_rows_that_were_pressed(
    cast: Cast, browser: Browser
) -> None:
    marks = {row_key_of(f"hotline/p{n}"): f"hotline/p{n}" for n in range(CLICKS)}
    desk = cast.desk(browser, "chen")
    desk.wait(IS_IDLE)
    desk.wait(HAS_ROWS, argument=CLICKS)
    desk.page.evaluate(NOTE)
    with city_that_goes_on(cast):
        # Rows that come above move all that stand below them, those that were pressed among them.
        desk.wait(HAS_ROWS, argument=CLICKS + MOVING)
        press_a_hundred(desk, list(marks))
    desk.wait(ANSWERED)
    pressed = desk.page.evaluate("window.pressed")
    assert desk.errors == []
    desk.close()
    meant = [(marks[mark], label) for mark, label in pressed]
    told = [
        (fact["subject"].removeprefix("case:"), VERBS[fact["type"]])
        for fact in cast.all_facts()
        if fact["type"] in VERBS and fact["actor"] == "chen"
    ]
    verbs = {"升级": "escalate", "改派": "reassign"}
    assert sorted(told) == sorted((key, verbs[label[:2]]) for key, label in meant)
    assert len(set(told)) == CLICKS
