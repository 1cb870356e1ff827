"""How cards draw (static/js/draw.js), in a real Chromium: nodes stay, a press lands, text stays text."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.script_pages import DONE, mark, opened, tell_view
from tests.seen_factory import NOW
from tests.static.desk_list import ME

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hacked=1>"
# What a card shows, hidden or not, and how many pictures it holds: none of these cards has one.
TOLD = "(card) => inCard(card, '.card')[0].textContent"
MADE = "(card) => inCard(card, 'img').length"
NODES = """([card, selector]) => {
  const nodes = inCard(card, selector), ids = (window.known ??= new Map());
  return nodes.map((node) => { if (!ids.has(node)) ids.set(node, ids.size); return ids.get(node); });
}"""

WHERE = """([card, selector, place]) => {
  const box = inCard(card, selector)[place].getBoundingClientRect();
  return [box.x + 9, box.y + 9];
}"""
# Two rulings, told anew ten times a second with another time each.
TELLING = """([rulings, scalars]) => {
  let turn = 0;
  window.telling = setInterval(() => {
    const set = Object.fromEntries(rulings.map(([id, row]) => [id, { ...row, due_at: row.due_at + ++turn }]));
    const news = { scalars: { ...scalars, outbox: turn }, order: Object.keys(set), set, del: [] };
    tell({ views: { desk_strip: { whole: true, as_of: 0, ...news } } });
  }, 100);
}"""


@pytest.fixture(scope="module")
def wall(browser: Browser) -> Iterator[Page]:
    with opened(browser, "wall") as found:
        # The card's module has come when its first view is drawn.
        tell_view(found, "sources", {}, [("first", source())])
        found.wait_for_function("() => inCard('sources', 'li').length === 1")
        yield found


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Page]:
    with opened(browser, "desk", person=ME) as found:
        yield found


def source(freshness: str = "late", heard: float = NOW - 90.0) -> dict[str, Any]:
    return {"freshness": freshness, "heard_at": heard, "skew_s": 0}


def ruling(**given: Any) -> dict[str, Any]:
    return {"class": "component.0123", "label": "", "road": "羽山路", "street": "", "due_at": NOW + 600.0,
            "sent": False, **given}  # fmt: skip


def tell_strip(page: Page, *rulings: tuple[str, dict[str, Any]], **scalars: Any) -> None:
    told = {"critical": 1, "critical_keys": [], "alarms": 0, "same": 0, **scalars}
    tell_view(page, "desk_strip", told, list(rulings))


def test_an_id_keeps_its_node_wherever_it_goes_and_whatever_it_says(wall: Page) -> None:
    rows = [(name, source()) for name in ("a", "b", "c", "d")]
    tell_view(wall, "sources", {}, rows)
    tell_view(wall, "sources", {}, rows)  # the second draw knows the height of the list
    a, b, c, d = wall.evaluate(NODES, ["sources", "li"])
    tell_view(
        wall, "sources", {}, [("d", source("lost")), ("b", source("live")), ("a", source()), ("e", source())]
    )
    moved = wall.evaluate(NODES, ["sources", "li"])
    assert moved[:3] == [d, b, a]
    assert moved[3] not in {a, b, c, d}


def test_the_same_view_changes_nothing_on_the_screen(wall: Page) -> None:
    rows = [(name, source("live")) for name in ("a", "b")]
    tell_view(wall, "sources", {}, rows)
    tell_view(wall, "sources", {}, rows)
    wall.evaluate(
        """() => {
          window.changes = 0;
          const watch = new MutationObserver((list) => { window.changes += list.length; });
          const what = { subtree: true, childList: true, characterData: true, attributes: true };
          watch.observe(inCard("sources", ".card")[0], what);
        }"""
    )
    tell_view(wall, "sources", {}, rows)
    assert wall.evaluate("new Promise((done) => setTimeout(() => done(changes), 50))") == 0


def test_twenty_presses_on_a_strip_that_is_told_anew_ten_times_a_second_all_land(desk: Page) -> None:
    scalars = {"critical": 1, "critical_keys": [], "alarms": 0, "same": 0}
    desk.evaluate(TELLING, [[(mark(n), ruling()) for n in (1, 2)], scalars])
    desk.wait_for_function("inCard('desk_strip', '.ruling').length === 2")
    landed = []
    for turn in range(20):
        desk.mouse.move(*desk.evaluate(WHERE, ["desk_strip", ".ruling", turn % 2]))
        desk.mouse.down()
        desk.wait_for_timeout(130)  # at least one telling between down and up
        desk.mouse.up()
        landed.append(desk.evaluate("citywall.desk.selected()"))
    desk.evaluate("clearInterval(telling)")
    assert landed == [mark(1 + turn % 2) for turn in range(20)]


def test_a_button_does_what_it_meant_when_the_pointer_went_down(desk: Page) -> None:
    desk.evaluate(DONE)
    tell_strip(desk)
    desk.evaluate("(mark) => citywall.desk.act('comment', mark, 1, {}, '')", mark(7))
    desk.wait_for_function("!inCard('desk_strip', '.done')[0].hidden")
    desk.mouse.move(*desk.evaluate(WHERE, ["desk_strip", ".done button", 0]))
    desk.mouse.down()
    desk.evaluate("(mark) => citywall.desk.act('comment', mark, 1, {}, '')", mark(8))
    desk.wait_for_function("(mark) => citywall.orders.undoLeft(citywall.orders.of(mark)) > 0", arg=mark(8))
    tell_strip(desk)
    desk.mouse.up()
    desk.wait_for_function("acts().some((act) => act.verb === 'undo')")
    undone = desk.evaluate("acts().filter((act) => act.verb === 'undo').map((act) => act.subject)")
    assert undone == [f"case:~{mark(7)}"]


def test_a_card_that_broke_half_drawn_is_drawn_whole_the_next_time(wall: Page) -> None:
    drawn = wall.evaluate(
        """async () => {
          const { card, each, html } = await import("/citywall/static/js/draw.js");
          const mend = card(() => ({ rows }) => html`<ol>${each(rows, (row) => html`<li>${
            each([row], (id) => html`<b>${id === "bad" ? null.name : id}</b>`)}</li>`)}</ol>`);
          const face = document.createElement("section"), told = [];
          for (const rows of [["a", "b"], ["x", "b", "bad", "a"], ["a", "c", "b"]]) {
            try { mend(face, { rows }, citywall); } catch (error) { told.push(error.constructor.name); }
          }
          return [told, [...face.querySelectorAll("li")].map((node) => node.textContent)];
        }"""
    )
    assert drawn == [["TypeError"], ["a", "c", "b"]]


@pytest.mark.parametrize(
    ("card", "scalars", "rows"),
    [
        ("act", {"gaps": [[EVIL, NOW - 900.0]]}, {}),
        ("sources", {}, {EVIL: source("lost")}),
        ("duty", {"leader": EVIL, "shift_lead": EVIL, "seats": 1}, {EVIL: {"since": NOW - 60.0}}),
        ("legend", {"marks": [{"word": EVIL, "shape": EVIL, "colour": EVIL}], "steps": [EVIL],
                    "numbers": [[0, 10]], "window_s": 60}, {}),
    ],
)  # fmt: skip
def test_no_word_on_a_wall_is_markup(
    wall: Page, card: str, scalars: dict[str, Any], rows: dict[str, dict[str, Any]]
) -> None:
    for _ in range(2):
        tell_view(wall, card, scalars, list(rows.items()))
    assert EVIL in wall.evaluate(TOLD, card)
    assert wall.evaluate(MADE, card) == 0
    wall.wait_for_timeout(100)
    assert wall.evaluate("window.hacked") is None


def test_no_name_of_a_street_is_markup(wall: Page) -> None:
    wall.evaluate(
        "(evil) => { citywall.page.streets.push('1'); citywall.page.words['street.1'] = evil; }", EVIL
    )
    tell_view(wall, "streets", {"known": True}, [("1", {"overdue": 2, "critical": 0})])
    told = wall.evaluate("inCard('streets', '.street, .note').map((node) => node.textContent)")
    assert [EVIL in words for words in told] == [True, True]
    assert wall.evaluate(MADE, "streets") == 0
    wall.wait_for_timeout(100)
    assert wall.evaluate("window.hacked") is None


def test_no_word_on_the_strip_is_markup(desk: Page) -> None:
    tell_strip(
        desk, (mark(3), ruling(label=EVIL, road=EVIL, **{"class": EVIL})), outbox=EVIL, outbox_failing=0
    )
    assert EVIL in desk.evaluate(TOLD, "desk_strip")
    assert desk.evaluate(MADE, "desk_strip") == 0
    desk.wait_for_timeout(100)
    assert desk.evaluate("window.hacked") is None
