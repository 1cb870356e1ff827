"""queue.js in a real Chromium, with the real style: how a row divides its line."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import static
from layouts import theme
from layouts.catalogues import Names, catalogue
from tests.page_server import give_back, page_of, page_server
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

ROOM = 330
LONG = "道路遗撒渣土车未冲洗上路"
STEPS = {"holder": "ps", "next": "sign", "next_at": NOW + 594.0}


def read(name: str) -> str:
    return static.path(name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    words = json.dumps(catalogue("zh", Names()), ensure_ascii=False).replace("<", "\\u003c")
    scripts = [
        read("js/grammar.js"), read("js/mend.js"),
        f"""const words = {words}, mend = window.citywallMend;
        window.city = {{ mend, say: citywallGrammar(words, "Asia/Shanghai"), city: () => {NOW},
          words: (key) => words[key], page: {{ lang: "zh" }}, gaps: () => "", orders: {{ of: () => null }} }};
        window.citywall = window.city;""",
        read("js/rows.js"),
    ]  # fmt: skip
    opened = page_of(browser, (1280, 720), [])
    server = page_server()
    server.html = (
        f"<!doctype html><meta charset=utf-8><style>{theme.css()} {read('css/cards.css')}"
        f".card {{ width: {ROOM + 200}px; height: 400px }}</style>"
        "<section class='card card-queue'></section>"
        + "".join(f"<script>{code}</script>" for code in scripts)
        + '<script type=module>window.fill = (await import("/citywall/static/esm/wall/queue.js")).mend;'
        "</script>"
    )
    opened.goto(server.url)
    opened.wait_for_function("typeof window.fill === 'function'")
    yield opened
    give_back(opened)


def row(page: Page, label: str, road: str, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "urgency": "urgent", "class": "", "label": label, "road": road, "street": "", "agency": "", "at": NOW,
        "state": "handling", "due_at": NOW + 6000.0, "until": NOW + 6000.0,
        "next": "", "next_at": None, "returned_by": [], **more,
    }  # fmt: skip
    told: dict[str, Any] = page.evaluate(
        """(row) => {
            const scalars = { total: 1, earliest_due: null };
            const view = { scalars, order: ["a"], rows: new Map([["a", row]]) };
            window.fill(document.querySelector(".card"), view, window.city);
            const what = document.querySelector(".what"), [name, road] = what.children;
            const edge = (node) => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return range.getBoundingClientRect();
            };
            const line = document.querySelector(".who"), who = line.textContent;
            const over = line.scrollHeight > line.clientHeight + 1;
            return { who, over, room: what.clientWidth, name: name.textContent,
                cut: road.scrollWidth > road.clientWidth,
                road: road.getBoundingClientRect().width, gap: edge(road).left - edge(name).right };
        }""",
        given,
    )
    return told


def test_a_short_class_and_road_stand_whole(page: Page) -> None:
    told = row(page, "路面塌陷", "秀浦路")
    assert (told["name"], told["cut"]) == ("路面塌陷", False)


@pytest.mark.parametrize("road", ["杨新路灵岩南路", "杨新路灵岩南路口以东三百米高架下匝道"])
def test_a_road_without_room_beside_its_class_begins_the_second_line_and_both_stand_whole(
    page: Page, road: str
) -> None:
    told = row(page, LONG, road)
    assert (told["name"], told["cut"], told["road"]) == (LONG, False, 0)
    assert told["who"].startswith(f"{road} · ")
    assert row(page, "路面塌陷", "秀浦路")["road"] > 0  # with room it goes back


def test_what_makes_way_on_the_second_line_is_never_the_holder_nor_the_next_step(page: Page) -> None:
    short = row(page, "路面塌陷", "秀浦路", **STEPS, reminders=3)
    assert short["who"].endswith("· 已催3次\u00a0· 20:41 签收时限")
    much = {"callers": 12, "first_at": NOW - 900.0, "returned_by": ["tx", "dl"], "supervised": 1}
    told = row(page, LONG, "杨新路灵岩南路口以东三百米高架下匝道", **STEPS, reminders=3, **much)
    assert told["who"].endswith("\u00a0· 20:41 签收时限")
    assert "排水 处置中" in told["who"]
    assert "已催3次" not in told["who"]
    assert not told["over"]


def test_in_english_the_class_stands_whole_and_the_road_begins_the_second_line(page: Page) -> None:
    page.evaluate("window.city.page.lang = 'en'")
    try:
        told = row(page, "Building materials left", "秀浦路沪南路")
    finally:
        page.evaluate("window.city.page.lang = 'zh'")
    assert (told["name"], told["road"]) == ("Building materials left", 0)
    assert told["who"].startswith("秀浦路沪南路 · ")  # this page has the Chinese words


def test_every_class_has_an_english_name_that_fits_a_row_of_the_wall(page: Page) -> None:
    names = [name for key, name in catalogue("en", Names()).items() if key.startswith("class.")]
    page.evaluate("window.city.page.lang = 'en'")
    try:
        cut = [name for name in names if row(page, name, "秀浦路")["name"] != name]
    finally:
        page.evaluate("window.city.page.lang = 'zh'")
    assert cut == []
