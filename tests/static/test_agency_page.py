"""An agency's page on a phone and a desktop: its tasks, one button a step, its alarm, its photos."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.state.linkage_records import Incident, Task
from city.views.holders.agency_view import AgencyView
from city.views.page_view import PageView
from layouts.pages import AGENCY_CARDS
from tests.console.test_wall_bytes import district
from tests.invented import jpeg
from tests.legible import faults, phone_faults
from tests.linkage_factory import CITY, city_with, incident, signed, task
from tests.script_pages import LATER, opened, tell_view

OPERATOR = ["comment", "acknowledge_task", "set_out_task", "arrive_task", "finish_task"]
TEXT = "(selector) => inCard('agency_tasks', selector).map((one) => one.textContent.trim())"
SMALL = """() => [...inCard("agency_header", "button"), ...inCard("agency_footer", "nav a"),
  ...inCard("agency_tasks", "button, a, .take")].filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent)"""
TINY = """() => ["header", "tasks", "incidents", "footer"].flatMap((name) => inCard("agency_" + name, "*"))
  .filter((one) => one.checkVisibility())
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.textContent)"""
NOTE_PRESS = """() => {
  addEventListener("click", () => {
    window.pressed = performance.now();
    requestAnimationFrame(() => { window.drawn = performance.now(); });
  }, { capture: true });
}"""
UNITS = """([id, near]) => {
  reply({ reply: { id, units: [{ ...near, as_of: citywall.machine() - 12 }] } });
}"""
LOST_TO = """() => {
  const winner = { by: "李××（班长）", at: citywall.machine(), did: "TaskAcknowledged" };
  const refused = { code: "conflict", key: "conflict", winner };
  reply({ answer: { command_id: acts()[0].command_id, refused } });
}"""
WIDE = """() => ["header", "tasks", "incidents", "footer"].flatMap((name) => inCard("agency_" + name, "*"))
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth).length"""


@contextmanager
def page_of(
    browser: Browser, *, verbs: list[str] = OPERATOR, size: tuple[int, int] = (390, 844), lang: str = "zh"
) -> Iterator[Page]:
    person: Any = {
        "name": "姚××（环卫值班）", "role": "agency_operator", "seat": "", "person_mark": "ab",
        "verbs": verbs,
    }  # fmt: skip
    with opened(browser, "agency", person=person, scope="lh", size=size, lang=lang) as page:
        page.wait_for_function("() => inCard('agency_header', 'h1').length > 0")
        yield page


def tell(page: Page, *tasks: Task, of: Incident | None = None) -> None:
    """Tell the page all its cards, as its channel does for a state with these tasks."""
    state = city_with([of or incident()], list(tasks))
    seen = AgencyView(PageView(rules=district()[0])).see(state, CITY, "lh")
    for card in AGENCY_CARDS:
        view = card.view(seen, CITY)
        tell_view(page, card.key, view.scalars, list(view.rows))


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.evaluate(TEXT, selector)
    return found


def tap(page: Page, words: str) -> None:
    page.locator('[data-cell="agency_tasks"] button', has_text=words).first.click()


def acts(page: Page) -> list[tuple[str, str, dict[str, Any]]]:
    return [(act["verb"], act["subject"], act["args"]) for act in page.evaluate("acts()")]


ACKNOWLEDGED = {"state": "acknowledged", "acknowledged": signed(CITY - 60), "version": 2}
SET_OUT = ACKNOWLEDGED | {
    "state": "set_out", "set_out": signed(CITY - 40), "version": 3, "unit_call_sign": "清扫03",
}  # fmt: skip
ARRIVED = SET_OUT | {"state": "arrived", "arrived": signed(CITY - 20), "version": 4}


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_has_room_on_a_phone_and_on_a_desktop(browser: Browser, lang: str) -> None:
    with page_of(browser, lang=lang, verbs=[*OPERATOR, "decline_task"]) as page:
        assert page.evaluate("() => inCard('agency_tasks', '.calm')[0].checkVisibility()") is False
        tell(page)
        assert texts(page, ".calm") == ["没有联动任务" if lang == "zh" else "No linkage tasks"]
        long = task(
            1, agency="lh", words="", text="清疏" * 40, reminders=2, why="fallback",
            fallback="1f0c2d3e4a5b.2", why_names={"agency": "xf"},
        )  # fmt: skip
        tell(page, long, task(2, agency="hw"), task(3, agency="lh", **ARRIVED, evidence="photo"))
        tap(page, "完成" if lang == "zh" else "Done")
        for size in ((390, 844), (1366, 768)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert [page.evaluate(SMALL), page.evaluate(TINY), page.evaluate(WIDE)] == [[], [], 0]
            assert (phone_faults if size[0] == 390 else faults)(page) == []
        links = page.evaluate("() => inCard('agency_tasks', '.link').map((one) => one.getAttribute('href'))")
        assert [link.partition(":")[0] for link in links[:2]] == ["tel", "geo"]
        assert links[1].startswith("geo:31.190000,121.700000?q=31.190000,121.700000(")


@pytest.mark.browser
def test_one_button_a_step_that_answers_at_once_and_nothing_moves_under_the_finger(browser: Browser) -> None:
    with page_of(browser) as page:
        tell(page, task(1, agency="lh", evidence="number", issued_at=CITY - 180), task(2, agency="xf"))
        assert texts(page, "article header b") == ["P1 待签收"]
        assert texts(page, "article header time")[0].startswith("3′")
        assert texts(page, "article header time")[0].endswith("/5′")
        assert "不签收则" in texts(page, ".who")[0]
        assert texts(page, "article button") == ["签收"]  # 退回 is its duty leader's
        place = page.locator('[data-cell="agency_tasks"] .next').bounding_box()
        page.evaluate(NOTE_PRESS)
        tap(page, "签收")
        page.wait_for_function("() => window.drawn > 0")
        assert page.evaluate("drawn - pressed") < 100
        assert texts(page, ".next") == ["签收 · 送出中"]
        # Meanwhile a worse task comes: the finger is in the list, so it waits and the list says so.
        worse = task(3, agency="lh", issued_at=CITY - 290)
        tell(page, worse, task(1, agency="lh", evidence="number", issued_at=CITY - 180))
        assert (texts(page, "header .note"), len(texts(page, "article"))) == (["顺序已锁定 · 新到 1"], 1)
        page.evaluate(LOST_TO)
        assert "李××" in texts(page, ".told")[0]
        assert page.locator('[data-cell="agency_tasks"] .next').bounding_box() == place
        page.mouse.move(5, 5)
        page.evaluate(LATER, 6000)
        page.wait_for_function("() => inCard('agency_tasks', 'article').length === 2")

        tell(page, task(1, agency="lh", evidence="number", **ACKNOWLEDGED))
        page.evaluate("citywall.orders.forget('task:1f0c2d3e4a5b.1')")
        tap(page, "出动")
        asked = page.evaluate("sent.findLast((one) => one.ask?.what === 'units').ask")
        assert asked["task"] == "1f0c2d3e4a5b.1"
        near = {"unit": "q-3", "call_sign": "清扫03", "kind": "sweeper", "metres": 2140}
        page.evaluate(UNITS, [asked["id"], near])
        assert texts(page, ".unit")[0].startswith("清扫03 · 2.1公里 · 12")
        tap(page, "清扫03")
        assert acts(page)[-1] == ("set_out_task", "task:1f0c2d3e4a5b.1", {"unit": "q-3"})

        tell(page, task(4, agency="lh", **SET_OUT))
        page.mouse.move(5, 5)
        page.evaluate(LATER, 6000)
        page.wait_for_function("() => inCard('agency_tasks', '.next')[0]?.textContent === '到场'")
        tap(page, "到场")
        assert acts(page)[-1] == ("arrive_task", "task:1f0c2d3e4a5b.4", {})

        tell(page, task(5, agency="lh", evidence="number", **ARRIVED))
        page.mouse.move(5, 5)
        page.evaluate(LATER, 6000)
        page.wait_for_function("() => inCard('agency_tasks', '.next')[0]?.textContent === '完成'")
        tap(page, "完成")
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        assert texts(page, ".wrong") == ["请填数字"]
        # An order may have been sent again with its own id: each verb counts once.
        sent = dict.fromkeys(verb for verb, _, _ in acts(page))
        assert list(sent) == ["acknowledge_task", "set_out_task", "arrive_task"]
        page.locator('[data-cell="agency_tasks"] form input[type=text]').fill("12.5")
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        assert acts(page)[-1] == ("finish_task", "task:1f0c2d3e4a5b.5", {"number": 12.5})


@pytest.mark.browser
def test_the_duty_leader_declines_with_a_reason_and_the_centre_only_reads(browser: Browser) -> None:
    with page_of(browser, verbs=[*OPERATOR, "decline_task"]) as page:
        tell(page, task(1, agency="lh"))
        tap(page, "退回")
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        assert (texts(page, ".wrong"), acts(page)) == (["请填理由"], [])
        page.locator('[data-cell="agency_tasks"] form textarea').fill(" 车辆全部在外 ")
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        assert acts(page) == [("decline_task", "task:1f0c2d3e4a5b.1", {"reason": "车辆全部在外"})]
    with page_of(browser, verbs=[]) as page:
        tell(page, task(1, agency="lh"))
        assert (texts(page, "article button"), page.evaluate("inCard('agency_header', '.alarm').length")) == (
            [],
            0,
        )


@pytest.mark.browser
def test_the_alarm_is_armed_by_one_tap_and_rings_for_a_new_p1_and_a_reminder_alone(browser: Browser) -> None:
    with page_of(browser) as page:
        page.evaluate("() => { window.shaken = 0; navigator.vibrate = () => { shaken += 1; return true; }; }")
        alarm = page.locator('[data-cell="agency_header"] .alarm')

        def rung(*tasks: Task) -> int:
            tell(page, *tasks)
            return int(page.evaluate("shaken"))

        first, plain = task(1, agency="lh"), task(2, agency="lh", priority="P2")
        assert (alarm.text_content(), rung(first)) == ("开启声音 · 振动", 0)
        assert rung(first, plain, task(3, agency="lh")) == 0  # nobody armed it
        alarm.click()
        page.wait_for_function("() => citywall.agency.alarm() === 'armed'")
        page.wait_for_function(
            "() => inCard('agency_header', '.alarm')[0].textContent === '声音 · 振动 已开启'"
        )
        assert rung(first) == 0
        assert rung(first, plain) == 0  # a P2
        assert rung(first, plain, task(4, agency="lh")) == 1
        assert rung(first, plain, task(4, agency="lh", reminders=1)) == 2
        assert rung(first, plain, task(4, agency="lh", reminders=1)) == 2
        assert rung(first, task(5, agency="xf")) == 2  # another agency's
        page.reload()
        page.wait_for_function("window.isMounted")
        assert page.evaluate("citywall.agency.alarm()") == "off"


@pytest.mark.browser
def test_a_photo_that_is_not_sent_outlives_its_page_and_goes_under_the_same_id(browser: Browser) -> None:
    sent: list[str] = []
    with page_of(browser) as page:
        page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
        tell(page, task(1, agency="lh", evidence="photo", **ARRIVED))
        tap(page, "完成")
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        assert texts(page, ".wrong") == ["请先拍照或选照片"]
        page.locator('[data-cell="agency_tasks"] input[type=file]').set_input_files(
            [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}]
        )
        page.locator('[data-cell="agency_tasks"] form .primary').click()
        unsent = (
            "() => inCard('agency_footer', '.unsent')[0]?.textContent.startsWith('1 张照片未发送 · 已存本机')"
        )
        page.wait_for_function(unsent)
        page.wait_for_function("() => inCard('agency_tasks', '.told')[0]?.textContent === '1 张照片未发送'")
        first = page.evaluate("citywall.outbox.of('task:1f0c2d3e4a5b.1').id")

        def answered(route: Any) -> None:
            sent.append(route.request.post_data_buffer.decode("latin-1"))
            route.fulfill(json={"answer": {"command_id": first, "done": {"version": 5, "facts": []}}})

        page.route("**/evidence/agency/lh", answered)
        page.reload()
        page.wait_for_function("() => window.citywall?.outbox.count() === 0 && window.isMounted")
        assert len(sent) == 1
        assert f'"command_id":"{first}"' in sent[0]
        assert jpeg().decode("latin-1") in sent[0]
        page.reload()
        page.wait_for_function("window.isMounted")
        page.wait_for_timeout(300)
        assert len(sent) == 1


@pytest.mark.browser
def test_a_party_confirms_the_closure_of_an_underpass_in_one_press(browser: Browser) -> None:
    with page_of(browser, verbs=[*OPERATOR, "confirm_closure", "agree_reopening"]) as page:
        row = {
            "device": "d-7", "state": "closing", "at": CITY - 60, "road": "川沙路唐安路", "street": "",
            "version": 4, "agreed": 0, "verb": "confirm_closure",
        }  # fmt: skip
        tell_view(page, "agency_incidents", {"incidents": 0}, [("c:d-7", row)])
        button = page.locator('[data-cell="agency_incidents"] button')
        assert button.text_content() == "确认已封闭"
        button.click()
        assert (acts(page), button.is_disabled()) == ([("confirm_closure", "device:d-7", {})], True)
