"""The pages in the field on a phone: the list without one's own work, three taps, the outbox behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.invented import jpeg
from tests.legible import faults, phone_faults
from tests.running import wait_for
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW

STREET = "310115013"
CHECKER = ["comment", "check", "verify", "not_my_list", "report", "self_handle", "record_patrol"]
OFFICER = [
    "comment", "report", "self_handle", "not_my_list", "sign_in", "sign_out", "answer_call_out",
    "record_numbers",
]  # fmt: skip
PHOTO = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
CARDS = """["field_header", "field_list", "field_patrol", "field_report", "field_footer", "station_post",
  "station_numbers"]"""
ALL = f"""{CARDS}.filter((name) => document.querySelector(`[data-cell="${{name}}"]`))"""
SMALL = f"""() => {ALL}.flatMap((name) => inCard(name, "button, a, .take, input[type=text]"))
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.textContent)"""
TINY = f"""() => {ALL}.flatMap((name) => inCard(name, "*")).filter((one) => one.checkVisibility())
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.textContent)"""
WIDE = f"""() => {ALL}.flatMap((name) => inCard(name, "*"))
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 0.5).length"""
HERE = """([lon, lat]) => { navigator.geolocation.watchPosition = (fn) => {
  fn({ coords: { longitude: lon, latitude: lat, accuracy: 12 }, timestamp: Date.now() }); return 1; };
  citywall.field.locate(); }"""


SERVER = """() => {
  const real = window.fetch;
  window.server = { acts: [], paths: [], answers: [], isThere: true };
  window.fetch = async (url, options) => {
    if (!String(url).startsWith("/evidence/")) return real(url, options);
    if (!server.isThere) throw new TypeError("no network");
    const act = JSON.parse(options.body.get("act"));
    const photos = ["photo", "before", "after"].flatMap((name) => options.body.getAll(name)).length;
    server.acts.push({ ...act, photos });
    server.paths.push(String(url));
    const answer = server.answers.shift() ?? { done: { version: act.version + 1 } };
    return new Response(JSON.stringify({ answer: { command_id: act.command_id, ...answer } }));
  };
}"""


class Server:
    """What stands for the console: it answers the orders of a page, or is not there."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(SERVER)

    def is_there(self, is_there: bool, *answers: dict[str, Any]) -> None:
        """Let it answer or not; ``answers`` are the next ones, then everything is done."""
        told = [is_there, list(answers)]
        self._page.evaluate("([there, answers]) => Object.assign(server, { isThere: there, answers })", told)

    @property
    def acts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._page.evaluate("server.acts")
        return found

    def told(self) -> list[tuple[str, str, int]]:
        return [(act["verb"], act["subject"], act["version"]) for act in self.acts]


@contextmanager
def field_page(
    browser: Browser, key: str, *, verbs: list[str], size: tuple[int, int] = (390, 844), lang: str = "zh",
    mark: str = "ab", holder: str = "",
) -> Iterator[tuple[Page, Server]]:  # fmt: skip
    person: Any = {
        "name": "丁××（监督员）", "role": "inspector", "seat": "", "person_mark": mark, "verbs": verbs,
        "holder": holder,
    }  # fmt: skip
    scope = STREET if key == "check" else "cun-7"
    with opened(browser, key, person=person, scope=scope, size=size, lang=lang) as page:
        page.wait_for_function("() => inCard('field_header', 'h1').length > 0")
        server = Server(page)
        page.evaluate(HERE, [121.545, 31.2403])
        yield page, server
        page.evaluate("() => { indexedDB.deleteDatabase('citywall-agency'); }")


def row(number: int, task: str = "check", **given: Any) -> tuple[str, dict[str, Any]]:
    id_ = f"{number:012x}"
    fields: dict[str, Any] = {
        "id": id_, "task": task, "no": "", "kind": "event", "code": "0110", "label": "", "urgency": "normal",
        "hazard": False, "street": STREET, "road": "羽山路", "address": "", "lon": 121.545, "lat": 31.24,
        "at": NOW - 900, "due_at": NOW + 600 * number, "feedback_at": NOW - 300 if task == "check" else None,
        "state": "handled", "version": 4, "holder": STREET, "outcome": "fixed", "reworks": 0,
        "not_for": [], "handled_by": [STREET], "photos": [["a" * 64, "before", NOW - 400]], **given,
    }  # fmt: skip
    return f"c:{id_}", fields


def tell(
    page: Page, *rows: tuple[str, dict[str, Any]], done: int = 0, cap: int = 30,
    photo_later: float | None = None,
) -> None:  # fmt: skip
    tell_view(page, "field_header", {"more": 0, "marks": []}, [])
    scalars = {"street": STREET, "done": {"ab": done}, "cap": cap, "photo_later": photo_later}
    tell_view(page, "field_list", scalars, list(rows))


def tell_station(page: Page, **given: Any) -> None:
    post = {
        "code": "cun-7", "street": STREET, "shift": "310115-2026-11-29-day", "state": "", "since": 0.0,
        "holder": "", "mark": "", "test": None,
    }  # fmt: skip
    numbers = {
        "wanted": "", "should": None, "should_at": None, "moved": None, "moved_at": None, "shelter": "",
        "shelter_at": None,
    }  # fmt: skip
    tell_view(page, "station_post", {name: given.get(name, value) for name, value in post.items()}, [])
    tell_view(page, "station_numbers", {name: given.get(name, value) for name, value in numbers.items()}, [])


def texts(page: Page, card: str, selector: str) -> list[str]:
    found: list[str] = page.evaluate(
        "([card, selector]) => inCard(card, selector).filter((one) => one.checkVisibility())"
        ".map((one) => one.textContent.replaceAll(/\\s+/g, ' ').trim())", [card, selector],
    )  # fmt: skip
    return found


def tap(page: Page, card: str, words: str) -> None:
    page.locator(f'[data-cell="{card}"] button', has_text=words).first.click()


def shoot(page: Page, card: str, place: int = 0) -> None:
    page.locator(f'[data-cell="{card}"] input[type=file]').nth(place).set_input_files([PHOTO])


def waits(page: Page, count: int) -> None:
    page.wait_for_function(f"() => citywall.outbox.waiting().length === {count}")


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("key", ["check", "station"])
def test_every_part_has_room_and_every_target_has_44_px(browser: Browser, key: str, lang: str) -> None:
    with field_page(browser, key, verbs=CHECKER + OFFICER, lang=lang) as (page, _):
        tell(page, row(1, road="张杨路与崂山路交叉口" * 3), row(2, "verify"), row(3, "report"), cap=2)
        if key == "station":
            test = ["t1", NOW - 60, NOW + 240, None]
            tell_station(page, test=test, wanted="warning", should=40, should_at=NOW - 60)
        page.locator('[data-cell="field_list"] .what').first.click()
        page.locator('[data-cell="field_report"] .tiles button').first.click()
        shoot(page, "field_report")
        for size in ((390, 844), (1366, 768)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert [page.evaluate(SMALL), page.evaluate(TINY), page.evaluate(WIDE)] == [[], [], 0]
            assert (phone_faults if size[0] == 390 else faults)(page) == []


@pytest.mark.browser
def test_the_list_leaves_out_ones_own_work_and_what_was_taken_off_and_ends_at_the_cap(
    browser: Browser,
) -> None:
    with field_page(browser, "check", verbs=CHECKER, holder="dl") as (page, server):
        tell(
            page, row(1), row(2, handled_by=["dl"]), row(3, not_for=["ab"]), row(4), row(5), done=28,
        )  # fmt: skip
        assert len(texts(page, "field_list", ".what")) == 2
        assert texts(page, "field_list", ".fold") == ["超上限 1 件，今日可不办"]
        assert texts(page, "field_list", ".note") == ["今日已办 28/30"]
        tap(page, "field_list", "超上限")
        assert len(texts(page, "field_list", ".what")) == 3
        page.locator('[data-cell="field_list"] .what').first.click()
        tap(page, "field_list", "不在我的清单")
        waits(page, 0)
        assert server.told() == [("not_my_list", "case:~000000000001", 4)]


@pytest.mark.browser
def test_a_check_shows_the_distance_before_it_is_sent_and_fails_with_a_chosen_reason(
    browser: Browser,
) -> None:
    with field_page(browser, "check", verbs=CHECKER) as (page, server):
        tell(page, row(1))
        page.locator('[data-cell="field_list"] .what').first.click()
        assert texts(page, "field_list", ".where span")[0].startswith("距您 33 米 · 误差 ±12 米")
        tap(page, "field_list", "通过")
        assert texts(page, "field_list", ".wrong") == ["请先拍照"]
        shoot(page, "field_list")
        page.evaluate(HERE, [121.545, 31.2416])
        assert "距您 178 米，须在 50 米内" in texts(page, "field_list", ".where span")[0]
        tap(page, "field_list", "不通过")
        tap(page, "field_list", "不通过")
        assert texts(page, "field_list", ".wrong") == ["请选不通过的原因"]
        tap(page, "field_list", "现场未清理")
        tap(page, "field_list", "不通过")
        waits(page, 0)
        [act] = server.acts
        assert (act["verb"], act["args"]["passed"], act["args"]["fault"], act["photos"]) == (
            "check", False, "not_clean", 1,
        )  # fmt: skip
        assert (act["args"]["lon"], act["args"]["lat"]) == (121.545, 31.2416)
        assert "photo_at" in act["args"]
        assert page.evaluate("server.paths") == [f"/evidence/check/{STREET}"]


@pytest.mark.browser
def test_a_report_is_three_taps_and_what_was_set_right_is_reported_and_closed(browser: Browser) -> None:
    with field_page(browser, "station", verbs=OFFICER) as (page, server):
        tell_station(page)
        tap(page, "field_report", "暴露垃圾")
        shoot(page, "field_report")
        page.locator('[data-cell="field_report"] .next').click()
        waits(page, 0)
        [report] = server.acts
        assert (report["verb"], report["version"], report["photos"], "at" in report["args"]) == (
            "report", 0, 1, False,
        )  # fmt: skip
        assert (report["args"]["code"], report["args"]["lat"]) == ("0110", 31.2403)
        tap(page, "field_report", "店外经营")
        tap(page, "field_report", "已当场处置")
        shoot(page, "field_report")
        shoot(page, "field_report", 1)
        tap(page, "field_report", "已劝导整改")
        page.locator('[data-cell="field_report"] .next').click()
        waits(page, 0)
        second, third = server.acts[1:]
        assert third["subject"] == "case:citywall/" + second["subject"].removeprefix("report:")
        assert (third["verb"], third["args"]["text"], third["photos"]) == ("self_handle", "已劝导整改", 2)


@pytest.mark.browser
def test_while_photos_may_come_later_a_report_is_sent_by_position_and_the_form_says_until_when(
    browser: Browser,
) -> None:
    with field_page(browser, "check", verbs=CHECKER) as (page, server):
        tell(page, photo_later=NOW + 5400)
        said = "应急放宽，至 22:01：可先按定位上报，照片24小时内补"
        page.wait_for_function("() => inCard('field_report', '[data-relaxed]').length === 1")
        assert texts(page, "field_report", "[data-relaxed]") == [said]
        tap(page, "field_report", "暴露垃圾")
        assert texts(page, "field_report", "[data-relaxed]") == [said]
        page.locator('[data-cell="field_report"] .next').click()
        waits(page, 0)
        [report] = server.acts
        assert (report["verb"], report["photos"], report["args"]["code"]) == ("report", 0, "0110")
        # What is set right at once is shown before and after it, relaxed or not.
        tap(page, "field_report", "店外经营")
        tap(page, "field_report", "已当场处置")
        assert texts(page, "field_report", "[data-relaxed]") == []
        page.locator('[data-cell="field_report"] .next').click()
        assert texts(page, "field_report", ".wrong") == ["请先拍照"]
        tap(page, "field_report", "换类别")
        # It is over: by the clock, though nobody told the page so.
        tap(page, "field_report", "暴露垃圾")
        page.evaluate("(now) => beat(now)", NOW + 5400)
        page.wait_for_function("() => inCard('field_report', '[data-relaxed]').length === 0")
        page.locator('[data-cell="field_report"] .next').click()
        assert texts(page, "field_report", ".wrong") == ["请先拍照"]
        assert len(server.acts) == 1


@pytest.mark.browser
def test_a_photo_that_is_due_is_added_from_the_list(browser: Browser) -> None:
    with field_page(browser, "check", verbs=[*CHECKER, "add_photos"]) as (page, server):
        tell(page, row(1, "photo"))
        assert "待补照片" in texts(page, "field_list", ".what i")[0]
        page.locator('[data-cell="field_list"] .what').click()
        page.locator('[data-cell="field_list"] .primary').click()
        assert texts(page, "field_list", ".wrong") == ["请先拍照"]
        shoot(page, "field_list")
        page.locator('[data-cell="field_list"] .primary').click()
        waits(page, 0)
        assert [(act["verb"], act["args"], act["photos"]) for act in server.acts] == [("add_photos", {}, 1)]


@pytest.mark.browser
def test_a_patrol_keeps_good_positions_on_the_phone_and_sends_them_once(browser: Browser) -> None:
    with field_page(browser, "check", verbs=CHECKER) as (page, server):
        tell(page)
        assert texts(page, "field_patrol", "button") == ["开始巡查"]
        tap(page, "field_patrol", "开始巡查")
        page.evaluate(HERE, [121.555, 31.2403])  # a kilometre on
        page.evaluate(HERE.replace("accuracy: 12", "accuracy: 80"), [121.565, 31.2403])
        assert "定位误差超 50 米" in texts(page, "field_patrol", "header")[0]
        kept = "() => citywallPhone.get('patrol').then((one) => one?.points.length ?? 0)"
        wait_for(lambda: page.evaluate(kept) == 2)
        assert page.evaluate(SMALL) == []
        tap(page, "field_patrol", "结束巡查")
        waits(page, 0)
        [act] = server.acts
        assert (act["verb"], act["version"]) == ("record_patrol", 0)
        assert [point["lon"] for point in act["args"]["points"]] == [121.545, 121.555]
        assert texts(page, "field_patrol", "button") == ["开始巡查"]
        wait_for(lambda: page.evaluate(kept) == 0)


@pytest.mark.browser
def test_the_call_out_stands_first_with_its_clock_and_the_switch_signs_in_and_out(browser: Browser) -> None:
    with field_page(browser, "station", verbs=OFFICER) as (page, server):
        tell_station(page, test=["t1", NOW - 60, NOW + 240, None])
        assert texts(page, "station_post", "b") == ["点名", "未在岗"]
        assert texts(page, "station_post", "time")[0].endswith("/5′")
        tap(page, "station_post", "应答")
        page.locator('[data-cell="station_post"] .switch').click()
        waits(page, 0)
        tell_station(page, state="signed_in", mark="ab", since=NOW)
        page.wait_for_function("() => inCard('station_post', '.switch')[0].ariaChecked === 'true'")
        page.locator('[data-cell="station_post"] .switch').click()
        waits(page, 0)
        shift = "shift:310115-2026-11-29-day"
        assert server.told() == [
            ("answer_call_out", "call_out:t1", 0), ("sign_in", shift, 0), ("sign_out", shift, 0),
        ]  # fmt: skip


@pytest.mark.browser
def test_numbers_are_asked_for_in_an_emergency_alone_and_show_their_age(browser: Browser) -> None:
    with field_page(browser, "station", verbs=OFFICER) as (page, server):
        tell_station(page)
        assert page.locator('[data-cell="station_numbers"]').is_visible() is False
        tell_station(page, wanted="warning", should=40, should_at=NOW - 720)
        assert texts(page, "station_numbers", ".number i") == ["12分前", "未报"]
        page.locator('[data-cell="station_numbers"] [data-name="moved"]').fill("41")
        tap(page, "station_numbers", "上报数字")
        assert texts(page, "station_numbers", ".wrong") == ["已转不能多于应转"]
        page.locator('[data-cell="station_numbers"] [data-name="moved"]').fill("12")
        tap(page, "station_numbers", "上报数字")
        tap(page, "station_numbers", "已开")
        waits(page, 0)
        assert [act["args"] for act in server.acts] == [{"moved": 12}, {"shelter": "open"}]


@pytest.mark.browser
def test_the_outbox_sends_in_order_once_follows_versions_and_says_when_it_was_done(browser: Browser) -> None:
    with field_page(browser, "check", verbs=CHECKER) as (page, server):
        server.is_there(False)
        page.evaluate("""() => { const { outbox } = citywall;
          outbox.send("verify", "case:~1", 4, {}); outbox.send("not_my_list", "case:~2", 1, {});
          outbox.send("self_handle", "case:~1", 4, {}); outbox.send("report", "report:12345678", 0, {}); }""")
        waits(page, 4)
        page.wait_for_function("() => citywall.outbox.isKept()")
        assert "待发送 4" in texts(page, "field_footer", ".unsent")[0]
        # Half an hour later the network is back; the second order lost against somebody.
        page.evaluate("() => { const now = Date.now.bind(Date); Date.now = () => now() + 1_800_000; }")
        server.is_there(
            True,
            {"done": {"version": 9}},
            {"refused": {"code": "conflict", "key": "conflict", "reason": "", "names": {}}},
        )
        page.evaluate("citywall.outbox.again()")
        waits(page, 0)
        assert server.told() == [
            ("verify", "case:~1", 4), ("not_my_list", "case:~2", 1), ("self_handle", "case:~1", 9),
            ("report", "report:12345678", 0),
        ]  # fmt: skip
        assert [("at" in act, "at" in act["args"]) for act in server.acts] == [(True, False)] * 3 + [
            (False, True)
        ]
        assert page.evaluate("citywall.outbox.of('case:~2').answer.refused.code") == "conflict"
        page.evaluate("citywall.outbox.again()")
        assert len(server.acts) == 4


@pytest.mark.browser
def test_what_another_person_left_on_the_phone_is_told_and_never_sent(browser: Browser) -> None:
    with field_page(browser, "station", verbs=OFFICER) as (page, server):
        page.evaluate("""async () => {
          const open = await new Promise((done) => { const asked = indexedDB.open("citywall-agency", 1);
            asked.onupgradeneeded = () => asked.result.createObjectStore("unsent", { keyPath: "id" });
            asked.onsuccess = () => done(asked.result); });
          const put = (id, owner) => open.transaction("unsent", "readwrite").objectStore("unsent").put({
            id, owner, channel: "station", scope: "cun-7", files: {}, born: Date.now(), no: 1,
            at: new Date().toISOString(), subject: "report:" + id,
            envelope: { command_id: id, verb: "report", subject: "report:" + id, version: 0, args: {} } });
          put("mine0001", "ab"); put("theirs01", "cd");
          await new Promise((done) => setTimeout(done)); open.close();
          const node = document.createElement("script");
          node.src = "/citywall/static/js/field/outbox.js";
          await new Promise((done) => { node.onload = done; document.head.append(node); });
        }""")
        page.wait_for_function(
            "() => citywall.outbox.others() === 1 && citywall.outbox.waiting().length === 0"
        )
        assert [act["command_id"] for act in server.acts] == ["mine0001"]
