"""零报告 on the pages of streets and agencies: one tap, numbers with their age, refusals that help."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from city.state.duty_records import StationNumbers
from city.state.ledger_state import CityState
from city.views.holders.agency_seen import AgencySeen
from city.views.holders.own_reports import OwnReports
from layouts.cards.agency.zero_report import ZeroReportCard
from tests.city.commands.reports_world import ReportsWorld
from tests.city.commands.world import CHEN, POWER, WEI, WEIFANG
from tests.legible import faults, phone_faults
from tests.script_pages import opened, tell_view
from tests.seen_factory import NOW
from tests.static.own_cases_stage import BEAT, agency_seen

pytestmark = pytest.mark.browser

VERBS = ["send_zero_report", "report_figures", "acknowledge_task"]
SHOWN = """() => document.querySelector('[data-cell="zero_report"]').checkVisibility()"""
SMALL = """() => inCard("zero_report", "button, input").filter((one) => one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
WIDE = """() => inCard("zero_report", "*").filter((one) => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML)"""
TINY = """() => inCard("zero_report", "*").filter((one) => one.checkVisibility())
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.outerHTML)"""
REFUSED = """(names) => reply({ answer: { command_id: acts().at(-1).command_id,
  refused: { code: "bad_args", key: "moved_above_should", reason: "", names } } })"""
DONE = "() => reply({ answer: { command_id: acts().at(-1).command_id, done: { position: 9, version: 9, facts: [] } } })"  # noqa: E501  # one expression


class Card:
    """The card on a page, and the world that it shows."""

    def __init__(self, page: Page, world: ReportsWorld, code: str) -> None:
        self.page, self.w, self.code = page, world, code
        self._reports = OwnReports(world.rules)
        self.state = CityState(world.state)

    def tell(self) -> None:
        self.state.touch("situation", "response", "stations")
        self.page.evaluate(BEAT, [NOW, self.w.now.city])
        plain = agency_seen(self.code, ())
        fields = {name: getattr(plain, name) for name in plain.__struct_fields__}
        seen = AgencySeen(**fields | {"reports": self._reports.see(self.state, self.code)})
        view = ZeroReportCard().view(seen, NOW)
        tell_view(self.page, "zero_report", view.scalars, list(view.rows))

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.evaluate(
            "(selector) => inCard('zero_report', selector).filter((one) => one.checkVisibility())"
            ".map((one) => one.textContent.replaceAll(/\\s+/g, ' ').trim())",
            selector,
        )
        return found

    def tap(self, words: str) -> None:
        self.page.locator('[data-cell="zero_report"] button', has_text=words).first.click()

    def type(self, key: str, text: str) -> None:
        self.page.locator(f'[data-cell="zero_report"] input[data-key="{key}"]').fill(text)

    def acts(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [(one["verb"], one["subject"], one["args"]) for one in self.page.evaluate("acts()")]


@contextmanager
def card(
    browser: Browser, world: ReportsWorld, code: str = WEI, *, size: tuple[int, int] = (390, 844),
    lang: str = "zh",
) -> Iterator[Card]:  # fmt: skip
    page_key, role = ("street", "street_operator") if code == WEI else ("agency", "agency_operator")
    person: Any = {"name": "潍坊值班", "role": role, "seat": "", "person_mark": "ab", "verbs": VERBS}
    with opened(browser, page_key, person=person, scope=code, size=size, lang=lang) as page:
        told = Card(page, world, code)
        told.tell()
        yield told


def running() -> ReportsWorld:
    """A street that has reported before, in a round of Ⅱ that runs for nine minutes."""
    w = ReportsWorld(3)
    w.figures(WEIFANG, WEI, {
        "relocation.low_lying.should": 40, "relocation.low_lying.moved": 25, "shelter.S1.open": 1,
        "shelter.S1.occupied": 80, "waterlogging.open": 3,
    })  # fmt: skip
    w.tick()
    w.wait(minutes=9.5)
    return w


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1366, 768)])
def test_everything_has_room_for_a_thumb(browser: Browser, size: tuple[int, int], lang: str) -> None:
    with card(browser, running(), size=size, lang=lang) as it:
        it.page.locator('[data-cell="zero_report"] .fill').click()
        it.page.locator('[data-cell="zero_report"] .more').click()
        assert [it.page.evaluate(one) for one in (SMALL, WIDE, TINY)] == [[], [], []]
        assert (phone_faults if size[0] == 390 else faults)(it.page) == []


def test_it_is_there_only_while_somebody_asks(browser: Browser) -> None:
    with card(browser, ReportsWorld()) as it:
        assert not it.page.evaluate(SHOWN)
        it.w.level(3)
        it.tell()
        assert it.page.evaluate(SHOWN)
        assert it.texts("h2") == ["应急数字"]


def test_one_tap_says_that_nothing_changed_and_the_numbers_stand_there_with_their_age(
    browser: Browser,
) -> None:
    with card(browser, running()) as it:
        assert it.texts("h2") == ["零报告 · Ⅱ级"]
        assert it.texts(".note") == ["剩20分"]
        assert it.texts("dl > div") == [
            "转移安置25/40 人9分前", "避难场所已开 1 处 · 80 人9分前", "积水现有积水点 39分前",
        ]  # fmt: skip
        it.tap("无变化")
        assert it.acts() == [("send_zero_report", f"report_round:{it.w.round.id}", {"nil": True})]
        it.page.evaluate(DONE)
        it.w.report(WEIFANG)
        it.tell()
        assert it.texts(".sent")[0].startswith("已报 20:39")
        assert it.texts(".ways button") == ["仍无变化，重报", "更正"]
        assert it.texts(".note") == ["下轮 22:30"]


def test_a_street_that_never_reported_says_that_there_is_nothing_and_no_number_is_zero(
    browser: Browser,
) -> None:
    w = ReportsWorld(3)
    w.tick()
    with card(browser, w) as it:
        assert it.texts("dd") == ["未报", "未报", "未报"]
        assert it.texts(".nil") == ["无情况"]


def test_only_changed_numbers_go_out_and_what_was_typed_stays_when_it_is_refused(browser: Browser) -> None:
    with card(browser, running()) as it:
        it.tap("有变化")
        it.type("relocation.low_lying.moved", "38")
        it.type("waterlogging.open", "3")
        it.tap("报送")
        (verb, _, args) = it.acts()[-1]
        assert (verb, args) == (
            "send_zero_report", {"nil": False, "figures": {"relocation.low_lying.moved": 38}},
        )  # fmt: skip
        names = {"field": "relocation.low_lying.moved", "moved": 38, "should": 30}
        it.page.evaluate(REFUSED, names)
        it.page.wait_for_function("inCard('zero_report', '.told').length === 1")
        assert "38 不得多于应转 30" in it.texts(".told")[0]
        value = "inCard('zero_report', 'input[data-key=\"relocation.low_lying.moved\"]')[0].value"
        assert it.page.evaluate(value) == "38"


def test_the_form_says_before_sending_what_would_be_refused(browser: Browser) -> None:
    with card(browser, running()) as it:
        it.tap("有变化")
        it.tap("报送")
        assert it.texts(".wrong") == ["数字没有变化，可按“无变化”"]
        it.type("relocation.low_lying.moved", "41")
        it.tap("报送")
        assert it.texts(".wrong")[0].startswith("低洼：已转不得多于应转")
        it.type("relocation.low_lying.moved", "二十")
        it.tap("报送")
        assert it.texts(".wrong") == ["只填整数"]
        it.type("relocation.low_lying.moved", "20")
        it.tap("报送")
        assert it.texts(".wrong") == ["累计数改小，须写明更正原因"]
        assert it.acts() == []
        it.page.locator('[data-cell="zero_report"] .reason input').fill("重复登记")
        it.tap("报送")
        assert it.acts()[-1][2] == {
            "nil": False, "figures": {"relocation.low_lying.moved": 20}, "reason": "重复登记",
        }  # fmt: skip


def test_a_door_is_opened_by_a_tap(browser: Browser) -> None:
    with card(browser, running()) as it:
        it.tap("有变化")
        it.tap("关闭")
        it.tap("报送")
        assert it.acts()[-1][2]["figures"] == {"shelter.S1.open": 0}


def test_late_red_and_a_late_report_are_told_in_words_and_old_numbers_are_marked(browser: Browser) -> None:
    w = running()
    w.wait(minutes=52)
    with card(browser, w) as it:
        assert it.texts(".note") == ["超31分"]
        assert it.page.evaluate("inCard('zero_report', '.zero')[0].dataset.state") == "over"
        w.report(WEIFANG)
        it.tell()
        assert it.texts(".sent") == ["已报 21:31（无变化） · 迟报31分30秒"]
        w.wait(minutes=60 * 4 + 5)
        it.tell()
        assert it.texts("dl i") == ["旧数 · 4时5分前"] * 3


def test_what_the_workstations_say_stands_beside_and_is_never_added(browser: Browser) -> None:
    w = running()
    at = w.now.city - 120
    w.state.stations["s1"] = StationNumbers(should=12, should_at=at, moved=5, moved_at=at, street=WEI)
    w.state.stations["s2"] = StationNumbers(should=8, should_at=at - 60, street=WEI)
    w.figures(CHEN, WEI, {"waterlogging.open": 4})
    with card(browser, w) as it:
        assert it.texts(".stations") == ["村居合计（供核对）：2 个站报，应转 20 户 · 已转 5 户，最早3分前"]
        assert it.texts("dd")[0] == "25/40 人"
        assert "电话代录" in it.texts("dl i")[2]


def test_an_agency_reports_the_numbers_that_are_its_own(browser: Browser) -> None:
    w = ReportsWorld(3)
    w.tick()
    w.figures(POWER, "dl", {"outage.out": 300})
    with card(browser, w, "dl") as it:
        assert it.texts("dl > div") == ["停电停电用户 300刚刚"] or it.texts("dd") == ["停电用户 300"]
        it.tap("有变化")
        it.type("outage.restored", "120")
        it.tap("报送")
        assert it.acts()[-1][2]["figures"] == {"outage.restored": 120}
