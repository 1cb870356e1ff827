"""The desk's queue under a hand, in a real Chromium: which row a press means, and what the row says of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.console.browser import chromium
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW

pytestmark = pytest.mark.browser

ME = {"name": "陈××", "role": "duty_officer", "seat": "2", "hand": "me"}
EVIL = '<img src=x onerror="window.hacked=1">'

ROW = "(mark) => inCard('desk_queue', '.rows li').find((li) => li.citywallMark === mark)"
ORDER = "() => inCard('desk_queue', '.rows li').map((li) => li.citywallMark)"
WORDS = f"(mark) => ({ROW})(mark).innerText.replace(/\\s+/g, ' ')"
PLACE = f"""([mark, act]) => {{
  const box = ({ROW})(mark).querySelector(act).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}}"""
FOOT = "() => inCard('desk_queue', 'footer .said')[0].textContent"
DONE = """() => { window.answering = (act) => ({ done: { position: 9, version: act.version + 1, facts: [],
  undo_until: citywall.machine() + 20 } }); }"""


def mark(number: int) -> str:
    return f"{number:012x}"


def row(number: int, **given: Any) -> tuple[str, dict[str, Any]]:
    plain: dict[str, Any] = {
        "no": f"31011520261122{number:05d}", "class": "event.0506", "label": "", "urgency": "normal",
        "hazard": False, "road": f"第{number}路", "street": "310115005", "at": NOW - 600.0,
        "due_at": NOW + 600.0 + 60 * number, "state": "handling", "holder": "sw", "co": [], "version": 3,
        "bounced": [], "why": "", "next": "", "next_at": None, "make_safe": None, "supervised": 0,
        "reminders": 0, "callers": 1, "ruling_due_at": None, "ruling_sent": False,
        "targets": ["dl", "cg", "tx"], "escalate_to": "shift_lead", "offers": ["escalate", "reassign"],
        "presence": [], "hands": [], "near": None, "lon": None, "lat": None,
    }  # fmt: skip
    told = {**plain, **given}
    return mark(number), {"until": told["ruling_due_at"] or told["due_at"], **told}


def scalars(n: int, **given: Any) -> dict[str, Any]:
    return {
        "all": n,
        "critical": 0,
        "overdue": 0,
        "reported": 0,
        "ruling": 0,
        "mine": {},
        "gaps": [],
        **given,
    }


def tell(page: Page, rows: list[tuple[str, dict[str, Any]]], **given: Any) -> None:
    tell_view(page, "desk_queue", scalars(given.pop("all", len(rows)), **given), rows)


def press(page: Page, number: int, act: str) -> None:
    place = page.evaluate(PLACE, [mark(number), act])
    while (again := _placed(page, number, act)) != place:  # a page that was just opened may still move
        place = again
    page.mouse.click(*place)


def _placed(page: Page, number: int, act: str) -> list[float]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: list[float] = page.evaluate(PLACE, [mark(number), act])
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "desk", person=ME) as found:
        tell(found, [row(n) for n in range(12)])
        yield found


def test_a_hundred_clicks_while_the_list_changes_ten_times_a_second_are_a_hundred_orders(page: Page) -> None:
    """Each order is of the row that was under the pointer at the press, whatever arrived meanwhile."""
    page.evaluate(
        """([rows, scalars]) => {
            let turn = 0;
            window.churn = setInterval(() => {
                turn += 1;
                const order = rows.map(([key]) => key);
                for (let i = 0; i < turn % order.length; i++) order.push(order.shift());
                const news = { version: 3 + turn, reminders: turn % 5 };
                const set = Object.fromEntries(rows.map(([key, row]) => [key, { ...row, ...news }]));
                const whole = turn % 7 === 0;
                tell({ views: { desk_queue: { whole, as_of: 0, scalars, order, set, del: [] } } });
            }, 100);
        }""",
        [[row(n) for n in range(12)], scalars(12)],
    )
    page.evaluate(DONE)
    page.mouse.move(300, 400)
    meant = []
    for click in range(100):
        act = ("one", "two")[click % 2]
        place = page.evaluate(ORDER)[(click * 5) % 12]
        x, y = page.evaluate(PLACE, [place, f".pair .{act}"])
        page.mouse.click(x, y)
        meant.append(("case:~" + place, {"one": "escalate", "two": "reassign"}[act]))
    page.evaluate("clearInterval(window.churn)")
    told = page.evaluate("acts().map((act) => [act.subject, act.verb, act.command_id])")
    assert [(subject, verb) for subject, verb, _ in told] == meant
    assert len({command_id for _, _, command_id in told}) == 100


def test_a_press_shows_pending_at_once_and_done_only_when_it_is_answered(page: Page) -> None:
    page.evaluate(
        f"""() => addEventListener("click", () => {{
            window.inSameTask = ({ROW})("{mark(2)}").dataset.act;
        }})"""
    )
    press(page, 2, ".pair .one")
    assert page.evaluate("window.inSameTask") == "pending"
    assert "升级▸值班长 送出中" in page.evaluate(WORDS, mark(2))
    (act,) = page.evaluate("acts()")
    assert (act["verb"], act["version"], act["args"]) == ("escalate", 3, {})
    page.evaluate(
        """(command_id) => reply({ answer: { command_id,
            done: { position: 1, version: 4, facts: [], undo_until: citywall.machine() + 20 } } })""",
        act["command_id"],
    )
    assert "已升级▸值班长" in page.evaluate(WORDS, mark(2))
    assert "撤销 20" in page.evaluate(WORDS, mark(2))


def test_undo_counts_down_and_orders_its_own_command_on_the_new_version(page: Page) -> None:
    page.evaluate(DONE)
    press(page, 1, ".pair .two")
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('撤销 18')")
    press(page, 1, ".undo")
    acts = page.evaluate("acts()")
    assert [(act["verb"], act["version"]) for act in acts] == [("reassign", 3), ("undo", 4)]
    assert acts[0]["args"] == {"to": "dl"}
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('已撤销')")


def test_after_its_time_undo_is_gone(page: Page) -> None:
    page.evaluate(DONE.replace("+ 20", "+ 1.2"))
    press(page, 1, ".pair .two")
    page.wait_for_function(f"({ROW})('{mark(1)}').querySelector('.undo').hidden === false")
    page.wait_for_function(f"({ROW})('{mark(1)}').querySelector('.undo').hidden === true")


def test_a_refused_order_says_in_its_row_who_won_and_may_be_given_anew(page: Page) -> None:
    page.evaluate(
        f"""() => {{ window.answering = (act) => act.version === 3
            ? {{ refused: {{ code: "conflict", key: "conflict", reason: "", names: {{}},
                 winner: {{ by: "李××（值班员）", at: {NOW}, did: "CaseEscalated", to: "duty_leader" }} }} }}
            : {{ done: {{ position: 2, version: act.version + 1, facts: [], undo_until: null }} }}; }}"""
    )
    press(page, 4, ".pair .two")
    page.wait_for_function(f"({WORDS})('{mark(4)}').includes('未执行：李×× 已于20:31:07 升级至带班领导')")
    tell(page, [row(n, **({"version": 8} if n == 4 else {})) for n in range(12)])
    assert "仍要改派 好" in page.evaluate(WORDS, mark(4))
    press(page, 4, ".pair .one")
    acts = page.evaluate("acts()")
    assert [(act["verb"], act["version"], act["args"]) for act in acts] == [
        ("reassign", 3, {"to": "dl"}), ("reassign", 8, {"to": "dl"}),
    ]  # fmt: skip
    assert acts[0]["command_id"] != acts[1]["command_id"]


def test_the_second_half_of_a_double_click_orders_nothing_whatever_stands_there_by_then(page: Page) -> None:
    refused = '{ refused: { code: "not_now", key: "", reason: "迟了", names: {} } }'
    page.evaluate(f"() => {{ window.answering = () => ({refused}); }}")
    x, y = page.evaluate(PLACE, [mark(4), ".pair .one"])
    page.mouse.dblclick(x, y, delay=30)
    page.wait_for_function(f"({WORDS})('{mark(4)}').includes('未执行：迟了')")
    assert len(page.evaluate("acts()")) == 1
    page.wait_for_timeout(600)
    page.evaluate(f"({ROW})('{mark(4)}').querySelector('.pair .two').click()")
    assert "未执行" not in page.evaluate(WORDS, mark(4))


def test_silence_says_not_delivered_and_sends_the_same_id_again(page: Page) -> None:
    press(page, 0, ".pair .one")
    page.wait_for_function(f"({WORDS})('{mark(0)}').includes('未送达')", timeout=4000)
    acts = page.evaluate("acts()")
    assert len(acts) == 2
    assert acts[0] == acts[1]


def test_under_a_hand_nothing_changes_place_and_what_is_new_is_counted(page: Page) -> None:
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
    told = [(act["subject"], act["verb"], act["args"]) for act in page.evaluate("acts()")]
    here = "case:~" + mark(1)
    assert told == [
        (here, "escalate", {}), (here, "reassign", {"to": "dl"}), (here, "reassign", {"to": "tx"}),
        ("wall:hall", "show", {"kind": "case", "id": mark(1)}),
    ]  # fmt: skip
    tell(page, [row(30, due_at=NOW), *(row(n) for n in range(12))])
    assert page.evaluate(ORDER)[0] == mark(0)
    assert "顺序已锁定 · 新到 1" in page.evaluate(FOOT)
    page.keyboard.press("Escape")
    assert page.evaluate(ORDER)[0] == mark(30)
    assert page.evaluate("citywall.desk.selected()") == mark(1)
    assert mark(1) in page.url


def test_a_key_that_is_held_is_one_press_and_typing_orders_nothing(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.down("e")
    page.keyboard.down("e")
    page.keyboard.up("e")
    page.keyboard.press("/")
    page.keyboard.type("erw1")
    assert [act["verb"] for act in page.evaluate("acts()")] == ["escalate"]


def test_many_rows_are_ordered_one_command_each_and_told_in_one_line(page: Page) -> None:
    page.evaluate(DONE)
    for key in ("j", "x", "j", "x", "j", "x", "r"):
        page.keyboard.press(key)
    acts = page.evaluate("acts()")
    assert [(act["subject"], act["args"]) for act in acts] == [
        ("case:~" + mark(n), {"to": "dl"}) for n in range(3)
    ]  # fmt: skip
    page.wait_for_function(f"({FOOT})().includes('批量 3件：已执行 3 · 未执行 0 · 待答 0')")


def test_a_ruling_and_a_hazard_offer_what_comes_first(page: Page) -> None:
    near = {"unit": "u1", "call_sign": "洋泾城管3号"}
    tell(page, [
        row(1, urgency="critical", hazard=True, near=near, offers=["send_unit", "escalate", "reassign"]),
        row(2, state="ruling", ruling_due_at=NOW + 1830.0, offers=["send_for_ruling"], bounced=["tx", "dl"]),
        row(3, state="ruling", ruling_due_at=NOW + 1830.0, offers=[], ruling_sent=True),
        row(4, supervised=3, offers=["escalate", "reassign"], escalate_to=""),
    ])  # fmt: skip
    assert page.evaluate(WORDS, mark(1)).endswith("派人▸洋泾城管3号 改派▸电力")
    assert "剩30分 待裁定 · 退单2次（通信、电力） 送带班领导" in page.evaluate(WORDS, mark(2))
    assert page.evaluate(f"({ROW})('{mark(3)}').querySelector('.pair .one').disabled")
    assert page.evaluate(WORDS, mark(3)).endswith("已送")
    assert page.evaluate(WORDS, mark(4)).endswith("改派▸电力")
    press(page, 1, ".pair .one")
    assert page.evaluate("acts()[0].args") == {"unit": "u1", "call_sign": "洋泾城管3号"}


def test_who_else_is_at_a_case_is_said_in_its_row_but_not_oneself(page: Page) -> None:
    tell(page, [row(1, presence=["李××（值班员）", "陈××"])])
    assert "李×× 正在处理 · 水务 处置中" in page.evaluate(WORDS, mark(1))


def test_filters_and_order_choose_among_what_the_channel_told(page: Page) -> None:
    tell(page, [row(1, hands=["me"]), row(2, urgency="critical"), row(3, due_at=NOW - 60.0),
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
        targets=[EVIL], escalate_to=EVIL, near={"unit": EVIL, "call_sign": EVIL}, co=[EVIL], why=EVIL,
        offers=["send_unit", "reassign", EVIL], urgency=EVIL, **{"class": EVIL},
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
                row(n, near={"unit": "u", "call_sign": "洋泾城管3号"}, offers=["send_unit", "reassign"])
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
