"""Story M2: 25 cm in six minutes. One underpass is closed by one press, the other by the rule."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from city.clocks.timestamps import parse
from tests.console.browser import Sight, chromium
from tests.invented import device, publish, reading
from tests.people import Cast, story
from tests.running import wait_for
from tests.screens import SEEN_S, Screens

pytestmark = pytest.mark.browser

PRESSED, LEFT = "XLJ-1", "XLJ-2"
NAMES = {PRESSED: "川沙路下立交", LEFT: "羽山路下立交"}
HOLDERS = {"police": "ga", "transport": "jt", "water": "sw", "sanitation": "lh"}
RISING = (("02:11", 0, 0.0), ("02:12", 30, 4.0), ("02:14", 0, 11.0))
ROUND_S = 1.6
"""Longer than a round of the engine, so that it sees every reading."""


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story(HOLDERS) as people:
        yield people


@pytest.fixture(scope="module")
def screens(cast: Cast) -> Iterator[Screens]:
    cast.set_city("2026-11-20T02:10")
    gauges = [
        device(key, place=n, name=name, at=moment("02:00"), interval_s=60)
        for n, (key, name) in enumerate(NAMES.items())
    ]
    assert publish(cast.running, "sensor", gauges).accepted == 2
    with chromium() as browser:
        opened = Screens()
        opened.add("desk", "desk_linkage", cast.desk(browser, "chen"))
        wall = Sight(browser)
        wall.visit(f"{cast.running.console}/wall")
        opened.add("wall", "linkage", wall)
        yield opened


def moment(clock: str, seconds: int = 0) -> str:
    return f"2026-11-20T{clock}:{seconds:02d}+08:00"


def measure(cast: Cast, clock: str, seconds: int, depth: float, *gauges: str) -> None:
    """The city is five seconds past a moment; so many centimetres were measured at it."""
    cast.set_city(f"2026-11-20T{clock}:{seconds + 5:02d}")
    at = moment(clock, seconds)
    records = [reading(gauge, f"{clock}:{seconds}", depth, at=at) for gauge in gauges]
    assert publish(cast.running, "sensor", records).accepted == len(gauges)


def noted(cast: Cast, gauge: str, why: str) -> dict[str, Any]:
    """Wait until the engine has noted a depth for this reason."""

    def found() -> dict[str, Any] | None:
        facts = [f["data"] for f in about(cast, gauge) if f["type"] == "DepthNoted"]
        return next((data for data in facts if data["why"] == why), None)

    return wait_for(found, 15, 0.2)


def about(cast: Cast, gauge: str) -> list[dict[str, Any]]:
    return [fact for fact in cast.all_facts() if fact["subject"] == f"device:{gauge}"]


def issued(cast: Cast, gauge: str) -> dict[str, dict[str, Any]]:
    """The tasks of a gauge's incident: id → data."""
    opened = [
        fact["subject"].removeprefix("incident:")
        for fact in cast.all_facts()
        if fact["type"] == "IncidentOpened" and fact["data"]["source"] == f"device:{gauge}"
    ]
    assert len(opened) == 1
    return {
        fact["subject"].removeprefix("task:"): fact["data"]
        for fact in cast.all_facts()
        if fact["type"] == "TaskIssued" and fact["data"]["incident"] == opened[0]
    }


def test_a_rise_is_told_and_one_press_orders_all_parties(cast: Cast, screens: Screens) -> None:
    for clock, seconds, depth in RISING:
        measure(cast, clock, seconds, depth, PRESSED, LEFT)
        time.sleep(ROUND_S)
    rise = noted(cast, PRESSED, "rise")
    assert rise["state"] == "suggested"
    assert (rise["depth_cm"], rise["rise_cm_min"]) == (11.0, pytest.approx(3.7, abs=0.1))
    _, wall = screens.pages["wall"]
    wall.wait_for_words("log", "涨水过快，建议封闭：川沙路下立交", SEEN_S)

    cast.set_city("2026-11-20T02:14:40")
    since = time.monotonic()
    cast.does("chen", "close_underpass", f"device:{PRESSED}")
    tasks = issued(cast, PRESSED)
    assert {"ga", "jt", "sw", "lh"} <= {data["agency"] for data in tasks.values()}
    assert {data["mode"] for data in tasks.values()} == {"plan"}
    for task in tasks:
        screens.show(task, "issued", since, ("desk",))
    wall.wait_for_words("log", "启动三方封闭：川沙路下立交", SEEN_S)
    again = cast.send("gu", "close_underpass", f"device:{PRESSED}", 99).refused
    assert again is not None


def test_what_nobody_pressed_is_closed_by_the_rule_at_25_cm_once(cast: Cast, screens: Screens) -> None:
    measure(cast, "02:17", 0, 25.0, PRESSED, LEFT)
    noted(cast, LEFT, "limit")
    by_rule = cast.wait_for(f"device:{LEFT}", "UnderpassClosureOrdered")
    assert by_rule["data"]["by_rule"] is True
    tasks = issued(cast, LEFT)
    assert {data.get("why") for data in tasks.values()} == {"rule"}
    for task in tasks:
        screens.show(task, "issued", time.monotonic(), ("desk",))
    time.sleep(ROUND_S)
    for gauge in (PRESSED, LEFT):
        orders = [f for f in about(cast, gauge) if f["type"] == "UnderpassClosureOrdered"]
        assert len(orders) == 1
    assert len(issued(cast, LEFT)) == len(tasks)


def test_the_police_close_it_and_a_silent_gauge_opens_nothing(cast: Cast, screens: Screens) -> None:
    """02:21 closed four minutes after the limit; no data for a while: a check on the spot, still closed."""
    [task] = [id_ for id_, data in issued(cast, PRESSED).items() if data["agency"] == "ga"]
    for verb, state in (("acknowledge_task", "acknowledged"), ("set_out_task", "set_out")):
        since = time.monotonic()
        cast.does("police", verb, f"task:{task}")
        screens.show(task, state, since, ("desk",))
    cast.set_city("2026-11-20T02:21")
    since = time.monotonic()
    cast.does("police", "arrive_task", f"task:{task}")
    screens.show(task, "arrived", since, ("desk",))
    closed = cast.wait_for(f"device:{PRESSED}", "UnderpassClosed")["data"]
    limit = noted(cast, PRESSED, "limit")["limit_at"]
    assert parse(closed["closed_at"]) - parse(limit) == pytest.approx(240, abs=20)  # E06

    cast.set_city("2026-11-20T02:24")
    noted(cast, PRESSED, "silent")
    checks = [data for data in issued(cast, PRESSED).values() if data.get("why") == "silent"]
    assert len(checks) == 1


def test_it_is_opened_again_by_two_of_three_and_not_by_the_water(cast: Cast) -> None:
    measure(cast, "02:40", 0, 12.0, PRESSED)
    noted(cast, PRESSED, "below")
    assert "UnderpassReopened" not in [fact["type"] for fact in about(cast, PRESSED)]
    for who in ("chen", "police"):
        cast.does(who, "agree_reopening", f"device:{PRESSED}")
        assert "UnderpassReopened" not in [fact["type"] for fact in about(cast, PRESSED)]
    refused = cast.send("sanitation", "agree_reopening", f"device:{PRESSED}", 99).refused
    assert refused is not None
    cast.does("transport", "agree_reopening", f"device:{PRESSED}")
    assert cast.wait_for(f"device:{PRESSED}", "UnderpassReopened")["data"]["agreed"] == ["ga", "jt"]


def test_no_page_failed_or_asked_elsewhere(screens: Screens) -> None:
    assert screens.faults() == []
