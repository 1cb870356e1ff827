"""The desk's map in a real Chromium, over a real figure: choosing on it, centring, who is near."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from bokeh.embed import components
from playwright.sync_api import Browser

from layers.atlas.atlas import Box
from layers.base.base_map import map_figure
from layers.contract import Frame, MapSetting
from layers.marks.callouts import Callouts
from layers.marks.cases import Cases
from layers.marks.ordinary_cases import Ordinary
from layers.projection import to_mercator
from tests.invented import jpeg
from tests.page_server import BOKEH
from tests.seen_factory import case as seen_case
from tests.seen_factory import seen
from tests.static.desk_stage import MARK, NOW, Stage, reply, row

pytestmark = pytest.mark.browser

SIZE = (638, 560)
X, Y = (float(metres) for metres in to_mercator(121.56, 31.24))
WIDE = 30_000.0
EXTENT = (X - WIDE, Y - WIDE, X + WIDE, Y + WIDE)
SETTING = MapSetting(EXTENT)
URGENT, RING = "a" * 12, "b" * 12
EVIL = "<img src=x onerror=window.hacked=1>"
CASES = (
    seen_case(MARK, urgency="critical", place=(121.56, 31.24)),
    seen_case(URGENT, urgency="urgent", place=(121.57, 31.245)),
    seen_case(RING, place=(121.555, 31.235)),
)
# The page's stopwatch goes on by so many ms.
LATER = "(ms) => { const now = performance.now.bind(performance); performance.now = () => now() + ms; }"
SHEET = """
#page { display: block; padding: 0; }
[data-cell="map"] { position: absolute; left: 0; top: 0; }
[data-cell="desk_map_box"] { position: absolute; left: 8px; top: 8px; z-index: 3; pointer-events: none; }
"""
# Where metres stand in px of the window.
AT = """([x, y]) => {
  const f = citywall.figure("map");
  const { start: west, end: east } = f.x_range, { start: south, end: north } = f.y_range;
  return [(x - west) / (east - west) * f.inner_width, (north - y) / (north - south) * f.inner_height];
}"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    figure = map_figure(Box(*EXTENT), width_px=SIZE[0], height_px=SIZE[1])
    figure.name = "map"
    frames = (Cases(SETTING).frame(seen(cases=CASES), NOW), Ordinary(SETTING).frame(seen(cases=CASES), NOW))
    for layer, frame in zip((Cases(SETTING), Ordinary(SETTING)), frames, strict=True):
        layer.draw(figure, frame)
    script, place = components(figure)
    shown = Stage(
        browser, "desk_map_box", size=(700, 600), sheet=SHEET,
        figure=f'{BOKEH}{script}<div data-cell="map">{place}</div>',
    )  # fmt: skip
    shown.page.wait_for_function("citywall.figure('map')?.inner_width > 0", timeout=90_000)
    for frame in frames:
        show(shown, frame)
    shown.rows((MARK, row()), (URGENT, row(urgency="urgent", state="handling", holder="sz",
                                          verbs=["escalate", "reassign"], ruling_due_at=None,
                                          lon=121.57, lat=31.245)), (RING, row(urgency="normal",
                                          lon=121.555, lat=31.235)))  # fmt: skip
    shown.reply("case", reply())
    shown.mount()
    yield shown
    shown.close()


def near(*cameras: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to ``ask case`` with these cameras near, each well unless it says otherwise."""
    well = {
        "id": "c1", "label": "羽山路巨野路西", "street": "", "metres": 80, "azimuth": None, "sees": None,
        "word": "live", "since": None, "picture_at": NOW - 9.0, "on_wall": True,
    }  # fmt: skip
    return reply(nearby={"units": [], "cameras": [{**well, **camera} for camera in cameras]})


def show(stage: Stage, frame: Frame) -> None:
    data = {name: list(column) for name, column in frame.columns.items()}
    told = json.dumps({"meta": frame.meta, "data": data}, default=float).replace("NaN", "null")
    stage.page.evaluate("([key, told]) => showFrame(key, JSON.parse(told))", [frame.key, told])


def px(stage: Stage, lon: float, lat: float) -> tuple[float, float]:
    left, top = stage.page.evaluate(AT, [float(v) for v in to_mercator(lon, lat)])
    return left, top


def view(stage: Stage) -> list[float]:
    told: list[float] = stage.page.evaluate("citywall.deskMap.view()")
    return told


def test_a_chosen_case_comes_into_the_middle_and_is_ringed(stage: Stage) -> None:
    stage.select(MARK)
    assert px(stage, 121.56, 31.24) == pytest.approx((319.0, 280.0), abs=2.0)
    west, east, south, north = view(stage)
    assert north - south == pytest.approx(6000.0, abs=2.0)
    assert (east - west) / (north - south) == pytest.approx(638 / 560, rel=0.05)
    ring = stage.page.locator(".chosen-ring").bounding_box()
    assert ring is not None
    assert (ring["x"] + 24.0, ring["y"] + 24.0) == pytest.approx((319.0, 280.0), abs=3.0)


def test_the_view_that_a_person_made_stays_until_another_case_is_chosen(stage: Stage) -> None:
    stage.select(MARK)
    stage.page.evaluate("citywall.figure('map').x_range.setv({start: 0, end: 1000}, {sync: false})")
    stage.tick()
    assert view(stage)[:2] == [0, 1000]


def test_a_click_on_a_mark_chooses_it_and_opens_what_may_be_done(stage: Stage) -> None:
    stage.select(MARK)
    before = view(stage)
    left, top = px(stage, 121.57, 31.245)
    stage.page.mouse.click(left + 5, top - 4)
    assert stage.page.evaluate("citywall.desk.selected()") == URGENT
    assert stage.texts(".popup .what, .popup .who") == ["井盖缺失 羽山路巨野路口", "市政 处置中 · 剩1时17分"]
    assert stage.texts(".popup button") == ["升级▸值班长", "改派▸排水"]
    assert view(stage) == before
    stage.page.locator(".popup button").nth(1).dblclick()
    assert stage.acts() == [
        {"verb": "reassign", "subject": f"case:~{URGENT}", "version": 9, "args": {"to": "ps"}}
    ]


def test_a_case_that_has_no_row_here_is_asked_for_and_its_pop_up_opens(stage: Stage) -> None:
    stage.rows((MARK, row()))
    stage.select(MARK)
    stage.reply("case", reply(urgency="urgent", road="浦东大道", state="handling", holder="sz",
                              verbs=["escalate", "reassign"], lon=121.57, lat=31.245))  # fmt: skip
    stage.page.mouse.click(*px(stage, 121.57, 31.245))
    stage.page.locator(".popup").wait_for()
    assert stage.page.evaluate("citywall.desk.selected()") == URGENT
    assert stage.text(".popup .what") == "井盖缺失 浦东大道"
    assert stage.texts(".popup button") == ["升级▸值班长", "改派▸排水"]


def test_the_pop_up_counts_down_to_what_the_row_counts_down_to(stage: Stage) -> None:
    reported = row(state="reported", due_at=None, lon=121.57, lat=31.245)
    stage.rows((URGENT, {**reported, "until": NOW + 480.0}))
    stage.select(MARK)
    stage.page.mouse.click(*px(stage, 121.57, 31.245))
    assert stage.text(".popup .who").endswith("剩8分")


def test_an_ordinary_case_is_chosen_by_its_ring_where_rings_are_to_be_seen(stage: Stage) -> None:
    left, top = px(stage, 121.555, 31.235)
    stage.page.evaluate("() => { window.far = citywall.deskMap.hit; }")
    assert stage.page.evaluate("([x, y]) => far(x, y)?.mark ?? null", [left, top]) != RING
    stage.select(MARK)
    stage.page.mouse.click(*px(stage, 121.555, 31.235))
    assert stage.page.evaluate("citywall.desk.selected()") == RING


def test_a_call_out_chooses_its_case(stage: Stage) -> None:
    show(stage, Callouts(SETTING).frame(seen(cases=CASES), NOW))
    stage.select(URGENT)
    box = stage.page.locator(".callout").bounding_box()
    assert box is not None
    stage.page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 6)
    assert stage.page.evaluate("citywall.desk.selected()") == MARK


def test_a_click_on_a_sensor_off_normal_drafts_an_incident_and_a_case_is_before_it(stage: Stage) -> None:
    sensors = {"x": [X + 9000.0, X], "y": [Y, Y], "device": ["wl-7", "wl-8"]}  # the second under a case
    stage.page.evaluate("data => showFrame('sensors', { meta: {}, data })", sensors)
    stage.page.evaluate("citywall.desk.beginLinkage = (source) => { window.began = source; }")
    stage.page.mouse.click(*px(stage, 121.56, 31.24))
    assert stage.page.evaluate("window.began ?? null") is None
    stage.page.mouse.click(*stage.page.evaluate(AT, [X + 9000.0, Y]))
    assert stage.page.evaluate("window.began") == {"device": "wl-7"}


def test_the_other_button_drafts_an_incident_at_a_point_of_a_case_or_of_a_sensor(stage: Stage) -> None:
    sensors = {"x": [X + 9000.0], "y": [Y], "device": ["wl-7"]}
    stage.page.evaluate("data => showFrame('sensors', { meta: {}, data })", sensors)
    stage.page.evaluate(
        "() => { window.began = []; citywall.desk.beginLinkage = (source) => { began.push(source); }; }"
    )
    stage.page.mouse.click(*px(stage, 121.60, 31.20), button="right")
    stage.page.mouse.click(*px(stage, 121.56, 31.24), button="right")
    stage.page.mouse.click(*stage.page.evaluate(AT, [X + 9000.0, Y]), button="right")
    point, case, sensor = stage.page.evaluate("began")
    assert (point["lon"], point["lat"]) == (pytest.approx(121.60, abs=0.01), pytest.approx(31.20, abs=0.01))
    assert (case, sensor) == ({"case": MARK}, {"device": "wl-7"})
    assert stage.page.evaluate("citywall.desk.selected()") is None  # it chooses nothing


def test_a_drag_chooses_nothing_and_empty_ground_closes_the_pop_up(stage: Stage) -> None:
    stage.select(MARK)
    left, top = px(stage, 121.57, 31.245)
    stage.page.mouse.click(left, top)
    assert stage.page.evaluate("citywall.deskMap.opened()") == URGENT
    stage.page.mouse.click(60, 500)
    assert stage.page.evaluate("citywall.deskMap.opened()") is None
    stage.page.mouse.move(left, top)
    stage.page.mouse.down()
    stage.page.mouse.move(left + 60, top + 30, steps=4)
    stage.page.mouse.up()
    assert stage.page.evaluate("citywall.deskMap.opened()") is None


def test_the_pop_up_hides_no_critical_mark(stage: Stage) -> None:
    stage.select(MARK)
    stage.page.mouse.click(*px(stage, 121.57, 31.245))
    box = stage.page.locator(".popup").bounding_box()
    assert box is not None
    x, y = px(stage, 121.56, 31.24)
    assert not (box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"])


def test_the_nearest_unit_is_one_click_away(stage: Stage) -> None:
    stage.select(MARK)
    stage.page.wait_for_selector(".near:visible")
    assert stage.text(".near span") == "最近力量 洋泾城管 600米 4分"
    stage.press("派", "desk_map_box")
    wanted = {"unit": "u1", "call_sign": "洋泾城管"}
    assert stage.acts() == [{"verb": "send_unit", "subject": f"case:~{MARK}", "version": 9, "args": wanted}]


def test_a_camera_and_a_view_can_be_put_on_the_wall(stage: Stage) -> None:
    stage.reply("case", near({}))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    assert stage.texts(".cameras li") == ["羽山路巨野路西 80米 画面9秒前 看 投"]
    stage.answer("show", {"done": {"position": "1", "version": 1, "facts": [], "undo_until": None}})
    stage.press("投", "desk_map_box")
    stage.press("投视野", "desk_map_box")
    assert [(act["verb"], act["subject"], act["args"]) for act in stage.acts()] == [
        ("show", "wall:hall", {"kind": "camera", "id": "c1"}),
        ("show", "wall:hall", {"kind": "view", "view": view(stage)}),
    ]


def test_a_camera_that_is_down_says_since_when(stage: Stage) -> None:
    stage.reply("case", near({"word": "lost", "since": NOW - 600.0}))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    assert stage.text(".cameras .state") == "视频中断 20:21"
    assert stage.text(".near span") == "附近无空闲力量"


def test_a_camera_that_is_not_heard_is_not_online_and_cannot_be_put_on_the_wall(stage: Stage) -> None:
    silent = {"word": "lost", "picture_at": None}
    frozen = {"id": "c3", "word": "frozen", "since": NOW - 900.0}
    stage.reply("case", near(silent, {**silent, "id": "c2", "since": NOW - 600.0}, frozen))
    stage.select(MARK)
    stage.page.locator(".cameras li").nth(2).wait_for()
    assert stage.texts(".cameras li") == [
        "羽山路巨野路西 80米 视频中断 看",
        "羽山路巨野路西 80米 视频中断 20:21 看",
        "羽山路巨野路西 80米 画面冻结 自 20:16 看",
    ]


def test_a_camera_says_where_it_looks_and_whether_a_wall_may_show_it(stage: Stage) -> None:
    private = {"id": "c2", "azimuth": 90.0, "sees": False, "on_wall": False}
    stage.reply("case", near({"azimuth": 45.0, "sees": True}, private))
    stage.select(MARK)
    stage.page.locator(".cameras li").nth(1).wait_for()
    assert stage.texts(".cameras li") == [
        "羽山路巨野路西 80米 可见 · 画面9秒前 看 投",
        "羽山路巨野路西 80米 背向 · 画面9秒前 · 不上大屏 看",
    ]
    assert stage.page.locator(".cameras .wedge").first.get_attribute("style") == "transform:rotate(45deg);"


def test_one_tap_says_why_and_shows_the_picture_until_it_is_ended(stage: Stage) -> None:
    asked: list[str] = []
    taken = {"X-Taken-At": datetime.fromtimestamp(NOW, UTC).isoformat(), "Content-Type": "image/jpeg"}

    def picture(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, headers=taken, body=jpeg())

    stage.page.route("**/camera/*.jpg*", picture)
    stage.reply("case", near({}))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    assert asked == [], "nobody looks before the tap"
    done = {"done": {"position": "1", "version": 0, "facts": [], "undo_until": None}}
    stage.answer("view_camera", done)
    stage.answer("end_camera_view", done)
    stage.press("看", "desk_map_box")
    stage.page.locator(".viewing img").wait_for()
    assert asked[0].endswith("/camera/c1.jpg?view")
    assert "案件处置" in stage.text(".viewing span")
    # A picture that is not true any more is covered, never just dimmed.
    stage.reply("case", near({"word": "frozen", "since": NOW - 900.0}))
    stage.rows((MARK, row(version=99)))
    stage.page.locator(".viewing .lost").wait_for()
    assert stage.text(".viewing .lost") == "画面冻结 自 20:16"
    assert stage.page.locator(".viewing img").count() == 0
    stage.press("结束", "desk_map_box")
    stage.page.locator(".viewing").wait_for(state="detached")
    assert [(act["verb"], act["subject"], act["args"]) for act in stage.acts()] == [
        ("view_camera", "camera:c1", {"purpose": "case", "case": MARK}),
        ("end_camera_view", "camera:c1", {}),
    ]


def test_the_cameras_are_asked_for_again_and_an_old_picture_says_so(stage: Stage) -> None:
    """Fifteen seconds old at most; at once when the case is another than before: it may have moved."""
    stage.reply("case", near({}))
    stage.rows((MARK, row(version=9)))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    assert stage.page.locator(".cameras .shape-late").count() == 0
    # Its picture stays away: it gets older, and says so before the next answer.
    stage.tick(70)
    assert stage.texts(".cameras .state") == ["画面1分前"]
    assert stage.page.locator(".cameras .shape-late").count() == 1
    before = len(stage.asks("case"))
    stage.page.evaluate(LATER, 14_000)
    stage.tick(0)
    stage.page.wait_for_timeout(500)
    assert len(stage.asks("case")) == before
    stage.reply("case", near({"word": "lost", "since": NOW - 9.0}))
    stage.page.evaluate(LATER, 1_100)
    stage.tick(0)
    stage.page.wait_for_function("(n) => said.asks.length > n", arg=before)
    stage.page.locator(".cameras .state[data-lost]").wait_for()
    assert stage.text(".cameras .state") == "视频中断 20:30"
    # It moved: other cameras are near it.
    stage.reply("case", {"case": {**near({"id": "c2", "label": "栖山路"})["case"], "version": 10}})
    stage.rows((MARK, row(version=10)))
    stage.page.locator(".cameras li", has_text="栖山路").wait_for()


def test_a_live_look_whose_picture_is_too_old_is_covered_though_nobody_said_that_it_is_lost(
    stage: Stage,
) -> None:
    taken = {"X-Taken-At": datetime.fromtimestamp(NOW, UTC).isoformat(), "Content-Type": "image/jpeg"}
    stage.page.route("**/camera/*.jpg*", lambda route: route.fulfill(status=200, headers=taken, body=jpeg()))
    stage.reply("case", near({}))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    stage.answer("view_camera", {"done": {"position": "1", "version": 0, "facts": [], "undo_until": None}})
    stage.press("看", "desk_map_box")
    stage.page.locator(".viewing img").wait_for()
    stage.tick(290)
    stage.page.locator(".viewing .late").wait_for()
    stage.tick(11)
    assert stage.text(".viewing .lost") == "视频中断 20:31"
    assert stage.page.locator(".viewing img").count() == 0


def test_without_the_right_to_look_no_button_offers_it(stage: Stage) -> None:
    stage.page.evaluate("citywall.orders.may = (verb) => verb !== 'view_camera'")
    stage.reply("case", near({}))
    stage.select(MARK)
    stage.page.locator(".cameras li").wait_for()
    assert "看" not in stage.texts(".cameras li")[0]


def test_without_an_answer_nobody_is_called_the_nearest(stage: Stage) -> None:
    stage.select(MARK)
    stage.page.wait_for_selector(".near:visible")
    stage.reply("case", {"refused": "failed"})
    stage.rows((MARK, row(version=10)))
    stage.page.wait_for_selector(".near", state="hidden")


def test_no_text_is_markup(stage: Stage) -> None:
    unit = {"unit": EVIL, "call_sign": EVIL, "agency": EVIL, "metres": 6, "minutes": 1}
    camera: dict[str, Any] = {"id": EVIL, "label": EVIL, "metres": 8, "word": EVIL, "picture_at": None}
    stage.reply("case", reply(nearby={"units": [unit], "cameras": [camera]}))
    evil = row(label=EVIL, road=EVIL, state=EVIL, holder=EVIL, verbs=["reassign"], targets=[EVIL])
    stage.rows((URGENT, {**evil, "class": "", "lon": 121.57, "lat": 31.245}))
    stage.page.evaluate("(mark) => citywall.deskMap.choose({ mark, x: 0, y: 0 })", URGENT)
    stage.page.locator(".cameras li").wait_for()
    assert EVIL in stage.text(".popup .what")
    assert stage.page.evaluate("window.hacked") is None
    assert stage.page.locator("img").count() == 0
