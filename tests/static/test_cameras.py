"""The strip of cameras in a real Chromium: pictures are asked for while they are seen, a lost one is said."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.invented import jpeg
from tests.running import wait_for
from tests.script_pages import LATER, opened, tell_view
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

LED, HD = (6656, 1792), (1920, 1080)
TOLD = "() => inCard('cameras', 'li').map((li) => li.textContent)"
PICTURES = "() => inCard('cameras', 'img').filter((img) => img.naturalWidth > 0).length"
LOST = "() => inCard('cameras', '.screen[data-lost]').length"


class Store:
    """The picture store as the page finds it: the age of each picture in s, None = there is none."""

    def __init__(self, page: Page) -> None:
        self.ages: dict[str, float | None] = {}
        self.asked: list[str] = []
        self.shift = 0.0
        page.route("**/camera/*.jpg", self._answer)

    def _answer(self, route: Route) -> None:
        key = re.sub(r".*/camera/|\.jpg.*", "", route.request.url)
        self.asked.append(key)
        age = self.ages.get(key)
        if age is None:
            route.fulfill(status=204)  # a browser notes a 404 as an error, and the page may have none
            return
        taken = datetime.fromtimestamp(NOW + self.shift - age, UTC).isoformat()
        route.fulfill(body=jpeg(), content_type="image/jpeg", headers={"X-Taken-At": taken})


def row(**given: Any) -> dict[str, Any]:
    return {
        "label": "川沙路/唐安路",
        "street": "310115005",
        "metres": None,
        "well": True,
        "since": None,
        **given,
    }


@pytest.fixture
def wall(browser: Browser) -> Iterator[Page]:
    with opened(browser, "wall", size=LED, query="?wide=1") as page:
        yield page


def later(page: Page, store: Store, seconds: float) -> None:
    store.shift += seconds
    page.evaluate(LATER, seconds * 1000)
    page.evaluate("(now) => beat(now)", NOW + store.shift)


def test_pictures_stand_with_their_place_and_are_asked_for_every_five_seconds(wall: Page) -> None:
    store = Store(wall)
    store.ages = {"a": 2.0, "b": 3.0}
    tell_view(wall, "cameras", {}, [("a", row(metres=120)), ("b", row(label="", well=True))])
    wall.wait_for_function(f"({PICTURES})() === 2")
    assert sorted(store.asked) == ["a", "b"]
    first = wall.evaluate(TOLD)[0]
    assert "川沙路/唐安路" in first
    assert "120米" in first
    later(wall, store, 6)
    wall.evaluate("citywall.tell('cameras')")
    wait_for(lambda: wall.evaluate(LOST) == 0 and len(store.asked) >= 4)
    wall.wait_for_timeout(300)  # in which nothing is asked for once more
    assert sorted(store.asked) == ["a", "a", "b", "b"]


def test_a_picture_that_stays_away_says_its_age_and_then_that_it_is_lost(wall: Page) -> None:
    store = Store(wall)
    store.ages = {"a": 1.0}
    tell_view(wall, "cameras", {}, [("a", row())])
    wall.wait_for_function(f"({PICTURES})() === 1")
    store.ages = {}
    later(wall, store, 90)
    wall.wait_for_function("inCard('cameras', '.late')[0]?.textContent.includes('1分')")
    assert wall.evaluate(PICTURES) == 1
    later(wall, store, 220)
    wall.wait_for_function(f"({LOST})() === 1")
    assert wall.evaluate(PICTURES) == 0
    assert "视频中断 20:31:06" in wall.evaluate(TOLD)[0]
    store.ages = {"a": 0.0}
    later(wall, store, 6)
    wall.wait_for_function(f"({PICTURES})() === 1")
    assert wall.evaluate(LOST) == 0


def test_an_old_picture_that_the_store_still_gives_is_not_shown_as_if_live(wall: Page) -> None:
    store = Store(wall)
    store.ages = {"a": 301.0}
    tell_view(wall, "cameras", {}, [("a", row())])
    wall.wait_for_function(f"({LOST})() === 1")
    assert wall.evaluate(PICTURES) == 0


def test_of_a_lost_camera_no_picture_is_asked_for_and_what_never_came_has_no_moment(wall: Page) -> None:
    store = Store(wall)
    tell_view(wall, "cameras", {}, [("a", row(well=False, since=NOW - 37)), ("b", row())])
    wall.wait_for_function(f"({LOST})() === 2")
    told = wall.evaluate(TOLD)
    assert "视频中断 20:30:30" in told[0]
    assert told[1].endswith("视频中断")
    assert store.asked == ["b"]


def test_on_a_wall_without_room_no_picture_is_asked_for(browser: Browser) -> None:
    with opened(browser, "wall", size=HD) as page:
        store = Store(page)
        store.ages = {"a": 1.0}
        tell_view(page, "cameras", {}, [("a", row())])
        page.wait_for_function("inCard('cameras', 'li').length === 1")
        page.wait_for_timeout(1200)
        assert store.asked == []


def test_a_frozen_and_a_black_picture_are_covered_and_said(wall: Page) -> None:
    store = Store(wall)
    store.ages = {"a": 2.0, "b": 2.0}
    frozen = row(well=False, word="frozen", since=NOW - 900)
    tell_view(wall, "cameras", {}, [("a", frozen), ("b", row(well=False, word="black", since=NOW - 60))])
    wall.wait_for_function("inCard('cameras', '.screen[data-lost]').length === 2")
    told = wall.evaluate(TOLD)
    assert "画面冻结 自 20:16:07" in told[0]
    assert "黑屏 自 20:30:07" in told[1]
    assert wall.evaluate(PICTURES) == 0
    assert store.asked == []
