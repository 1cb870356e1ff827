"""The band and the two faces in a real Chromium: what a level changes on a page without a reload."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.views.response.response_seen import ForecastSeen, LevelSeen, ResponseSeen
from layouts.cards.level_band import LevelBand
from layouts.pages import LAYOUTS
from tests.script_pages import LATER, mark, opened, tell_view
from tests.seen_factory import NOW, seen
from tests.static.desk_list import ME
from tests.static.test_wall_seat import FIGURE

pytestmark = pytest.mark.browser

BAND = """() => inCard("level_band", ".band").filter((node) => node.checkVisibility())
  .map((node) => node.innerText.replaceAll(/\\s+/g, " ").trim()).join("")"""
FACE = "document.getElementById('page').dataset.face ?? 'routine'"
CELLS = """() => [...document.querySelectorAll(".region-left > .cell, .region-right > .cell")]
  .filter((cell) => cell.checkVisibility()).map((cell) => cell.dataset.cell)"""
BOX = """(cell) => {
  const box = document.querySelector(`[data-cell=${cell}]`).getBoundingClientRect();
  return [box.x, box.width];
}"""
ROUTINE = ["act", "queue", "duty", "linkage", "streets", "log", "sources"]
EMERGENCY = ["situation", "risks", "command", "linkage", "zero_reports", "preset"]


def level(rank: int, **given: Any) -> LevelSeen:
    plain = {
        "jurisdiction": "310115", "hazard": "flood_typhoon", "rank": rank, "since": NOW - 8760.0,
        "decided": "approved", "by": "王××（副区长）", "by_title": "rotating_leader", "city_rank": 2,
    }  # fmt: skip
    return LevelSeen(**{**plain, **given})


def tell(page: Page, *levels: LevelSeen, mode: str = "", **given: Any) -> None:
    ranks = [one.rank for one in levels]
    mode = mode or ("peace" if not ranks else "alert" if max(ranks) == 1 else "emergency")
    view = LevelBand().view(seen(response=ResponseSeen(mode, levels, **given)), NOW)
    tell_view(page, "level_band", view.scalars, list(view.rows))


def band(page: Page) -> str:
    return str(page.evaluate(BAND))


@pytest.mark.parametrize("key", [layout.key for layout in LAYOUTS if layout.key != "briefing"])
def test_the_band_comes_and_goes_on_every_page_in_both_languages(browser: Browser, key: str) -> None:
    for lang, words in (("zh", "Ⅱ级响应 · 防汛防台"), ("en", "Level Ⅱ response · Flood and typhoon")):
        with opened(browser, key, lang=lang, scope="sw") as page:
            tell(page)
            assert band(page) == ""
            tell(page, level(3))
            told = band(page)
            assert words in told
            assert "王××" in told
            assert page.evaluate("document.body.dataset.frame") == "3"
            tell(page)
            assert band(page) == ""
            assert page.evaluate("document.body.dataset.frame") is None


@pytest.fixture
def wall(browser: Browser) -> Any:
    with opened(browser, "wall") as page:
        page.evaluate(FIGURE)
        yield page


def test_the_wall_turns_at_the_third_level_by_itself_and_back_in_recovery(wall: Page) -> None:
    tell(wall)
    before = wall.evaluate(BOX, "queue")
    assert wall.evaluate(CELLS) == ROUTINE
    tell(wall, level(1))
    assert wall.evaluate(CELLS) == ROUTINE
    tell(wall, level(2))
    assert wall.evaluate(CELLS) == EMERGENCY
    assert wall.evaluate(BOX, "risks") == before
    tell(wall, mode="recovery", recovery_open=23, recovery_since=NOW - 60)
    assert wall.evaluate(CELLS) == ROUTINE
    assert "恢复 · 待办 23 项" in band(wall)
    assert wall.evaluate("document.body.dataset.frame") is None


def test_a_seat_may_leave_the_emergency_face_at_the_third_level_only(wall: Page) -> None:
    tell(wall, level(2))
    wall.keyboard.press("s")
    wall.evaluate("reply({ seated: { name: '陈××', role: 'duty_officer', verbs: [] } })")
    turn = wall.get_by_role("button", name="常态版面")
    turn.click()
    assert wall.evaluate(FACE) == "routine"
    wall.get_by_role("button", name="应急版面").click()
    assert wall.evaluate(FACE) == "emergency"
    turn.click()
    tell(wall, level(3))
    assert wall.evaluate(FACE) == "emergency"
    wall.wait_for_function(
        "[...document.querySelectorAll('.seat-bar button')].filter((one) => !one.hidden).length === 1"
    )


def test_an_exercise_can_be_taken_for_nothing_else(wall: Page) -> None:
    tell(wall, level(3, is_exercise=True))
    told = band(wall)
    assert told.startswith("演练")
    assert told.endswith("非真实响应")
    assert wall.evaluate("document.body.dataset.frame") == "exercise"
    kinds = wall.evaluate("inCard('level_band', '.band').map((node) => getComputedStyle(node).borderStyle)")
    assert kinds == ["dashed"]
    tell(wall, level(1), level(3, is_exercise=True))
    assert "Ⅳ级响应" in band(wall)
    assert "另有 演练 Ⅱ级 防汛防台" in band(wall)
    assert wall.evaluate("document.body.dataset.frame") == "1"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "批准 王××（副区长） 市级 Ⅲ级 已2时26分"),
        ({"decided": "silence", "by": "", "by_title": "", "city_rank": 0}, "按规则启动 市级 未启动"),
        ({"decided": "city_order", "by": "", "by_title": ""}, "按市级命令"),
        (
            {"decided": "verbal", "by": "", "by_title": "commander", "recorded_by": "陈××", "written": False,
             "write_by": NOW + 725.0},
            "口头 总指挥 记录人 陈×× 书面剩12分",
        ),
        (
            {"decided": "verbal", "by": "", "by_title": "commander", "recorded_by": "陈××", "written": False,
             "write_by": NOW - 185.0},
            "书面超3分",
        ),
        ({"decided": "verbal", "by_title": "commander", "written": True}, "已书面确认"),
    ],
)  # fmt: skip
def test_the_band_says_by_whom(wall: Page, given: dict[str, Any], words: str) -> None:
    tell(wall, level(3, **given))
    assert words in band(wall)


def test_what_gets_worse_next_stands_against_its_line_with_the_time_of_its_source(wall: Page) -> None:
    ahead = (
        ForecastSeen("tide", "luchaogang", 4.9, "m", NOW + 27_660.0, 4.55, "hydrology", NOW - 2400.0),
        ForecastSeen("rain_1h", "310115", 31, "mm", NOW + 3600.0, None, "区气象台", NOW, exercise=True),
        ForecastSeen("rain_3h", "310115", 60, "mm", NOW + 10_800.0, None, "区气象台", NOW, exercise=True),
        ForecastSeen("landfall", "贝碧嘉", 0, "km", NOW + 39_540.0, None, "storm_track", NOW - 1860.0),
    )
    tell(wall, level(3), next=ahead)
    told = band(wall)
    assert "04:12 芦潮港 高潮位 4.90米（警戒4.55）水文总站 19:51" in told
    assert "演练 21:31前 全区 1小时雨量 31毫米，23:31前 3小时 60毫米区气象台 20:31" in told
    assert "07:30 台风贝碧嘉 登陆 剩10时台风路径预报 20:00" in told


def test_a_level_that_rises_to_the_second_is_heard_once_and_the_page_says_whether_it_can_be(
    browser: Browser,
) -> None:
    with opened(browser, "desk", person=ME) as page:
        sound = page.locator('[data-cell="desk_header"] button.sound')
        tell(page, level(2))
        if not page.evaluate("citywall.sound.isHeard()"):
            assert sound.inner_text() == "声音未启用"
        sound.click()
        page.wait_for_function("citywall.sound.isHeard() && citywall.sound.sounded() === 1")
        tell_view(page, "desk_header", {}, [])
        assert sound.inner_text() == "声音 ✓"
        tell(page, level(3))
        assert page.evaluate("citywall.sound.sounded()") == 2
        critical = {"critical": 1, "critical_keys": [], "red_alarms": [], "alarms": 0, "same": 0}
        tell_view(page, "desk_strip", critical, [])
        tell_view(page, "desk_strip", {**critical, "red_alarms": ["a:1"]}, [])
        assert page.evaluate("citywall.sound.sounded()") == 2, "once in ten seconds, whatever it is of"
        assert page.evaluate("citywall.desk.alarm.fresh()") == ["a:1"]
        page.evaluate(LATER, 10_000)
        tell(page, level(4))
        assert page.evaluate("citywall.sound.sounded()") == 3


def test_the_desk_folds_its_queue_and_shows_the_budget_of_alarms(browser: Browser) -> None:
    case = {
        "no": "1", "class": "event.0506", "label": "", "hazard": False, "road": "", "street": "", "at": NOW,
        "due_at": NOW + 60, "until": NOW + 60, "state": "handling", "holder": "sw", "co": [], "version": 1,
        "bounced": [], "why": "", "next": "", "next_at": None, "make_safe": None, "supervised": 0,
        "reminders": 0, "callers": 1, "first_at": NOW, "same": [], "ruling_due_at": None,
        "ruling_sent": False, "targets": [], "escalate_to": "", "verbs": [], "presence": [],
        "acted_by": [], "nearest_unit": None,
        "lon": None, "lat": None, "deferred": True, "urgency": "normal",
    }  # fmt: skip
    rows = [(mark(1), case), (mark(2), {**case, "urgency": "urgent"}), (mark(3), {**case, "hazard": True})]
    counts = {"all": 3, "rows": 3, "risk": 2, "critical": 0, "overdue": 0, "reported": 0, "ruling": 0}
    strip = {"critical_keys": [], "red_alarms": [], "alarms": 31, "p1": 4, "same": 22}
    shown = "() => inCard('desk_queue', '.rows > li').length"
    with opened(browser, "desk", person=ME) as page:
        tell(page)
        tell_view(page, "desk_queue", {**counts, "deferred": 1, "mine": {}, "gaps": []}, rows)
        assert page.evaluate(shown) == 3
        tell(page, level(3))
        tell_view(page, "desk_queue", {**counts, "deferred": 1, "mine": {}, "gaps": []}, rows)
        assert page.evaluate(shown) == 2
        assert (
            page.locator('[data-cell="desk_queue"] footer .said').inner_text() == "另有一般 1 · 灾害顺延 1件"
        )
        tell_view(page, "desk_strip", {**strip, "figures": {"outage": None}}, [])
        flood = page.locator('[data-cell="desk_strip"] .flood')
        assert flood.inner_text() == "近10分 告警 31（上限 10） · 建议合并 22 · P1 13%（上限 5%）"
        assert page.evaluate("inCard('desk_strip', '.figure b').map((b) => b.textContent)") == ["—"] * 6
        tell(page)
        tell_view(page, "desk_queue", {**counts, "deferred": 0, "mine": {}, "gaps": []}, rows)
        assert page.evaluate(shown) == 3
