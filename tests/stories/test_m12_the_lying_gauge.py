"""Story M12: a gauge stuck at 42 cm files a case by itself; an officer marks 疑似故障, and it comes back."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests.console.browser import Sight
from tests.invented import device, publish, reading
from tests.people import Cast, story
from tests.running import wait_for

pytestmark = pytest.mark.browser

DAY = "2026-11-20"
SUBJECT = "alarm:lying/road_depth_cm"
NAME = "成山路积水点"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story() as people:
        people.set_city(f"{DAY}T14:00")
        record = device("lying", at=f"{DAY}T09:00:00+08:00", name=NAME, road="成山路")
        assert publish(people.running, "sensor", [record]).accepted == 1
        yield people


@pytest.fixture(scope="module")
def desk(cast: Cast, browser: Browser) -> Iterator[Sight]:
    sight = cast.desk(browser, "chen")
    yield sight
    sight.close()


def read(cast: Cast, at: str, value: float) -> None:
    """Publish a reading measured at a time of the day."""
    record = reading("lying", at, value, at=f"{DAY}T{at}+08:00")
    assert publish(cast.running, "sensor", [record]).accepted == 1


def types(cast: Cast, subject: str) -> list[str]:
    return [fact["type"] for fact in cast.all_facts() if fact["subject"] == subject]


def row(desk: Sight) -> Locator:
    return desk.page.locator('[data-cell="desk_alarms"] li', has_text=NAME)


def test_a_reading_over_the_limit_becomes_a_dispatched_case_once(cast: Cast, desk: Sight) -> None:
    seconds = count(1)

    def reads() -> list[str]:  # the engine may still learn of the device
        read(cast, f"14:00:{next(seconds):02d}", 42.0)
        return types(cast, SUBJECT)

    wait_for(reads, every=0.5)
    key = cast.wait_for(SUBJECT, "AlarmRaised")["data"]["case"]
    facts = cast.facts(key)
    assert [fact["type"] for fact in facts][:3] == ["CaseReported", "CaseFiled", "MakeSafeOrdered"]
    assert {fact["actor"] for fact in facts} == {"engine"}
    assert facts[0]["data"]["record"]["channel"] == "sensor"
    assert reads() == reads() == ["AlarmRaised"]
    desk.page.get_by_text("现行 1").wait_for()
    cast.running.kill("engine")
    cast.running.start("engine")
    assert reads() == ["AlarmRaised"]


def test_an_officer_suspects_a_fault_by_the_keyboard_and_the_alarm_is_put_aside(
    cast: Cast, desk: Sight
) -> None:
    keys = desk.page.keyboard
    keys.press("a")
    row(desk).wait_for()
    assert "42 cm" in (row(desk).text_content() or "")
    keys.press("f")
    row(desk).locator("input").fill("现场干燥，镜头无水")
    keys.press("Enter")
    row(desk).get_by_text("疑似故障，搁置至 16:0").wait_for()
    fact = cast.wait_for(SUBJECT, "AlarmShelved")
    assert (fact["data"]["kind"], fact["role"]) == ("suspect", "duty_officer")
    assert fact["reason"] == "现场干燥，镜头无水"
    desk.page.get_by_text("搁置 1").wait_for()


def test_it_comes_back_by_itself(cast: Cast, desk: Sight) -> None:
    cast.set_city(f"{DAY}T16:02")
    told: dict[str, Any] = cast.wait_for(SUBJECT, "AlarmShelvingEnded")
    assert (told["actor"], told["data"]["state"]) == ("engine", "active")
    wait_for(lambda: "搁置至" not in (row(desk).text_content() or ""))


def test_the_engine_that_came_back_filed_nothing_twice_and_ends_the_alarm(cast: Cast) -> None:
    read(cast, "16:02:01", 42.0)
    read(cast, "16:02:02", 10.0)
    cast.wait_for(SUBJECT, "AlarmCleared")
    assert types(cast, SUBJECT).count("AlarmRaised") == 1
    assert len([fact for fact in cast.all_facts() if fact["type"] == "CaseReported"]) == 1
