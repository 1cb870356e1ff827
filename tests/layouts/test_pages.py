import json
import re

import pytest
from bokeh.plotting import figure

import static
from layouts.builder import PageSettings, Visitor, build
from layouts.page_grid import BAND
from layouts.page_parts import PageParts, make_parts
from layouts.pages import CARDS_OF, LAYOUTS, Layout
from layouts.session_echo import SessionEcho
from layouts.session_messages import SessionMessages

SETTINGS = PageSettings(build="b7", timezone="Asia/Shanghai", title={"zh": "区城运中心", "en": "Operations"})
WITHOUT_VIEW = {
    "wall": {"legend", "sensors", "heat"},
    "desk": {"heat", "legend", "desk_map_box"},
    "leader": {"legend"},
    "agency": {"agency_footer"},
    "street": {"street_footer", "street_score"},
    "check": {"field_footer", "field_patrol", "field_report"},
    "station": {"field_footer", "field_report"},
}
NONE = PageParts("null", {})
WALL, DESK, DUTY, AGENCY = (layout for layout in LAYOUTS if layout.key in ("wall", "desk", "duty", "agency"))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
def test_every_card_stands_on_its_page_and_every_cell_has_a_card(layout: Layout) -> None:
    cells = {cell.key for cell in layout.cells("card")}
    assert cells == {card.key for card in CARDS_OF[layout.key]} | WITHOUT_VIEW.get(layout.key, set())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
def test_every_card_cell_has_its_mender_and_the_page_its_own_files(layout: Layout) -> None:
    menders = [
        static.path(static.script("esm", cell.key)).read_text("utf-8") for cell in layout.cells("card")
    ]
    forms = (
        "export function mend(face, view, city)", "export const mend = card(", "export { mend } from",
        "export const mend = listOf(", "export const mend = strip(",
    )  # fmt: skip
    assert all(any(form in mender for form in forms) for mender in menders)
    assert static.path(f"css/{layout.styles or layout.key}.css").exists()
    assert [static.script("js", name) for name in layout.scripts]
    assert [name for name in layout.sheets if not static.path(f"css/{name}.css").exists()] == []


def test_menders_write_text_only_as_text() -> None:
    scripts = [*static.path("esm").rglob("*.js"), *static.path("js").rglob("*.js")]
    markup = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|\.srcdoc|unsafe(?:HTML|SVG|Static)"
    )
    assert {path.name: markup.findall(path.read_text("utf-8")) for path in scripts} == {
        path.name: [] for path in scripts
    }


def test_nothing_on_a_page_comes_from_elsewhere() -> None:
    files = [
        *static.path("esm").rglob("*.js"),
        *static.path("js").rglob("*.js"),
        *static.path("css").rglob("*.css"),
    ]
    addresses = [
        re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}|@import|@font-face", f.read_text("utf-8"))
        for f in files
    ]
    assert [a for found in addresses for a in found if a != "http://www.w3.org"] == []


def test_the_wall_holds_its_cards_figures_and_echo() -> None:
    maps = {"map": figure(), "inset": figure()}
    parts = make_parts(WALL, figures=maps, build="b7")
    template = build(WALL, lang="zh", parts=parts, settings=SETTINGS)
    # A session has the models of its echo alone; all others are text that every session shares.
    [(echo, _)] = template._render_items.values()
    assert isinstance(echo, SessionEcho)
    assert template._render_variables["parts"] == parts.text
    told = json.loads(parts.text)
    [item] = told["items"]
    cells = {cell.key for cell in WALL.cells("card")} | maps.keys()
    assert set(item["roots"].values()) == {f"part-{key}" for key in cells}
    assert "/citywall/static/@b7/esm/wall/queue.js" in parts.text
    assert parts.figures == {"map": "figure:map", "inset": "figure:inset"}


def test_no_text_of_a_figure_ends_the_script_that_holds_it() -> None:
    told = make_parts(WALL, figures={"map": figure(title="</script><img src=x onerror=alert(1)>")})
    assert "<" not in told.text
    assert "</script><img src=x" in json.dumps(json.loads(told.text))


def told(layout: Layout, **given: object) -> dict[str, object]:
    """What the page of a layout is told as JSON."""
    template = build(layout, lang="zh", parts=NONE, settings=SETTINGS, **given)  # type: ignore[arg-type]
    page: dict[str, object] = json.loads(str(template._render_variables["page"]))
    return page


def test_each_page_listens_to_its_own_channel() -> None:
    assert [told(layout)["live"] for layout in (WALL, DESK, DUTY)] == [
        "/live/wall",
        "/live/desk",
        "/live/duty",
    ]


def test_a_page_of_a_scope_listens_to_the_channel_of_its_scope() -> None:
    page = told(AGENCY, scope="sz")
    assert (page["live"], page["scope"]) == ("/live/agency/sz", "sz")
    assert AGENCY.scoped
    assert [path for path in ("/agency/sz", "/agency/sz_1-b") if re.fullmatch(AGENCY.route, path)] == [
        "/agency/sz", "/agency/sz_1-b",
    ]  # fmt: skip
    for path in ("/agency", "/agency/", "/agency/a/b", "/agency/<b>", "/agency/..", "/agency/sw/ws"):
        assert not re.fullmatch(AGENCY.route, path)


def test_a_page_of_nobody_takes_no_commands() -> None:
    template = build(DESK, lang="zh", parts=NONE, settings=SETTINGS)
    assert "session_messages" not in template._render_items
    assert told(DESK)["person"] is None


def test_a_visitors_page_knows_their_name_and_hands_their_orders_on() -> None:
    heard: list[object] = []
    visitor = Visitor(
        lambda message, answer: (heard.append(message), answer({"answer": 1}))[0],
        "陈××",
        "duty_officer",
        "2",
        "ab",
        ("escalate",),
        "ws",
    )
    template = build(DESK, lang="zh", parts=NONE, settings=SETTINGS, visitor=visitor)
    messages, _ = template._render_items["session_messages"]
    assert isinstance(messages, SessionMessages)
    said: list[object] = []
    messages._send_msg = said.append
    for message in ({"looking": None}, "no object", ["nor this"]):
        messages._handle_msg(message)
    assert heard == [{"looking": None}]
    assert said == [{"answer": 1}]
    assert told(DESK, visitor=visitor)["person"] == {
        "name": "陈××", "role": "duty_officer", "seat": "2", "person_mark": "ab", "verbs": ["escalate"],
        "holder": "ws",
    }  # fmt: skip


def test_a_page_knows_whether_the_district_has_grids() -> None:
    settings = PageSettings(build="b", timezone="UTC", title={"zh": "", "en": ""}, has_grids=True)
    page = build(DESK, lang="zh", parts=NONE, settings=settings)._render_variables["page"]
    assert json.loads(str(page))["has_grids"] is True
    assert told(DESK)["has_grids"] is False


def test_a_figure_that_is_not_given_leaves_its_cell_out() -> None:
    parts = make_parts(WALL, figures={"map": figure()})
    template = build(WALL, lang="en", parts=parts, settings=SETTINGS)
    assert "part-inset" not in parts.text
    assert template._render_variables["present"] == ["map"]


def test_no_text_can_end_the_script_element_that_carries_it() -> None:
    settings = PageSettings(
        build="b", timezone="UTC", title={"zh": "</script><img src=x onerror=alert(1)>\u2028", "en": ""}
    )
    page = build(WALL, lang="zh", parts=NONE, settings=settings)._render_variables["page"]
    assert "<" not in page
    assert "\u2028" not in page


def test_a_language_that_we_do_not_speak_is_refused() -> None:
    with pytest.raises(KeyError):
        build(WALL, lang="fr", parts=NONE, settings=SETTINGS)


def test_the_session_answers_an_echo_and_nothing_else() -> None:
    echo = SessionEcho()
    said: list[object] = []
    echo._send_msg = said.append
    for message in ({"echo": 4}, {"echo": "x"}, ["echo"], {}):
        echo._handle_msg(message)
    assert said == [{"echo": 4}]


def test_a_wide_wall_has_a_column_for_each_of_its_regions_and_a_narrow_one_none_of_its_own() -> None:
    wide = WALL.wide
    assert wide is not None
    areas = {region.area for region in WALL.regions if region != BAND}
    assert {name for row in wide.areas for name in row.split()} == areas
    assert {len(row.split()) for row in wide.areas} == {
        len(wide.columns.replace("minmax(0, 1fr)", "1fr").split())
    }
    assert {region.area for region in WALL.regions if WALL.is_wide_only(region)} == {"beside", "cameras"}
    assert not any(DESK.is_wide_only(region) for region in DESK.regions)


def test_a_page_knows_from_what_width_it_is_wide() -> None:
    assert told(WALL)["wide_from"] == 3836  # two walls of 1920 x 1080 side by side are, 3840 x 2160 is not
    assert told(DESK)["wide_from"] is None


def test_a_page_defines_the_models_that_it_uses_and_no_other() -> None:
    [document] = json.loads(make_parts(WALL, figures={"map": figure()}).text)["docs"].values()
    assert [one["name"] for one in document["defs"]] == ["CardComponent1"]
