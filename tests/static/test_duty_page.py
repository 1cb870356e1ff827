"""The duty page's scripts in a real browser, without a server: keys, calls, the CSV, text that stays text."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import DONE, opened, tell_view
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

PAYLOAD = "<img src=x onerror=alert(1)>"
VERBS = (
    "comment", "sign_in", "go_away", "come_back", "sign_out", "answer_item", "sign_handover", "write_entry",
    "call", "override_roster", "load_roster", "start_call_out", "save_daily_report", "pass_authority",
)  # fmt: skip
LEAD: dict[str, Any] = {
    "name": "陈××（值班长）", "role": "shift_lead", "seat": "1", "person_mark": "me", "verbs": list(VERBS),
}  # fmt: skip

SHIFT = {
    "id": "night", "kind": "night", "starts_at": NOW - 9000, "ends_at": NOW + 1800, "state": "open",
    "version": 4,
}  # fmt: skip
NEXT = {
    "id": "day", "kind": "day", "starts_at": NOW + 1800, "ends_at": NOW + 45_000, "state": "planned",
    "version": 1,
}  # fmt: skip

# The session answers questions at once.
ANSWERS = """(answers) => { window.citywall.orders.attach((message) => {
  window.sent.push(message);
  if (message.ask && answers[message.ask.what])
    later(() => window.reply({ reply: { id: message.ask.id, ...answers[message.ask.what] } }), 0);
  if (message.act && window.answering) {
    const answer = window.answering(message.act), { command_id } = message.act;
    if (answer) later(() => window.reply({ answer: { command_id, ...answer } }), 0);
  }
}); }"""
ASKED: dict[str, Any] = {
    "contacts": {"contacts": [
        {"key": "seat:ga", "name": "公安席", "url": "tel:8102"},
        {"key": "street:310115005", "name": "花木分中心", "url": "tel:8201"},
    ]},
    "duty_log": {"total": 1, "lines": [{
        "id": "e9", "position": 9, "at": NOW, "kind": "report", "text": PAYLOAD, "refs": [], "labels": {},
        "name": PAYLOAD, "corrects": 0, "corrected": False,
    }]},
    "roster_check": {"faults": []},
    "verbs": {"verbs": list(VERBS)},
}  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "duty", person=LEAD) as found:
        found.evaluate(DONE)
        found.evaluate(ANSWERS, ASKED)
        tell_view(found, "duty_board", {"kept": True, "shift": SHIFT, "next": NEXT, "left": {}}, [
            post("shift_lead", person_mark="me", holder="陈××（值班长）", shown="present"),
            post("seat:ga", shown="empty", since=NOW - 720, colour="red", person=PAYLOAD),
        ])  # fmt: skip
        tell_view(found, "duty_entry", {"shift": "night"}, [])
        tell_view(found, "duty_log", {"entry": 9, "line": 0, "reports": []}, [])
        found.wait_for_function("inCard('duty_log', '.written').length === 1")
        yield found


def post(key: str, **given: Any) -> tuple[str, dict[str, Any]]:
    plain = {
        "person": "陈××（值班长）", "deputy": "", "holder": "", "person_mark": "", "since": NOW - 60,
        "away_until": None, "colour": None, "is_called": False, "next": "", "next_deputy": "",
        "next_person_mark": "", "shown": "planned", "passes_from": None,
    }  # fmt: skip
    return key, {**plain, **given}


def acts(page: Page, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    page.wait_for_function("(count) => acts().length >= count", arg=count)
    return [(act["verb"], act["subject"], act["args"]) for act in page.evaluate("acts()")]


def words(page: Page, card: str, selector: str) -> list[str]:
    found: list[str] = page.evaluate(
        "([card, selector]) => inCard(card, selector).filter((node) => node.checkVisibility())"
        ".map((node) => node.textContent.replaceAll(/\\s+/g, ' ').trim())", [card, selector],
    )  # fmt: skip
    return found


def test_ones_own_duty_is_one_key_each_and_the_letters_stand_on_the_buttons(page: Page) -> None:
    assert words(page, "duty_board", ".own button") == ["L短离", "O离岗"]
    page.keyboard.press("s")  # signed in already
    page.keyboard.press("l")
    assert words(page, "duty_board", ".own .minutes") == ["110分", "220分", "330分"]
    page.keyboard.press("2")
    assert acts(page, 1) == [("go_away", "shift:night", {"post": "shift_lead", "minutes": 20})]
    tell_view(page, "duty_board", {"kept": True, "shift": SHIFT, "next": NEXT, "left": {}}, [
        post("shift_lead", person_mark="me", holder="陈××（值班长）", shown="away", away_until=NOW + 1200),
    ])  # fmt: skip
    page.keyboard.press("b")
    assert acts(page, 2)[1] == ("come_back", "shift:night", {"post": "shift_lead"})


def test_who_is_on_the_next_shift_signs_in_there(page: Page) -> None:
    tell_view(page, "duty_board", {"kept": True, "shift": SHIFT, "next": NEXT, "left": {}}, [
        post("shift_lead", person="许××（值班长）", next="陈××（值班长）"),
    ])  # fmt: skip
    page.keyboard.press("s")
    assert acts(page, 1) == [("sign_in", "shift:day", {"post": "shift_lead"})]


def test_an_empty_post_says_for_how_long_and_what_the_server_tells_stays_text(page: Page) -> None:
    assert words(page, "duty_board", '.post[data-colour="red"] .state') == ["空岗 12分"]
    for card in ("duty_board", "duty_log"):
        assert page.evaluate("(card) => inCard(card, 'img').length", card) == 0
    assert PAYLOAD in words(page, "duty_log", ".written span")[0]


def test_the_authority_passes_with_one_tap_from_the_servers_moment_on_and_not_before(page: Page) -> None:
    now = page.evaluate("citywall.city()")
    absent = {"shown": "empty", "colour": "red", "deputy": "岑××", "since": now - 300}
    selector = '[data-key="rotating_leader"] .acts'
    for passes_from, told in ((None, []), (now + 300, []), (now - 1, ["授权副职"])):
        tell_view(page, "duty_board", {"kept": True, "shift": SHIFT, "next": NEXT, "left": {}}, [
            post("rotating_leader", **absent, passes_from=passes_from),
        ])  # fmt: skip
        assert [one for one in words(page, "duty_board", f"{selector} button") if "授权" in one] == told


def test_a_call_is_a_link_where_there_is_a_number_and_it_is_written_to_the_log(page: Page) -> None:
    page.wait_for_function("inCard('duty_board', 'a.call').length === 1")
    assert page.evaluate("inCard('duty_board', 'a.call')[0].getAttribute('href')") == "tel:8102"
    page.evaluate(
        "() => { const link = inCard('duty_board', 'a.call')[0];"
        " link.addEventListener('click', (event) => event.preventDefault()); link.click(); }"
    )
    assert acts(page, 1) == [("call", "shift:night", {"to": "seat:ga"})]
    page.keyboard.press("c")
    page.keyboard.type("花木")
    assert words(page, "duty_board", ".directory li span:first-child") == ["花木分中心"]


def roster(page: Page, name: str, data: bytes) -> None:
    page.locator('[data-cell="duty_week"] input[type=file]').set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )


HEADER = "role,name,seat,deputy,from,to,count\n"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            (HEADER + "shift_lead,陈××,,沈××,08:30,20:30,\n").encode("gb18030"),
            "第2行 name · 不是UTF-8，像是GB18030；请另存为UTF-8",
        ),
        (
            (HEADER + "seat,张××,城管,,08:30,20:30,\n").encode() + b"\xff\xfe\n",
            "第3行 role · 不是UTF-8",
        ),
        ((HEADER + "shift_lead,陈××,,,08:30,20:30,,,\n").encode(), "第2行 · 有 9 格，表头只有 7 列"),
        (b"a,b\n1,2\n", "第1行 role · 缺少表头列 role"),
        (HEADER.encode(), "第2行 · 没有数据行"),
    ],
)
def test_a_csv_that_cannot_be_read_is_named_by_row_and_column(page: Page, data: bytes, fault: str) -> None:
    tell_view(page, "duty_week", {"days": [NOW - 43_200], "gaps": 0}, [])
    roster(page, "roster.csv", data)
    page.wait_for_function("inCard('duty_week', '.faults li').length === 1")
    assert words(page, "duty_week", ".faults li") == [fault]
    assert "未载入，原排班不变" in words(page, "duty_week", ".faults p")[0]
    assert [message for message in page.evaluate("sent") if message.get("act")] == []


def test_a_good_csv_is_checked_and_loaded_with_a_reason(page: Page) -> None:
    tell_view(page, "duty_week", {"days": [NOW - 43_200], "gaps": 0}, [])
    line = '"shift_lead","陈××（值班长）",,"沈××, ""副""",08:30,20:30,\r\n'
    roster(page, "roster.csv", b"\xef\xbb\xbf" + (HEADER.replace("\n", "\r\n") + line).encode())
    page.wait_for_function("inCard('duty_week', '.load').length === 1")
    page.keyboard.type("十二月排班")
    page.keyboard.press("Enter")
    [(verb, subject, args)] = acts(page, 1)
    assert (verb, subject, args["reason"]) == ("load_roster", "roster:district", "十二月排班")
    assert args["rows"] == [{
        "role": "shift_lead", "name": "陈××（值班长）", "seat": "", "deputy": '沈××, "副"', "from": "08:30",
        "to": "20:30", "count": "",
    }]  # fmt: skip


def test_a_cell_of_the_week_is_changed_in_place_with_the_keyboard(page: Page) -> None:
    cells = [
        {"from": NOW + n * 43_200, "to": NOW + (n + 1) * 43_200, "kind": kind, "person": "李××（值班员）",
         "deputy": "", "gap": False, "override": False}
        for n, kind in enumerate(("day", "night"))
    ]  # fmt: skip
    tell_view(page, "duty_week", {"days": [NOW - 3600], "gaps": 0}, [("duty_officer", {"cells": cells})])
    for key in ("w", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("钱××（值班员）")
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("病假")
    page.keyboard.press("Enter")
    [(verb, _, args)] = acts(page, 1)
    assert (verb, args["post"], args["person"], args["reason"]) == (
        "override_roster", "duty_officer", "钱××（值班员）", "病假",
    )  # fmt: skip
    assert args["starts_at"] < args["ends_at"]


def report(version: int, text: str, name: str) -> dict[str, Any]:
    saved = {"name": name, "at": NOW - 30}
    return {"report": {"day": "2026-09-15", "text": text, "figures": {}, "saved": saved, "version": version}}


def test_a_daily_report_that_somebody_saved_meanwhile_stays_readable_beside_ones_own(page: Page) -> None:
    page.evaluate(ANSWERS, {**ASKED, "daily_report": report(1, "昨日平稳", "李××（值班员）")})
    page.keyboard.press("d")
    own = page.locator('[data-cell="duty_log"] textarea.report')
    own.wait_for()
    page.wait_for_function("inCard('duty_log', 'textarea.report')[0].value === '昨日平稳'")
    own.fill("我的稿")
    page.evaluate(ANSWERS, {**ASKED, "daily_report": report(2, PAYLOAD, "顾××（值班长）")})
    tell_view(page, "duty_log", {"entry": 9, "line": 0, "reports": ["2026-09-15.2"]}, [])
    theirs = page.locator('[data-cell="duty_log"] .theirs')
    theirs.wait_for()
    assert theirs.locator("pre").inner_text() == PAYLOAD
    assert "顾××" in theirs.locator("p").first.inner_text()
    assert own.input_value() == "我的稿"
    save = page.locator('[data-cell="duty_log"] .daily > .ways button.primary')
    lost = {"code": "conflict", "reason": "", "winner": {"by": "顾××", "at": NOW, "did": "DailyReportSaved"}}
    page.evaluate("(refused) => { window.answering = () => ({ refused }); }", lost)
    save.click()
    page.locator('[data-cell="duty_log"] .told', has_text="保存值班日报").wait_for()
    assert page.evaluate("sent.filter((one) => one.act).at(-1).act.version") == 1
    theirs.get_by_text("保留我的，再保存").click()
    assert theirs.count() == 0
    save.click()
    act = page.evaluate("sent.filter((one) => one.act).at(-1).act")
    assert (act["version"], act["args"]["text"]) == (2, "我的稿")
