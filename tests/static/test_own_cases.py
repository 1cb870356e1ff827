"""The card of a holder's own cases: one press a step, forms in the row, what is done folded, order held."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from city.state.row_keys import row_key_of
from tests.city.commands.paths import PHOTO
from tests.city.commands.world import (
    DISPATCHER,
    INTAKE,
    POWER,
    TANG,
    TANGZHEN,
    TELECOM,
    WANG,
    WEIFANG,
    World,
)
from tests.invented import jpeg
from tests.legible import faults, phone_faults
from tests.script_pages import LATER
from tests.static.own_cases_stage import OPERATOR, PHONE, Cases, own_cases_page

pytestmark = pytest.mark.browser

SHOP = {"category": {"kind": "event", "code": "0405"}, "title": "店外经营", "street": TANG}
ROAD = {"category": {"kind": "event", "code": "0113"}, "title": "道路破损", "street": TANG}
BUTTONS = ".case > .pair button"
SMALL = """() => inCard("own_cases", "button, a, .take, input:not([type=file]), textarea")
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""
TINY = """() => inCard("own_cases", "*").filter((one) => one.checkVisibility())
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.textContent)"""
WIDE = """() => inCard("own_cases", "*").filter((one) => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML)"""
NOTE_PRESS = """() => addEventListener("click", () => {
  window.pressed = performance.now();
  requestAnimationFrame(() => { window.drawn = performance.now(); });
}, { capture: true })"""
FIX = {"latitude": 31.22755, "longitude": 121.68762, "accuracy": 15}
LOST_TO = """() => {
  const winner = { by: "王××（科长）", at: citywall.machine(), did: "CaseSigned" };
  const refused = { code: "conflict", key: "conflict", winner };
  reply({ answer: { command_id: acts()[0].command_id, refused } });
}"""
SHOWN = """() => {
  const { command_id } = acts()[0], person = { name: "王小明", phone: "13800000000" };
  reply({ answer: { command_id, done: { version: 1, facts: [], person } } });
}"""
DONE = """(version) => {
  const { command_id } = acts()[0];
  reply({ answer: { command_id, done: { version, facts: [] } } });
}"""


def filed(w: World, key: str, **given: Any) -> str:
    w.report(key, **given)
    w.done("file", key, INTAKE)
    return key


def busy(w: World) -> None:
    """Of 通信: one to sign, one in hand, one fed back, one returned, one that was ruled to it."""
    filed(w, "hotline/sign", road="羽山路", reporter_ref="r", description="井盖不见了", address="羽山路100弄")
    key = filed(w, "hotline/hand", road="唐陆路")
    w.done("make_safe", key, WEIFANG, photos=["x"])
    w.done("sign", key, TELECOM)
    key = filed(w, "hotline/done", road="周东路")
    w.done("sign", key, TELECOM)
    w.done("feedback", key, TELECOM, outcome="fixed", text="ok", **PHOTO)
    for name, holder in (("hotline/won", "dl"), ("hotline/lost", "tx")):
        key = filed(w, name, road="拱极路" if holder == "dl" else "高科东路")
        w.done("return", key, TELECOM, reason="not_my_duty", text="不是本单位的")
        w.done("dispatch", key, DISPATCHER, to="dl")
        w.done("return", key, POWER, reason="not_my_duty", text="也不是")
        w.wait(minutes=3)
        w.done("rule", key, WANG, holder=holder)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_has_room_on_a_phone_and_on_a_desktop(browser: Browser, lang: str) -> None:
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx", lang=lang) as cases:
        page = cases.page
        cases.locator(".case .what", "羽山路" if lang == "zh" else "Yushan").click()
        cases.locator(".fold").click()
        cases.tap("退回" if lang == "zh" else "Return")
        for size in (PHONE, (1366, 768)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert [page.evaluate(SMALL), page.evaluate(TINY), page.evaluate(WIDE)] == [[], [], []]
            assert (phone_faults if size == PHONE else faults)(page) == []


def test_a_row_says_what_is_left_and_offers_the_next_step_alone(browser: Browser) -> None:
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx") as cases:
        assert cases.texts("header h2") == ["本单位案件 · 3"]
        assert cases.texts(".case .what b") == [
            "井盖缺失 · 羽山路",
            "井盖缺失 · 唐陆路",
            "井盖缺失 · 高科东路",
        ]
        assert [time[:4] for time in cases.texts(".case time")] == ["剩1时5"] * 3
        assert cases.texts(BUTTONS) == ["签收", "反馈", "签收"]
        line = re.sub(r"\d\d分", "…", cases.texts(".case .what i")[0])
        assert line == "待签收 剩… · 潍坊 先行处置 剩…"
        assert "裁定归本单位 · 不可退回" in cases.texts(".case .what i")[2]
        assert "退单2次（通信、电力）" in cases.texts(".case .what i")[2]
        assert cases.texts(".done") == ["已办井盖缺失 · 周东路待核查", "已转井盖缺失 · 拱极路电力 待签收"]
        # A refusal that a ruling upheld says so; one that was overruled may be appealed.
        cases.locator(".fold", "退单与裁定 2").click()
        lines = cases.texts(".record .line")
        assert any("不是本单位的" in line and "裁定支持 · 不计分" in line for line in lines)
        assert any("裁定不支持" in line for line in lines)
        cases.locator(".record button", "申诉").click()
        cases.locator(".record textarea").fill("井盖归电力")
        cases.locator(".record form .primary").click()
        assert cases.acts() == [("appeal", {"text": "井盖归电力"})]


def test_one_press_signs_at_once_and_a_lost_race_says_who_won(browser: Browser) -> None:
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx") as cases:
        page = cases.page
        page.evaluate(NOTE_PRESS)
        cases.locator(BUTTONS, "签收").click()
        page.wait_for_function("() => window.drawn > 0")
        assert page.evaluate("drawn - pressed") < 100
        assert cases.texts(BUTTONS)[0] == "签收 · 送出中"
        assert cases.locator(BUTTONS).is_disabled()
        # A worse one comes meanwhile: the hand is in the list, so it waits.
        filed(w, "hotline/worse", road="张杨路", urgency="critical")
        cases.tell()
        assert (cases.texts("header .note"), len(cases.texts(".case"))) == (["顺序已锁定 · 新到 1"], 3)
        page.evaluate(LOST_TO)
        assert "王××" in cases.texts(".told")[0]
        page.mouse.move(5, 5)
        page.evaluate(LATER, 6000)
        page.wait_for_function("() => inCard('own_cases', '.case').length === 4")
        assert cases.texts(".case .what b")[3] == "井盖缺失 · 张杨路"


def test_a_feedback_needs_its_outcome_its_words_and_both_photos(browser: Browser) -> None:
    w = World()
    key = filed(w, "hotline/road", **ROAD, road="上丰路")
    w.done("sign", key, TANGZHEN)
    sent: list[str] = []
    with own_cases_page(browser, w, TANG) as cases:
        page = cases.page
        page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
        cases.tap("反馈")
        submit, photo = cases.locator("form .primary"), {"name": "a.jpg", "mimeType": "image/jpeg"}
        files, told = page.locator('[data-cell="own_cases"] input[type=file]'), []
        for step in (
            lambda: cases.locator(".choice button", "疏导到便民点").click(),
            lambda: files.nth(0).set_input_files([{**photo, "buffer": jpeg("#112233")}]),
            lambda: files.nth(1).set_input_files([{**photo, "buffer": jpeg("#445566")}]),
            lambda: cases.locator("form textarea").fill(" 已劝离 "),
        ):
            submit.click()
            told.append(cases.texts("form > .wrong")[0])
            step()
        assert told == ["请填：处置结果", "请附照片：处置前照片", "请附照片：处置后照片", "请填：处置说明"]
        submit.click()
        # No network: it is kept, and goes under the same id when the page is opened again.
        page.wait_for_function("() => inCard('own_cases', '.told')[0]?.textContent === '2 张照片未发送'")
        assert cases.acts() == []
        first = page.evaluate("(mark) => citywall.outbox.of('case:~' + mark).id", mark_of(cases))

        def answered(route: Any) -> None:
            sent.append(route.request.post_data_buffer.decode("latin-1"))
            route.fulfill(json={"answer": {"command_id": first, "done": {"version": 9, "facts": []}}})

        page.route(f"**/evidence/agency/{TANG}", answered)
        page.reload()
        page.wait_for_function("() => window.citywall?.outbox.count() === 0 && window.isMounted")
        [body] = sent
        assert f'"command_id":"{first}"' in body
        assert '"verb":"feedback"' in body
        assert 'name="before"' in body
        assert 'name="after"' in body
        assert jpeg("#112233").decode("latin-1") in body


def test_the_photos_that_a_report_owes_follow_it(browser: Browser) -> None:
    w = World()
    key = filed(w, "hotline/road", **ROAD, road="上丰路")
    w.state.cases[key].file.photo_by = w.now.city + 3600
    with own_cases_page(browser, w, TANG) as cases:
        cases.page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
        cases.locator(".case .what").first.click()
        cases.tap("补传照片")
        submit = cases.locator("form .primary")
        submit.click()
        assert cases.texts("form > .wrong") == ["请附照片：上报照片"]
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg("#112233")}
        cases.page.locator('[data-cell="own_cases"] input[type=file]').set_input_files([photo])
        submit.click()
        cases.page.wait_for_function("() => citywall.outbox.count() === 1")
        verb = cases.page.evaluate(
            "(mark) => citywall.outbox.of('case:~' + mark).envelope.verb", mark_of(cases)
        )
        assert verb == "add_photos"
        # What is kept would be sent by the next page of this browser.
        cases.page.evaluate("""() => {
          window.fetch = async (_url, { body }) => {
            const { command_id } = JSON.parse(body.get("act")), done = { version: 9, facts: [] };
            return new Response(JSON.stringify({ answer: { command_id, done } }));
          };
          citywall.outbox.again();
        }""")
        cases.page.wait_for_function("() => citywall.outbox.count() === 0")


CAMERA = {
    "id": "K1", "label": "羽山路巨野路口", "street": TANG, "metres": 80, "azimuth": 90.0, "sees": True,
    "word": "live", "since": None, "picture_at": None, "on_wall": True,
}  # fmt: skip


def test_an_opened_case_tells_its_cameras_and_asks_for_a_picture_with_the_case_as_purpose(
    browser: Browser,
) -> None:
    w = World()
    key = filed(w, "hotline/shop", **SHOP, road="唐陆路")
    with own_cases_page(browser, w, TANG, verbs=[*OPERATOR, "view_camera"]) as cases:
        page = cases.page
        cases.locator(".case .what").click()
        page.wait_for_function("() => sent.some((one) => one.ask?.what === 'cameras')")
        asked = page.evaluate("sent.findLast((one) => one.ask?.what === 'cameras').ask")
        assert asked["case"] == row_key_of(key)
        lost = {**CAMERA, "id": "K2", "word": "lost", "since": w.now.city - 600}
        page.evaluate("(told) => reply({ reply: told })", {"id": asked["id"], "cameras": [CAMERA, lost]})
        page.wait_for_function("() => inCard('own_cases', '.file .cameras li').length === 2")
        assert cases.texts(".cameras .state")[0] == "可见 · 无画面"
        assert cases.texts(".cameras .state")[1].startswith("视频中断")
        assert page.evaluate(SMALL) == []
        cases.tap("看")
        assert cases.acts() == [("view_camera", {"purpose": "case", "case": row_key_of(key)})]


def test_a_list_of_the_first_contacts_that_are_owed(browser: Browser) -> None:
    w = World()
    filed(w, "hotline/shop", **SHOP, road="唐陆路", channel="hotline_12345", reporter_ref="r1")
    filed(w, "hotline/road", **ROAD, road="顾唐路", channel="grid")
    with own_cases_page(browser, w, TANG) as cases:
        assert len(cases.texts(".cases > li .what")) == 2
        cases.tap("待首次联系 1")
        assert [words.split("路")[0] for words in cases.texts(".cases > li .what b")] == ["店外经营 · 唐陆"]
        cases.tap("待首次联系 1")
        assert len(cases.texts(".cases > li .what")) == 2


def mark_of(cases: Cases) -> str:
    found: str = cases.page.evaluate("() => inCard('own_cases', '.cases > li')[0].dataset.id.slice(2)")
    return found


def test_before_a_return_the_street_sees_how_far_its_pin_is_and_how_good_the_fix(browser: Browser) -> None:
    w = World()
    filed(w, "hotline/shop", **SHOP, road="唐陆路")
    with own_cases_page(browser, w, TANG) as cases:
        page = cases.page
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation(FIX)  # type: ignore[arg-type]  # the keys are those it takes
        cases.locator(".case .what").click()
        assert "退回时限 09:15" in " ".join(cases.texts(".file .line"))
        cases.tap("退回")
        assert len(cases.texts(".choice button")) == 8
        cases.locator(".choice button", "不属本辖区").click()
        cases.locator("form textarea").fill("界外12米")
        cases.locator("form .primary").click()
        assert cases.texts("form > .wrong") == ["请先标出问题所在位置"]
        cases.tap("用本机定位")
        page.wait_for_function("() => sent.some((one) => one.ask?.what === 'boundary')")
        asked = page.evaluate("sent.findLast((one) => one.ask?.what === 'boundary').ask")
        assert (asked["lon"], asked["lat"], asked["accuracy_m"]) == (121.68762, 31.22755, 15)
        ring = [[-10, -60], [-60, -60], [-60, 60], [-10, 60]]
        told = {
            "street": TANG, "there": "310115110", "metres": 12.3, "window_m": 60, "rings": [ring],
            "code_system": "GBT30428.2",
        }  # fmt: skip
        page.evaluate("(told) => reply({ reply: told })", {"id": asked["id"], **told})
        page.wait_for_function("() => inCard('own_cases', '.measure').length === 1")
        assert cases.texts(".measure") == ["边界距离 12 米，定位误差 ±15 米"]
        assert "此点在合庆" in cases.texts(".pin .line")[0]
        assert "04-05（GBT30428.2）" in cases.texts(".pin .line")[0]
        assert page.evaluate("inCard('own_cases', '.outline .area')[0].getAttribute('d')").startswith("M")
        cases.locator("form .primary").click()
        pin = {"lon": 121.68762, "lat": 31.22755, "accuracy_m": 15}
        assert cases.acts() == [("return", {"reason": "not_my_area", "text": "界外12米", **pin})]


def test_a_return_is_not_offered_when_its_time_is_over_or_it_was_ruled(browser: Browser) -> None:
    w = World()
    filed(w, "hotline/shop", **SHOP, road="唐陆路")
    w.wait(minutes=16)
    with own_cases_page(browser, w, TANG) as cases:
        cases.locator(".case .what").click()
        assert "退回" not in " ".join(cases.texts(".rest button"))
        assert any("已超退回时限 09:15" in line for line in cases.texts(".file .line"))
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx") as cases:
        cases.locator(".case .what", "高科东路").click()
        assert cases.texts(".file .rest button") == ["申诉", "已联系来电人", "规则纠错"]


def test_more_time_is_asked_for_with_a_reason_and_a_day_and_withdrawn_by_one_press(browser: Browser) -> None:
    w = World()
    key = filed(w, "hotline/road", **ROAD, road="上丰路")
    w.done("sign", key, TANGZHEN)
    with own_cases_page(browser, w, TANG) as cases:
        cases.locator(".case .what").click()
        assert cases.texts(".file .rest button") == [
            "退回",
            "申请延期",
            "申请挂起",
            "已联系来电人",
            "规则纠错",
        ]
        cases.tap("申请挂起")
        cases.locator(".choice button", "季节原因").click()
        cases.locator("form input[type=date]").fill("2026-12-20")
        cases.locator("form textarea").fill("冰冻期不能铺装")
        cases.locator("form .primary").click()
        asked = {"reason": "season", "until": "2026-12-20T15:59:59.000Z", "text": "冰冻期不能铺装"}
        assert cases.acts() == [("apply_suspension", asked)]
        w.done("apply_suspension", key, TANGZHEN, **asked)
        cases.page.evaluate(DONE, 4)
        cases.tell()
        assert "挂起待批" in cases.texts(".case .what i")[0]
        cases.tap("撤回申请")
        assert cases.acts()[-1] == ("withdraw", {})


def test_the_reporter_is_shown_to_who_says_what_for_and_leaves_with_the_row(
    browser: Browser,
) -> None:
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx") as cases:
        page = cases.page
        cases.locator(".case .what", "羽山路").click()
        assert "井盖不见了" in cases.texts(".file .words")
        assert cases.texts(".masked") == ["反映人 联系方式已隐去"]
        cases.tap("查看")
        cases.locator(".purpose button", "联系").click()
        [(verb, args)] = cases.acts()
        assert (verb, args) == ("reveal", {"purpose": "contact"})
        page.evaluate(SHOWN)
        page.wait_for_function("() => inCard('own_cases', '.revealed').length === 1")
        assert "13800000000" in cases.texts(".revealed")[0]
        cases.locator(".case .what", "羽山路").click()
        assert page.evaluate("inCard('own_cases', '.revealed').length") == 0
        cases.locator(".case .what", "羽山路").click()
        assert page.evaluate("inCard('own_cases', '.revealed').length") == 0


def test_who_only_reads_has_no_buttons_and_nobody_has_the_check(browser: Browser) -> None:
    w = World()
    busy(w)
    with own_cases_page(browser, w, "tx", verbs=[]) as cases:
        for row in ("羽山路", "唐陆路", "高科东路"):
            cases.locator(".case .what", row).click()
        assert cases.texts(f"{BUTTONS}, .rest button, .person-pane button") == []
    with own_cases_page(browser, w, "tx", verbs=[*OPERATOR, "check"]) as cases:
        cases.locator(".done").click()
        assert "核查" not in " ".join(cases.texts("button[data-verb]"))


def test_a_new_hazard_to_make_safe_rings_and_stands_on_top(browser: Browser) -> None:
    w = World()
    filed(w, "hotline/shop", **{**SHOP, "street": "310115004"}, road="唐陆路")
    with own_cases_page(browser, w, "310115004") as cases:
        page = cases.page
        page.evaluate("() => { window.shaken = 0; navigator.vibrate = () => { shaken += 1; return true; }; }")
        page.locator('[data-cell="agency_header"] .alarm').click()
        page.wait_for_function("() => citywall.agency.alarm() === 'armed'")
        cases.tell()
        assert page.evaluate("shaken") == 0
        filed(w, "hotline/cover", road="羽山路")
        cases.tell()
        assert page.evaluate("shaken") == 1
        assert cases.texts(".case .what b")[0] == "井盖缺失 · 羽山路"
        assert cases.texts(".case .what i")[0].startswith("先行处置 剩")
        assert "通信 待签收" in cases.texts(".case .what i")[0]
        assert cases.texts(BUTTONS)[0] == "先行处置完成"
        cases.locator(".case .what").click()
        assert "退回" not in " ".join(cases.texts(".rest button"))
        # One that the street holds itself, because its owner is unknown, rings too, and once.
        w.report("hotline/own", road="拱极路")
        w.done("file", "hotline/own", INTAKE, owner_state="unknown")
        cases.tell()
        assert page.evaluate("shaken") == 2
        assert w.case("hotline/own").file.holder == "310115004"
        w.done("reassign", "hotline/own", DISPATCHER, to="tx")
        cases.tell()
        assert page.evaluate("shaken") == 2
