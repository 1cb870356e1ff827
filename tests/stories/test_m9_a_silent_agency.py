"""Story M9: a tree on the only road to a shelter; the agency is silent, its fallback does the work."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.browser import Sight, chromium
from tests.invented import case, publish, unit
from tests.people import Cast, beside, story
from tests.screens import Screens

pytestmark = pytest.mark.browser

STREET, ROAD, HERE = "310115013", "羽山路巨野路口", (121.545, 31.240)
KEY, ENGINE = "hotline/tree", "Fire-4"
ROWS = [
    {"agency": "lh", "priority": "P1", "template": "tree_down#1"},
    {"agency": "ga", "priority": "P2", "template": "tree_down#4"},
]
HOLDERS = {"greening": "lh", "police": "ga", "fire": "xf", "yangjing": STREET}


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story(HOLDERS) as people:
        yield people


@pytest.fixture(scope="module")
def screens(cast: Cast) -> Iterator[Screens]:
    cast.set_city("2026-11-20T03:18")
    record = case(
        "tree", at="2026-11-20T03:17:00+08:00", lon=HERE[0], lat=HERE[1], road=ROAD, title="树木倒伏",
        category={"kind": "component", "code": "0402", "system": "GBT30428.2"}, urgency="critical",
    )  # fmt: skip
    assert publish(cast.running, "case", [record]).accepted == 1
    drive(cast, "03:18", metres=2500)
    cast.done("intake", "file", KEY, 0)
    with chromium() as browser:
        opened = Screens()
        opened.add("desk", "desk_linkage", cast.desk(browser, "chen"))
        wall = Sight(browser)
        wall.visit(f"{cast.running.console}/wall")
        opened.add("wall", "linkage", wall)
        for who, code in (("police", "ga"), ("greening", "lh")):
            opened.add(who, "agency_tasks", cast.desk(browser, who, page=f"agency/{code}"))
        yield opened


def drive(cast: Cast, clock: str, *, metres: float) -> None:
    """The fire engine says where it is: so many metres from the tree."""
    lon, lat = beside(HERE, metres=metres)
    place = {"lon": lon, "lat": lat, "state": "standby", "call_sign": "消防4号"}
    record = unit(ENGINE, clock, at=f"2026-11-20T{clock}:00+08:00", **place)
    assert publish(cast.running, "unit", [record]).accepted == 1


def about(cast: Cast, task: str) -> list[dict[str, Any]]:
    return [fact for fact in cast.all_facts() if fact["subject"] == f"task:{task}"]


def types(cast: Cast, task: str) -> list[str]:
    return [fact["type"] for fact in about(cast, task)]


def step(cast: Cast, screens: Screens, who: str, act: tuple[str, str], task: str, **args: Any) -> None:
    """An agency reports a step of its task, and every screen that may show it does; ``act``: verb, state."""
    since = time.monotonic()
    cast.does(who, act[0], f"task:{task}", **args)
    pages = ("desk", "wall", who) if who in screens.pages else ("desk", "wall")
    screens.show(task, act[1], since, pages)


ACKNOWLEDGED, SET_OUT = ("acknowledge_task", "acknowledged"), ("set_out_task", "set_out")
ARRIVED, DONE = ("arrive_task", "arrived"), ("finish_task", "done")


def test_the_whole_night(cast: Cast, screens: Screens) -> None:
    """03:20 ordered … 04:10 done: each step once, and on every screen that may show it."""
    cast.set_city("2026-11-20T03:20")
    since = time.monotonic()
    cast.give("chen", "open_incident", f"case:{KEY}", 0, kind="tree_down", tasks=ROWS)
    cut, guard = (f["subject"][5:] for f in cast.all_facts() if f["type"] == "TaskIssued")
    screens.show(cut, "issued", since, ("desk", "wall", "greening"))
    screens.show(guard, "issued", since, ("desk", "wall", "police"))
    again = cast.send("gu", "open_incident", f"case:{KEY}", 0, kind="tree_down").refused
    assert again is not None
    assert "陈" in again.reason
    step(cast, screens, "police", ACKNOWLEDGED, guard)

    cast.set_city("2026-11-20T03:22:31")
    reminded = cast.wait_for(f"task:{cut}", "TaskReminded")["data"]
    assert (reminded["step"], reminded["call"]) == ("ack_half", True)

    second = fallen_back_once_although_the_engine_died(cast, cut)
    screens.show(second, "issued", time.monotonic(), ("desk", "wall"))

    cast.set_city("2026-11-20T03:26")
    step(cast, screens, "greening", ACKNOWLEDGED, cut)
    step(cast, screens, "fire", ACKNOWLEDGED, second)
    step(cast, screens, "fire", SET_OUT, second, unit=ENGINE)
    step(cast, screens, "police", SET_OUT, guard)
    step(cast, screens, "police", ARRIVED, guard)

    cast.set_city("2026-11-20T03:41")
    drive(cast, "03:41", metres=60)
    arrived = cast.wait_for(f"task:{second}", "TaskArrived")["data"]
    assert arrived["by_hand"] is False
    assert arrived["distance_m"] == pytest.approx(60, abs=5)
    since = time.monotonic()
    screens.show(second, "arrived", since, ("desk", "wall"))  # the console has folded who was first
    since = time.monotonic()
    cast.does("chen", "cancel_task", f"task:{cut}")  # the second of a pair: no reason is asked for
    screens.show(cut, "cancelled", since, ("desk",))

    cast.set_city("2026-11-20T04:10")
    refused = cast.send("fire", "finish_task", f"task:{second}", 99, text="已清除").refused
    assert refused is not None
    step(cast, screens, "fire", DONE, second, text="已清除，恢复通行", photos=["cleared"])
    step(cast, screens, "police", DONE, guard, text="已撤岗", photos=["guard"])
    refused = cast.send("fire", "verify_task", f"task:{second}", 0, passed=True).refused
    assert refused is not None
    assert refused.code == "not_allowed"
    for task in (second, guard):
        since = time.monotonic()
        cast.does("yangjing", "verify_task", f"task:{task}", passed=True)
        screens.show(task, "verified", since, ("desk",))
        screens.show(task, None, since, ("wall",))
    assert types(cast, second).count("TaskArrived") == 1


def fallen_back_once_although_the_engine_died(cast: Cast, task: str) -> str:
    """The clock process dies at 03:24:50 and is back after the limit; return the fallback's task."""
    cast.set_city("2026-11-20T03:24:50")
    cast.running.kill("engine")
    cast.set_city("2026-11-20T03:25:08")  # a lease of ten seconds runs out meanwhile
    assert "TaskFellBack" not in types(cast, task)
    cast.running.start("engine")
    fell = cast.wait_for(f"task:{task}", "TaskFellBack", 30)["data"]
    assert 8 <= fell["late_s"] <= 60
    escalated = cast.wait_for(f"task:{task}", "TaskEscalated")["data"]
    assert (escalated["to"], escalated["call"]) == ("agency_duty_leader", True)
    instead = cast.wait_for(f"task:{fell['task']}", "TaskIssued")["data"]
    assert (instead["agency"], instead["why"], instead["why_names"]) == ("xf", "fallback", {"agency": "lh"})
    time.sleep(2.5)  # more than two of the engine's rounds
    assert types(cast, task).count("TaskFellBack") == 1
    assert types(cast, task).count("TaskEscalated") == 1
    fallbacks = [f for f in cast.all_facts() if f["type"] == "TaskIssued" and f["data"].get("fallback_of")]
    assert len(fallbacks) == 1
    return str(fell["task"])


def test_no_page_failed_or_asked_elsewhere(screens: Screens) -> None:
    assert screens.faults() == []
