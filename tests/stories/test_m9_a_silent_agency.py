"""Story M9: a tree on the only road to a shelter; the agency is silent, its fallback does the work."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from city.clocks.city_clock import CityClock
from city.clocks.timestamps import parse
from tests.console.browser import Sight, chromium
from tests.invented import case, publish, unit
from tests.people import Cast, beside, story
from tests.screens import Screens
from tests.slowness import Slowness

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
    cast.report([record])
    drive(cast, "03:18", metres=2500)
    cast.done("intake", "file", KEY, 0)
    with chromium() as browser, Slowness() as slow:
        opened = Screens(slow)
        opened.add("desk", "desk_linkage", cast.desk(browser, "chen"))
        wall = Sight(browser)
        wall.visit(f"{cast.running.console}/wall")
        opened.add("wall", "linkage", wall)
        for who, code in (("police", "ga"), ("greening", "lh")):
            opened.add(who, "agency_incidents", cast.desk(browser, who, page=f"agency/{code}"))
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


def step(cast: Cast, screens: Screens, who: str, act: tuple[str, str, str], task: str, **args: Any) -> None:
    """An agency reports a step of its task, and every screen shows it; ``act``: verb, fact, column."""
    verb, fact, column = act
    cast.does(who, verb, f"task:{task}", **args)
    told = cast.wait_for(f"task:{task}", fact)
    screens.show(told, issued(cast, task)["data"]["agency"], column)


def issued(cast: Cast, task: str) -> dict[str, Any]:
    return cast.wait_for(f"task:{task}", "TaskIssued")


ACKNOWLEDGED = ("acknowledge_task", "TaskAcknowledged", "acknowledged")
SET_OUT = ("set_out_task", "TaskSetOut", "set_out")
ARRIVED = ("arrive_task", "TaskArrived", "arrived")
DONE = ("finish_task", "TaskDone", "done")


def test_the_whole_night(cast: Cast, screens: Screens) -> None:
    """03:20 ordered … 04:10 done: each step once, and on all four screens within a second."""
    cast.set_city("2026-11-20T03:20")
    cast.give("chen", "open_incident", f"case:{KEY}", 0, kind="tree_down", tasks=ROWS)
    cut, guard = (f["subject"][5:] for f in cast.all_facts() if f["type"] == "TaskIssued")
    screens.show(issued(cast, cut), "lh", "issued")
    screens.show(issued(cast, guard), "ga", "issued")
    again = cast.send("gu", "open_incident", f"case:{KEY}", 0, kind="tree_down").refused
    assert again is not None
    assert "陈" in again.reason
    step(cast, screens, "police", ACKNOWLEDGED, guard)

    cast.set_city("2026-11-20T03:22:31")
    reminded = cast.wait_for(f"task:{cut}", "TaskReminded")
    assert (reminded["data"]["step"], reminded["data"]["call"]) == ("ack_half", True)
    screens.show_cell(reminded, "lh", "acknowledged", "^2′[345].″/5′已催1$")

    second = fallen_back_once_although_the_engine_died(cast, screens, cut)

    cast.set_city("2026-11-20T03:26")
    step(cast, screens, "greening", ACKNOWLEDGED, cut)
    step(cast, screens, "fire", ACKNOWLEDGED, second)
    step(cast, screens, "fire", SET_OUT, second, unit=ENGINE)
    step(cast, screens, "police", SET_OUT, guard)
    step(cast, screens, "police", ARRIVED, guard)

    cast.set_city("2026-11-20T03:41")
    drive(cast, "03:41", metres=60)
    arrived = cast.wait_for(f"task:{second}", "TaskArrived")
    assert arrived["data"]["by_hand"] is False
    assert arrived["data"]["distance_m"] == pytest.approx(60, abs=5)
    screens.show(arrived, "xf", "arrived")
    # The first to arrive keeps the task; the desk is asked what the other one does.
    screens.say(arrived, "消防已先到场：撤回或协同", ("desk",))
    cast.does("chen", "assist_task", f"task:{cut}")
    screens.say(cast.wait_for(f"task:{cut}", "TaskAssisting"), "协同消防", screens.pages)
    cast.does("chen", "undo_task", f"task:{cut}")
    screens.say(cast.wait_for(f"task:{cut}", "TaskUndone"), "消防已先到场：撤回或协同", ("desk",))
    cast.does("chen", "cancel_task", f"task:{cut}")  # the second of a pair: no reason is asked for
    cancelled = cast.wait_for(f"task:{cut}", "TaskCancelled")
    screens.show_no(cancelled, "lh", ("desk", "wall"))
    screens.show_cell(cancelled, "lh", "issued", "已撤回", ("police", "greening"))

    cast.set_city("2026-11-20T04:10")
    refused = cast.send("fire", "finish_task", f"task:{second}", 99, text="已清除").refused
    assert refused is not None
    refused = cast.send("fire", "finish_task", f"task:{second}", 99, photos=["f" * 64]).refused
    assert refused is not None
    assert (refused.code, "未存入" in refused.reason) == ("not_allowed", True), refused.reason
    step(cast, screens, "fire", DONE, second, text="已清除，恢复通行", photos=[cast.photo()])
    step(cast, screens, "police", DONE, guard, text="已撤岗", photos=[cast.photo(120)])
    refused = cast.send("fire", "verify_task", f"task:{second}", 0, passed=True).refused
    assert refused is not None
    assert refused.code == "not_allowed"
    for agency, task in (("xf", second), ("ga", guard)):
        cast.does("yangjing", "verify_task", f"task:{task}", passed=True)
        screens.show(cast.wait_for(f"task:{task}", "TaskVerified"), agency, "verified")
    assert types(cast, second).count("TaskArrived") == 1
    told_as_the_log_does(cast, screens, cast.wait_for(f"task:{guard}", "TaskVerified"))


def told_as_the_log_does(cast: Cast, screens: Screens, last: dict[str, Any]) -> None:
    """The desk's E02 and E03 are what the facts say, once they were computed after the last of them."""
    issued: dict[str, tuple[float, dict[str, Any]]] = {}
    in_time, took = 0, []
    clock = CityClock(0.0, 0.0)
    for fact in cast.all_facts():
        task, kind, data = fact["subject"], fact["type"], fact["data"]
        if kind == "CityClockSet":
            clock = CityClock(parse(data["city0"]), parse(data["machine0"]), data["rate"])
        at = clock.at(parse(fact["recorded_at"]))
        if kind == "TaskIssued":
            issued[task] = at, data
        elif kind == "TaskAcknowledged":
            in_time += at <= parse(issued[task][1]["ack_by"])
        elif kind == "TaskArrived" and issued[task][1]["priority"] == "P1":
            took.append(at - issued[task][0])
    _, desk = screens.pages["desk"]
    newest = parse(last["recorded_at"])
    desk.wait("(newest) => citywall.card('desk_indicators').scalars.at > newest", 120, newest)
    ask = "(name) => citywall.orders.ask('indicator', { name }).then((told) => told.indicator)"
    e02, e03 = (desk.page.evaluate(ask, name) for name in ("E02", "E03"))
    assert (e02["numerator"], e02["denominator"]) == (in_time, len(issued)) == (2, 3)
    assert e03["denominator"] == len(took) == 1
    assert e03["inputs"]["slowest_s"] == pytest.approx(took[0], abs=0.01)


def fallen_back_once_although_the_engine_died(cast: Cast, screens: Screens, task: str) -> str:
    """The clock process dies at 03:24:50 and is back after the limit; return the fallback's task."""
    cast.set_city("2026-11-20T03:24:50")
    cast.running.kill("engine")
    cast.set_city("2026-11-20T03:25:08")  # a lease of ten seconds runs out meanwhile
    assert "TaskFellBack" not in types(cast, task)
    cast.running.start("engine")
    fell = cast.wait_for(f"task:{task}", "TaskFellBack")
    late_s = fell["data"]["late_s"]
    assert 8 <= late_s <= 60
    escalated = cast.wait_for(f"task:{task}", "TaskEscalated")["data"]
    assert (escalated["to"], escalated["call"]) == ("agency_duty_leader", True)
    second = str(fell["data"]["task"])
    instead = issued(cast, second)
    data = instead["data"]
    assert (data["agency"], data["why"], data["why_names"]) == ("xf", "fallback", {"agency": "lh"})
    screens.show_cell(instead, "xf", "issued", rf"^03:25晚{round(late_s)}秒$")
    screens.show_cell(fell, "lh", "acknowledged", f"^超时晚{round(late_s)}秒$")
    _, wall = screens.pages["wall"]
    assert wall.page.evaluate("() => citywallTestSeen.linkage.at(-1)[1][0][0]") == "绿化市容"  # on top
    time.sleep(2.5)  # more than two of the engine's rounds
    assert types(cast, task).count("TaskFellBack") == 1
    assert types(cast, task).count("TaskEscalated") == 1
    fallbacks = [f for f in cast.all_facts() if f["type"] == "TaskIssued" and f["data"].get("fallback_of")]
    assert len(fallbacks) == 1
    return second


def test_no_page_failed_or_asked_elsewhere(screens: Screens) -> None:
    assert screens.faults() == []
    assert screens.late() == {}
