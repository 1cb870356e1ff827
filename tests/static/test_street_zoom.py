"""street_zoom.js in a real Chromium: rings are there near the ground only, and nobody is told."""

import pytest
from bokeh.embed import file_html
from bokeh.resources import INLINE
from playwright.sync_api import Browser

from layers.atlas.atlas import Box
from layers.base.base_map import map_figure
from layers.contract import MapSetting
from layers.marks.ordinary_cases import Ordinary
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen

pytestmark = pytest.mark.browser

MOVE = """([middle, metres]) => {
    const figure = Bokeh.documents[0].get_model_by_name("map"), half = metres * figure.inner_width / 2;
    figure.x_range.setv({ start: middle - half, end: middle + half }, { sync: false });
    return new Promise((done) => setTimeout(() => done(figure.renderers.map((r) => r.visible)), 50));
}"""


def test_rings_come_at_street_zoom_and_go_again(browser: Browser) -> None:
    x, y = (float(v) for v in to_mercator(*PEOPLE_SQUARE))
    figure = map_figure(Box(x - 30_000, y - 30_000, x + 30_000, y + 30_000))
    figure.name = "map"
    layer = Ordinary(MapSetting((0.0, 0.0, 1.0, 1.0)))
    layer.draw(figure, layer.frame(seen(cases=(case(),)), NOW))
    style = "<style>html, body, body > div {height: 100%; margin: 0}</style>"
    page = browser.new_page(viewport={"width": 800, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(file_html(figure, INLINE).replace("</head>", style + "</head>"))
    page.wait_for_function("Bokeh.documents[0]?.get_model_by_name('map')?.x_range.tags.length > 0")
    told = "window.told = 0; Bokeh.documents[0].on_change((e) => { if (e.sync) window.told += 1 })"
    page.evaluate(told)
    seen_at = {metres: page.evaluate(MOVE, [x, metres]) for metres in (80.0, 10.0, 20.0)}
    said = page.evaluate("window.told")
    page.close()
    assert seen_at == {80.0: [False], 10.0: [True], 20.0: [False]}
    assert (said, errors) == (0, [])
