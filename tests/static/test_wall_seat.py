"""What a desk puts on a wall, and the seat that signs in on one: the wall's scripts in a real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from layers.projection import to_mercator
from tests.script_pages import DONE, LATER, mark, opened, tell_view
from tests.seen_factory import NOW, PEOPLE_SQUARE

pytestmark = pytest.mark.browser

HOME = [13_500_000.0, 13_560_000.0, 3_600_000.0, 3_680_000.0]
EVIL = '<img src=x onerror="window.hacked=1">'
BUTTONS = """() => [...document.querySelectorAll('button'), ...inCard('queue', 'button')]
    .filter((button) => !button.hidden).map((button) => button.textContent)"""
SIGN = "() => inCard('shown', '.chip').filter((chip) => !chip.hidden).map((chip) => chip.innerText)"

FIGURE = f"""() => {{
  const change = {{ connect() {{}} }}, setv = function (value) {{ Object.assign(this, value); }};
  const range = (start, end) => ({{ start, end, tags: [[0]], setv, change }});
  const x_range = range({HOME[0]}, {HOME[1]}), y_range = range({HOME[2]}, {HOME[3]});
  const properties = {{ inner_width: {{ is_unset: false }} }};
  const figure = {{ x_range, y_range, inner_width: 700, inner_height: 900, properties, change }};
  const get_model_by_name = (name) => (name === "figure:map" ? figure : null);
  window.Bokeh = {{ documents: [{{ get_model_by_name }}] }};
  window.where = () => [x_range.start, x_range.end, y_range.start, y_range.end];
}}"""


def case_row(number: int, **given: Any) -> tuple[str, dict[str, Any]]:
    plain: dict[str, Any] = {
        "class": "event.0506", "label": "", "urgency": "urgent", "road": f"第{number}路",
        "street": "310115005", "at": NOW - 600.0, "due_at": NOW + 600.0 * number, "state": "handling",
        "agency": "sw", "returned_by": [], "next": "", "next_at": None, "callers": 1,
        "reminders": 0, "supervised": 0, "ruling_due_at": None, "ruling_sent": False, "make_safe": None,
        "version": 3, "verbs": ["escalate", "reassign"], "targets": ["dl"], "escalate_to": "shift_lead",
    }  # fmt: skip
    told = {**plain, **given}
    return mark(number), {"until": told["due_at"], **told}


def shown(**given: Any) -> tuple[str, dict[str, Any]]:
    lon, lat = PEOPLE_SQUARE
    plain: dict[str, Any] = {
        "kind": "case", "id": mark(1), "by": "陈××（值班员）", "at": NOW - 5.0, "until": NOW + 175.0,
        "lon": lon, "lat": lat, "view": None, "class": "event.0506", "label": "", "road": "世纪大道",
        "street": "",
    }  # fmt: skip
    return "hall", {**plain, **given}


def tell_queue(page: Page, *rows: tuple[str, dict[str, Any]]) -> None:
    tell_view(page, "queue", {"total": len(rows), "earliest_due": None, "gaps": []}, list(rows))


def middle(page: Page) -> tuple[float, float]:
    x0, x1, y0, y1 = page.evaluate("where()")
    return (x0 + x1) / 2, (y0 + y1) / 2


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser, "wall") as found:
        found.evaluate(FIGURE)
        tell_view(found, "act", {"critical_keys": [], "gaps": []}, [])
        tell_queue(found, *(case_row(n) for n in range(1, 4)))
        yield found


class TestShown:
    def test_the_wall_goes_where_a_desk_sends_it_says_who_and_when_and_comes_back(self, page: Page) -> None:
        tell_view(page, "shown", {}, [shown()])
        x, y = (float(v) for v in to_mercator(*PEOPLE_SQUARE))
        assert middle(page) == pytest.approx((x, y), abs=1.0)
        assert page.evaluate("where()")[3] - page.evaluate("where()")[2] == pytest.approx(3600.0)
        (sign,) = page.evaluate(SIGN)
        assert sign.split("\n") == ["道路积水 · 世纪大道", "投屏 陈××（值班员） 20:31 · ★ 返回"]
        page.evaluate(f"beat({NOW + 176.0}); tell({{ views: {{ act: {{ scalars: {{}} }} }} }})")
        page.wait_for_function(f"where()[0] === {HOME[0]}")
        assert page.evaluate("where()") == HOME

    def test_star_brings_the_wall_back_and_the_same_cast_does_not_take_it_again(self, page: Page) -> None:
        tell_view(page, "shown", {}, [shown()])
        page.keyboard.press("*")
        assert page.evaluate("where()") == HOME
        tell_view(page, "shown", {}, [shown()])
        assert page.evaluate("where()") == HOME
        assert page.evaluate(SIGN) == []
        tell_view(page, "shown", {}, [shown(at=NOW - 1.0)])
        assert page.evaluate("where()") != HOME

    def test_a_wall_of_another_name_stays_where_it_is(self, page: Page) -> None:
        tell_view(page, "shown", {}, [("lobby", shown()[1])])
        assert page.evaluate("where()") == HOME
        assert page.evaluate(SIGN) == []

    def test_a_view_is_shown_as_it_was_sent(self, page: Page) -> None:
        view = [13_510_000.0, 13_511_000.0, 3_610_000.0, 3_611_000.0]
        tell_view(page, "shown", {}, [shown(kind="view", view=view, lon=None, lat=None)])
        assert page.evaluate("where()") == view

    def test_a_view_that_a_person_had_locked_is_there_again_afterwards(self, page: Page) -> None:
        page.evaluate(
            """() => {
                const map = document.querySelector('[data-cell="map"]');
                map.dispatchEvent(new PointerEvent("pointerdown"));
                citywall.figure("map").x_range.setv({ start: 1, end: 2 });
            }"""
        )
        tell_view(page, "shown", {}, [shown()])
        assert not page.evaluate("citywall.locked()")
        tell_view(page, "shown", {}, [])
        assert page.evaluate("citywall.locked()")
        assert page.evaluate("where()")[:2] == [1, 2]

    def test_a_case_without_a_place_is_named_and_moves_nothing(self, page: Page) -> None:
        tell_view(page, "shown", {}, [shown(lon=None, lat=None)])
        assert page.evaluate("where()") == HOME
        assert "无位置" in page.evaluate(SIGN)[0]

    def test_no_word_of_it_is_markup(self, page: Page) -> None:
        tell_view(page, "shown", {}, [shown(by=EVIL, road=EVIL, label=EVIL, **{"class": EVIL})])
        page.wait_for_timeout(100)
        assert EVIL in page.evaluate(SIGN)[0]
        assert page.evaluate("window.hacked") is None


class TestSeat:
    def sign_in(
        self,
        page: Page,
        answer: str = '{ seated: { name: "陈××", role: "duty_officer", verbs: ["escalate", "reassign"] } }',
    ) -> None:
        page.keyboard.press("s")
        page.keyboard.type("chen")
        page.keyboard.press("Tab")
        page.keyboard.type("4711")
        page.keyboard.press("Enter")
        page.evaluate(f"reply({answer})")

    def test_a_wall_has_no_buttons_until_somebody_signs_in(self, page: Page) -> None:
        assert page.evaluate(BUTTONS) == []
        assert page.evaluate("document.querySelectorAll('input').length") == 0

    def test_account_and_pin_go_to_the_session_and_rows_get_their_buttons(self, page: Page) -> None:
        self.sign_in(page)
        assert page.evaluate("sent") == [{"seat": {"account": "chen", "pin": "4711"}}]
        assert page.evaluate(BUTTONS) == ["锁定", *["升级▸值班长", "改派▸电力"] * 3]
        assert page.evaluate("document.querySelectorAll('input').length") == 0

    def test_a_seat_has_buttons_for_what_its_person_may_order(self, page: Page) -> None:
        self.sign_in(page, '{ seated: { name: "贾××", role: "intake_officer", verbs: ["file"] } }')
        assert page.evaluate(BUTTONS) == ["锁定"]

    def test_a_wrong_pin_is_told_and_kept_nowhere(self, page: Page) -> None:
        self.sign_in(page, '{ seated: null, why: "seat.refused" }')
        assert page.evaluate("document.querySelector('.seat .why').textContent") == "账号或PIN不对"
        assert page.evaluate("document.querySelectorAll('.seat input')[1].value") == ""
        assert page.evaluate(BUTTONS) == ["登录", "关闭"]

    def test_the_buttons_of_a_row_take_no_room_from_its_class_and_road(self, page: Page) -> None:
        before = page.evaluate("inCard('queue', '.what')[0].getBoundingClientRect().width")
        self.sign_in(page)
        page.evaluate("citywall.tell('queue')")
        wide = page.evaluate("inCard('queue', '.what')[0].getBoundingClientRect().width")
        assert wide == pytest.approx(before, abs=2.0)

    def test_a_press_is_an_order_of_its_row_and_may_be_undone(self, page: Page) -> None:
        self.sign_in(page)
        page.evaluate(DONE)
        page.evaluate("inCard('queue', '.pair button')[3].click()")
        page.wait_for_function("inCard('queue', 'li')[1].innerText.includes('已改派▸电力')")
        page.evaluate(
            "[...inCard('queue', '.pair button')].find((b) => b.textContent.startsWith('撤销')).click()"
        )
        told = [(act["verb"], act["subject"], act["version"]) for act in page.evaluate("acts()")]
        assert told == [("reassign", "case:~" + mark(2), 3), ("undo", "case:~" + mark(2), 4)]

    def test_under_the_pointer_of_the_seat_rows_keep_their_places(self, page: Page) -> None:
        self.sign_in(page)
        page.mouse.move(200, 420)
        order = "inCard('queue', 'li .road').map((road) => road.textContent)"
        before = page.evaluate(order)
        tell_queue(page, case_row(9, urgency="critical"), case_row(3), case_row(2))
        assert page.evaluate(order) == before
        page.mouse.move(1700, 900)
        tell_queue(page, case_row(9, urgency="critical"), case_row(3), case_row(2))
        assert page.evaluate(order) == ["第9路", "第3路", "第2路"]

    def test_a_seat_that_is_used_says_so_once_a_minute(self, page: Page) -> None:
        self.sign_in(page)
        used = "sent.filter((message) => message.used).length"
        page.evaluate(LATER, 61_000)
        page.mouse.move(300, 400)
        page.wait_for_function(f"{used} === 1")
        assert page.evaluate("sent.at(-1)") == {"used": True}
        page.evaluate(LATER, 30_000)
        page.mouse.move(320, 420)
        page.evaluate(LATER, 31_000)
        page.wait_for_function(f"{used} === 2")
        page.evaluate(LATER, 61_000)
        page.wait_for_function("document.querySelector('.seat-bar').innerText.includes('4分')")
        assert page.evaluate(used) == 2

    def test_a_wall_that_the_server_has_locked_takes_the_buttons_away(self, page: Page) -> None:
        self.sign_in(page)
        page.evaluate(
            """() => { window.answering = () => ({ refused: {
                code: "not_allowed", key: "order_signed_out", reason: "", names: {} } }); }"""
        )
        page.evaluate("inCard('queue', '.pair button')[0].click()")
        page.wait_for_function("!document.querySelector('.seat-bar')")
        assert page.evaluate("sent.at(-1)").keys() == {"act"}
        assert page.evaluate(BUTTONS) == []

    def test_the_next_seat_sees_nothing_of_what_the_last_one_did(self, page: Page) -> None:
        self.sign_in(page)
        page.evaluate(DONE)
        page.evaluate("inCard('queue', '.pair button')[1].click()")
        page.wait_for_function("inCard('queue', 'li')[0].innerText.includes('已改派▸电力')")
        page.evaluate("window.delay = 300; inCard('queue', '.pair button')[2].click()")
        page.evaluate("document.querySelector('.seat-bar button').click()")
        self.sign_in(page)
        page.wait_for_function("citywall.orders.all().length === 0")
        assert page.evaluate(BUTTONS) == ["锁定", *["升级▸值班长", "改派▸电力"] * 3]

    def test_the_lock_and_five_idle_minutes_take_the_buttons_away(self, page: Page) -> None:
        self.sign_in(page)
        page.evaluate("document.querySelector('.seat-bar button').click()")
        assert page.evaluate("sent.at(-1)") == {"leave": True}
        tell_queue(page, case_row(1))
        assert page.evaluate(BUTTONS) == []
        self.sign_in(page)
        page.evaluate(LATER, 300_001)
        page.wait_for_function("!document.querySelector('.seat-bar')")
        assert page.evaluate("sent.at(-1)") == {"leave": True}


class TestRows:
    def test_what_comes_in_critical_is_marked_and_what_the_page_began_with_is_not(self, page: Page) -> None:
        old = case_row(1, urgency="critical")
        tell_queue(page, old, case_row(2))
        new = "() => inCard('queue', 'li').map((li) => li.querySelector('.mark').hasAttribute('data-new'))"
        assert page.evaluate(new) == [False, False]
        page.evaluate("window.kept = inCard('queue', 'li')[0]")
        tell_queue(page, case_row(9, urgency="critical"), old, case_row(2), case_row(8))
        assert page.evaluate(new) == [True, False, False, False]
        assert page.evaluate("inCard('queue', 'li').indexOf(window.kept)") == 1
        page.evaluate("citywall.tell('queue')")
        assert page.evaluate(new) == [True, False, False, False]

    def test_what_has_no_room_is_counted_at_the_first_drawing(self, page: Page) -> None:
        rows = [case_row(n) for n in range(1, 31)]
        scalars = {"total": 30, "rows": 30, "earliest_due": None, "gaps": []}
        tell_view(page, "queue", scalars, rows)
        told = "() => [inCard('queue', 'li').length, inCard('queue', 'footer')[0].textContent]"
        count, foot = page.evaluate(told)
        assert 1 < count < 30
        assert foot.startswith(f"另有{30 - count}件")
