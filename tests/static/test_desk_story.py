"""The story of a case in a real Chromium: one line a fact, in words, newest first."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from city.clocks.timestamps import iso
from tests.layouts.test_story_words import TYPES
from tests.static.desk_stage import MARK, NOW, Stage, reply, row

pytestmark = pytest.mark.browser

SOON = iso(NOW + 1800.0)
LINES: list[tuple[str, dict[str, Any], str]] = [
    ("CaseReported", {"record": {"client": "hotline"}}, "受理 hotline"),
    ("VerificationRequested", {"to": "310115013", "due_at": SOON}, "要求核实 ▸洋泾 21:01前"),
    ("CaseVerified", {"result": "confirmed", "distance_m": 12.4, "photos": ["a"], "text": "属实"},
     "核实 属实 距现场12米 照片1 “属实”"),
    ("CaseFiled", {"kind": "component", "code": "0123", "urgency": "critical", "hazard": True,
                   "fix_by_at": SOON,
                   "owner_state": "unknown", "undetermined": True, "in_time": True},
     "立案 井盖缺失 01-23 特急 隐患 办结限 21:01 权属不明 日历未定"),
    ("CaseDispatched", {"to": "tx", "principle": "owner_first", "by_rule": True, "no_return": False,
                        "co": ["ps"], "reasons": [
                            {"step": "2", "why": "register", "names": {"owner_holder": "tx"}}]},
     "派遣▸通信 协办 排水 规则：部件先属主（登记权属 通信） 按规则自动"),
    ("CaseReturned", {"holder": "tx", "reason": "not_my_area", "text": "界外", "bounces": 1, "counts": True,
                      "boundary_m": 12.2}, "通信退单（不属本辖区） 第1次 距边界12米 “界外”"),
    ("CaseReturned", {"holder": "tx", "reason": "needs_other_first", "text": "先断电", "bounces": 0,
                      "counts": False}, "通信退单（需他方先行） 不计退单 “先断电”"),
    ("RulingOpened", {"reason": "bounces", "candidates": ["ps", "tx"], "due_at": SOON},
     "转待裁定（多次退单） 候选 排水、通信 裁定限 21:01"),
    ("OwnershipRuled", {"holder": "dl", "kind": "interim", "no": "2026-0007", "scope": "this_component",
                        "registered": True, "in_time": True},
     "裁定 电力（临时） 2026-0007 本部件 已入责任登记"),
    ("MadeSafe", {"holder": "310115013", "minutes": 41, "photos": ["a", "b"], "late": False, "text": ""},
     "洋泾先行处置完成 41分 照片2"),
    ("CaseRejected", {"reason": "not_city_matter", "right_place": "劳动监察"},
     "不予立案（非城市管理事项） 应由 “劳动监察”"),
    ("CaseHandled", {"holder": "cg", "outcome": "warned_first_offence", "text": "已教育",
                     "photos_before": ["a"], "photos_after": ["b"], "check_by": SOON},
     "城管反馈：首违不罚 处置前照片1 处置后照片1 “已教育” 核查 21:01前"),
    ("CaseChecked", {"mode": "field", "passed": False, "distance_m": 180.0, "photo_after_feedback": False,
                     "reason": "仍有缺口"}, "核查（现场） 不通过，返工 距现场180米 照片早于反馈 仍有缺口"),
    ("CaseClosed", {"close_kind": "normal", "in_time": True}, "结案（核查通过） 按期"),
    ("CaseEscalated", {"level": 2, "to": "duty_leader", "why": "used", "names": {"percent": 80},
                       "acknowledge_by": SOON}, "升级▸带班领导 时限已用80% 21:01前知悉"),
    ("CaseResumed", {"suspended_s": 7200.0, "fix_by_at": SOON}, "恢复计时 共停2时 办结限 21:01"),
    ("CaseOverdue", {"share": 100, "overdue": 2, "late_s": 0.0, "told": ["agency_leader", "shift_lead"]},
     "已用时限100% 红一 已告 单位值班领导、值班长"),
    ("StageLimitPassed", {"step": "sign", "told": ["tx"], "late_s": 20.0},
     "时限已过：签收时限 已告 通信 晚20秒"),
    ("ActUndone", {"position": "99", "type": "CaseEscalated", "restored": {}}, "撤销：升级"),
    ("PersonRevealed", {"purpose": "call_back", "fields": ["name", "phone"]},
     "查看反映人（回访） 姓名、电话"),
    ("CommandRefused", {"verb": "reassign", "code": "conflict", "reason": "", "names": {},
                        "winner": {"by": "李××", "at": iso(NOW), "did": "CaseEscalated",
                                   "to": "duty_leader"}},
     "改派 未执行：李×× 已于20:31:07 升级至带班领导"),
    ("UnitSent", {"unit": "u1", "call_sign": "洋泾城管"}, "派人 洋泾城管"),
]  # fmt: skip


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    shown = Stage(browser, "desk_detail")
    shown.rows((MARK, row()))
    shown.reply("case", reply())
    shown.mount().select(MARK)
    shown.page.wait_for_selector(".story li")
    yield shown
    shown.close()


def told(stage: Stage, *facts: dict[str, Any]) -> list[str]:
    """Return the lines of a story, as they stand."""
    plain = {"at": NOW, "actor": "user:chen", "name": "陈××", "role": "duty_officer", "seat": "2", "data": {}}
    story = [{"position": place, **plain, **fact} for place, fact in enumerate(facts)]
    stage.reply("case", reply(story=story))
    before = len(stage.asks("case"))
    stage.page.evaluate(
        "import('/citywall/static/js/desk/desk_case.js').then(({ caseOf }) => caseOf(citywall).want())"
    )
    stage.page.wait_for_function(f"said.asks.filter((ask) => ask.what === 'case').length > {before}")
    stage.page.wait_for_function(
        """(count) => document.querySelector('[data-cell="desk_detail"]').shadowRoot
            .querySelectorAll('.story li').length === count""",
        arg=len(facts),
    )
    stage.page.wait_for_timeout(50)
    return stage.texts(".story li .said")


def test_a_line_says_what_the_fact_says(stage: Stage) -> None:
    facts = [{"type": kind, "data": data} for kind, data, _ in LINES]
    assert told(stage, *facts)[::-1] == [line for _, _, line in LINES]


def test_a_fact_that_holds_nothing_still_has_a_line_without_holes(stage: Stage) -> None:
    lines = told(stage, *({"type": kind} for kind in TYPES))
    assert len(lines) == len(TYPES)
    holes = ("{", "}", "undefined", "null", "NaN", "（）", "[object")
    assert [line for line in lines if any(hole in line for hole in holes)] == []


def test_a_fact_of_a_later_version_of_ours_says_its_name(stage: Stage) -> None:
    assert told(stage, {"type": "CasePraised"}) == ["CasePraised"]


def test_a_later_record_of_its_source_is_its_status_there(stage: Stage) -> None:
    first = {"type": "CaseReported", "data": {"record": {"client": "hotline"}}}
    then = {
        "type": "CaseReported",
        "data": {"record": {"client": "hotline", "mirror": {"state": "handling"}}},
    }
    assert told(stage, first, then) == ["来源更新 外部状态 处置中", "受理 hotline"]


def test_the_newest_stands_first_with_its_time_and_who_did_it_in_which_seat(stage: Stage) -> None:
    system = {
        "type": "CaseReminded",
        "at": NOW + 60.0,
        "actor": "timer",
        "name": "",
        "role": "system",
        "seat": "",
    }
    told(
        stage,
        {"type": "CaseSigned", "data": {"holder": "tx"}},
        {**system, "type": "CaseReminded", "data": {"to": "tx", "n": 1}},
    )
    assert stage.texts(".story time") == ["20:32", "20:31"]
    assert stage.texts(".story .by") == ["系统", "陈××（值班员 2席）"]
