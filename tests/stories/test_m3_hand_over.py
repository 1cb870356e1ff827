"""Story M3: the hand-over at 08:30 with an open P1 task; then one whose incoming lead does not come."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.browser import Sight, chromium
from tests.invented import case, publish
from tests.people import Cast, story
from tests.running import wait_for
from tests.screens import SEEN_S

pytestmark = pytest.mark.browser

NIGHT, DAY, NEXT = (f"shift:310115-2026-11-{name}" for name in ("19-night", "20-day", "20-night"))
KEY, ROAD = "hotline/flood", "川沙路下立交"
ROSTER = """role,name,seat,deputy,from,to,count
duty_leader,王××（副区长）,,周××（区政府办副主任）,08:30,08:30,
shift_lead,顾××（值班长）,,陆××（副值班长）,20:30,08:30,
shift_lead,秦××（值班长）,,万××（副值班长）,08:30,20:30,
duty_officer,李××（值班员）,,吴××（值班员）,20:30,08:30,
duty_officer,陈××（值班员）,,金××（值班员）,08:30,20:30,
"""
PUMP = {"agency": "sw", "priority": "P1", "template": "road_flood#2"}
INLETS = {"agency": "lh", "priority": "P1", "template": "road_flood#3"}


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"water": "sw"}, roster=ROSTER, leads={"qin": "秦××（值班长）"}) as people:
        yield people


@pytest.fixture(scope="module")
def wall(cast: Cast) -> Iterator[Sight]:
    with chromium() as browser:
        sight = Sight(browser)
        sight.visit(f"{cast.running.console}/wall")
        sight.wait("() => window.citywall?.card('log') != null")
        yield sight
        assert (sight.errors, sight.external) == ([], [])


def city(cast: Cast, clock: str, seconds: int = 5) -> None:
    """Put the city's clock some seconds behind a full minute: the engine does what fell due."""
    cast.set_city(f"2026-11-20T{clock}:{seconds:02d}")


def open_items(cast: Cast) -> dict[str, dict[str, Any]]:
    """The items of the hand-over that nobody has answered, by key."""
    facts = [fact for fact in cast.all_facts() if fact["subject"] == NIGHT]
    drafts = [fact["data"] for fact in facts if fact["type"] == "HandoverDrafted"]
    answered = {fact["data"]["key"] for fact in facts if fact["type"] == "HandoverItemAnswered"}
    return {item["key"]: item for item in drafts[-1]["items"] if item["must"] and item["key"] not in answered}


def answer(cast: Cast, item: dict[str, Any], **args: Any) -> None:
    given = "take_over" if item["needs"] == "take_over" else "seen"
    cast.does("qin", "answer_item", NIGHT, key=item["key"], answer=given, **args)


def types(cast: Cast, subject: str) -> list[str]:
    return [fact["type"] for fact in cast.all_facts() if fact["subject"] == subject]


def test_nobody_leaves_before_the_last_item_and_both_signatures(cast: Cast, wall: Sight) -> None:
    """08:00 drafted, 08:15 the incoming lead, 08:30 five of six, 08:33 signed: one fact."""
    city(cast, "07:40")
    for who in ("gu", "li", "wang"):  # the lead opens the shift: from here on duty is kept by facts
        cast.does(who, "sign_in", NIGHT)
    record = case(
        "flood", at="2026-11-20T07:39:00+08:00", road=ROAD, title="道路积水", urgency="critical",
        category={"kind": "event", "code": "0506", "system": "GBT30428.2"},
    )  # fmt: skip
    assert publish(cast.running, "case", [record]).accepted == 1
    cast.done("intake", "file", KEY, 0)
    cast.give("li", "open_incident", f"case:{KEY}", 0, kind="road_flood", tasks=[PUMP])
    [pump] = [fact["subject"] for fact in cast.all_facts() if fact["type"] == "TaskIssued"]
    cast.does("water", "acknowledge_task", pump)

    city(cast, "08:00")
    cast.wait_for(NIGHT, "HandoverDrafted")
    wall.wait_for_words("log", "交接班草稿已生成", SEEN_S)
    assert {item["kind"] for item in open_items(cast).values()} >= {"incident", "task"}

    city(cast, "08:15")
    for who in ("qin", "chen"):
        cast.does(who, "sign_in", DAY)
    refused = cast.send("qin", "write_entry", DAY, 0, kind="note", text="接班").refused
    assert refused is not None  # the outgoing shift has the authority until both have signed
    [last] = [item for item in open_items(cast).values() if item["kind"] == "task"]
    refused = cast.send("qin", "answer_item", NIGHT, 0, key=last["key"], answer="seen").refused
    assert refused is not None
    assert refused.reason.endswith("须接管或取消")
    for item in open_items(cast).values():
        if item["key"] != last["key"]:
            answer(cast, item)

    city(cast, "08:30")
    refused = cast.send("gu", "sign_out", NIGHT, 0).refused
    assert refused is not None
    assert refused.reason == f"还有 1 项未签收：{ROAD}(P1)"

    city(cast, "08:31")
    [incident] = {fact["subject"] for fact in cast.all_facts() if fact["type"] == "IncidentOpened"}
    cast.does("gu", "issue_task", incident, **INLETS)  # by the outgoing shift, which is still responsible
    inlets = f"{pump.rpartition('.')[0]}.2"
    wait_for(lambda: inlets in {item["ref"] for item in open_items(cast).values()}, 15)

    city(cast, "08:33")
    deadline = time.monotonic() + 15
    while left := list(open_items(cast).values()):
        answer(cast, left[0])
        assert time.monotonic() < deadline
    cast.does("gu", "sign_handover", NIGHT, side="outgoing")
    since = time.monotonic()
    cast.does("qin", "sign_handover", NIGHT, side="incoming")
    wall.wait_for_words("log", "交接班完成", SEEN_S - (time.monotonic() - since))
    [signed] = [f["data"] for f in cast.all_facts() if f["type"] == "ShiftHandedOver"]
    assert 180 <= signed["late_s"] < 240
    assert types(cast, NIGHT).count("HandoverSigned") == 2

    refused = cast.send("gu", "write_entry", NIGHT, 0, kind="note", text="离岗").refused
    assert refused is not None
    cast.does("qin", "write_entry", DAY, kind="note", text="接班")

    city(cast, "08:36")
    cast.wait_for(inlets, "TaskEscalated")
    city(cast, "08:41", 10)
    time.sleep(2.5)  # more than two of the engine's rounds
    told = [f["data"]["level"] for f in cast.all_facts() if f["type"] == "TaskEscalated"]
    assert sorted(told) == [1, 2]


def test_an_incoming_lead_who_does_not_come_is_called_and_the_wall_says_the_minutes(
    cast: Cast, wall: Sight
) -> None:
    city(cast, "20:00")
    cast.wait_for(DAY, "HandoverDrafted")
    city(cast, "20:30")
    called = cast.wait_for(NEXT, "PostCalled")["data"]
    assert {"post", "deputy"} <= set(called)
    leads = [f["data"] for f in cast.all_facts() if f["type"] == "PostCalled" and f["subject"] == NEXT]
    assert "陆××（副值班长）" in {told["deputy"] for told in leads if told["post"] == "shift_lead"}
    city(cast, "20:40")
    cast.wait_for(NEXT, "PostUnstaffed")
    wall.wait_for_words("log", "空岗 10分", SEEN_S)
    refused = cast.send("qin", "sign_out", DAY, 0).refused
    assert refused is not None
    assert types(cast, NEXT).count("PostUnstaffed") == len(set(posts(cast, "PostUnstaffed")))


def posts(cast: Cast, kind: str) -> list[str]:
    facts = [fact for fact in cast.all_facts() if fact["type"] == kind and fact["subject"] == NEXT]
    return [fact["data"]["post"] for fact in facts]
