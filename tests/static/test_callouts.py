"""callouts.js in a real Chromium, over a real figure, with the real grammar, mending and catalogue."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.embed import components
from bokeh.plotting import figure
from playwright.sync_api import Browser, Page

import static
from layers.contract import Frame, MapSetting
from layers.marks.callouts import BOX, BOX_EN, Callouts
from layers.marks.cases import Cases
from layers.projection import to_mercator
from layouts import theme
from layouts.catalogues import Names, catalogue
from tests.page_server import BOKEH, give_back, page_of, page_server
from tests.seen_factory import NOW, case, seen

pytestmark = pytest.mark.browser

X0, Y0 = (float(v) for v in to_mercator(121.35, 30.8))
SIZE = (756, 986)
EXTENT = (X0, Y0, X0 + SIZE[0] * 90.0, Y0 + SIZE[1] * 90.0)
SETTING = MapSetting(EXTENT, (float(SIZE[0]), float(SIZE[1])))
EVIL = "<img src=x onerror=window.hacked=1>"
# A stub of live.js: the test calls `show` instead of a socket.
BUS = """
const listeners = new Map(), frames = new Map();
window.citywall = {
  mend: window.citywallMend, say: citywallGrammar(WORDS, "Asia/Shanghai"), words: (key) => WORDS[key],
  figure: () => Bokeh.documents[0]?.get_model_by_name("map"),
  page: { lang: "zh" }, city: () => CITY, frame: (key) => frames.get(key),
  on: (key, fn) => listeners.set(key, fn),
};
window.show = (key, frame) => { frames.set(key, frame); listeners.get("frame:" + key)(); };
"""

SHIFT = """(metres) => {
    const range = citywall.figure().x_range;
    range.setv({ start: range.start + metres, end: range.end + metres });
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    map_ = figure(
        name="map", width=SIZE[0], height=SIZE[1], x_range=(EXTENT[0], EXTENT[2]), toolbar_location=None,
        y_range=(EXTENT[1], EXTENT[3]), min_border=0, x_axis_location=None, y_axis_location=None,
    )  # fmt: skip
    map_.scatter([EXTENT[0]], [EXTENT[1]])
    words = json.dumps(catalogue("zh", Names()), ensure_ascii=False).replace("<", "\\u003c")
    names = ("grammar", "mend", "over_map", "callouts")
    ours = [static.path(static.script("js", name)).read_text(encoding="utf-8") for name in names]
    ours.insert(2, f"const WORDS = {words}; let CITY = {NOW}; {BUS}")
    embedding, place = components(map_)
    errors: list[str] = []
    opened, server = page_of(browser, SIZE, errors), page_server()
    server.html = (
        f"<!doctype html><meta charset=utf-8>{BOKEH}{embedding}"
        f"<style>{theme.css()} body {{ margin: 0 }}</style>"
        f'<div data-cell="map" style="position:relative">{place}</div>'
        + "".join(f"<script>{code}</script>" for code in ours)
    )
    opened.goto(server.url)
    opened.wait_for_function("window.citywall.figure()?.inner_width > 0")
    yield opened
    give_back(opened)
    assert errors == []


def show(page: Page, *frames: Frame) -> None:
    for frame in frames:
        data = {name: list(column) for name, column in frame.columns.items()}
        text = json.dumps({"meta": frame.meta, "data": data}, default=float).replace("NaN", "null")
        page.evaluate(
            """([key, text]) => {
                const frame = JSON.parse(text);
                for (const name of ["due_at"]) frame.data[name] = frame.data[name]?.map((v) => v ?? NaN);
                window.show(key, frame);
            }""",
            [frame.key, text],
        )


def called(*cases: Any) -> tuple[Frame, Frame]:
    state = seen(cases=cases)
    return Cases(SETTING).frame(state, NOW), Callouts(SETTING).frame(state, NOW)


def boxes(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        """() => {
            const shown = [...document.querySelectorAll(".callout")].filter((box) => !box.parentNode.hidden);
            return shown.map((box) => {
                const r = box.getBoundingClientRect(), lines = [...box.children].map((p) => p.textContent);
                return { x: r.x, y: r.y, w: r.width, h: r.height, lines };
            });
        }"""
    )
    return found


def test_a_call_out_says_class_state_road_and_time_where_the_console_put_it(page: Page) -> None:
    frames = called(case(urgency="critical", state="ruling", road="羽山路巨野路口", due_at=NOW + 1725.0))
    show(page, *frames)
    (box,) = boxes(page)
    columns: dict[str, Any] = dict(frames[1].columns)
    assert box["lines"][0].endswith(" · 待裁定")
    assert box["lines"][1] == "羽山路巨野路口 · 剩28分"
    assert box["x"] == pytest.approx((columns["x"][0] - EXTENT[0]) / 90.0 + columns["dx"][0], abs=2.0)
    assert box["y"] == pytest.approx((EXTENT[3] - columns["y"][0]) / 90.0 + columns["dy"][0], abs=2.0)
    assert (box["w"], box["h"]) == BOX


def test_an_english_call_out_has_a_line_each_for_class_road_and_time(page: Page) -> None:
    page.evaluate("window.citywall.page.lang = 'en'")
    show(page, *called(case(urgency="critical", code="", label="Cover of unknown owner missing " * 2)))
    (box,) = boxes(page)
    assert (box["w"], box["h"]) == BOX_EN
    cut = page.evaluate(
        "[...document.querySelectorAll('.callout p > :first-child')]"
        ".map((part) => part.scrollWidth > part.clientWidth)"
    )
    assert cut == [True, False, False]
    show(page, *called(case(urgency="critical", due_at=NOW + 1725.0)))
    (box,) = boxes(page)
    assert box["lines"][2].endswith(" · 剩28分")
    high = page.evaluate(
        "['scrollHeight', 'clientHeight'].map((of) => document.querySelector('.callout')[of])"
    )
    assert high[0] <= high[1]


def test_without_a_limit_the_time_counts_up(page: Page) -> None:
    show(page, *called(case(urgency="critical", due_at=None, at=NOW - 432.0)))
    assert boxes(page)[0]["lines"][1].endswith("已7分12秒")


def test_a_call_out_follows_the_map_and_leaves_with_its_mark(page: Page) -> None:
    show(page, *called(case(urgency="critical")))
    (before,) = boxes(page)
    page.evaluate(
        "(d) => { const r = citywall.figure().x_range; r.setv({start: r.start + d, end: r.end + d}) }", 900.0
    )
    page.wait_for_function(
        f"document.querySelector('.callout').getBoundingClientRect().x < {before['x']} - 5"
    )
    assert boxes(page)[0]["x"] == pytest.approx(before["x"] - 10.0, abs=1.5)
    page.evaluate(
        "(d) => { const r = citywall.figure().x_range; r.setv({start: r.start + d, end: r.end + d}) }", 1e6
    )
    page.wait_for_function("document.querySelector('.callout').parentNode.hidden")


def test_no_word_of_a_case_is_markup(page: Page) -> None:
    evil = case(EVIL, urgency="critical", code="", label=EVIL, road=EVIL, state=EVIL, agency=EVIL)
    show(page, *called(evil))
    page.wait_for_timeout(100)
    assert page.evaluate("window.hacked") is None
    assert EVIL in boxes(page)[0]["lines"][0]


def test_the_node_of_a_call_out_stays_while_its_case_does(page: Page) -> None:
    show(page, *called(case("a", urgency="critical")))
    page.evaluate("window.kept = document.querySelector('.callout')")
    show(
        page,
        *called(
            case("b", urgency="critical", place=(121.7, 31.1), due_at=NOW), case("a", urgency="critical")
        ),
    )
    assert page.evaluate("window.kept.isConnected")
    assert len(boxes(page)) == 2


def test_only_a_new_critical_case_pulses_three_times_and_stops(page: Page) -> None:
    show(page, *called(case("a", urgency="critical")))
    assert page.locator(".pulse").count() == 0
    show(page, *called(case("a", urgency="critical"), case("b", urgency="critical", place=(121.7, 31.1))))
    assert page.locator(".pulse").count() == 1
    timing = page.evaluate("document.querySelector('.pulse').getAnimations()[0].effect.getTiming()")
    assert (timing["iterations"], timing["duration"]) == (3, 1000)
    page.evaluate("document.querySelector('.pulse').getAnimations()[0].finish()")
    page.wait_for_function("!document.querySelector('.pulse')")
