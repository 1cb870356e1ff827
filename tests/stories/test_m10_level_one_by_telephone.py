"""Story M10: level Ⅰ by telephone at 01:50, the rotating leader is not in the room; down again at 06:30."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests import people
from tests.console.browser import Sight, chromium
from tests.district_plan import shortened
from tests.invented import case, publish, warning
from tests.people import STREET, Cast
from tests.running import Running, wait_for
from tests.screens import Screens
from tests.slowness import Slowness

pytestmark = pytest.mark.browser

LEVEL, CITY_LEVEL = "response:310115/flood_typhoon", "response:city/flood_typhoon"
NIGHT, HALL = "shift:310115-2026-11-19-night", "briefing:hall"
OFFICER, LEADER = "陈××（值班员）", "王××（副区长）"
ROSTER = f"""role,name,seat,deputy,from,to,count
duty_leader,{LEADER},,{OFFICER},08:30,08:30,
rotating_leader,夏××（副区长）,,岑××（区政府办副主任）,08:30,08:30,
shift_lead,顾××（值班长）,,陆××（副值班长）,20:30,08:30,
duty_officer,{OFFICER},,李××（值班员）,20:30,08:30,
"""
NOT_OURS = {"103", "202", "206", "305", "407", "408"}
"""Tasks that this district's plan does not have: 41 are left, nine of them summon a seat."""
TASKS, SEATS, ORDINARY, RECOVERY = 41, 9, 213, 23
DRY_RUN = f"{TASKS}项任务 · {SEATS}席召集 · 36街镇零报告每1小时一次 · 参观中止 · 顺延 {ORDINARY} 件"
AGENCIES = (
    "sw", "xc", "jt", "jj", "ps", "lh", "jg", "qx", "dl", "rq", "gs", "tx", "wj", "jc", "xf", "yj", "hs",
    "ny", "fg", "wl", "jy", "dt", "rw",
)  # fmt: skip
REASON = "台风过境，风雨减弱"
# What the warnings suggested each time that the desk was told something else.
SUGGESTED = """() => {
  window.suggested = [];
  citywall.on("desk_level", (view) => {
    const now = { rank: view.scalars.suggested, by: view.scalars.by.map(({ hazard }) => hazard) };
    if (now.rank !== (window.suggested.at(-1)?.rank ?? 0)) window.suggested.push(now);
  });
}"""
ALL = ("desk", "leader", "wall", "street")


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    """A centre with its own plan; the duty officer is also the duty leader's deputy (AB 角)."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(people.CENTRE, "chen", (OFFICER, ["duty_officer", "duty_leader"]))
        running = Running(Path(folder))
        shortened(Path(folder), without=NOT_OURS, seats=SEATS)
        holders = {f"op-{code}": code for code in AGENCIES} | {"yangjing": STREET}
        with Cast(running, holders, roster=ROSTER, flood_office={"pan": "潘××（防汛办主任）"}) as cast:
            try:
                running.start()
                before_the_call(cast)
                yield cast
            finally:
                running.stop()


def before_the_call(cast: Cast) -> None:
    """01:45: visitors in the hall, 213 ordinary cases, the duty leader is out for a few minutes."""
    cast.wait_for_type("RosterLoaded")
    city(cast, "01:40")
    for who in ("gu", "wang"):
        cast.does(who, "sign_in", NIGHT)
    cast.does("chen", "sign_in", NIGHT, post="duty_officer")
    event = {"kind": "event", "code": "0410", "system": "GBT30428.2"}
    told = [
        case(
            f"o{n}", at="2026-11-20T01:30:00+08:00", lon=121.5 + 0.002 * (n % 20), lat=31.1 + 0.002 * n / 20,
            title="店外经营", category=event,
        )
        for n in range(ORDINARY)
    ]  # fmt: skip
    cast.report(told)
    version = cast.done("intake", "file", "hotline/o0", 0)
    cast.done("dispatcher", "dispatch", "hotline/o0", version, to="cg")
    cast.give("wang", "start_briefing", HALL, 0, visit="××考察团", until="2026-11-20T02:40:00+08:00")
    city(cast, "01:45")
    cast.does("wang", "go_away", NIGHT, post="duty_leader", minutes=10)


@pytest.fixture(scope="module")
def screens(cast: Cast) -> Iterator[Screens]:
    with chromium() as browser, Slowness() as slow:
        opened = Screens(slow, limit_s=2.0)
        opened.add("desk", "level_band", cast.desk(browser, "chen"))
        opened.add("leader", "level_band", cast.desk(browser, "wang", page="leader"))
        wall = Sight(browser)
        wall.visit(f"{cast.running.console}/wall")
        opened.add("wall", "level_band", wall)
        opened.add("street", "level_band", cast.desk(browser, "yangjing", page=f"street/{STREET}"))
        yield opened


def city(cast: Cast, clock: str, seconds: int = 0) -> None:
    cast.set_city(f"2026-11-20T{clock}:{seconds:02d}")


def of_type(cast: Cast, kind: str) -> list[dict[str, Any]]:
    return [fact for fact in cast.all_facts() if fact["type"] == kind]


def refused(cast: Cast, who: str, verb: str, subject: str, **args: Any) -> str:
    """Return why a command at the subject's version is refused."""
    answer = cast.send(who, verb, subject, cast.version(subject), **args)
    assert answer.refused is not None
    return answer.refused.reason


def card(screens: Screens, page: str, name: str) -> Locator:
    return screens.pages[page][1].page.locator(f'[data-cell="{name}"]')


def test_a_spoken_order_is_recorded_and_its_dry_run_stands_above_the_button(
    cast: Cast, screens: Screens
) -> None:
    """01:50: F2, 口头指令: who, words, time, voice ref."""
    _, desk = screens.pages["desk"]
    level = card(screens, "desk", "desk_level")
    desk.wait("() => citywall.dutyEntry && citywall.card('desk_level')?.scalars.response != null")
    city(cast, "01:50")
    desk.wait_for_words("desk_header", "01:50:")
    desk.page.mouse.click(960, 15)
    desk.page.keyboard.press("F2")
    card(screens, "desk", "duty_entry").get_by_text("口头指令").wait_for()
    desk.page.keyboard.press("s")
    level.get_by_role("button", name="Ⅰ级").click()
    desk.wait_for_words("desk_level", DRY_RUN)
    form = level.locator("form")
    assert form.locator('[data-field="given_at"] input').input_value() == "01:50"
    form.locator('[data-field="person"] input').fill("区长")
    form.locator('[data-field="words"] textarea').fill("立即启动一级响应")
    form.locator('[data-field="voice_ref"] input').fill("R-0150")
    form.get_by_role("button", name="记录口头指令（Ⅰ级）").click()
    proposed = cast.wait_for(LEVEL, "LevelProposed")
    verbal = proposed["data"]["verbal"]
    assert (proposed["actor"], verbal["person"], verbal["voice_ref"]) == ("chen", "区长", "R-0150")
    assert verbal["given_at"].startswith("2026-11-19T17:50")
    level.get_by_text(re.compile("口头生效 · 书面剩(30|2[5-9])分")).wait_for()  # whole minutes, rounded down
    desk.wait_for_words("desk_level", DRY_RUN)  # above the button that the second person presses


def test_who_recorded_it_is_not_the_second_approver(cast: Cast, screens: Screens) -> None:
    """陈 stands in for the duty leader: the same login does not count twice, and has no button for it."""
    level = card(screens, "desk", "desk_level")
    level.get_by_role("button", name="不同意…").wait_for()  # who recorded it may take it back
    assert level.get_by_role("button", name="同意Ⅰ级（2/2）").count() == 0
    level.get_by_text("待 带班领导").wait_for()
    proposal = cast.wait_for(LEVEL, "LevelProposed")["data"]["proposal"]
    assert "需不同人员" in refused(cast, "chen", "approve_level", LEVEL, proposal=proposal)
    assert of_type(cast, "LevelApproved") == of_type(cast, "ResponseActivated") == []
    assert screens.pages["wall"][1].page.evaluate("citywall.card('level_band').order.length") == 0


def test_another_person_puts_it_into_effect_and_the_run_is_the_dry_run(cast: Cast, screens: Screens) -> None:
    """01:52: the duty leader is back, and approves on the leaders' page."""
    city(cast, "01:52")
    cast.does("wang", "come_back", NIGHT)
    _, desk = screens.pages["desk"]
    ask = "(args) => citywall.orders.ask('level_run', args).then((told) => told.run)"
    run = desk.page.evaluate(ask, {"response": LEVEL.partition(":")[2], "rank": 4})
    row = card(screens, "leader", "leader_decisions").locator(f'li[data-key="{LEVEL}"]')
    row.get_by_role("button", name="同意（2/2）").wait_for()
    city(cast, "01:52")  # the pages took their time until here
    row.get_by_role("button", name="同意（2/2）").click()
    activated = cast.wait_for(LEVEL, "ResponseActivated")
    screens.say(activated, "Ⅰ级响应·防汛防台.*01:52起.*口头总指挥.*记录人陈××", ALL)
    made_what_was_told(cast, run, activated)
    assert activated["data"]["decided"] == "verbal"
    approved = [(one["signed"]["by"], one["signed"]["role"]) for one in activated["data"]["approvals"]]
    assert approved == [("", "commander"), ("wang", "duty_leader")]


def made_what_was_told(cast: Cast, run: dict[str, Any], activated: dict[str, Any]) -> None:
    """The facts of the activation's append are what the dry run said, one by one and no others."""
    made = [fact for fact in cast.all_facts() if fact["recorded_at"] == activated["recorded_at"]]
    counted = Counter(fact["type"] for fact in made)
    assert counted == {
        "LevelApproved": 1, "ResponseActivated": 1, "IncidentOpened": 1, "TaskIssued": TASKS,
        "RelaxationStarted": len(run["relaxed"]), "ReportRoundOpened": 1, "BriefingEnded": 1,
        "PlanStarted": 1,
    }  # fmt: skip
    tasks = [fact["data"] for fact in made if fact["type"] == "TaskIssued"]
    told = [(task["code"], task["agency"], task["text"]["zh"], task["priority"]) for task in run["tasks"]]
    assert told == [
        (data["template"].partition("#")[2], data["agency"], data["texts"]["zh"], data["priority"])
        for data in tasks
    ]
    assert sum(data["template"].endswith("#302") for data in tasks) == len(run["seats"]) == SEATS
    opened, started = (next(f["data"] for f in made if f["type"] == kind)
                       for kind in ("ReportRoundOpened", "PlanStarted"))  # fmt: skip
    assert len(opened["holders"]) == run["round"]["holders"]
    assert sum(holder.isdigit() for holder in opened["holders"]) == run["round"]["streets"] == 36
    assert opened["interval_s"] == run["round"]["interval_s"] == 3600
    assert (started["deferred"], run["deferred"], run["briefings"]) == (ORDINARY, ORDINARY, 1)
    relaxed = {fact["subject"] for fact in made if fact["type"] == "RelaxationStarted"}
    assert relaxed == {f"relaxation:{one['kind']}" for one in run["relaxed"]}


def test_the_citys_level_stands_beside_it(cast: Cast, screens: Screens) -> None:
    cast.does("chen", "record_city_level", CITY_LEVEL, rank=3, text="沪汛指〔2026〕8号")
    recorded = cast.wait_for(CITY_LEVEL, "CityLevelRecorded")
    screens.say(recorded, "Ⅰ级响应·防汛防台.*01:52起.*市级Ⅱ级", ALL)
    assert len(of_type(cast, "ResponseActivated")) == 1


def everybody_answers(cast: Cast) -> None:
    """Each task is acknowledged; seats and papers are done at once, twenty stay open."""
    done = 0
    for fact in of_type(cast, "TaskIssued"):
        task, data = fact["subject"], fact["data"]
        who = "wang" if data["agency"] == "centre" else f"op-{data['agency']}"
        acknowledged = cast.give(who, "acknowledge_task", task, data["version"])
        if data["evidence"] != "photo" and done < TASKS - 20:
            cast.give(who, "finish_task", task, acknowledged.version, text="已落实", number=1)
            done += 1
    cast.does("op-dl", "report_figures", "situation:dl", figures={"outage.out": 320})
    shelter = {f"shelter.{STREET}-S1.{part}": n for part, n in (("open", 1), ("occupied", 42))}
    cast.does("yangjing", "report_figures", f"situation:{STREET}", figures=shelter)


def test_an_absent_rotating_leader_is_red_and_one_tap_passes_the_authority(
    cast: Cast, screens: Screens
) -> None:
    """02:00 eight minutes, 02:02 ten."""
    everybody_answers(cast)
    city(cast, "02:00")
    header = card(screens, "leader", "leader_header")
    header.get_by_text("带班领导 未到岗 8分").wait_for()
    wall = card(screens, "wall", "command")
    wall.get_by_text("未到岗 8分").wait_for()
    for missing in (header.locator(".presence"), wall.locator('[data-state="away"]')):
        assert missing.evaluate("(node) => getComputedStyle(node).color") == red(screens)
    assert "02:02后可移交" in refused(cast, "gu", "pass_authority", NIGHT, post="rotating_leader")

    city(cast, "02:02", 30)  # the level was in force some seconds after 01:52
    duty = cast.desk(browser_of(screens), "gu", page="duty")
    duty.page.locator('[data-cell="duty_board"]').get_by_role("button", name="授权副职").click()
    passed = cast.wait_for(NIGHT, "AuthorityPassed")
    duty.close()
    assert (passed["actor"], passed["data"]["to"]) == ("gu", "岑××（区政府办副主任）")
    wall.get_by_text("岑××").wait_for()
    header.locator(".presence[data-absent]").wait_for(state="detached")


def browser_of(screens: Screens) -> Browser:
    found = screens.pages["desk"][1].page.context.browser
    assert found is not None
    return found


def red(screens: Screens) -> str:
    """The colour of a red alarm, as the browser tells a colour."""
    return str(
        screens.pages["leader"][1].page.evaluate("""() => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "var(--red-text)";
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    }""")
    )


def test_thunder_suggests_nothing(cast: Cast, screens: Screens) -> None:
    """02:05: a yellow thunder signal. A blue rainstorm signal after it suggests Ⅳ: so somebody listened."""
    _, desk = screens.pages["desk"]
    city(cast, "02:05")
    desk.page.evaluate(SUGGESTED)
    for event, colour in (("雷电", "黄色"), ("暴雨", "蓝色")):
        info = {"event": event, "headline": f"{event}{colour}预警", "expires": "2026-11-20T06:00:00+08:00"}
        at = "2026-11-20T02:05:00+08:00"
        record = warning(event, at=at, sent=at, info=info)
        assert publish(cast.running, "warning", [record]).accepted == 1
        cast.wait_for(f"warning:sh-weather/{event}", "WarningReceived")
    desk.wait("() => window.suggested.at(-1)?.rank === 1")
    assert desk.page.evaluate("window.suggested") == [{"rank": 1, "by": ["rainstorm"]}]
    assert len(of_type(cast, "LevelProposed")) == 1  # the mayor's


def test_an_order_that_is_not_written_is_red_to_the_duty_leader_and_the_level_stays(
    cast: Cast, screens: Screens
) -> None:
    """02:20."""
    city(cast, "02:20", 1)
    overdue = cast.wait_for(LEVEL, "VerbalOrderOverdue")
    assert (overdue["data"]["to"], overdue["data"]["call"]) == ("duty_leader", True)
    late = card(screens, "leader", "level_band").locator('[data-colour="red"]')
    late.get_by_text("书面").wait_for()
    screens.pages["wall"][1].wait("() => citywall.card('level_band').scalars.rank === 4")
    assert len(of_type(cast, "ResponseActivated")) == 1
    assert of_type(cast, "ResponseEnded") == []


def open_tasks(cast: Cast) -> set[str]:
    """Tasks of the plan whose work is not done."""
    over = {fact["subject"] for fact in cast.all_facts()
            if fact["type"] in ("TaskDone", "TaskVerified", "TaskCancelled", "TaskFellBack")}  # fmt: skip
    return {fact["subject"] for fact in of_type(cast, "TaskIssued")} - over


def decided(cast: Cast, screens: Screens, second: str, kind: str) -> dict[str, Any]:
    """At 06:30 the duty leader approves on the leaders' page, then somebody else; return what took effect."""
    before = len(of_type(cast, kind))
    proposal = cast.wait_for(LEVEL, "LevelProposed")["data"]["proposal"]
    row = card(screens, "leader", "leader_decisions").locator(f'li[data-key="{LEVEL}"]')
    row.get_by_role("button", name="同意（1/2）").click()
    wait_for(lambda: of_type(cast, "LevelApproved")[-1]["data"]["proposal"] == proposal, every=0.2)
    assert "需不同人员" in refused(cast, "wang", "approve_level", LEVEL, proposal=proposal)
    city(cast, "06:30")  # the pages took their time until here
    cast.does(second, "approve_level", LEVEL, proposal=proposal)
    assert len(of_type(cast, kind)) == before + 1
    return of_type(cast, kind)[-1]


def propose_on_the_desk(cast: Cast, sight: Sight, button: str, submit: str) -> None:
    """F6, the level, and the reason that is asked for; the desk has seen what others did to it last."""
    level = sight.page.locator('[data-cell="desk_level"]')
    newest = cast.version(LEVEL)
    sight.wait("(newest) => citywall.card('desk_level').scalars.version >= newest", argument=newest)
    level.locator(".toggle").wait_for()  # a card that has not started yet hears no key
    if level.locator('.toggle[aria-expanded="true"]').count() == 0:
        sight.page.keyboard.press("F6")
    level.get_by_role("button", name="提出响应级别").click()
    level.locator(".ranks").get_by_role("button", name=button).click()
    level.get_by_role("button", name=submit).click()
    level.locator('[data-field="text"][data-missing]').wait_for()  # nothing is sent without a reason
    level.locator('[data-field="text"] textarea').fill(REASON)
    level.get_by_role("button", name=submit).click()
    level.locator("form").wait_for(state="detached")


@pytest.fixture(scope="module")
def leaders_desk(cast: Cast, screens: Screens) -> Sight:
    """The duty leader at a desk, too, at 06:30; the city's level is Ⅲ by now."""
    city(cast, "06:28")
    cast.does("chen", "record_city_level", CITY_LEVEL, rank=2, text="沪汛指〔2026〕9号")
    city(cast, "06:30")
    sight = cast.desk(browser_of(screens), "wang")
    sight.wait("() => citywall.orders?.isLive() && citywall.card('desk_level')?.scalars.rank === 4")
    return sight


def test_stepping_down_asks_the_reason_and_loses_no_task(
    cast: Cast, screens: Screens, leaders_desk: Sight
) -> None:
    """06:30: Ⅰ to Ⅲ; deferred cases run again."""
    assert "缺少参数 text" in refused(cast, "wang", "propose_level", LEVEL, rank=2)
    before = open_tasks(cast)
    propose_on_the_desk(cast, leaders_desk, "Ⅲ级", "提出Ⅲ级")
    lowered = decided(cast, screens, "ye", "ResponseActivated")
    screens.say(lowered, "Ⅲ级响应·防汛防台.*06:30起.*批准叶××.*市级Ⅲ级", ALL)
    assert (lowered["data"]["rank"], lowered["data"]["rank_before"]) == (2, 4)
    assert cast.wait_for(LEVEL, "LevelProposed")["data"]["reason"] == REASON
    assert open_tasks(cast) == before
    ended = {fact["subject"].partition(":")[2] for fact in of_type(cast, "RelaxationEnded")}
    assert ended == {"defer_ordinary", "remote_checks", "skip_rules"}


def test_the_end_lists_what_is_left_and_no_task_is_lost(
    cast: Cast, screens: Screens, leaders_desk: Sight
) -> None:
    left = open_tasks(cast)
    cast.does("chen", "record_city_level", CITY_LEVEL, rank=0, text="沪汛指〔2026〕10号")
    propose_on_the_desk(cast, leaders_desk, "终止", "提出终止")
    ended = decided(cast, screens, "pan", "ResponseEnded")
    screens.say(ended, f"恢复·待办{RECOVERY}项", ALL)
    [listed] = of_type(cast, "RecoveryListed")
    items = listed["data"]["items"]
    assert {item["ref"] for item in items if item["kind"] == "task"} == left
    assert Counter(item["kind"] for item in items) == {
        "task": 20,
        "outage": 1,
        "shelter": 1,
        "shifted_case": 1,
    }
    assert len(items) == RECOVERY
    assert listed["data"]["review_by"] is not None
    leaders_desk.wait(f"() => citywall.card('desk_recovery')?.order.length === {RECOVERY}")


def test_no_page_failed_or_asked_elsewhere(screens: Screens) -> None:
    assert screens.faults() == []
    assert screens.late() == {}
