"""Story M4: visitors are in the hall when level Ⅲ starts; then the server of their page dies."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from city.clocks.timestamps import parse
from tests.captured import Captured
from tests.console.browser import Sight, chromium
from tests.invented import case
from tests.people import PASSWORD, Cast, story
from tests.running import wait_for
from tests.screens import ROUNDED_S
from tests.slowness import Slowness

pytestmark = pytest.mark.browser

HALL, LEVEL = "briefing:hall", "response:310115/flood_typhoon"
VISIT = "秘密考察团"
PRIVATE = {"visit": VISIT, "citizen": "张三丰", "phone": "13812345678", "road": "羽山路巨野路口"}
CUT_OFF_S, DEAD_S = 2.0, 5.0
"""Seconds of a machine that is not busy."""

# Notes at every frame of the browser what visitors see: [machine time in seconds, is the picture over all,
# the slide].
NOTE = """() => {
  const picture = document.getElementById("title-picture"), seen = (window.citywallTestSeen = []);
  const host = () => document.querySelector('[data-cell="briefing"] *');
  const slide = () => host()?.shadowRoot?.querySelector("h1")?.textContent ?? "";
  const look = () => {
    const now = [getComputedStyle(picture).opacity === "1", slide()];
    if (JSON.stringify(now) !== JSON.stringify(seen.at(-1)?.slice(1))) seen.push([Date.now() / 1000, ...now]);
    requestAnimationFrame(look);
  };
  look();
}"""
IS_COVERED = "() => getComputedStyle(document.getElementById('title-picture')).opacity === '1'"
STEP = "() => citywall.briefing.isOpen() ? citywall.briefing.step() : 0"
HAS_HEARD_BEATS = """() => {
  window.citywallTestBeats ??= new Set();
  return citywallTestBeats.add(citywall.beat()?.now).size > 3;
}"""
IS_READY = (
    "() => window.citywall?.card('briefing')?.scalars.open === true && citywall.beat()?.feed === 'live'"
)


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story(flood_office={"pan": "潘××（防汛办主任）"}) as people:
        yield people


class Hall:
    """The visitors' screen, and three of the centre's."""

    def __init__(self, cast: Cast, browser: Any) -> None:
        self.visitors = Sight(browser)
        self.captured = Captured(self.visitors)
        self.visitors.sign_in(cast.running.console, "presenter", PASSWORD, "briefing").started()
        self.visitors.wait("() => citywall.card('briefing') !== undefined")
        self.wall = Sight(browser)
        self.wall.visit(f"{cast.running.console}/wall")
        self.desk = cast.desk(browser, "chen")
        self.duty = cast.desk(browser, "wang", page="duty")

    def press(self, key: str = " ") -> None:
        self.visitors.page.keyboard.press(key)

    def step_to(self, step: int) -> None:
        """The presenter steps on until the slide is there. A press while no beat comes does nothing."""

        def is_there() -> bool:
            if self.visitors.page.evaluate(STEP) != step:
                self.press()
            return self.visitors.page.evaluate(STEP) == step and not self.is_covered

        wait_for(is_there, every=0.1)

    def seen(self) -> list[tuple[float, bool, str]]:
        return [tuple(one) for one in self.visitors.page.evaluate("citywallTestSeen")]

    def covered_at(self, since: float) -> float:
        """Return when the picture lay over all, at ``since`` or after it (machine time, seconds)."""
        self.visitors.wait(IS_COVERED)
        seen = self.seen()
        before = [is_covered for when, is_covered, _ in seen if when < since]
        if before and before[-1]:
            return since
        return next(when for when, is_covered, _ in seen if is_covered and when >= since)

    @property
    def is_covered(self) -> bool:
        return bool(self.visitors.page.evaluate(IS_COVERED))


@pytest.fixture(scope="module")
def hall(cast: Cast) -> Iterator[Hall]:
    cast.set_city("2026-11-20T14:40")
    said = f"{PRIVATE['citizen']} {PRIVATE['phone']}"
    record = case(
        "tree", at="2026-11-20T14:39:00+08:00", road=PRIVATE["road"], title=f"{said} 树木倒伏",
        urgency="critical", reporter={"name": PRIVATE["citizen"], "phone": PRIVATE["phone"]},
    )  # fmt: skip
    cast.report([record])
    cast.done("intake", "file", "hotline/tree", 0)
    with chromium() as browser:
        yield Hall(cast, browser)


def propose(cast: Cast, rank: int, **args: Any) -> str:
    """The shift lead proposes a level; return the proposal's id."""
    cast.does("gu", "propose_level", LEVEL, rank=rank, **args)
    return str(cast.wait_for(LEVEL, "LevelProposed")["data"]["proposal"])


def approve(cast: Cast, proposal: str) -> None:
    """Two people approve: the duty leader first, then the flood office's."""
    for who in ("wang", "pan"):
        cast.does(who, "approve_level", LEVEL, proposal=proposal)


def ended(cast: Cast) -> dict[str, Any]:
    return cast.wait_for(HALL, "BriefingEnded")


def test_level_three_throws_the_visitors_off(cast: Cast, hall: Hall) -> None:
    """14:40 begun, 15:02 the second approval: the title picture at once, and the space bar does nothing."""
    assert hall.is_covered  # before anything runs
    cast.give("wang", "start_briefing", HALL, 0, visit=VISIT, until="2026-11-20T15:20:00+08:00")
    hall.visitors.wait(IS_READY)
    assert hall.is_covered  # until the presenter's press
    hall.visitors.page.evaluate(NOTE)
    hall.step_to(2)
    hall.visitors.wait_for_words("briefing", "今日运行")

    cast.set_city("2026-11-20T15:02:05")
    with Slowness() as slow:
        approve(cast, propose(cast, 2))
        covered = hall.covered_at(parse(ended(cast)["recorded_at"]) - ROUNDED_S)
    activated, over = cast.wait_for(LEVEL, "ResponseActivated"), ended(cast)
    assert over["recorded_at"] == activated["recorded_at"]  # one append
    assert (over["data"]["why"], over["data"]["rank"]) == ("level", 2)
    assert covered - parse(over["recorded_at"]) <= CUT_OFF_S * slow.factor
    for key in (" ", "p", "Enter"):
        hall.press(key)
    # What visitors saw from then on: the picture, in every frame of the browser.
    hall.visitors.wait("() => citywall.card('briefing').scalars.open === false")
    assert {is_covered for when, is_covered, _ in hall.seen() if when > covered} <= {True}
    assert hall.visitors.page.evaluate("[citywall.briefing.step(), citywall.briefing.isOpen()]") == [0, False]

    hall.duty.wait_for_words("duty_log", "15:02参观汇报中止（Ⅲ级启动）")
    hall.wall.wait_for_words("log", "15:02参观汇报中止（Ⅲ级启动）")  # the hall's wall shows its duty face
    assert hall.wall.state()["live"]
    hall.desk.wait("() => citywall.card('briefing_control').scalars.until === null")


def test_it_does_not_come_back_when_the_level_ends(cast: Cast, hall: Hall) -> None:
    approve(cast, propose(cast, 0, text="雨停"))
    cast.wait_for(LEVEL, "ResponseEnded")
    hall.press()
    hall.visitors.wait(HAS_HEARD_BEATS)
    assert hall.is_covered
    assert not hall.visitors.page.evaluate("citywall.card('briefing').scalars.open")


def test_no_byte_that_reached_the_visitors_was_personal_or_of_the_level(hall: Hall) -> None:
    assert hall.captured.found(PRIVATE) == {}
    told = hall.captured.views("briefing")
    assert [view["scalars"].get("open") for view in told][-1] is False
    # Closed, the page is told that and nothing else.
    assert [view["scalars"] for view in told if view["scalars"].get("open") is False] == [
        {"open": False}
    ] * sum(view["scalars"].get("open") is False for view in told)
    for word in ("应急响应", "Ⅲ级启动", "response", "flood_typhoon"):
        assert [text for text in hall.captured.live if word in text] == []


def begin_again(cast: Cast, hall: Hall, step: int) -> None:
    until = "2026-11-20T15:50:00+08:00"
    cast.does("wang", "start_briefing", HALL, visit=VISIT, until=until)
    hall.visitors.wait(IS_READY)
    hall.visitors.page.evaluate(NOTE)
    hall.step_to(step)


def test_a_page_whose_script_has_died_covers_itself(cast: Cast, hall: Hall) -> None:
    begin_again(cast, hall, 4)
    died = time.time()
    with Slowness() as slow:
        hall.visitors.page.evaluate("() => { citywall.beat = () => { throw Error('the script died'); }; }")
        took = hall.covered_at(died) - died
    assert took <= DEAD_S * slow.factor
    hall.visitors.errors = [one for one in hall.visitors.errors if "the script died" not in one]
    hall.visitors.page.reload()
    hall.visitors.wait(IS_READY)
    hall.visitors.page.evaluate(NOTE)
    hall.step_to(2)  # the same visit: the presenter's press brings it back


def test_a_page_whose_server_has_died_covers_itself_and_stays_covered(cast: Cast, hall: Hall) -> None:
    killed = time.time()
    with Slowness() as slow:
        cast.running.kill("console")
        took = hall.covered_at(killed) - killed
    assert took <= DEAD_S * slow.factor
    hall.press()
    assert hall.is_covered  # what the dead server said last opens nothing
    hall.visitors.page.evaluate("() => { window.citywallTestIsOld = true; }")
    cast.running.start("console")
    # The old page first hears the new server, then starts anew: only the new page is asked.
    hall.visitors.wait(f"() => !window.citywallTestIsOld && ({IS_READY})()", 60)
    assert hall.is_covered  # until a press
    cast.give("chen", "end_briefing", HALL, 0, why="hot_key")
    hall.visitors.wait("() => citywall.card('briefing')?.scalars.open === false", 30)
    hall.press()
    assert hall.is_covered
    assert ended(cast)["data"]["why"] == "hot_key"


def test_no_page_asked_elsewhere(hall: Hall) -> None:
    assert hall.visitors.external == []
