"""field_labels.js in a real Chromium over a real figure: what it writes; no label lies on another."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.embed import components
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from playwright.sync_api import Browser, Page

import static
from city.state.warning_records import Landfall
from layers.contract import Frame, MapSetting
from layers.marks.storms import Storms
from layers.marks.water_levels import WaterLevels
from layers.marks.winds import Winds
from layers.projection import to_mercator
from layouts import theme
from layouts.catalogues import Names, catalogue
from tests.page_server import BOKEH, give_back, page_of, page_server
from tests.rain_gauges import emergency, level, stations
from tests.seen_factory import NOW, case, storm
from tests.static.test_callouts import BUS

pytestmark = pytest.mark.browser

X0, Y0 = (float(v) for v in to_mercator(121.35, 30.8))
SIZE = (756, 986)
EXTENT = (X0, Y0, X0 + SIZE[0] * 90.0, Y0 + SIZE[1] * 90.0)
SETTING = MapSetting(EXTENT, (float(SIZE[0]), float(SIZE[1])), stations=stations("w0", "w1", "w2", "w3"))
HERE = {"lon": 121.6, "lat": 31.2}
WIND = {"device": "f", "kind": "wind", "lon": 121.8, "lat": 31.0}
STATE = emergency(
    level("w0", 4.62, rise=0.3, **HERE), level("w1", 4.1, lon=121.62, lat=31.18),
    level("w2", 5.4, lon=121.6, lat=31.1),
    level("w3", 4.6, lost=True, lon=121.55, lat=31.2) | {"hour": [(70.0, 4.5), (50.0, 4.6)]},
    WIND | {"metric": "wind_ms", "value": 26.0, "unit": "m/s"},
    WIND | {"metric": "wind_dir_deg", "value": 90.0, "unit": "°"},
    cases=(case("p", urgency="critical", place=(121.6, 31.2)),),
    storms=(storm(landfall=Landfall(NOW - 600, 121.8, 30.95, "南汇新城")),),
)  # fmt: skip

PLACES = """() => [...document.querySelectorAll(".water-levels > *")].map((node) => {
  const box = node.getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom];
})"""
# Puts a name of two glyphs of 17 px in the middle of each box.
NAME_THERE = """(boxes) => {
  const map = citywall.figure();
  const { start: west, end: east } = map.x_range, { start: south, end: north } = map.y_range;
  const x = boxes.map(([left, , right]) => west + ((left + right) / 2 / map.inner_width) * (east - west));
  const down = (top, bottom) => (top + bottom) / 2 / map.inner_height;
  const y = boxes.map(([, top, , bottom]) => north - down(top, bottom) * (north - south));
  const names = map.renderers.find((one) => one.data_source.name === "layer:labels").data_source;
  names.data = { x, y, zh: x.map(() => "川沙"), en: x.map(() => ""), size: x.map(() => "17px") };
}"""
MOVED = f"JSON.stringify(({PLACES})()) !== JSON.stringify(before)"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    map_ = figure(
        name="map", width=SIZE[0], height=SIZE[1], x_range=(EXTENT[0], EXTENT[2]), toolbar_location=None,
        y_range=(EXTENT[1], EXTENT[3]), min_border=0, x_axis_location=None, y_axis_location=None,
    )  # fmt: skip
    map_.scatter([EXTENT[0]], [EXTENT[1]])
    names_ = ColumnDataSource({"x": [], "y": [], "zh": [], "en": [], "size": []}, name="layer:labels")
    map_.text("x", "y", "zh", source=names_)
    words = json.dumps(catalogue("zh", Names()), ensure_ascii=False).replace("<", "\\u003c")
    names = ("grammar", "mend", "over_map", "field_labels")
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
    for layer in (WaterLevels(SETTING), Winds(SETTING), Storms(SETTING)):
        show(opened, layer.frame(STATE, NOW))
    yield opened
    give_back(opened)
    assert errors == []


def show(page: Page, frame: Frame) -> None:
    data = {name: list(column) for name, column in frame.columns.items()}
    text = json.dumps({"meta": frame.meta, "data": data}, default=float).replace("NaN", "null")
    page.evaluate(
        """([key, text]) => {
            const frame = JSON.parse(text);
            for (const name of ["dx", "dy", "value", "over", "since", "to"])
                if (frame.data[name]) frame.data[name] = frame.data[name].map((v) => v ?? NaN);
            window.show(key, frame);
        }""",
        [frame.key, text],
    )


def texts(page: Page, layer: str) -> list[str]:
    found: list[str] = page.locator(f".{layer} > *").all_text_contents()
    return found


def test_a_level_is_written_with_its_change_and_what_it_is_over(page: Page) -> None:
    assert texts(page, "water-levels") == [
        "w2站 5.40 超警0.85", "w0站 4.62 ↑ 超警0.07", "w3站 无数据 19:41 起 · 末值 4.60", "w1站 4.10",
    ]  # fmt: skip


def test_a_capsule_has_the_colour_of_its_line_and_a_lost_one_is_hatched(page: Page) -> None:
    looks = page.locator(".water-levels > *").evaluate_all(
        """(nodes) => nodes.map((node) =>
            [getComputedStyle(node).borderTopColor, node.style.backgroundImage !== "none"])"""
    )
    assert [is_hatched for _, is_hatched in looks] == [False, False, True, False]
    colours = [colour for colour, _ in looks]
    assert colours[0] == "rgb(255, 77, 79)"
    assert colours[1] == "rgb(76, 155, 255)"
    assert len(set(colours)) == 4


def test_a_wind_has_its_force_and_the_way_it_blows(page: Page) -> None:
    assert texts(page, "winds") == ["↑10级"]
    turned = page.locator(".winds > * > span").first.evaluate("(node) => node.style.transform")
    assert turned == "rotate(270deg)"


def test_a_landfall_has_its_time(page: Page) -> None:
    assert texts(page, "landfalls") == ["20:21 登陆"]


def test_no_label_lies_on_another_or_on_the_critical_mark(page: Page) -> None:
    boxes: list[Any] = page.evaluate(
        """() => [...document.querySelectorAll(".water-levels > *, .winds > *, .landfalls > *")]
            .map((node) => { const box = node.getBoundingClientRect();
                             return [box.left, box.top, box.right, box.bottom]; })"""
    )
    assert len(boxes) == 6
    x, y = to_mercator(121.6, 31.2)
    middle = (float(x) - EXTENT[0]) / 90.0, (EXTENT[3] - float(y)) / 90.0
    mark = (middle[0] - 12, middle[1] - 12, middle[0] + 12, middle[1] + 12)
    every = [*boxes, mark]
    assert not any(_meet(one, other) for place, one in enumerate(every) for other in every[:place])
    assert all(box[0] >= 0 and box[2] <= SIZE[0] for box in boxes)


def test_a_level_covers_no_name_of_the_map_and_stays_near(page: Page) -> None:
    before = page.evaluate(PLACES)
    assert len(before) == 4
    # Where the levels stand now there are names: each gives way, by less than it is wide.
    page.evaluate(NAME_THERE, before)
    show(page, WaterLevels(SETTING).frame(STATE, NOW))
    page.wait_for_function(f"(before) => {MOVED}", arg=before)
    after = page.evaluate(PLACES)
    named = [_middle(box) for box in before]
    assert not any(_meet(one, other) for one in after for other in named)
    assert all(
        abs(a - b) <= 130
        for one, two in zip(before, after, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    page.evaluate(NAME_THERE, [])


def _middle(box: Any) -> tuple[float, float, float, float]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x - 17, y - 8, x + 17, y + 8


def _meet(one: Any, other: Any) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
