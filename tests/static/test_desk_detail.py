"""The desk's detail in a real Chromium: what stands in it, what its buttons order, what no text can do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.static.desk_stage import MARK, NOW, Stage, reply, row

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hacked=1>"
UNDO = {"done": {"position": "7", "version": 10, "facts": [], "undo_until": NOW + 14.0}}
Open = Callable[..., Stage]


@pytest.fixture
def stage(browser: Browser) -> Iterator[Open]:
    stages: list[Stage] = []

    def show(
        told: dict[str, Any] | None = None, *rows: tuple[str, dict[str, Any]],
        lang: str = "zh",
    ) -> Stage:  # fmt: skip
        made = Stage(browser, "desk_detail", lang=lang)
        stages.append(made)
        made.rows(*(rows or ((MARK, row()),)))
        made.reply("case", reply() if told is None else told)
        made.mount().select(MARK)
        made.page.wait_for_selector(".story li")
        return made

    yield show
    for made in stages:
        made.close()


class TestWhatStandsThere:
    def test_the_head_says_what_where_how_far_and_who_else_looks(self, stage: Open) -> None:
        shown = stage()
        assert shown.texts(".card-desk_detail > header > *") == [
            "井盖缺失（01-23 不明井盖）", "3101152024091500211", "李×× 也在看",
        ]  # fmt: skip
        assert shown.texts(".place > *") == ["羽山路巨野路口", "待裁定 · 剩28分"]

    def test_who_else_looks_gives_way_before_the_name_of_the_case(self, stage: Open) -> None:
        many = [f"李××（第{n}值班席值班员）" for n in range(20)]
        shown = stage(None, (MARK, row(presence=many)))
        head = ".card-desk_detail > header"
        cut = "(node) => node.scrollWidth > node.clientWidth"
        assert not shown.page.locator(f"{head} h2").evaluate(cut)
        assert shown.page.locator(f"{head} .others").evaluate(cut)

    def test_the_reports_own_words_stand_below_the_facts(self, stage: Open) -> None:
        shown = stage(reply(title=f"{EVIL}盖子没了", label="井盖问题"), (MARK, row(label="井盖问题")))
        assert shown.texts(".words > span") == [f"来件标题 {EVIL}盖子没了", "来件分类 井盖问题"]
        assert shown.texts(".description") == ["井盖没了，晚上很危险"]
        assert shown.page.evaluate("window.hacked") is None

    def test_without_words_there_is_no_line_for_them(self, stage: Open) -> None:
        assert not stage(reply(title="", label="")).page.locator(".words").is_visible()

    def test_no_return_stops_the_citizens_clock(self, stage: Open) -> None:
        assert "市民钟 已33分（不因退单停）" in stage().texts(".facts li")

    def test_a_suspension_stops_it_and_says_until_when(self, stage: Open) -> None:
        suspended = {"state": "suspended", "suspended_at": NOW - 180.0, "suspended_until": NOW + 3600.0}
        told = reply(**suspended)
        shown = stage(told, (MARK, row(state="suspended")))
        assert "市民钟 30分 暂停 · 挂起至 21:31" in shown.texts(".facts li")
        shown.tick(600)
        assert "市民钟 30分 暂停 · 挂起至 21:31" in shown.texts(".facts li")

    def test_source_callers_register_and_make_safe_are_told(self, stage: Open) -> None:
        lines = stage().texts(".facts li")
        assert "来源 hotline · 反映人 3（已并案2）" in lines
        assert "责任登记：权属不明 · 候选 排水/通信/电力" in lines
        assert "先行处置 洋泾 ✓ 24分 照片2" in lines

    def test_the_grid_stands_there_when_it_is_known(self, stage: Open) -> None:
        assert "网格 310115004001002" in stage(reply(grid="310115004001002")).texts(".facts li")
        assert "Grid 310115004001002" in stage(reply(grid="310115004001002"), lang="en").texts(".facts li")
        assert not [line for line in stage(reply(grid="")).texts(".facts li") if line.startswith("网格")]

    def test_make_safe_that_is_late_is_red_and_counts_on(self, stage: Open) -> None:
        task = {"holder": "310115013", "ordered_at": NOW - 4000.0, "due_at": NOW - 400.0, "done_at": None}
        shown = stage(reply(make_safe={**task, "photos": 0}), (MARK, row(make_safe=task)))
        line = shown.page.locator(".facts li", has_text="先行处置")
        assert line.inner_text() == "先行处置 洋泾 超6分"
        assert line.get_attribute("data-colour") == "red"

    def test_a_deadline_of_a_year_without_a_calendar_says_so(self, stage: Open) -> None:
        assert "办结限 21:48 日历未定" in stage(reply(undetermined=True)).texts(".facts li")

    def test_an_escalation_says_to_whom_and_whether_they_know(self, stage: Open) -> None:
        raised = {"supervised": 2, "escalated_at": NOW - 60.0, "acknowledged_at": None}
        shown = stage(reply(**raised), (MARK, row(supervised=2)))
        assert "已升级▸带班领导，未知悉" in shown.texts(".facts li")
        shown.reply("case", reply(**raised | {"acknowledged_at": NOW - 5.0, "version": 10}))
        shown.rows((MARK, row(supervised=2, version=10)))
        shown.page.get_by_text("已升级▸带班领导，已知悉").wait_for()

    def test_refusals_stand_with_who_when_why_and_their_words(self, stage: Open) -> None:
        assert stage().texts(".refusals li") == [
            "退单1 通信 20:06 不属本单位 “井盖无通信标识”",
            "退单2 电力 20:30 不属本单位 “管线图无此井”",
        ]

    def test_what_the_row_tells_live_goes_before_what_was_asked(self, stage: Open) -> None:
        shown = stage()
        shown.rows((MARK, row(state="dispatched", holder="dl", version=10, ruling_due_at=None)))
        assert shown.texts(".place > *")[1] == "电力 待签收 · 剩1时17分"

    def test_a_version_behind_the_row_is_asked_again_and_not_more_than_needed(self, stage: Open) -> None:
        shown = stage()
        assert len(shown.asks("case")) == 1
        shown.reply("case", reply(version=10))
        for _ in range(5):
            shown.rows((MARK, row(version=10)))
            shown.tick(0)
        shown.page.wait_for_function("said.asks.filter((ask) => ask.what === 'case').length === 2")
        shown.page.wait_for_timeout(600)
        assert len(shown.asks("case")) == 2

    def test_english_says_the_same(self, stage: Open) -> None:
        shown = stage(lang="en")
        assert shown.texts(".place > *")[1] == "awaiting ruling · 28 min left"
        assert not [text for text in shown.texts(".card-desk_detail *") if "{" in text or "detail." in text]

    def test_nothing_is_smaller_than_13_px(self, stage: Open) -> None:
        sizes = stage().page.evaluate(
            """() => [...document.querySelector('[data-cell="desk_detail"]').shadowRoot.querySelectorAll("*")]
                .filter((node) => node.textContent && node.checkVisibility())
                .map((node) => parseFloat(getComputedStyle(node).fontSize))"""
        )
        assert min(sizes) >= 13.0


class TestWhatButtonsOrder:
    def test_the_first_offer_is_first_and_what_may_not_be_given_has_no_button(self, stage: Open) -> None:
        shown = stage(reply({"send_for_ruling": True, "remind": True, "reassign": False}))
        seen = ["送带班领导裁定（E）", "催办", "投到大屏（W）", "启动联动"]
        assert shown.texts(".actions .seen button") == seen

    @pytest.mark.parametrize(
        ("words", "verb", "args"),
        [
            ("送带班领导裁定（E）", "send_for_ruling", {}),
            ("派人▸洋泾城管 600米 4分", "send_unit", {"unit": "u1", "call_sign": "洋泾城管"}),
            ("催办", "remind", {}),
        ],
    )
    def test_one_click_orders_what_the_button_says(
        self, stage: Open, words: str, verb: str, args: dict[str, Any]
    ) -> None:
        shown = stage()
        shown.press(words)
        assert shown.acts() == [{"verb": verb, "subject": f"case:~{MARK}", "version": 9, "args": args}]

    def test_reassign_and_escalate_carry_their_target_in_the_label(self, stage: Open) -> None:
        handled = row(state="handling", holder="sz", verbs=["escalate", "reassign"], targets=["dl", "tx"])
        told = reply({"escalate": True, "reassign": True}, state="handling", targets=["dl", "tx"])
        shown = stage(told, (MARK, handled))
        assert shown.texts(".actions .seen button")[:3] == ["升级▸值班长", "改派▸电力（1）", "改派▸通信（2）"]
        shown.press("改派▸通信（2）")
        assert shown.acts()[0]["args"] == {"to": "tx"}

    def test_who_leads_escalates_to_whom_the_button_names(self, stage: Open) -> None:
        handled = row(state="handling", holder="sz", verbs=["escalate"], ruling_due_at=None)
        shown = stage(reply({"escalate": True}, state="handling"), (MARK, handled))
        shown.page.evaluate("citywall.page.person.role = 'shift_lead'")
        shown.tick()
        shown.press("升级▸带班领导")
        assert shown.acts()[0]["args"] == {"level": 2}

    def test_what_the_row_says_of_supervision_is_what_the_button_says(self, stage: Open) -> None:
        handled = row(state="handling", holder="sz", verbs=["escalate"], supervised=1)
        shown = stage(reply({"escalate": True}, state="handling"), (MARK, handled))
        assert shown.texts(".actions .seen button")[0] == "升级▸带班领导"

    def test_a_second_click_waits_for_the_first(self, stage: Open) -> None:
        shown = stage()
        shown.press("催办")
        assert shown.page.locator(".actions .seen button").first.is_disabled()
        assert shown.texts(".acts li") == ["催办 送出中"]

    def test_the_second_half_of_a_double_click_orders_nothing_more(self, stage: Open) -> None:
        shown = stage()
        shown.answer("remind", UNDO)
        shown.page.locator('[data-cell="desk_detail"] button', has_text="催办").dblclick(delay=60)
        shown.page.wait_for_selector(".acts li[data-kind=undo]")
        assert [act["verb"] for act in shown.acts()] == ["remind"]

    def test_without_a_session_no_button_may_be_pressed(self, stage: Open) -> None:
        shown = stage()
        shown.page.evaluate("citywall.session = () => 'lost'")
        shown.tick()
        assert shown.page.locator(".actions .seen button").first.is_disabled()

    def test_a_case_that_the_channel_does_not_tell_takes_keys_and_is_not_asked_for_without_end(
        self, stage: Open
    ) -> None:
        other = "b" * 12
        shown = stage(None, (other, row()))
        before = len(shown.asks("case"))
        for _ in range(5):
            shown.tick(0)
        shown.page.wait_for_timeout(600)
        assert len(shown.asks("case")) == before
        unit = shown.page.evaluate("(mark) => citywall.desk.row(mark).nearest_unit", MARK)
        assert unit["call_sign"] == "洋泾城管"
        shown.page.keyboard.press("e")
        assert [act["verb"] for act in shown.acts()] == ["send_for_ruling"]

    def test_a_row_of_an_earlier_search_is_not_behind_what_was_asked_since(self, stage: Open) -> None:
        shown = stage(None, ("b" * 12, row()))
        shown.page.evaluate("([mark, row]) => citywall.desk.know([[mark, row]])", [MARK, row(version=3)])
        before = len(shown.asks("case"))
        for _ in range(3):
            shown.tick(0)
            shown.page.wait_for_timeout(500)
        assert len(shown.asks("case")) == before

    def test_what_was_done_may_be_undone_for_as_long_as_it_says(self, stage: Open) -> None:
        shown = stage()
        shown.answer("remind", UNDO)
        shown.press("催办")
        shown.page.wait_for_selector(".acts li[data-kind=undo]")
        assert shown.texts(".acts li") == ["已催办：井盖缺失 羽山路巨野路口 20:31:07 撤销 14"]
        shown.press("撤销 14")
        assert shown.acts()[1] == {"verb": "undo", "subject": f"case:~{MARK}", "version": 10, "args": {}}

    def test_undo_is_gone_when_its_time_is_over(self, stage: Open) -> None:
        shown = stage()
        shown.answer("remind", UNDO)
        shown.press("催办")
        shown.page.wait_for_selector(".acts li[data-kind=undo]")
        shown.tick(15)
        assert shown.texts(".acts li") == []

    def test_who_was_first_is_said_in_place_and_not_in_a_dialog(self, stage: Open) -> None:
        shown = stage()
        winner = {"by": "李××", "at": NOW - 2.0, "did": "CaseEscalated", "to": "duty_leader"}
        shown.answer(
            "remind",
            {"refused": {"code": "conflict", "reason": "", "key": "", "names": {}, "winner": winner}},
        )
        shown.press("催办")
        shown.page.wait_for_selector(".acts li[data-kind=refused]")
        assert shown.texts(".acts li") == ["未执行：李×× 已于20:31:05 升级至带班领导 好"]
        shown.press("好")
        assert shown.texts(".acts li") == []

    def test_a_refusal_that_names_a_class_says_its_name(self, stage: Open) -> None:
        shown = stage()
        names = {"into_class": "component:0123"}
        shown.answer(
            "remind", {"refused": {"code": "not_now", "reason": "", "key": "other_class", "names": names}}
        )
        shown.press("催办")
        shown.page.wait_for_selector(".acts li[data-kind=refused]")
        assert "类别不同：井盖缺失" in shown.texts(".acts li")[0]

    def test_w_and_its_button_put_the_case_on_the_wall_and_what_stands_there_is_said(
        self, stage: Open
    ) -> None:
        shown = stage()
        shown.press("投到大屏（W）")
        assert shown.texts(".acts li") == ["投到大屏 送出中"]
        shown.page.keyboard.press("w")
        wanted = {"verb": "show", "subject": "wall:hall", "version": 0, "args": {"kind": "case", "id": MARK}}
        assert shown.acts() == [wanted]
        command = shown.page.evaluate("said.acts[0].command_id")
        shown.page.evaluate(
            "(told) => citywall.orders.take({ answer: told })", {**UNDO, "command_id": command}
        )
        assert shown.texts(".acts:not(.walls) li[data-kind=pending]") == []
        on_wall = {"kind": "case", "id": MARK, "by": "陈××", "at": NOW - 20.0, "until": NOW + 185.0,
                   "class": "component.0123", "label": "", "road": "羽山路", "street": ""}  # fmt: skip
        shown.card("desk_detail", {}, ("hall", on_wall))
        assert shown.texts(".walls li") == ["已投 大屏：井盖缺失 羽山路 20:30 陈×× · 3分后返回 收回"]
        shown.press("收回")
        assert shown.acts()[1] == {"verb": "clear", "subject": "wall:hall", "version": 0, "args": {}}
        shown.tick(190)
        assert shown.texts(".walls li") == []

    def test_a_forms_words_outlive_the_ticks(self, stage: Open) -> None:
        shown = stage()
        shown.press("更多")
        shown.press("规则纠错")
        shown.page.locator(".form textarea").fill("应归排水")
        shown.tick()
        shown.rows((MARK, row(version=10)))
        assert shown.page.locator(".form textarea").input_value() == "应归排水"
        shown.page.keyboard.press("Enter")
        assert shown.acts() == [
            {
                "verb": "report_rule_error",
                "subject": f"case:~{MARK}",
                "version": 10,
                "args": {"text": "应归排水"},
            }
        ]


class TestNoTextIsMarkup:
    def test_whatever_a_reply_holds(self, stage: Open) -> None:
        told = poisoned(
            reply(dict.fromkeys(("rule", "file", "reveal", "show", "transfer_up", "merge"), True))
        )
        for action in told["case"]["actions"]:
            action["verb"] = action["verb"].removesuffix(EVIL)
        told["case"]["state"] = "reported"
        shown = stage(told, (MARK, {**poisoned(row()), "state": "reported"}))
        shown.card(
            "desk_detail",
            {},
            ("hall", poisoned({"kind": "case", "label": "", "by": "x", "at": NOW, "until": NOW + 9})),
        )
        shown.tick()
        shown.page.wait_for_timeout(200)
        assert shown.page.evaluate("window.hacked") is None
        assert shown.page.locator("img").count() == 0
        assert EVIL in shown.text(".card-desk_detail > header h2")

    def test_whatever_a_person_is_called(self, stage: Open) -> None:
        shown = stage()
        person = {"name": EVIL, "phone": EVIL, "address": EVIL, EVIL: EVIL}
        shown.answer("reveal", {"done": {**UNDO["done"], "person": person}})
        shown.press("查看")
        shown.press("回访")
        shown.page.wait_for_selector(".revealed b")
        assert shown.page.evaluate("window.hacked") is None
        assert shown.page.locator("img").count() == 0


def poisoned(value: Any) -> Any:
    """Every text of a value with the payload behind it, whatever it is for."""
    if isinstance(value, str):
        return value + EVIL
    if isinstance(value, dict):
        return {name: poisoned(one) for name, one in value.items()}
    return [poisoned(one) for one in value] if isinstance(value, list) else value
