"""Orders from the desk's queue in a real Chromium: what a press orders, and what its row says of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import DONE, LATER, mark, opened
from tests.seen_factory import NOW
from tests.static.desk_list import FOOT, ME, ORDER, PLACE, ROW, WORDS, press, row, scalars, tell

pytestmark = pytest.mark.browser


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
        page.wait_for_function(
            "(mark) => !citywall.orders.isBusy(mark)", arg=place
        )  # one order of a row at a time
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
    assert (act["verb"], act["version"], act["args"]) == ("escalate", 3, {"level": 1})
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
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('撤销 20')")
    page.evaluate(LATER, 2_500)
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
    page.evaluate(LATER, 1_200)
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
    page.evaluate("fallSilent()")
    assert "未送达" in page.evaluate(WORDS, mark(0))
    acts = page.evaluate("acts()")
    assert len(acts) == 2
    assert acts[0] == acts[1]


UNKNOWN = '{ refused: { code: "read_only", key: "order_unknown", reason: "", names: {} } }'
A_MINUTE_LATER = "() => { const now = Date.now; Date.now = () => now.call(Date) + 61e3; }"


def test_an_order_of_which_nobody_knows_is_asked_for_again_and_never_called_not_done(page: Page) -> None:
    page.evaluate(
        f"""() => {{ let n = 0; window.answering = (act) => (n++ === 0 ? {UNKNOWN}
            : {{ done: {{ position: 2, version: 4, facts: [], undo_until: null }} }}); }}"""
    )
    press(page, 0, ".pair .one")
    page.wait_for_function(f"({WORDS})('{mark(0)}').includes('未送达 · 重发中')")
    page.evaluate("fallSilent()")
    page.wait_for_function(f"({WORDS})('{mark(0)}').includes('已升级▸值班长')")
    acts = page.evaluate("acts()")
    assert len(acts) == 2
    assert acts[0] == acts[1]


def test_of_many_those_without_an_answer_are_not_called_not_done_and_may_be_sent_again(page: Page) -> None:
    page.evaluate(f"() => {{ window.answering = () => ({UNKNOWN}); }}")
    for key in ("j", "x", "j", "x", "r"):
        page.keyboard.press(key)
    page.evaluate(A_MINUTE_LATER)
    page.evaluate("fallSilent()")
    page.wait_for_function(f"({FOOT})().includes('已执行 0 · 未执行 0 · 未送达 2 · 待答 0')")
    assert page.evaluate(WORDS, mark(0)).endswith("重发 好")
    page.evaluate(DONE)
    first = page.evaluate("acts()[0].command_id")
    press(page, 0, ".pair .one")
    page.wait_for_function(f"({WORDS})('{mark(0)}').includes('已改派▸电力')")
    assert page.evaluate("acts().at(-1).command_id") == first


def test_one_order_of_a_case_at_a_time(page: Page) -> None:
    press(page, 0, ".pair .one")
    press(page, 0, ".pair .two")
    page.keyboard.press("j")
    page.keyboard.press("r")
    assert [act["verb"] for act in page.evaluate("acts()")] == ["escalate"]


def test_a_look_at_the_reporter_hides_no_undo_and_who_they_are_stays_nowhere(page: Page) -> None:
    page.evaluate(
        """() => { window.answering = (act) => ({ done: { position: 9, version: 4, facts: [],
            ...(act.verb === "reveal" ? { undo_until: null, person: { name: "张三", phone: "138" } }
                : { undo_until: citywall.machine() + 20 }) } }); }"""
    )
    press(page, 1, ".pair .two")
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('已改派▸电力')")
    told = page.evaluate("(mark) => citywall.desk.act('reveal', mark, 4, {})", mark(1))
    assert told["done"]["person"]["name"] == "张三"
    assert "张三" not in page.evaluate("JSON.stringify(citywall.orders.all())")
    assert "已改派▸电力" in page.evaluate(WORDS, mark(1))
    assert "撤销" in page.evaluate(WORDS, mark(1))
    page.keyboard.press("u")
    undo = page.evaluate("acts().at(-1)")
    assert (undo["verb"], undo["subject"], undo["version"]) == ("undo", "case:~" + mark(1), 4)


def test_what_was_done_is_dropped_some_time_after_its_undo_wherever_its_row_is(page: Page) -> None:
    page.evaluate(DONE.replace("+ 20", "+ 1"))
    press(page, 1, ".pair .two")
    page.wait_for_function("citywall.orders.all().length === 1")
    tell(page, [row(2)])
    page.evaluate(LATER, 1_000)
    page.wait_for_function("citywall.orders.all().length === 0")


def test_what_was_undone_is_never_told_as_done_again(page: Page) -> None:
    page.evaluate(DONE)
    press(page, 1, ".pair .two")
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('已改派▸电力')")
    press(page, 1, ".undo")
    page.wait_for_function(f"({WORDS})('{mark(1)}').includes('已撤销')")
    page.evaluate("citywall.orders.forget(acts().at(-1).subject.slice(6))")
    assert "已改派" not in page.evaluate(WORDS, mark(1))


def test_home_is_the_first_row_also_when_none_was_chosen(page: Page) -> None:
    for key, number in (("Home", 0), ("End", 11), ("Escape", 0), ("Home", 0)):
        page.keyboard.press(key)
        if key != "Escape":
            assert page.evaluate("citywall.desk.selected()") == mark(number)


def test_a_key_that_is_struck_twice_is_one_order_whatever_the_row_says_by_then(page: Page) -> None:
    page.keyboard.press("j")
    page.evaluate(DONE)
    page.evaluate(
        """async ([key, row]) => {
            const strike = () => dispatchEvent(new KeyboardEvent("keydown", { key: "e", bubbles: true }));
            strike();
            while (citywall.orders.isBusy(key)) await new Promise((done) => setTimeout(done, 1));
            tell({ views: { desk_queue: { as_of: 0, scalars: {}, set: { [key]: row } } } });
            strike();
        }""",
        [mark(0), row(0, supervised=1, version=4)[1]],
    )
    assert [act["args"] for act in page.evaluate("acts()")] == [{"level": 1}]


def test_a_button_that_was_pressed_takes_no_key_afterwards(page: Page) -> None:
    page.evaluate(DONE)
    press(page, 3, ".pair .one")
    page.wait_for_function(f"({WORDS})('{mark(3)}').includes('已升级')")
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    assert len(page.evaluate("acts()")) == 1


def test_who_leads_the_shift_escalates_to_whom_the_button_names(browser: Browser) -> None:
    with opened(browser, "desk", person={**ME, "role": "shift_lead"}) as page:
        tell(page, [row(1), row(2, supervised=2)])
        assert page.evaluate(WORDS, mark(1)).endswith("升级▸带班领导 改派▸电力")
        press(page, 1, ".pair .one")
        press(page, 2, ".pair .one")
        assert [act["args"] for act in page.evaluate("acts()")] == [{"level": 2}, {"level": 3}]


def test_still_escalating_names_whom_it_would_be_now(page: Page) -> None:
    refused = '{ refused: { code: "not_now", key: "level_done", reason: "", names: {} } }'
    page.evaluate(f"() => {{ window.answering = () => ({refused}); }}")
    press(page, 4, ".pair .one")
    tell(page, [row(n, **({"supervised": 1} if n == 4 else {})) for n in range(12)])
    assert page.evaluate(WORDS, mark(4)).endswith("仍要升级▸带班领导 好")
    press(page, 4, ".pair .one")
    assert page.evaluate("acts().at(-1).args") == {"level": 2}


def test_an_order_that_a_reload_interrupts_goes_on_for_its_own_person_only(page: Page) -> None:
    press(page, 0, ".pair .one")
    kept = "() => { attach(); return acts().map((act) => act.command_id); }"
    first = page.evaluate("acts()[0].command_id")
    page.reload()
    page.wait_for_function("window.isMounted")
    assert page.evaluate(kept) == [first]
    page.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage.getItem("citywall-orders"));
            sessionStorage.setItem("citywall-orders", JSON.stringify({ ...kept, owner: "somebody else" }));
        }"""
    )
    page.reload()
    page.wait_for_function("window.isMounted")
    assert page.evaluate(kept) == []


def test_many_rows_are_ordered_one_command_each_and_told_in_one_line(page: Page) -> None:
    page.evaluate(DONE)
    for key in ("j", "x", "j", "x", "j", "x", "r"):
        page.keyboard.press(key)
    acts = page.evaluate("acts()")
    assert [(act["subject"], act["args"]) for act in acts] == [
        ("case:~" + mark(n), {"to": "dl"}) for n in range(3)
    ]  # fmt: skip
    page.wait_for_function(f"({FOOT})().includes('批量 3件：已执行 3 · 未执行 0 · 未送达 0 · 待答 0')")
