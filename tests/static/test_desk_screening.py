"""The desk's screening in a real Chromium: one line while it is closed; three keys, a held order."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.desk_seen import DetectionSeen
from layouts.cards.desk.desk_screening import DeskScreening
from tests.invented import jpeg
from tests.layouts.test_desk_cards import seen
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

CARD = '[data-cell="desk_screening"]'
EVIL = "<img src=x onerror=alert(1)>"
DONE = {"done": {"version": 2, "position": "9", "facts": [], "undo_until": NOW + 40}}


def detection(key: str, **given: Any) -> DetectionSeen:
    plain: dict[str, Any] = {
        "id": key, "category": "event:0405", "camera": "CAM-00001", "label": "羽山路巨野路",
        "street": "310115004",
        "at": NOW - 30, "until": NOW + 570, "state": "screening", "hazard": False, "confidence": 0.91,
        "algorithm": "street", "algo_version": "3", "notice_to": "", "version": 1,
    }  # fmt: skip
    return DetectionSeen(**{**plain, **given})


def feed(stage: Stage, *detections: DetectionSeen) -> None:
    view = DeskScreening().view(seen(detections=detections), NOW)
    stage.card("desk_screening", view.scalars, *msgspec.to_builtins(view.rows))


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    opened = Stage(browser, "desk_screening")
    opened.page.route(
        "**/detection/*.jpg", lambda route: route.fulfill(body=jpeg(), content_type="image/jpeg")
    )
    yield opened.mount()
    opened.close()


def test_closed_it_is_one_line_and_v_opens_it(stage: Stage) -> None:
    feed(stage, detection("a"), detection("b", category="event:0505", hazard=True, until=NOW + 120))
    assert stage.texts(f"{CARD} .count") == ["人工复核 · 2 · 隐患 1"]
    assert stage.page.locator(f"{CARD} article").count() == 0
    stage.page.keyboard.press("v")
    stage.page.locator(f"{CARD} article").wait_for()
    told = stage.text(f"{CARD} .about")
    assert "店外经营" in told
    assert "羽山路巨野路" in told
    assert "置信 91%" in told
    assert "算法 street 3" in told
    assert "复核剩9分" in told
    assert stage.page.locator(f"{CARD} img").get_attribute("src") == "/detection/a.jpg"


def test_a_key_screens_the_one_that_is_shown_and_the_next_comes(stage: Stage) -> None:
    feed(stage, detection("a"), detection("b", category="component:0305"))
    for verb in ("confirm_detection", "dismiss_detection", "mark_self_corrected"):
        stage.answer(verb, DONE)
    stage.page.keyboard.press("v")
    stage.page.locator(f"{CARD} article").wait_for()
    stage.page.keyboard.press("n")
    stage.page.locator(f"{CARD} h3", has_text="垃圾箱满溢").wait_for()
    stage.page.keyboard.press("c")
    stage.page.wait_for_function("said.acts.length === 2")
    assert [(act["verb"], act["subject"], act["version"]) for act in stage.acts()] == [
        ("dismiss_detection", "detection:a", 1),
        ("mark_self_corrected", "detection:b", 1),
    ]


def test_an_open_case_on_the_same_thing_is_offered(stage: Stage) -> None:
    feed(stage, detection("a"))
    names = {"case": "1f0c2d3e4a5b", "no": "3101152026112900001", "metres": 33}
    refused = {"code": "not_now", "key": "case_there", "reason": "", "names": names}
    stage.answer("confirm_detection", {"refused": refused})
    stage.page.keyboard.press("v")
    stage.page.locator(f"{CARD} button[data-primary]").click()
    offer = stage.page.locator(f"{CARD} .offer")
    offer.wait_for()
    assert "33米内已有同类在办案件 3101152026112900001" in offer.inner_text()
    stage.answer("confirm_detection", DONE)
    offer.get_by_text("并入").click()
    stage.page.wait_for_function("said.acts.length === 2")
    assert stage.acts()[-1]["args"] == {"into": "1f0c2d3e4a5b"}


def test_under_the_pointer_the_order_stays_and_what_is_new_is_counted(stage: Stage) -> None:
    feed(stage, detection("a", until=NOW + 400), detection("b", until=NOW + 500))
    stage.page.keyboard.press("v")
    stage.page.locator(f"{CARD} .others li").nth(1).hover()
    feed(stage, detection("b", until=NOW + 100), detection("a", until=NOW + 400), detection("c", hazard=True))
    assert stage.texts(f"{CARD} .fresh") == ["顺序已锁定 · 新到 1"]
    assert stage.page.locator(f"{CARD} .others li").count() == 2


def test_without_a_picture_it_says_so_and_text_is_never_markup(stage: Stage) -> None:
    stage.page.route("**/detection/*.jpg", lambda route: route.fulfill(status=204))
    feed(stage, detection("a", camera=EVIL, algorithm=EVIL))
    stage.page.keyboard.press("v")
    stage.page.locator(f"{CARD} .shot p").wait_for()
    assert stage.text(f"{CARD} .shot") == "无画面"
    assert EVIL in stage.text(f"{CARD} .about")
    assert stage.page.locator(f"{CARD} img").count() == 0
