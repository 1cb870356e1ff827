"""The desk's forms in a real Chromium: each makes exactly its command, or says what is missing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from city.commands.arguments import read_args
from city.commands.command import Refusal
from tests.static.desk_stage import MARK, NOW, Stage, reply, row

pytestmark = pytest.mark.browser

Open = Callable[..., Stage]
OTHER = "b" * 12
REPORTED: dict[str, Any] = {
    "state": "reported", "no": "", "urgency": "urgent", "hazard": True, "due_at": None, "bounced": [],
    "ruling_due_at": None, "make_safe": None, "version": 0, "verbs": ["file"], "next": "accept",
    "next_at": NOW + 480.0, "at": NOW - 420.0,
}  # fmt: skip
NO_FILE = {"bounces": [], "ruling": None, "owner_state": "", "fix_by_at": None}
CLASSES = [
    {"kind": "component", "code": "0123", "minor": "不明井盖", "hazard": True, "standards": [
        {"key": "component:0123#1", "condition": "缺失、移位", "limit_value": 2, "limit_unit": "urgent_hour",
         "hazard": True},
        {"key": "component:0123#2", "condition": "松动、异响", "limit_value": 2, "limit_unit": "office_day",
         "hazard": False}]},
    {"kind": "event", "code": "0405", "minor": "店外经营", "hazard": False, "standards": [
        {"key": "event:0405#1", "condition": "超出门窗", "limit_value": 2, "limit_unit": "urgent_hour",
         "hazard": False}]},
]  # fmt: skip
REFUSED = {"refused": {"code": "not_now", "reason": "现在不行", "key": "", "names": {}}}
A_MINUTE_LATER = """() => {
  const now = performance.now;
  performance.now = () => now.call(performance) + 61e3;
}"""
INTAKE = ("file", "reject", "merge", "request_verification")


@pytest.fixture
def stage(browser: Browser) -> Iterator[Open]:
    stages: list[Stage] = []

    def show(may: tuple[str, ...], case: dict[str, Any] | None = None, **told: Any) -> Stage:
        made = Stage(browser, "desk_detail")
        stages.append(made)
        given = {**row(), **(case or {})}
        near = {"merge": {"candidates": []}, "classes": {"classes": CLASSES}} | told
        for what, one in near.items():
            made.reply(what, one)
        made.rows((MARK, given))
        made.reply("case", reply(dict.fromkeys(may, True), **(case or {})))
        made.mount().select(MARK)
        made.page.wait_for_selector(".story li")
        return made

    yield show
    for made in stages:
        made.close()


def ordered(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Return the one command that was given; the deciders take its arguments."""
    (act,) = stage.acts()
    assert act["subject"] == f"case:~{MARK}"
    assert not isinstance(read_args(act["verb"], act["args"]), Refusal)
    return act["verb"], act["args"]


class TestIntake:
    def show(self, stage: Open, may: tuple[str, ...] = INTAKE, **told: Any) -> Stage:
        shown: Stage = stage(may, {**REPORTED, **NO_FILE}, **told)
        shown.page.wait_for_selector(".condition")
        return shown

    def test_the_clock_of_fifteen_minutes_runs(self, stage: Open) -> None:
        shown = self.show(stage)
        assert shown.text(".intake .clock") == "受理限 20:39 · 剩8分"
        shown.tick(600)
        assert shown.text(".intake .clock") == "受理限 20:39 · 超2分"
        assert shown.page.locator(".intake .clock").get_attribute("data-colour") == "red"

    def test_a_refused_list_of_classes_is_asked_for_again(self, stage: Open) -> None:
        shown = stage(INTAKE, {**REPORTED, **NO_FILE}, classes={"refused": "not_yet"})
        shown.page.wait_for_function("said.asks.some((ask) => ask.what === 'classes')")
        shown.tick()
        assert shown.page.locator(".condition").count() == 0
        shown.reply("classes", {"classes": CLASSES})
        shown.tick()
        shown.page.wait_for_selector(".condition")
        assert len(shown.asks("classes")) > 1

    def test_what_it_may_be_merged_into_is_asked_until_it_is_told(self, stage: Open) -> None:
        shown = self.show(stage, merge={"refused": "not_yet"})
        near = {"mark": OTHER, "kind": "component", "code": "0123", "road": "羽山路", "state": "handling",
                "at": NOW - 600.0, "metres": 12.0, "callers": 1}  # fmt: skip
        shown.reply("merge", {"candidates": [near]})
        shown.page.evaluate(A_MINUTE_LATER)
        shown.tick()
        shown.page.wait_for_selector(".merges li")
        count = len(shown.asks("merge"))
        shown.tick(60)
        assert len(shown.asks("merge")) == count

    def test_m_merges_the_others_of_its_place_into_a_report_that_is_their_head(self, stage: Open) -> None:
        shown = self.show_head(stage)
        shown.page.keyboard.press("m")
        shown.page.wait_for_function("said.acts.length === 1")
        assert shown.acts() == [
            {"verb": "merge", "subject": f"case:~{'c' * 12}", "version": 2, "args": {"into": MARK}}
        ]

    def show_head(self, stage: Open) -> Stage:
        near = {"mark": OTHER, "kind": "component", "code": "0123", "road": "羽山路", "state": "handling",
                "at": NOW - 600.0, "metres": 12.0, "callers": 1}  # fmt: skip
        shown: Stage = stage(
            INTAKE, {**REPORTED, **NO_FILE, "same": [["c" * 12, 2]]}, merge={"candidates": [near]}
        )
        shown.page.wait_for_selector(".merges li")
        return shown

    def test_filing_as_it_came_names_the_condition_only(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.press("立案（Enter）")
        assert ordered(shown) == ("file", {"standard": "component:0123#1"})

    def test_enter_files(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.page.keyboard.press("Enter")
        assert ordered(shown) == ("file", {"standard": "component:0123#1"})

    def test_another_class_is_found_by_its_name_and_brings_its_condition(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.page.locator(".intake input[type=search]").fill("店外")
        shown.page.keyboard.press("Enter")
        assert shown.texts(".condition") == ["超出门窗 2小时"]
        shown.press("立案（Enter）")
        assert ordered(shown) == ("file", {"standard": "event:0405#1", "kind": "event", "code": "0405"})

    def test_what_is_begun_outlives_the_ticks(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.press("无隐患")
        shown.page.get_by_text("人员被困").click()
        shown.page.get_by_label("改判隐患的理由").fill("已有围挡")
        shown.page.locator(".intake input[type=search]").fill("店外")
        shown.tick()
        shown.rows((MARK, {**row(), **REPORTED, "callers": 4}))
        assert shown.page.locator(".intake input[type=search]").input_value() == "店外"
        shown.press("立案（Enter）")
        wanted = {"standard": "component:0123#1", "hazard": False, "hazard_reason": "已有围挡"}
        assert ordered(shown) == ("file", {**wanted, "danger": ["trapped"]})

    def test_the_other_condition_and_danger_to_life_go_with_it(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.page.locator(".condition").nth(1).click()
        shown.page.get_by_text("人员被困").click()
        assert shown.page.locator(".warned").is_visible()
        shown.press("立案（Enter）")
        assert ordered(shown) == ("file", {"standard": "component:0123#2", "danger": ["trapped"]})

    def test_a_mild_condition_is_no_hazard_unless_the_reporter_says_so(self, stage: Open) -> None:
        shown: Stage = stage(INTAKE, {**REPORTED, **NO_FILE, "hazard": False})
        shown.page.locator(".condition").nth(1).click()
        assert shown.texts(".intake .choice button[data-on]") == ["无隐患"]
        shown.press("立案（Enter）")
        assert ordered(shown) == ("file", {"standard": "component:0123#2"})

    def test_judging_a_hazard_otherwise_than_its_class_needs_a_reason(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.press("无隐患")
        shown.press("立案（Enter）")
        assert shown.acts() == []
        assert shown.text(".intake .wrong") == "请填：改判隐患的理由"
        shown.page.get_by_label("改判隐患的理由").fill("已有围挡")
        shown.press("立案（Enter）")
        wanted = {"standard": "component:0123#1", "hazard": False, "hazard_reason": "已有围挡"}
        assert ordered(shown) == ("file", wanted)

    def test_one_key_merges_with_the_nearest_of_its_class(self, stage: Open) -> None:
        near = {"mark": OTHER, "class": "component.0123", "road": "羽山路", "metres": 18.2, "callers": 3,
                "at": NOW - 3600.0, "state": "dispatched"}  # fmt: skip
        shown = self.show(stage, merge={"candidates": [near]})
        shown.page.wait_for_selector(".merges li")
        assert shown.texts(".merges li") == ["井盖缺失 · 羽山路 · 18米 · 3人反映 · 19:31 待签收 并案（M）"]
        shown.page.keyboard.press("m")
        assert ordered(shown) == ("merge", {"into": OTHER})

    def test_only_the_reasons_of_the_law_reject_and_one_needs_the_right_place(self, stage: Open) -> None:
        shown = self.show(stage)
        shown.press("不予立案")
        assert shown.texts(".refusing .choice button") == [
            "现场无此问题", "不在本区", "已移交应急", "非城市管理事项",
        ]  # fmt: skip
        shown.press("非城市管理事项")
        shown.page.locator(".refusing button[type=submit]").click()
        assert shown.acts() == []
        shown.page.locator(".refusing input[type=text]").fill("劳动监察")
        shown.page.locator(".refusing button[type=submit]").click()
        assert ordered(shown) == ("reject", {"reason": "not_city_matter", "right_place": "劳动监察"})

    def test_who_may_not_file_has_no_intake(self, stage: Open) -> None:
        shown: Stage = stage(("comment",), {**REPORTED, **NO_FILE})
        assert shown.page.locator(".intake").count() == 0


class TestRulingSheet:
    def test_a_leader_sees_refusals_register_and_three_ranked_answers(self, stage: Open) -> None:
        shown: Stage = stage(("rule",))
        assert shown.texts(".ruling-sheet .told") == ["多次退单 · 退单2次（通信、电力）", "责任登记：无"]
        assert shown.texts(".answers button") == ["排水（临时）", "通信（临时）", "电力（临时）"]

    def test_one_tap_rules_for_this_case(self, stage: Open) -> None:
        shown: Stage = stage(("rule",))
        shown.press("电力（临时）")
        assert ordered(shown) == ("rule", {"holder": "dl", "kind": "interim", "scope": "this_case"})

    def test_scope_kind_and_words_go_with_it(self, stage: Open) -> None:
        shown: Stage = stage(("rule",), {"component": "3101150123000017"})
        shown.press("最终")
        shown.page.get_by_label("裁定意见（可不填）").fill("按移交图纸")
        shown.press("通信（最终）")
        wanted = {"holder": "tx", "kind": "final", "scope": "this_component", "text": "按移交图纸"}
        assert ordered(shown) == ("rule", wanted)

    def test_somebody_who_is_not_ranked_can_be_named(self, stage: Open) -> None:
        shown: Stage = stage(("rule",))
        shown.page.locator(".ruling-sheet select").select_option("sz")
        shown.press("市政（临时）")
        assert ordered(shown) == ("rule", {"holder": "sz", "kind": "interim", "scope": "this_case"})

    def test_who_is_no_leader_has_no_sheet(self, stage: Open) -> None:
        assert stage(("send_for_ruling",)).page.locator(".ruling-sheet").count() == 0


FORMS: list[tuple[str, str, list[str], dict[str, str], dict[str, Any]]] = [
    ("decide_extension", "审批延期", ["批准"], {}, {"approved": True}),
    ("decide_extension", "审批延期", ["不批准"], {"text": "理由不足"},
     {"approved": False, "text": "理由不足"}),
    ("decide_suspension", "审批挂起", ["批准"], {}, {"approved": True}),
    ("decide_appeal", "审理申诉", ["不成立"], {}, {"upheld": False}),
    ("answer_level", "答复提级", ["接受"], {}, {"accepted": True}),
    ("check", "核查", ["反映人确认", "通过"], {}, {"mode": "caller_confirmed", "passed": True}),
    ("check", "核查", ["视频", "不通过"], {"reason": "仍有缺口"},
     {"mode": "video", "passed": False, "reason": "仍有缺口"}),
    ("call_back", "回访", ["满意", "已解决"], {}, {"satisfaction": "satisfied", "resolved": "solved"}),
    ("supervise", "督办", [], {"text": "今晚必须封盖"}, {"text": "今晚必须封盖"}),
    ("void", "作废", ["测试数据"], {"text": "演练误建"}, {"reason": "test_data", "text": "演练误建"}),
    ("transfer_up", "上报市级", [], {"text": "通航河道"}, {"text": "通航河道"}),
    ("request_ruling", "提请裁定", ["无主"], {}, {"reason": "no_owner"}),
    ("comment", "备注", [], {"text": "已电话核实"}, {"text": "已电话核实"}),
    ("report_rule_error", "规则纠错", [], {"text": "应归排水"}, {"text": "应归排水"}),
    ("reopen", "再次立案", [], {"text": "又坏了"}, {"text": "又坏了"}),
]  # fmt: skip


class TestSmallForms:
    @pytest.mark.parametrize(("verb", "name", "pressed", "typed", "args"), FORMS)
    def test_a_form_makes_exactly_its_command(
        self,
        stage: Open,
        verb: str,
        name: str,
        pressed: list[str],
        typed: dict[str, str],
        args: dict[str, Any],
    ) -> None:
        shown: Stage = stage((verb,), {"state": "handling", "verbs": []})
        unfold(shown)
        shown.press(name)
        for words in pressed:
            shown.page.locator(".form button").get_by_text(words, exact=True).click()
        for field, words in typed.items():
            shown.page.locator(f".field[data-field={field}]").locator("input, textarea").fill(words)
        shown.page.locator(".form button[type=submit]").click()
        assert ordered(shown) == (verb, args)

    def test_what_is_missing_is_named_and_nothing_is_sent(self, stage: Open) -> None:
        shown: Stage = stage(("void",), {"verbs": []})
        unfold(shown)
        shown.press("作废")
        shown.page.locator(".form button[type=submit]").click()
        assert shown.acts() == []
        assert shown.text(".form .wrong") == "请填：理由"
        assert shown.page.locator(".field[data-missing]").count() == 2

    def test_back_to_who_refused_it_needs_evidence(self, stage: Open) -> None:
        shown: Stage = stage(("dispatch",), {"state": "returned", "verbs": ["dispatch"], "ruling": None})
        unfold(shown)
        shown.press("派遣…")
        shown.page.locator(".form button").get_by_text("通信", exact=True).click()
        shown.page.locator(".form button[type=submit]").click()
        assert shown.acts() == []
        shown.page.locator(".field[data-field=evidence] textarea").fill("移交清单第12页")
        shown.page.locator(".form button[type=submit]").click()
        assert ordered(shown) == ("dispatch", {"to": "tx", "evidence": "移交清单第12页"})

    def test_while_the_rules_are_relaxed_it_goes_directly_to_whom_the_dispatcher_names(
        self, stage: Open
    ) -> None:
        relaxed = {"state": "returned", "verbs": ["dispatch"], "ruling": None, "skip_rules": True}
        shown: Stage = stage(("dispatch",), relaxed)
        unfold(shown)
        shown.press("派遣…")
        shown.page.locator(".form button").get_by_text("通信", exact=True).click()
        shown.page.locator(".form button").get_by_text("直派，不走规则", exact=True).click()
        shown.page.locator(".form button[type=submit]").click()
        assert ordered(shown) == ("dispatch", {"to": "tx", "skip_rules": True})

    def test_a_filed_case_is_merged_into_one_that_is_near(self, stage: Open) -> None:
        near = {"mark": OTHER, "class": "component.0123", "road": "羽山路", "metres": 18.2, "callers": 3,
                "at": NOW - 3600.0, "state": "dispatched"}  # fmt: skip
        shown: Stage = stage(("merge",), {"state": "filed", "verbs": []}, merge={"candidates": [near]})
        unfold(shown)
        shown.press("并案")
        shown.page.get_by_text("18米").click()
        shown.page.locator(".form button[type=submit]").click()
        assert ordered(shown) == ("merge", {"into": OTHER})

    def test_somebody_who_is_not_offered_can_be_sent_the_case(self, stage: Open) -> None:
        shown: Stage = stage(("reassign",), {"state": "handling", "holder": "dl", "targets": ["tx", "ps"]})
        unfold(shown)
        assert shown.texts(".actions button")[:2] == ["改派▸通信", "改派▸排水"]
        shown.press("改派…")
        shown.page.locator(".field[data-field=other] select").select_option("sz")
        shown.page.locator(".form button[type=submit]").click()
        assert ordered(shown) == ("reassign", {"to": "sz"})

    def test_after_its_time_an_act_is_undone_with_a_reason(self, stage: Open) -> None:
        shown: Stage = stage(("undo",), {"state": "handling", "verbs": []})
        unfold(shown)
        shown.press("撤销")
        shown.page.locator(".form textarea").fill("派错街镇")
        shown.page.keyboard.press("Enter")
        assert ordered(shown) == ("undo", {"reason": "派错街镇"})

    def test_a_form_closes_when_it_is_done_and_stays_when_it_is_refused(self, stage: Open) -> None:
        shown: Stage = stage(("comment",), {"verbs": []})
        shown.answer("comment", REFUSED)
        unfold(shown)
        shown.press("备注")
        shown.page.locator(".form textarea").fill("一")
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_selector(".acts li[data-kind=refused]")
        assert shown.page.locator(".form textarea").input_value() == "一"
        shown.answer("comment", {"done": {"position": "1", "version": 10, "facts": [], "undo_until": None}})
        shown.page.locator(".form button[type=submit]").click()
        shown.page.wait_for_selector(".form", state="detached")

    def test_what_is_typed_keeps_its_node_its_focus_and_its_caret(self, stage: Open) -> None:
        shown: Stage = stage(("comment",), {"verbs": []})
        unfold(shown)
        shown.press("备注")
        shown.page.keyboard.type("已核实")
        shown.page.keyboard.press("ArrowLeft")
        words = shown.page.locator(".form textarea")
        words.evaluate("(node) => { window.kept = node; }")
        shown.tick()
        shown.rows((MARK, row(version=10, state="handling", verbs=["escalate"])))
        shown.page.keyboard.type("电话")
        same = "(node) => [node === window.kept, node === node.getRootNode().activeElement, node.value]"
        assert words.evaluate(same) == [True, True, "已核电话实"]

    def test_escape_leaves_a_form(self, stage: Open) -> None:
        shown: Stage = stage(("comment",), {"verbs": []})
        unfold(shown)
        shown.press("备注")
        shown.page.keyboard.press("Escape")
        assert shown.page.locator(".form").count() == 0

    def test_another_case_begins_without_the_words_of_the_last(self, stage: Open) -> None:
        shown: Stage = stage(("comment",), {"verbs": []})
        unfold(shown)
        shown.press("备注")
        shown.page.locator(".form textarea").fill("只是这一件")
        shown.select(OTHER)
        shown.page.wait_for_function("said.asks.some((ask) => ask.mark === 'bbbbbbbbbbbb')")
        assert shown.page.locator(".form").count() == 0


PERSON: dict[str, Any] = {
    "done": {"position": "1", "version": 9, "facts": [], "undo_until": None,
             "person": {"name": "张三", "phone": "13812345678"}},
}  # fmt: skip


class TestReporter:
    def test_is_masked_until_somebody_says_what_for(self, stage: Open) -> None:
        shown: Stage = stage(("reveal",))
        assert shown.texts(".masked") == ["反映人 张×× 138****5678"]
        shown.answer("reveal", PERSON)
        shown.press("查看")
        shown.press("回访")
        shown.page.wait_for_selector(".revealed b")
        assert ordered(shown) == ("reveal", {"purpose": "call_back"})
        assert shown.texts(".revealed p") == [
            "姓名 张三", "电话 13812345678", "20:31:07 查看 · 用途 回访 · 已记录 · 60秒后隐去",
        ]  # fmt: skip

    def test_another_purpose_is_typed(self, stage: Open) -> None:
        shown: Stage = stage(("reveal",))
        shown.press("查看")
        shown.press("其他")
        shown.page.keyboard.press("Enter")
        assert shown.acts() == []
        shown.page.keyboard.type("法院调取")
        shown.page.keyboard.press("Enter")
        assert ordered(shown) == ("reveal", {"purpose": "other", "text": "法院调取"})

    def test_is_gone_from_the_page_after_a_minute_and_with_another_case(self, stage: Open) -> None:
        shown: Stage = stage(("reveal",))
        shown.answer("reveal", PERSON)
        shown.press("查看")
        shown.press("回访")
        shown.page.wait_for_selector(".revealed b")
        shown.page.evaluate(A_MINUTE_LATER)
        shown.tick()
        inside = """() => document.querySelector('[data-cell="desk_detail"]').shadowRoot.textContent"""
        assert "13812345678" not in shown.page.evaluate(inside)
        assert shown.texts(".person-pane button") == ["查看"]

    def test_who_may_not_look_has_no_button(self, stage: Open) -> None:
        assert stage(("comment",)).texts(".person-pane button") == []


def unfold(shown: Stage) -> None:
    """Open 更多 where there is more."""
    more = shown.page.locator(".actions .seen button").get_by_text("更多", exact=True)
    if more.count():
        more.click()
