"""Story M3: the hand-over at 08:30 with an open P1 task; then one whose incoming lead does not come."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.browser import Sight, chromium
from tests.invented import case
from tests.people import Cast, story
from tests.running import wait_for
from tests.screens import Screens
from tests.slowness import Slowness

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
CORDON = {"agency": "ga", "priority": "P1", "template": "road_flood#6"}
INLETS = {"agency": "lh", "priority": "P1", "template": "road_flood#3"}
TRAFFIC = {"agency": "jj", "priority": "P1", "template": "road_flood#1"}
OUTGOING, INCOMING = "顾××（值班长）", "秦××（值班长）"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    holders = {"police": "ga", "sanitation": "lh"}
    with story(holders, roster=ROSTER, leads={"qin": INCOMING}) as people:
        yield people


@pytest.fixture(scope="module")
def screens(cast: Cast) -> Iterator[Screens]:
    with chromium() as browser, Slowness() as slow:
        opened = Screens(slow)
        opened.add("desk", "desk_linkage", cast.desk(browser, "chen"))
        wall = Sight(browser)
        wall.visit(f"{cast.running.console}/wall")
        opened.add("wall", "linkage", wall)
        for who, code in (("police", "ga"), ("sanitation", "lh")):
            opened.add(who, "agency_incidents", cast.desk(browser, who, page=f"agency/{code}"))
        opened.add("duty", "duty_handover", cast.desk(browser, "qin", page="duty"))
        yield opened
        assert opened.faults() == []
        assert opened.late() == {}


FOUR = ("desk", "wall", "police", "sanitation")
"""The pages with the matrix; the fifth is the duty page of the incoming lead."""


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


def step(cast: Cast, screens: Screens, who: str, act: tuple[str, str, str], task: str, **args: Any) -> None:
    """The task of the police takes a step, and the four pages show it; ``act``: verb, fact, column."""
    verb, kind, column = act
    cast.does(who, verb, task, **args)
    screens.show(cast.wait_for(task, kind), "ga", column, FOUR)


def escalations(cast: Cast, task: str) -> list[tuple[int, str]]:
    """To which level a task was escalated, and the shift lead who answers for it."""
    facts = [fact for fact in cast.all_facts() if fact["subject"] == task]
    told = [fact["data"] for fact in facts if fact["type"] == "TaskEscalated"]
    return [(data["level"], data["lead"]) for data in told]


def issued(cast: Cast) -> list[dict[str, Any]]:
    return [fact for fact in cast.all_facts() if fact["type"] == "TaskIssued"]


def test_nobody_leaves_before_the_last_item_and_both_signatures(cast: Cast, screens: Screens) -> None:
    """08:00 drafted, 08:15 the incoming lead, 08:30 all but one, 08:33 signed: one fact."""
    _, wall = screens.pages["wall"]
    city(cast, "07:40")
    for who in ("gu", "li", "wang"):  # the lead opens the shift: from here on duty is kept by facts
        cast.does(who, "sign_in", NIGHT)
    record = case(
        "flood", at="2026-11-20T07:39:00+08:00", road=ROAD, title="道路积水", urgency="critical",
        category={"kind": "event", "code": "0506", "system": "GBT30428.2"},
    )  # fmt: skip
    cast.report([record])
    cast.done("intake", "file", KEY, 0)
    cast.give("li", "open_incident", f"case:{KEY}", 0, kind="road_flood", tasks=[CORDON])
    [order] = issued(cast)
    incident, cordon = f"incident:{order['data']['incident']}", order["subject"]
    # Only the page of who has a task shows the incident yet.
    screens.show(order, "ga", "issued", FOUR[:3])
    cast.does("police", "acknowledge_task", cordon)
    screens.show(cast.wait_for(cordon, "TaskAcknowledged"), "ga", "acknowledged", FOUR[:3])

    # A limit that passes now is the outgoing lead's.
    cast.does("gu", "issue_task", incident, **TRAFFIC)
    traffic = issued(cast)[-1]["subject"]
    city(cast, "07:46")
    cast.wait_for(traffic, "TaskEscalated")
    assert escalations(cast, traffic) == [(1, OUTGOING)]
    wall.wait_for_words("log", f"▸ {OUTGOING}")
    for task in [fact["subject"] for fact in issued(cast)[1:]]:  # the order and its fallback
        cast.does("gu", "cancel_task", task, text="情况解除")

    city(cast, "08:00")
    drafted = cast.wait_for(NIGHT, "HandoverDrafted")
    must = len(open_items(cast))
    screens.say(drafted, f"草稿已生成·必签{must}项", ("duty",))
    wall.wait_for_words("log", f"交接班草稿已生成 · 必签 {must} 项")
    assert {item["kind"] for item in open_items(cast).values()} >= {"incident", "task"}

    city(cast, "08:15")
    for who in ("qin", "chen"):
        cast.does(who, "sign_in", DAY)
    [signed_in, *_] = [
        fact for fact in cast.all_facts() if fact["type"] == "PostSignedIn" and fact["subject"] == DAY
    ]
    screens.say(signed_in, "顾××.*秦××", ("duty",))
    refused = cast.send("qin", "write_entry", DAY, 0, kind="note", text="接班").refused
    assert refused is not None  # the outgoing shift has the authority until both have signed
    [last] = [item for item in open_items(cast).values() if item["kind"] == "task"]
    refused = cast.send("qin", "answer_item", NIGHT, 0, key=last["key"], answer="seen").refused
    assert refused is not None
    assert refused.reason.endswith("须接管或取消")

    city(cast, "08:29", 0)
    cast.does("gu", "issue_task", incident, **INLETS)  # by the outgoing shift, which is still responsible
    inlets = issued(cast)[-1]["subject"]
    screens.show(issued(cast)[-1], "lh", "issued", FOUR)
    wait_for(lambda: inlets in {item["ref"] for item in open_items(cast).values()}, every=0.2)
    for item in open_items(cast).values():
        if item["key"] != last["key"]:
            answer(cast, item)
    answered = [fact for fact in cast.all_facts() if fact["type"] == "HandoverItemAnswered"][-1]
    screens.say(answered, "还有1项未签收", ("duty",))

    city(cast, "08:30")
    refused = cast.send("gu", "sign_out", NIGHT, 0).refused
    assert refused is not None
    assert refused.reason == f"还有 1 项未签收：{ROAD}(P1)"

    city(cast, "08:33")
    answer(cast, last)
    cast.does("gu", "sign_handover", NIGHT, side="outgoing")
    cast.does("qin", "sign_handover", NIGHT, side="incoming")
    [handed] = [fact for fact in cast.all_facts() if fact["type"] == "ShiftHandedOver"]
    assert 180 <= handed["data"]["late_s"] < 240
    wall.wait_for_words("log", "交接班完成")
    assert types(cast, NIGHT).count("HandoverSigned") == 2

    refused = cast.send("gu", "write_entry", NIGHT, 0, kind="note", text="离岗").refused
    assert refused is not None
    cast.does("qin", "write_entry", DAY, kind="note", text="接班")

    # What was issued before and is not answered goes to the incoming lead, once.
    city(cast, "08:34")
    assert cast.wait_for(inlets, "TaskEscalated")["data"]["shift"] == DAY.removeprefix("shift:")
    screens.show_cell(cast.wait_for(inlets, "TaskFellBack"), "lh", "acknowledged", "^超时", FOUR)
    wall.wait_for_words("log", f"▸ {INCOMING}")
    time.sleep(2.5)  # more than two of the engine's rounds
    assert escalations(cast, inlets) == [(1, INCOMING)]

    step(cast, screens, "police", ("set_out_task", "TaskSetOut", "set_out"), cordon)
    step(cast, screens, "police", ("arrive_task", "TaskArrived", "arrived"), cordon)
    done = ("finish_task", "TaskDone", "done")
    step(cast, screens, "police", done, cordon, text="已撤岗", photos=[cast.photo()])
    step(cast, screens, "inspector", ("verify_task", "TaskVerified", "verified"), cordon, passed=True)


def test_an_incoming_lead_who_does_not_come_is_called_and_the_wall_says_the_minutes(
    cast: Cast, screens: Screens
) -> None:
    _, wall = screens.pages["wall"]
    city(cast, "20:00")
    cast.wait_for(DAY, "HandoverDrafted")
    city(cast, "20:30")
    called = cast.wait_for(NEXT, "PostCalled")["data"]
    assert {"post", "deputy"} <= set(called)

    def deputies() -> set[str]:  # each post is called by a fact of its own
        facts = [f["data"] for f in cast.all_facts() if f["type"] == "PostCalled" and f["subject"] == NEXT]
        return {told["deputy"] for told in facts if told["post"] == "shift_lead"}

    wait_for(lambda: "陆××（副值班长）" in deputies(), every=0.2)
    city(cast, "20:40")
    cast.wait_for(NEXT, "PostUnstaffed")
    wall.wait_for_words("log", "空岗 10分")
    refused = cast.send("qin", "sign_out", DAY, 0).refused
    assert refused is not None
    unstaffed = posts(cast, "PostUnstaffed")
    assert len(unstaffed) == len(set(unstaffed))


def posts(cast: Cast, kind: str) -> list[str]:
    facts = [fact for fact in cast.all_facts() if fact["type"] == kind and fact["subject"] == NEXT]
    return [fact["data"]["post"] for fact in facts]
