"""live.js in a real Chromium: a page that is not told anything says so, and a card that broke heals."""

import base64
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from console.live.encoding import ViewMemory, encode_frame
from layers.contract import Frame
from layouts.contract import View
from tests.script_pages import opened
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

# From here on the page's clock is manual: only `window.passed` moves it.
MANUAL_CLOCK = """() => {
  const from = performance.now();
  window.passed = 0;
  performance.now = () => from + window.passed;
}"""
IS_GREY = "!document.getElementById('break').hidden"


def test_a_page_that_was_never_told_anything_turns_grey_however_often_it_tries(browser: Browser) -> None:
    with opened(browser, "wall", is_told=False) as page:
        page.evaluate(MANUAL_CLOCK)
        for attempt in range(1, 4):
            page.evaluate("window.before = socket; socket.onclose()")
            page.evaluate(f"window.passed = {attempt} * 1500")
            page.wait_for_function("socket !== before")
        page.wait_for_function(IS_GREY)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "wall") as found:
        yield found


def test_a_card_that_failed_on_the_server_heals_with_the_next_view_that_did_not(page: Page) -> None:
    memory = ViewMemory()
    counted = View(NOW, {"critical": 3}, [])
    broken = "document.querySelector('[data-cell=act]').hasAttribute('data-broken')"
    page.evaluate("(views) => tell({ views })", memory.changes({"act": counted}))
    # The console tells the last view with ``failed``, see console/live/channel.py.
    page.evaluate("console.error = () => {}")
    page.evaluate("(views) => tell({ views })", memory.changes({"act": View(NOW, {"failed": True}, [])}))
    assert page.evaluate(broken)
    page.evaluate("(views) => tell({ views })", memory.changes({"act": counted}))
    assert not page.evaluate(broken)
    assert page.evaluate("inCard('act', '.figure b')[0].textContent") == "3"


def test_a_beat_that_was_held_up_makes_nothing_look_newer(browser: Browser) -> None:
    with opened(browser, "wall", is_told=False) as page:
        page.evaluate(MANUAL_CLOCK)
        for passed, told in ((0.0, 0.0), (2.0, 2.0), (4.0, 4.0), (6.0, 4.2)):
            page.evaluate(f"window.passed = {passed * 1000}; beat({NOW + told})")
        assert page.evaluate("citywall.machine()") == pytest.approx(NOW + 6.0, abs=0.2)


def test_a_server_whose_clock_was_put_back_is_believed_after_some_beats(page: Page) -> None:
    page.evaluate(MANUAL_CLOCK)
    for turn in range(1, 9):
        page.evaluate(f"window.passed = {turn * 2000}; beat({NOW - 60.0 + turn * 2.0})")
    assert page.evaluate("citywall.machine()") == pytest.approx(NOW - 44.0, abs=0.01)


def test_a_frame_waits_until_the_figures_are_built_then_it_is_drawn(page: Page) -> None:
    page.evaluate(
        """() => {
            const parts = document.createElement("script");
            Object.assign(parts, { type: "application/json", id: "citywall-parts" });
            parts.textContent = '{"docs": {}, "items": []}';
            document.body.append(parts);
            window.drawn = [];
            const source = { setv: ({ data }) => drawn.push(data.x.length) };
            const made = { get_model_by_name: (name) => (name === "layer:cases" ? source : null) };
            const embed_items = () => new Promise((done) => { window.build = done; });
            window.Bokeh = { documents: [made], embed: { embed_items } };
            dispatchEvent(new Event("load"));
        }"""
    )
    frame = base64.b64encode(encode_frame(Frame("cases", NOW, {"x": np.zeros(2)}, {}))).decode()
    page.evaluate(
        "(text) => socket.onmessage({ data: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer })",
        frame,
    )
    assert page.evaluate("[citywall.frame('cases').count, drawn]") == [1, []]
    page.evaluate("build()")
    page.wait_for_function("drawn.length > 0")
    assert page.evaluate("drawn") == [2]


# From here on the session is silent and time passes by steps of a second, each seen by the page's own tick.
SILENT = """() => {
  const from = performance.now();
  window.passed = 0;
  performance.now = () => from + window.passed;
  window.isSilent = true;
  window.lost = false;
  citywall.on("act", () => {
    window.passed += 1000;
    window.lost ||= citywall.session() === "lost";
  });
}"""
ASKED = """() => {
  window.asked = 0;
  window.fetch = () => new Promise((done) => {
    window.asked += 1;
    window.isWell = () => done({ ok: true });
  });
}"""


def test_a_session_that_was_lost_begins_anew_and_one_that_answers_late_is_kept(page: Page) -> None:
    page.evaluate(SILENT)
    page.evaluate(ASKED)
    page.wait_for_function("lost && asked === 1")
    page.evaluate("citywall.sessionAnswered()")
    assert page.evaluate("citywall.session()") == "live"
    page.evaluate("isWell()")
    page.evaluate("lost = false")
    page.wait_for_function("lost && asked === 2")  # it is watched again, and nothing was loaded anew
    with page.expect_navigation():
        page.evaluate("isWell()")


def test_a_page_that_did_not_run_does_not_take_its_session_for_lost(page: Page) -> None:
    page.evaluate(SILENT)
    page.wait_for_function("passed >= 5000")
    page.evaluate("passed += 60_000")
    page.wait_for_function("passed >= 67_000")
    assert not page.evaluate("lost")
    page.wait_for_function("lost")
