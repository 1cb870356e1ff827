"""The desk's response levels in a real Chromium: what waits, the dry run before a click, and the forms."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.desk_seen import DeskSeen
from city.views.response.response_seen import (
    ApprovalSeen,
    LevelDeskSeen,
    LevelSeen,
    ProposalSeen,
    RelaxationSeen,
    ResponseNow,
    ResponseSeen,
    SituationSeen,
)
from layouts.cards.desk.desk_level import DeskLevel
from tests import seen_factory
from tests.static.desk_stage import NOW, Stage

pytestmark = pytest.mark.browser

CARD = '[data-cell="desk_level"]'
OWN, CITY, DRILL = "310115/flood_typhoon", "city/flood_typhoon", "310115/flood_typhoon/exercise"
SUBJECT = f"response:{OWN}"
PROPOSAL = ProposalSeen(
    OWN, "p3", "flood_typhoon", 2, 1, NOW - 60, NOW + 540,
    (
        ApprovalSeen(("duty_leader",), "王××（副区长）", "duty_leader", NOW - 30),
        ApprovalSeen(("flood_office",)),
    ),
    warnings=("w/1",), measures=(("tide", "huangpu_park", 4.95, 4.92, "m"),), version=3,
)  # fmt: skip
LEVEL = LevelSeen("310115", "flood_typhoon", 1, NOW - 600, "silence", city_rank=1, activation="a1")
RUN: dict[str, Any] = {
    "response": OWN, "rank": 2, "rank_before": 1, "tasks": [{}] * 41, "seats": ["sw"] * 9, "roster": [],
    "screens": ["briefing_cut"], "round": {"interval_s": 3600.0, "holders": 60, "streets": 36},
    "seats_ended": [], "roster_ended": [], "screens_ended": [],
    "relaxed": [], "relaxations_ended": [], "briefings": 1, "deferred": 213,
    "needs": [["duty_leader"], ["flood_office"]], "decide_s": 600.0,
}  # fmt: skip
LINE = "41项任务 · 9席召集 · 36街镇零报告每1小时一次 · 参观中止 · 顺延 213 件"


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    shown = Stage(browser, "desk_level", sheet=f"{CARD} {{ width: 620px }}")
    shown.mount()
    shown.page.evaluate("(run) => { replies.level_run = { run }; }", RUN)
    pressing(shown, approve=True, refuse=True)
    yield shown
    shown.close()


def pressing(stage: Stage, **may: bool) -> None:
    """Let the server say what the page's person may press on the proposal."""
    stage.page.evaluate(
        "([of, told]) => { replies.level_press = { press: { [of]: told } }; }",
        [OWN, {"proposal": "p3", **may}],
    )


def tell(
    stage: Stage,
    *proposals: ProposalSeen,
    levels: tuple[LevelSeen, ...] = (),
    city: int = 0,
    suggested: int = 0,
) -> None:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__} | {
        "response": ResponseSeen("alert", levels), "situation": SituationSeen(proposals=proposals),
    }  # fmt: skip
    rank = max((one.rank for one in levels), default=0)
    desk = LevelDeskSeen(
        (ResponseNow(OWN, rank, 3), ResponseNow(CITY, city, 2), ResponseNow(DRILL)), suggested
    )
    view = DeskLevel().view(DeskSeen(**fields, levels=desk), NOW)
    stage.card("desk_level", view.scalars, *msgspec.to_builtins(view.rows))


def said(stage: Stage) -> list[tuple[str, str, int, Any]]:
    acts = stage.page.evaluate("said.acts")
    return [(act["verb"], act["subject"], act["version"], act["args"]) for act in acts]


def test_in_routine_there_is_nothing_until_its_key(stage: Stage) -> None:
    tell(stage)
    assert not stage.page.query_selector(f"{CARD} .bar")
    stage.page.keyboard.press("F6")
    assert stage.texts(f"{CARD} .acts button") == ["提出响应级别", "口头指令", "市级响应"]
    stage.page.keyboard.press("F6")
    assert not stage.page.query_selector(f"{CARD} .bar")


def test_who_came_on_shift_after_the_page_opens_the_card_with_its_key_and_others_are_told_why_not(
    stage: Stage,
) -> None:
    tell(stage)
    stage.reply("verbs", {"verbs": []})
    stage.page.evaluate("() => { citywall.tell = () => {}; return citywall.orders.askVerbs(); }")
    stage.page.keyboard.press("F6")
    stage.page.wait_for_selector(f"{CARD} p.note")
    assert stage.text(f"{CARD} p.note") == "您现在的岗位不能提出响应级别"
    stage.page.keyboard.press("F6")
    stage.reply("verbs", {"verbs": ["propose_level"]})
    stage.page.keyboard.press("F6")
    stage.page.wait_for_selector(f"{CARD} .acts button")
    assert stage.texts(f"{CARD} .acts button") == ["提出响应级别"]


def test_a_proposal_tells_who_is_missing_what_it_starts_and_what_silence_does(stage: Stage) -> None:
    tell(stage, PROPOSAL, levels=(LEVEL,), city=1)
    stage.page.wait_for_selector(f"{CARD} .run[data-known]")
    assert stage.texts(f"{CARD} .what b") == ["Ⅳ级 → Ⅲ级"]
    assert stage.texts(f"{CARD} .needs span")[1] == "待 防汛办负责人"
    assert "王××（副区长）" in stage.texts(f"{CARD} .needs span")[0]
    assert stage.text(f"{CARD} .run span") == LINE
    assert stage.text(f"{CARD} .what em") == "无人决定：呼叫上一级，剩9分"
    assert "潮位 4.95米（达到4.92）" in stage.text(f"{CARD} .basis")
    assert "市级Ⅳ级" in stage.text(f"{CARD} .level span")
    stage.page.click(f"{CARD} .do .primary")
    assert stage.text(f"{CARD} .do .primary") == "同意Ⅲ级（2/2）"
    assert said(stage) == [("approve_level", SUBJECT, 3, {"proposal": "p3"})]


def test_who_would_be_refused_has_no_button_and_sees_who_is_missing(stage: Stage) -> None:
    pressing(stage, approve=False, refuse=True)
    tell(stage, PROPOSAL)
    stage.page.wait_for_selector(f"{CARD} .do button")
    assert stage.texts(f"{CARD} .do button") == ["不同意…"]
    assert stage.texts(f"{CARD} .needs span")[1] == "待 防汛办负责人"
    pressing(stage, approve=False, refuse=False)
    later = msgspec.structs.replace(PROPOSAL, version=4)
    tell(stage, later)
    stage.page.wait_for_function("() => said.asks.filter((one) => one.what === 'level_press').length === 2")
    assert stage.texts(f"{CARD} .do button") == []


def test_each_relaxation_is_switched_on_for_some_hours_with_a_reason_and_off_by_one_press(
    stage: Stage,
) -> None:
    on = RelaxationSeen("photo_later", NOW - 60, NOW + 3600, "王××（副区长）")
    desk = LevelDeskSeen((ResponseNow(OWN, 3, 3),), switches=(("photo_later", 4), ("lift_cap", 2)))
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__} | {
        "situation": SituationSeen(relaxations=(on,))
    }
    view = DeskLevel().view(DeskSeen(**fields, levels=desk), NOW)
    stage.card("desk_level", view.scalars, *msgspec.to_builtins(view.rows))
    assert stage.text(f"{CARD} .relaxed b") == "先定位后补照片"
    stage.page.click(f"{CARD} .relaxed button")
    stage.page.keyboard.press("F6")
    stage.page.get_by_text("巡查受理不设上限", exact=True).click()
    stage.page.fill(f"{CARD} .form textarea", "人手不足")
    stage.page.get_by_text("12小时", exact=True).click()
    stage.page.click(f"{CARD} .form .primary")
    (ended, begun) = said(stage)
    assert ended == ("end_relaxation", "relaxation:photo_later", 4, {})
    assert begun[:3] == ("start_relaxation", "relaxation:lift_cap", 2)
    assert (begun[3]["text"], begun[3]["until"].endswith("Z")) == ("人手不足", True)


def test_approving_waits_for_the_dry_run(stage: Stage) -> None:
    stage.page.evaluate("() => { delete replies.level_run; }")
    tell(stage, PROPOSAL)
    stage.page.wait_for_selector(f"{CARD} .do .primary")
    assert stage.page.is_disabled(f"{CARD} .do .primary")
    assert stage.text(f"{CARD} .run span") == "正在计算…"


def test_a_refusal_may_say_why(stage: Stage) -> None:
    tell(stage, PROPOSAL)
    stage.page.get_by_text("不同意…").click()
    stage.page.fill(f"{CARD} textarea", "再观察半小时")
    stage.page.click(f"{CARD} .form .primary")
    assert said(stage) == [("refuse_level", SUBJECT, 3, {"proposal": "p3", "text": "再观察半小时"})]


def test_a_level_is_proposed_after_its_dry_run_and_lowered_with_a_reason(stage: Stage) -> None:
    tell(stage, levels=(LEVEL,))
    stage.page.keyboard.press("F6")
    stage.page.click(f"{CARD} .acts button >> nth=0")
    assert stage.texts(f"{CARD} .ranks button") == ["Ⅰ级", "Ⅱ级", "Ⅲ级", "终止"]
    stage.page.click(f"{CARD} .ranks button >> nth=3")
    stage.page.wait_for_selector(f"{CARD} .run[data-known]")
    stage.page.click(f"{CARD} .form .primary")
    assert said(stage) == []
    assert "原因" in stage.text(f"{CARD} .wrong")
    stage.page.click(f"{CARD} .ranks button >> nth=2")
    stage.page.wait_for_selector(f"{CARD} .form")
    assert "带班领导 + 防汛办负责人" in stage.text(f"{CARD} .needs")
    assert stage.text(f"{CARD} .form .primary") == "提出Ⅲ级"
    stage.page.click(f"{CARD} .form .primary")
    assert said(stage) == [("propose_level", SUBJECT, 3, {"rank": 2})]
    asked = [one for one in stage.page.evaluate("said.asks") if one["what"] == "level_run"]
    assert [(one["response"], one["rank"]) for one in asked] == [(OWN, 0), (OWN, 2)]


def test_a_spoken_order_takes_who_words_time_and_voice(stage: Stage) -> None:
    tell(stage)
    stage.page.evaluate("() => citywall.deskLevel.open('verbal')")
    stage.page.click(f"{CARD} .ranks button >> nth=0")
    stage.page.wait_for_selector(f"{CARD} .form")
    fields = stage.page.query_selector_all(f"{CARD} .field input")
    clock = fields[1].input_value()
    fields[0].fill("区长")
    stage.page.fill(f"{CARD} textarea", "启动一级响应")
    fields[2].fill("R-0150")
    stage.page.click(f"{CARD} .form .primary")
    ((verb, subject, _, args),) = said(stage)
    assert (verb, subject) == ("record_verbal_order", SUBJECT)
    given = args.pop("given_at")
    assert given.endswith("00.000Z")
    assert stage.page.evaluate("(at) => citywall.say.hhmm(Date.parse(at) / 1000)", given) == clock
    assert args == {"rank": 4, "person": "区长", "words": "启动一级响应", "voice_ref": "R-0150"}


def test_a_spoken_order_in_force_counts_down_and_is_confirmed_in_writing(stage: Stage) -> None:
    spoken = msgspec.structs.replace(
        LEVEL, rank=4, decided="verbal", by_title="commander", recorded_by="陈××", write_by=NOW + 1680,
        written=False,
    )  # fmt: skip
    tell(stage, levels=(spoken,))
    assert stage.text(f"{CARD} .level em") == "书面剩28分"
    assert "口头 总指挥 · 记录人 陈××" in stage.text(f"{CARD} .level span")
    stage.page.get_by_text("书面确认…").click()
    stage.page.fill(f"{CARD} .form input", "浦汛指〔2026〕3号")
    stage.page.click(f"{CARD} .form .primary")
    assert said(stage) == [("confirm_verbal_order", SUBJECT, 3, {"text": "浦汛指〔2026〕3号"})]


def test_the_citys_level_is_recorded_and_tells_what_it_lifts(stage: Stage) -> None:
    tell(stage, levels=(LEVEL,))
    stage.page.keyboard.press("F6")
    stage.page.get_by_text("市级响应", exact=True).click()
    stage.page.click(f"{CARD} .ranks button >> nth=2")
    stage.page.wait_for_selector(f"{CARD} .run[data-known]")
    stage.page.fill(f"{CARD} textarea", "沪汛指〔2026〕12号")
    stage.page.click(f"{CARD} .form .primary")
    text = "沪汛指〔2026〕12号"
    assert said(stage) == [("record_city_level", f"response:{CITY}", 2, {"rank": 2, "text": text})]


def test_what_warnings_suggest_beyond_the_engines_proposal_is_told(stage: Stage) -> None:
    tell(stage, suggested=3)
    assert "预警建议Ⅱ级" in stage.text(f"{CARD} .note")
