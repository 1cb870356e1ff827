"""The desk's queue under a pointer, in a real Chromium: which rows stand in it and which one is meant."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import DONE, mark, opened, tell_view
from tests.seen_factory import NOW
from tests.static.desk_list import FOOT, ME, ORDER, ROW, WORDS, press, row, tell

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.hacked=1">'


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "desk", person=ME) as found:
        tell(found, [row(n) for n in range(12)])
        yield found


def test_under_a_pointer_nothing_changes_place_and_what_is_new_is_counted(page: Page) -> None:
    before = page.evaluate(ORDER)
    page.mouse.move(300, 400)
    new = [row(20 + n, urgency="critical", due_at=NOW + n) for n in range(3)]
    tell(page, [*new, *(row(n) for n in range(11, 0, -1))])
    assert page.evaluate(ORDER) == before
    assert page.evaluate(FOOT) == "顺序已锁定 · 新到 3（特急 3）"
    assert "已离开此列表" in page.evaluate(WORDS, mark(0))
    assert page.evaluate(f"({ROW})('{mark(0)}').querySelectorAll('.pair button:not([hidden])').length") == 0
    page.mouse.move(1200, 400)
    assert page.evaluate(ORDER)[:3] == [mark(20), mark(21), mark(22)]
    assert mark(0) not in page.evaluate(ORDER)


def test_the_keyboard_walks_orders_and_holds_the_order(page: Page) -> None:
    page.evaluate(DONE)
    for key in ("j", "j", "ArrowDown", "k", "e", "r", "3", "w"):
        page.keyboard.press(key)
        page.wait_for_function("!citywall.orders.isBusy(citywall.desk.selected() ?? '')")
    told = [(act["subject"], act["verb"], act["args"]) for act in page.evaluate("acts()")]
    here = "case:~" + mark(1)
    assert told == [
        (here, "escalate", {"level": 1}), (here, "reassign", {"to": "dl"}), (here, "reassign", {"to": "tx"}),
        ("wall:hall", "show", {"kind": "case", "id": mark(1)}),
    ]  # fmt: skip
    tell(page, [row(30, due_at=NOW), *(row(n) for n in range(12))])
    assert page.evaluate(ORDER)[0] == mark(0)
    assert "顺序已锁定 · 新到 1" in page.evaluate(FOOT)
    page.keyboard.press("Escape")
    assert page.evaluate(ORDER)[0] == mark(30)
    assert page.evaluate("citywall.desk.selected()") == mark(1)
    assert mark(1) in page.url


def test_a_list_that_was_let_go_under_the_pointer_is_held_again_when_it_moves(page: Page) -> None:
    page.mouse.move(300, 400)
    page.keyboard.press("Escape")
    page.mouse.move(301, 402)
    before = page.evaluate(ORDER)
    tell(page, [row(30, due_at=NOW), *(row(n) for n in range(12))])
    assert page.evaluate(ORDER) == before
    assert "顺序已锁定 · 新到 1" in page.evaluate(FOOT)


def test_a_key_that_is_held_is_one_press_and_typing_orders_nothing(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.down("e")
    page.keyboard.down("e")
    page.keyboard.up("e")
    page.keyboard.press("/")
    page.keyboard.type("erw1")
    assert [act["verb"] for act in page.evaluate("acts()")] == ["escalate"]


def test_a_ruling_and_a_hazard_offer_what_comes_first(page: Page) -> None:
    nearest = {"unit": "u1", "call_sign": "洋泾城管3号", "metres": 1204, "minutes": 3.4}
    tell(page, [
        row(1, urgency="critical", hazard=True, nearest_unit=nearest,
            verbs=["send_unit", "escalate", "reassign"]),
        row(2, state="ruling", ruling_due_at=NOW + 1830.0, verbs=["send_for_ruling"], bounced=["tx", "dl"]),
        row(3, state="ruling", ruling_due_at=NOW + 1830.0, verbs=[], ruling_sent=True),
        row(4, supervised=3, verbs=["escalate", "reassign"], escalate_to=""),
    ])  # fmt: skip
    assert page.evaluate(WORDS, mark(1)).endswith("派人▸洋泾城管3号 1.2公里 4分 改派▸电力")
    assert "剩30分 待裁定 · 退单2次（通信、电力） 送带班领导" in page.evaluate(WORDS, mark(2))
    assert page.evaluate(f"({ROW})('{mark(3)}').querySelector('.pair .one').disabled")
    assert page.evaluate(WORDS, mark(3)).endswith("已送")
    assert page.evaluate(WORDS, mark(4)).endswith("改派▸电力")
    press(page, 1, ".pair .one")
    assert page.evaluate("acts()[0].args") == {"unit": "u1", "call_sign": "洋泾城管3号"}


INTAKE = {**ME, "role": "intake_officer", "verbs": ["file", "merge", "undo"]}
OFFERED = (
    "() => inCard('desk_queue', '.pair button').filter((one) => !one.hidden).map((one) => one.textContent)"
)


def test_a_row_has_buttons_for_what_the_person_may_order_alone(browser: Browser) -> None:
    nearest = {"unit": "u1", "call_sign": "消防01", "metres": 100, "minutes": 1.0}
    with opened(browser, "desk", person=INTAKE) as page:
        tell(page, [
            row(1, urgency="critical", hazard=True, nearest_unit=nearest,
                verbs=["send_unit", "escalate", "reassign"]),
            row(2, state="reported", verbs=["file", "escalate"], same=[[mark(9), 1]]),
            row(3, state="ruling", ruling_sent=True, verbs=[]),
        ])  # fmt: skip
        assert page.evaluate(OFFERED) == ["并案▸1件", "立案"]
        page.evaluate("(mark) => citywall.desk.select(mark)", mark(1))
        for key in ("e", "r", "1", "w"):
            page.keyboard.press(key)
        assert page.evaluate("acts()") == []


def test_a_desk_names_the_keys_of_what_its_person_may_order(browser: Browser) -> None:
    with opened(browser, "desk", person=INTAKE) as page:
        tell_view(page, "desk_header", {"more": 0, "marks": []}, [])
        assert page.evaluate("() => inCard('desk_header', '.keys kbd').map((one) => one.textContent)") == [
            "U",
            "X",
            "/",
        ]


@pytest.mark.parametrize(
    ("page_key", "card", "all_"), [("wall", "queue", "total"), ("desk", "desk_queue", "all")]
)
def test_a_wall_and_a_desk_count_the_same_and_say_why_there_are_fewer_rows(
    browser: Browser, page_key: str, card: str, all_: str
) -> None:
    with opened(browser, page_key, person=ME) as page:
        head = "(card) => inCard(card, 'h2')[0].textContent"
        foot = "(card) => inCard(card, 'footer')[0].textContent"
        rows = [row(n) for n in range(3)]
        tell_view(page, card, {all_: 1205, "rows": 3, "gaps": [], "earliest_due": None}, rows)
        assert (page.evaluate(head, card), page.evaluate(foot, card).startswith("3处反映1,205件")) == (
            "待处置 1,205",
            True,
        )
        tell_view(page, card, {all_: 3, "rows": 3, "gaps": [], "earliest_due": None}, rows)
        assert (page.evaluate(head, card), "反映" in page.evaluate(foot, card)) == ("待处置 3", False)


def test_who_is_off_shift_is_told_that_they_may_only_look(browser: Browser) -> None:
    with opened(browser, "desk", person={**ME, "verbs": []}) as page:
        tell_view(page, "desk_header", {"more": 0, "marks": []}, [])
        assert page.evaluate("inCard('desk_header', 'h1')[0].textContent").endswith(" · 不在班，只能查看")


def test_a_shift_that_ends_takes_its_buttons_along(browser: Browser) -> None:
    with opened(browser, "desk", person={**INTAKE, "verbs": ["file", "escalate"]}) as page:
        tell(page, [row(1, state="reported", verbs=["file", "escalate"])])
        assert page.evaluate(OFFERED) == ["立案", "升级▸值班长"]
        page.evaluate("""async () => {
            const asked = citywall.orders.askVerbs();
            const { id } = sent.findLast((one) => one.ask?.what === "verbs").ask;
            reply({ reply: { id, verbs: ["file"] } });
            await asked;
        }""")
        assert page.evaluate(OFFERED) == ["立案"]


def test_who_else_is_at_a_case_is_said_in_its_row_but_not_oneself(page: Page) -> None:
    tell(page, [row(1, presence=["李××（值班员）", "陈××"])])
    assert "李×× 正在处理 · 水务 处置中" in page.evaluate(WORDS, mark(1))


def test_filters_and_order_choose_among_what_the_channel_told(page: Page) -> None:
    tell(page, [row(1, acted_by=["me"]), row(2, urgency="critical"), row(3, due_at=NOW - 60.0),
                row(4, state="ruling")],
         critical=1, overdue=1, ruling=1, mine={"me": 1})  # fmt: skip
    chips = "() => inCard('desk_queue', '.chip').map((chip) => chip.textContent)"
    assert page.evaluate(chips) == ["全部", "特急1", "我的1", "超时1", "待受理0", "待裁定1"]
    found = {}
    for number, name in enumerate(("all", "critical", "mine", "overdue", "reported", "ruling")):
        page.evaluate("(n) => inCard('desk_queue', '.chip')[n].click()", number)
        found[name] = sorted(int(key, 16) for key in page.evaluate(ORDER))
    assert found == {
        "all": [1, 2, 3, 4], "critical": [2], "mine": [1], "overdue": [3], "reported": [], "ruling": [4],
    }  # fmt: skip
    assert "filter=ruling" in page.url


@pytest.mark.parametrize(("lang", "hint"), [("zh", "网格"), ("en", "grid")])
def test_the_search_names_grids_where_the_district_has_them(browser: Browser, lang: str, hint: str) -> None:
    for has_grids in (True, False):
        with opened(browser, "desk", person=ME, lang=lang, has_grids=has_grids) as page:
            tell(page, [row(1)])
            told = page.evaluate(
                "() => inCard('desk_queue', '.search').map((s) => [s.placeholder, s.ariaLabel])"
            )
        [(placeholder, label)] = told
        assert (hint in placeholder) == has_grids
        assert label == placeholder


def test_a_search_asks_the_server_and_shows_what_it_answers(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("羽山")
    page.wait_for_function("sent.some((message) => message.ask?.what === 'rows')")
    question = page.evaluate("sent.find((message) => message.ask).ask")
    assert (question["words"], question["filter"], question["order"]) == ("羽山", "all", "left")
    page.evaluate(
        "([id, rows]) => reply({ reply: { id, rows, total: 1 } })", [question["id"], [row(77, road="羽山路")]]
    )
    assert page.evaluate(ORDER) == [mark(77)]
    page.keyboard.press("Enter")
    assert page.evaluate("citywall.desk.selected()") == mark(77)


def test_beyond_what_the_channel_tells_another_order_is_asked_for(page: Page) -> None:
    tell(page, [row(n) for n in range(12)], all=5000, overdue=700)
    page.evaluate("inCard('desk_queue', '.chip')[3].click()")
    question = page.evaluate("sent.find((message) => message.ask).ask")
    assert (question["what"], question["filter"]) == ("rows", "overdue")


def asked(page: Page, number: int) -> dict[str, Any]:
    """Return the question of this number, once it was asked."""
    page.wait_for_function(f"sent.filter((message) => message.ask).length >= {number}")
    question: dict[str, Any] = page.evaluate(f"sent.filter((message) => message.ask)[{number - 1}].ask")
    return question


def reply(page: Page, question: dict[str, Any], rows: list[tuple[str, dict[str, Any]]], total: int) -> None:
    told = {"id": question["id"], "rows": rows, "total": total}
    page.evaluate("(told) => reply({ reply: told })", told)


def test_callers_who_wait_are_asked_for_and_answered_with_one_press(page: Page) -> None:
    page.evaluate(DONE)
    tell(page, [row(n) for n in range(3)], contact=0, call_back=2, reported=0)
    page.evaluate("inCard('desk_queue', '.find .chip')[0].click()")
    question = asked(page, 1)
    assert (question["what"], question["filter"]) == ("rows", "call_back")
    waits = {
        "waits": "call_back",
        "until": NOW + 600,
        "verbs": ["call_back"],
        "merged": True,
        "state": "merged",
    }
    # The first is told by the channel, too: here it stands as the caller who waits.
    reply(page, question, [row(0, **waits), row(40, **waits)], 2)
    assert page.evaluate(ORDER) == [mark(0), mark(40)]
    # A row is painted, and has its text, in the frame after it is drawn.
    page.wait_for_function(f"(mark) => ({WORDS})(mark).includes('已并案 · 回访')", arg=mark(0))
    press(page, 40, "button.two")
    [act] = page.evaluate("acts()")
    assert (act["subject"], act["verb"], act["args"]) == (
        f"case:~{mark(40)}", "call_back", {"satisfaction": "dissatisfied", "resolved": "unsolved"},
    )  # fmt: skip


def test_the_filter_of_reports_says_what_became_of_those_of_the_day(page: Page) -> None:
    balance = {"reported": 12, "filed": 3, "merged": 4, "rejected": 1, "waiting": 2, "other": 2}
    tell(page, [row(n, state="reported") for n in range(2)], reported=2, balance=balance)
    page.evaluate("inCard('desk_queue', '.chip')[4].click()")
    assert "今日来件 12 = 立案 3 + 并案 4 + 不予立案 1 + 待受理 2 + 其他 2" in page.evaluate(FOOT)


TO_THE_END = "inCard('desk_queue', '.rows')[0].scrollTop = 1e6"


def test_the_list_goes_on_beyond_what_the_channel_tells_even_under_the_pointer(page: Page) -> None:
    first = [row(n) for n in range(200)]
    tell(page, first, all=460, rows=450)
    assert page.evaluate(FOOT) == "另有250件 · 450处反映460件"
    page.mouse.move(300, 400)
    page.evaluate(TO_THE_END)
    question = asked(page, 1)
    assert (question["filter"], question["order"], question["after"]) == ("all", "left", None)
    reply(page, question, first, 450)
    question = asked(page, 2)
    assert question["after"] == mark(199)
    reply(page, question, [row(n) for n in range(200, 400)], 450)
    page.wait_for_function(f"({ORDER})().length === 400")
    page.evaluate(TO_THE_END)
    page.wait_for_function(f"({WORDS})('{mark(399)}').includes('第399路')")
    page.keyboard.press("End")
    assert page.evaluate("citywall.desk.row(citywall.desk.selected()).road").startswith("第")


def test_what_stands_in_the_list_with_others_of_its_place_is_not_counted_as_elsewhere(page: Page) -> None:
    tell(page, [row(n) for n in range(12)], all=40, rows=12)
    assert page.evaluate(FOOT) == "12处反映40件"


def test_the_search_asks_no_half_word_of_an_input_method(page: Page) -> None:
    page.keyboard.press("/")
    page.evaluate(
        """() => {
            const [search] = inCard("desk_queue", ".search");
            const type = (words, event) => { search.value = words; search.dispatchEvent(event); };
            type("yushan", new InputEvent("input", { isComposing: true }));
            const enter = { key: "Enter", isComposing: true, bubbles: true };
            search.dispatchEvent(new KeyboardEvent("keydown", enter));
        }"""
    )
    page.wait_for_timeout(400)
    assert page.evaluate("sent.filter((message) => message.ask).length") == 0
    assert page.evaluate("citywall.desk.selected()") is None
    page.evaluate(
        """() => {
            const [search] = inCard("desk_queue", ".search");
            search.value = "羽山";
            search.dispatchEvent(new CompositionEvent("compositionend"));
        }"""
    )
    assert asked(page, 1)["words"] == "羽山"


def test_a_case_that_is_over_says_so_in_words_and_has_no_clock(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("31011520261122")
    # Who types slowly is asked about the first digits too; only the answer to what stands there now counts.
    whole = "sent.find((message) => message.ask?.words === '31011520261122')?.ask"
    over = row(77, state="closed", verbs=[], holder="sw")
    reply(page, page.wait_for_function(whole).json_value(), [over], 1)
    page.wait_for_function(f"({ROW})('{mark(77)}')?.innerText.includes('已结案')")
    assert page.evaluate(WORDS, mark(77)).strip() == "道路积水 第77路 水务 已结案"


def test_a_desk_that_nobody_touches_looks_at_nothing_until_somebody_does(page: Page) -> None:
    looks = "sent.filter((message) => 'looking' in message).map((message) => message.looking)"
    page.keyboard.press("j")
    assert page.evaluate(looks)[-1] == mark(0)
    page.evaluate(
        """() => { const now = performance.now; performance.now = () => now.call(performance) + 181e3;
            citywall.sessionAnswered(); }"""
    )
    page.wait_for_function(f"{looks}.at(-1) === null")
    page.mouse.move(900, 500)
    page.wait_for_function(f"{looks}.at(-1) === '{mark(0)}'")


def test_without_a_session_no_button_orders_and_the_page_says_so(page: Page) -> None:
    page.evaluate("Object.assign(citywall, { session: () => 'lost' })")
    tell(page, [row(n) for n in range(3)])
    page.keyboard.press("j")
    page.keyboard.press("e")
    assert page.evaluate("inCard('desk_queue', '.pair button').every((button) => button.disabled)")
    assert "操作中断" in page.evaluate(FOOT)
    assert page.evaluate("acts()") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_of_a_row_is_markup(browser: Browser, lang: str) -> None:
    evil = row(
        1, label=EVIL, road=EVIL, state=EVIL, holder=EVIL, bounced=[EVIL], next=EVIL, presence=[EVIL],
        no=EVIL,
        targets=[EVIL], escalate_to=EVIL, nearest_unit={"unit": EVIL, "call_sign": EVIL}, co=[EVIL], why=EVIL,
        verbs=["send_unit", "reassign", EVIL], urgency=EVIL, **{"class": EVIL},
        make_safe={"holder": EVIL, "at": NOW, "due_at": NOW + 60.0, "done_at": None},
    )  # fmt: skip
    with opened(browser, "desk", lang=lang, person={**ME, "name": EVIL, "role": EVIL, "seat": EVIL}) as page:
        tell(page, [evil])
        page.evaluate(
            """(evil) => {
                const winner = { by: evil, at: 0, did: evil, to: evil };
                const refused = { code: evil, key: evil, reason: evil, names: {}, winner };
                window.answering = () => ({ refused });
            }""",
            EVIL,
        )
        press(page, 1, ".pair .two")
        page.wait_for_timeout(200)
        assert EVIL in page.evaluate("(mark) => inCard('desk_queue', '.rows li')[0].textContent", mark(1))
        assert page.evaluate("window.hacked") is None
        assert (
            page.evaluate(
                "inCard('desk_queue', 'img, [onerror]').length + inCard('desk_header', 'img').length"
            )
            == 0
        )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_buttons_fit_beside_the_line_and_no_text_is_smaller_than_thirteen_px(
    browser: Browser, lang: str
) -> None:
    with opened(browser, "desk", lang=lang, person=ME) as page:
        tell(
            page,
            [
                row(
                    n, nearest_unit={"unit": "u", "call_sign": "洋泾城管3号"}, verbs=["send_unit", "reassign"]
                )
                for n in range(12)
            ],
        )
        boxes = page.evaluate(
            """() => inCard('desk_queue', '.rows li').map((li) => {
                const row = li.getBoundingClientRect();
                const pair = [...li.querySelectorAll('.pair button:not([hidden])')];
                const boxes = pair.map((button) => button.getBoundingClientRect());
                const isInside = (box) => box.bottom <= row.bottom && box.right <= row.right;
                return [row.height, pair.length, boxes.every(isInside)];
            })"""
        )
        sizes = page.evaluate(
            """() => ['desk_queue', 'desk_header', 'desk_strip'].flatMap((card) => inCard(card, '*'))
                .filter((node) => [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
                .map((node) => parseFloat(getComputedStyle(node).fontSize))"""
        )
    assert {tuple(box) for box in boxes} == {(63, 2, True)}
    assert min(sizes) >= 13.0
