"""Many marks as a picture in a real Chromium: their pixels are there, also while the threshold is crossed."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route

from console.live.encoding import encode_frame
from layers.atlas.atlas import Box
from layers.base.base_map import fit, map_figure
from layers.contract import MapSetting
from layers.marks.many_marks import MANY
from layers.marks.mark_picture import Pixels
from layers.marks.units import Units
from layers.projection import to_mercator
from layouts.page_parts import make_parts
from layouts.pages import LAYOUTS
from tests.script_pages import opened
from tests.seen_factory import NOW, PEOPLE_SQUARE, seen, units

pytestmark = pytest.mark.browser

X, Y = (float(value) for value in to_mercator(*PEOPLE_SQUARE))
HALF_M = 40_000.0
PALE = 150
"""A channel of a colour above it: of a unit's mark, and of nothing else on this empty map."""

TAKE = "(text) => socket.onmessage({ data: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer })"

# How many pixels of the map are pale, over all its canvases.
PALE_PX = f"""window.palePx = () => {{
  const find = (root) => [...root.querySelectorAll("*")].flatMap((one) =>
    [...(one.tagName === "CANVAS" ? [one] : []), ...(one.shadowRoot ? find(one.shadowRoot) : [])]);
  let count = 0;
  for (const canvas of find(document.querySelector('[data-cell="map"]'))) {{
    if (!canvas.width || !canvas.height) continue;
    const {{ data }} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) if (data[at] > {PALE} && data[at + 3] > {PALE}) count++;
  }}
  return count;
}};
// Counts after each painted frame until told to stop.
window.watch = () => {{
  window.counted = [];
  const look = () => {{ if (window.counted) {{ counted.push(palePx()); requestAnimationFrame(look); }} }};
  requestAnimationFrame(look);
}};
0 // else the last function would be called
"""


class Stage:
    """A desk's page with a map of units, and the console that draws for its views."""

    def __init__(self, page: Page, layer: Units) -> None:
        self.page, self.layer = page, layer
        self.asked: list[Pixels] = []
        page.route("**/marks/desk/units/**", self._answer)

    def show(self, count: int, *, far: float = 0.0) -> None:
        """Send the frame of so many units, in rows of forty that do not touch each other on the home view."""
        lon, lat = PEOPLE_SQUARE
        rows = [
            {
                "call_sign": f"消防{number}号",
                "lon": lon + (number % 40 - 20) / 80 + far,
                "lat": lat + (number // 40 - 10) / 80,
            }
            for number in range(count)
        ]
        frame = self.layer.frame(seen(units=units(*rows)), NOW)
        self.page.evaluate(TAKE, base64.b64encode(encode_frame(frame)).decode())

    def settle(self, pictured: int) -> None:
        """Wait until the frame with so many marks in its picture is drawn, and painted."""
        self.page.wait_for_function(
            "(n) => { const f = citywall.frame('units'); return f?.drawn && (f.meta.pictured ?? 0) === n; }",
            arg=pictured,
        )

    def wait_for_px(self, least: int) -> int:
        return int(self.page.wait_for_function("(n) => palePx() >= n && palePx()", arg=least).json_value())

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        given = {name: float(values[0]) for name, values in parse_qs(url.query).items()}
        version = url.path.rpartition("/")[2]
        if version.endswith(".png"):
            pixels = Pixels(given["x"], given["y"], given["m"], int(given["w"]), int(given["h"]), given["d"])
            self.asked.append(pixels)
            body: Any = self.layer.many.of_view(version.removesuffix(".png"), pixels)
            route.fulfill(body=body, content_type="image/png")
        else:
            found = self.layer.many.nearest(version, (given["x"], given["y"]), given["m"])
            route.fulfill(body=json.dumps({"mark": found}), content_type="application/json")


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    layout = next(one for one in LAYOUTS if one.key == "desk")
    regions = [
        msgspec.structs.replace(region, cells=tuple(c for c in region.cells if c.kind == "figure"))
        for region in layout.regions
    ]
    # The map's place of a desk at 1920 × 1080, as console/pages/page_content.py has it.
    bounds, size = Box(X - HALF_M, Y - HALF_M, X + HALF_M, Y + HALF_M), (632.0, 539.0)
    home = fit(bounds, *size)
    setting = MapSetting((home.west, home.south, home.east, home.north), size)
    figure = map_figure(bounds)
    figure.name = "figure:map"
    layer = Units(setting)
    layer.draw(figure, layer.frame(seen(), NOW))
    parts = make_parts(msgspec.structs.replace(layout, regions=tuple(regions)), figures={"map": figure})
    with opened(browser, "desk", figures=parts) as page:
        page.wait_for_function("citywall.figure('map')?.inner_width > 0")
        page.evaluate(PALE_PX)
        yield Stage(page, layer)
        page.unroute("**/marks/desk/units/**")


MOVE = """([x, half]) => {
  const { x_range, y_range, inner_width, inner_height } = citywall.figure("map");
  const high = (half * inner_height) / inner_width;
  x_range.setv({ start: x[0] - half, end: x[0] + half });
  y_range.setv({ start: x[1] - high, end: x[1] + high });
}"""


def test_the_marks_of_a_picture_have_their_pixels_and_no_mark_is_asked_for(stage: Stage) -> None:
    stage.show(MANY)
    stage.settle(0)
    alone = stage.wait_for_px(MANY * 60)
    stage.show(MANY + 200)
    stage.settle(MANY + 200 - 40)
    # 9 px and a line of 1.5 px: each mark has some 100 pale pixels, whoever painted it.
    both = stage.wait_for_px(int(alone * (MANY + 150) / MANY))
    assert both == pytest.approx(alone * (MANY + 200) / MANY, rel=0.15)
    assert stage.asked == []


def test_while_the_threshold_is_crossed_the_map_is_never_blank(stage: Stage) -> None:
    stage.show(MANY)
    stage.settle(0)
    full = stage.wait_for_px(MANY * 60)
    stage.page.evaluate("watch()")
    for count in (MANY + 1, MANY, MANY + 2, MANY - 1):
        stage.show(count)
        stage.settle(count - 40 if count > MANY else 0)
        stage.page.evaluate("() => { window.next = counted.length + 3; }")
        stage.page.wait_for_function("counted.length > next")
    least = stage.page.evaluate(
        "() => { const all = counted; window.counted = null; return Math.min(...all); }"
    )
    assert least > full * 0.8


def test_another_view_gets_its_own_picture_and_keeps_it_with_the_next_frame(stage: Stage) -> None:
    stage.show(MANY + 200)
    stage.settle(MANY + 160)
    stage.page.evaluate(MOVE, [[X, Y], 5000.0])
    stage.page.wait_for_function("citywall.frame('units').pictures?.layer?.url[0].includes('/marks/')")
    first = stage.asked[-1]
    assert first.west == pytest.approx(X - 5000.0, abs=1.0)
    assert first.scale * first.width == pytest.approx(10_000.0, rel=0.01)
    # Marks have the size that they always have: those of the home picture would be ten times as wide.
    stage.page.wait_for_function("palePx() >= 300 && palePx() < 20000")
    before = len(stage.asked)
    stage.show(MANY + 300)
    stage.settle(MANY + 260)
    assert len(stage.asked) == before + 1
    assert stage.asked[-1] == first
    stage.page.evaluate(MOVE, [[X, Y], HALF_M * 1.2])
    stage.page.wait_for_function("!citywall.frame('units').pictures?.layer")


def test_without_an_answer_the_home_picture_stays_and_its_marks_are_in_their_places(stage: Stage) -> None:
    stage.show(MANY + 200)
    stage.settle(MANY + 160)
    stage.page.unroute("**/marks/desk/units/**")
    stage.page.route("**/marks/desk/units/**", lambda route: route.fulfill(body="no picture"))
    stage.page.evaluate(MOVE, [[X, Y], 5000.0])
    stage.page.wait_for_function("citywall.frame('units').pictures?.layer?.url[0].startsWith('blob:')")
    assert stage.wait_for_px(300) > 300


def test_a_pressed_mark_of_the_picture_says_what_it_is(stage: Stage) -> None:
    stage.show(MANY + 200)
    stage.settle(MANY + 160)
    x, y = (float(v) for v in to_mercator(PEOPLE_SQUARE[0], PEOPLE_SQUARE[1]))
    press = "([x, y]) => citywall.manyMarks.press(...citywall.overMap.projection(() => {}).at(x, y))"
    stage.page.evaluate(press, [x, y])
    told = stage.page.locator(".told-mark")
    told.wait_for()
    assert "消防420号" in told.inner_text()
    assert "出动" in told.inner_text()
    stage.page.keyboard.press("Escape")
    told.wait_for(state="hidden")
    with stage.page.expect_response("**/marks/desk/units/**"):
        stage.page.evaluate(press, [x + HALF_M * 0.9, y - HALF_M * 0.9])
    assert not told.is_visible()
