"""The wall's linkage card in a real Chromium: its words, the running cell, and that everything has room."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser

from city.views.linkage_view import LinkageView
from layouts.cards.wall.linkage import Linkage
from layouts.catalogues import Names, catalogue
from tests.linkage_factory import CITY, city_with, incident, signed, task
from tests.seen_factory import seen
from tests.static.desk_stage import Stage

pytestmark = pytest.mark.browser

WORDS = catalogue("zh", Names())
CARD = '[data-cell="linkage"]'
WIDTH = '[data-cell="linkage"] { width: 612px }'
HEIGHT = """() => {
  const root = document.querySelector('[data-cell="linkage"]').shadowRoot;
  const box = (selector) => root.querySelector(selector).getBoundingClientRect();
  return box(".matrix").bottom - box(".card").top + 8;
}"""
# Cells whose text does not fit, and what stands out of the card.
CUT = """() => {
  const root = document.querySelector('[data-cell="linkage"]').shadowRoot;
  const { right } = root.querySelector(".card").getBoundingClientRect();
  return [...root.querySelectorAll(".at, .names span + span, .incident .time")]
    .filter((node) => node.scrollWidth > node.clientWidth + 1 || node.getBoundingClientRect().right > right)
    .map((node) => node.textContent);
}"""

# The least room in px beside the words of a running cell.
ROOM = """() => {
  const root = document.querySelector('[data-cell="linkage"]').shadowRoot;
  return Math.min(...[...root.querySelectorAll('.at[data-kind="running"]')].map((node) => {
    const words = document.createRange();
    words.selectNodeContents(node);
    return node.clientWidth - words.getBoundingClientRect().width;
  }));
}"""


@pytest.fixture(params=["zh", "en"])
def stage(browser: Browser, request: Any) -> Iterator[Stage]:
    opened = Stage(browser, "linkage", lang=request.param, sheet=WIDTH)
    yield opened.mount()
    opened.close()


def feed(stage: Stage, incidents: list[Any], tasks: list[Any]) -> None:
    found = LinkageView(None).see(city_with(incidents, tasks), CITY)
    view = Linkage().view(seen(incidents=found.incidents, tasks=found.tasks), CITY)
    stage.card("linkage", view.scalars, *msgspec.to_builtins(view.rows))


def test_one_incident_stands_in_the_head_and_its_rows_run_against_their_limits(stage: Stage) -> None:
    is_zh = stage.page.evaluate("citywall.page.lang") == "zh"
    late = task(1, agency="lh", words="clear_inlets", issued_at=CITY - 301, fallback="1f0c2d3e4a5b.2")
    instead = task(2, words="clear_inlets", state="acknowledged", acknowledged=signed(CITY - 90))
    by_hand = task(3, agency="ga", words="close_underpass", state="arrived", acknowledged=signed(CITY - 90),
                   set_out=signed(CITY - 80), arrived=signed(CITY - 10), arrive_by=CITY + 800)  # fmt: skip
    feed(stage, [incident()], [late, instead, by_hand, task(4, state="verified")])
    if is_zh:
        assert (
            stage.text(f"{CARD} h2")
            == f"联勤联动 · {WORDS['incident.underpass_flood']} · 川沙路唐安路 · 一般"
        )
        assert stage.text(f"{CARD} .note") == "已7分12秒"
        assert stage.texts(f"{CARD} .who i")[0] == f"{WORDS['task_short.clear_inlets']} · 由消防接替"
        assert stage.texts(f'{CARD} [data-level="over"]') == ["超时"]
        assert stage.text(f"{CARD} footer") == "已完成 1"
    cells = [" ".join(stage.texts(f"{CARD} .matrix .row:nth-child({n}) .at")) for n in (3, 4)]
    assert cells == ["20:29 20:29 1′40″ /15′ · · ·", "20:29 20:29 20:29 20:30 1′ /120′ ·"]
    stage.tick(20)
    assert stage.texts(f"{CARD} .matrix .row:nth-child(3) .at")[2] == "2′ /15′"
    stage.tick(479)
    assert stage.texts(f"{CARD} .matrix .row:nth-child(3) .at")[2] == "9′59″ /15′"
    assert stage.page.evaluate(ROOM) >= 10
    assert stage.page.evaluate(CUT) == []
    assert stage.page.evaluate(CUT) == []


def test_the_fullest_card_has_room_and_nothing_is_cut(stage: Stage) -> None:
    incidents = [incident(letter * 12, grade="extra_major") for letter in "abcd"]
    tasks = [
        task(n, letter * 12, agency="lh", issued_at=CITY - 599, ack_by=CITY + 1)
        for letter in "abcd"
        for n in range(1, 21)
    ]
    feed(stage, incidents, tasks)
    assert stage.page.locator(f"{CARD} .matrix .incident").count() == 3
    assert stage.page.evaluate(CUT) == []
    height = stage.page.evaluate(HEIGHT)
    assert height <= 330  # what the other cards of the column leave on a wall of 1080 px


def test_a_cell_says_that_it_was_reminded_and_that_the_engine_was_late(stage: Stage) -> None:
    is_zh = stage.page.evaluate("citywall.page.lang") == "zh"
    asked = task(1, issued_at=CITY - 150, reminders=2)
    late = task(2, agency="lh", issued_at=CITY - 330, fallback="1f0c2d3e4a5b.3", late={"acknowledged": 20.4})
    instead = task(3, agency="ga", issued_at=CITY - 30, late={"issued": 95.0}, reminders=0)
    done = task(4, agency="jj", state="acknowledged", acknowledged=signed(CITY - 9), reminders=1)
    feed(stage, [incident()], [late, asked, instead, done])
    notes = stage.texts(f"{CARD} .step")
    assert notes == (["晚20秒", "已催2", "晚1分"] if is_zh else ["+20 s", "2 rem.", "+1 min"])
    assert stage.page.evaluate(CUT) == []


def test_a_line_of_the_duty_log_says_who_answers_for_it_and_how_late_the_engine_was(stage: Stage) -> None:
    if stage.page.evaluate("citywall.page.lang") != "zh":
        return
    line = {"at": CITY, "text": "log.task_escalated.1", "task": "1", "task_no": "001-01", "agency": "lh"}
    told = stage.page.evaluate(
        """async (line) => {
          const { lineOf } = await import("/citywall/static/esm/wall/log.js");
          const late = { ...line, lead: "秦××（值班长）", late_s: "20" };
          return [lineOf(citywall, line), lineOf(citywall, late)];
        }""",
        line,
    )
    assert told[0] == "超时未签收，呼叫绿化市容值班领导：001-01 ▸ 值班长"
    assert told[1] == "超时未签收，呼叫绿化市容值班领导：001-01 ▸ 秦××（值班长） · 晚20秒"
