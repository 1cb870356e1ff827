"""A page's scripts in a real Chromium without a server: real live.js, cards and styles.

Socket and session are ours: ``window.tell(message)`` is the live socket speaking, ``window.sent`` what the
page ordered and asked through its session, ``window.reply(message)`` the session's answer. With
``window.answering`` set to a function every order is answered by it after ``window.delay`` ms. Time passes
when the test says so: ``LATER``, and for what got no answer ``window.fallSilent()``.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import Browser, Page

import static
from layouts import theme
from layouts.catalogues import Names, catalogue
from layouts.page_parts import PageParts
from layouts.pages import LAYOUTS, Layout
from tests.page_server import BOKEH, UNTIMED, give_back, page_of, page_server
from tests.seen_factory import NOW

__all__ = ["DONE", "IN_CARD", "LATER", "mark", "opened", "tell_view"]

FAKES = """
class FakeSocket { constructor() { window.socket = this; } close() {} }
window.WebSocket = FakeSocket;
window.sent = []; window.answering = null; window.delay = 0;
window.tell = (message) => window.socket.onmessage({ data: JSON.stringify(message) });
window.beat = (now) => window.tell({
  beat: {
    now, city0: now, machine0: now, rate: 1, feed: "live", feed_since: null,
    log_down: false, chain_broken: false,
  },
});
window.reply = (message) => window.citywall.orders.take(message);
// At once = before the next key or press: a timer of a busy machine comes after it.
window.later = (fn, ms) => (ms > 0 ? setTimeout(fn, ms) : queueMicrotask(fn));
window.attach = () => window.citywall.orders.attach((message) => {
  window.sent.push(message);
  if (message.act && window.answering) {
    const answer = window.answering(message.act);
    const { command_id } = message.act;
    if (answer) later(() => window.reply({ answer: { command_id, ...answer } }), window.delay);
  }
});
window.acts = () => window.sent.filter((message) => message.act).map((message) => message.act);
"""

MOUNT = """
const modules = MODULES;
import { render } from "/citywall/static/esm/card.js";
await Promise.all([...document.querySelectorAll(".cell-card")].map(async (cell) => {
  const host = document.createElement("div");
  host.style.height = "100%";
  cell.append(host);
  const root = host.attachShadow({ mode: "open" }), card = cell.dataset.cell;
  const model = { card, module: `/citywall/static/${modules[card]}`, on() {} };
  root.append(render({ model, el: root }));
  await import(model.module); // `render` does not wait for the card's own module
}));
window.isMounted = true;
""".replace("MODULES", json.dumps(static.SCRIPTS["esm"]))

IN_CARD = """(card, selector) => {
  const host = document.querySelector(`[data-cell="${card}"] > div`);
  return [...host.shadowRoot.querySelectorAll(selector)];
}"""

# Every order is done, and may be undone for 20 s.
DONE = """() => { window.answering = (act) => ({ done: { position: 9, version: act.version + 1, facts: [],
  undo_until: citywall.machine() + 20 } }); }"""

# Moves the page's clock on by so many ms; its session is still there.
LATER = """(ms) => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + ms;
  citywall.sessionAnswered();
}"""


def mark(number: int) -> str:
    return f"{number:012x}"


@contextmanager
def opened(
    browser: Browser,
    page_key: str,
    *,
    lang: str = "zh",
    query: str = "",
    person: dict[str, str] | None = None,
    is_told: bool = True,
    has_grids: bool = False,
    scope: str = "",
    size: tuple[int, int] = (1920, 1080),
    figures: PageParts | None = None,
) -> Iterator[Page]:
    """Open a layout's cards, scripts and figures; fails at the end if a script failed or asked elsewhere.

    A page that is not told anything (``is_told``) never hears from its live socket.
    """
    layout = next(layout for layout in LAYOUTS if layout.key == page_key)
    errors: list[str] = []
    page, server = page_of(browser, size, errors), page_server()
    server.html = _html(layout, lang, person, has_grids=has_grids, scope=scope, figures=figures)
    page.goto(f"{server.url}/{page_key}{query}")
    page.wait_for_function("window.isMounted")
    page.evaluate(f"() => {{ window.inCard = {IN_CARD}; attach(); }}")
    if is_told:
        page.evaluate(f"beat({NOW})")
    # A page whose session does not echo starts anew; ours echoes while the test does not say otherwise.
    page.evaluate(
        "citywall.sessionAnswered(); setInterval(() => window.isSilent || citywall.sessionAnswered(), 1000)"
    )
    yield page
    give_back(page)
    assert errors == []


def tell_view(page: Page, card: str, scalars: dict[str, Any], rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Say a card's whole view, as the live socket says it to who comes."""
    view = {"whole": True, "as_of": NOW, "scalars": scalars, "order": [key for key, _ in rows],
            "set": dict(rows), "del": []}  # fmt: skip
    page.evaluate("([card, view]) => tell({ views: { [card]: view } })", [card, view])


def _html(
    layout: Layout, lang: str, person: dict[str, str] | None, *, has_grids: bool, scope: str,
    figures: PageParts | None = None,
) -> str:  # fmt: skip
    told = {
        "build": "t", "channel": layout.key, "scope": scope, "lang": lang, "zone": "Asia/Shanghai",
        "live": "/live", "health": "/healthz", "static": "/citywall/static",
        "title": {"zh": "中心", "en": "Centre"}, "streets": [],
        "figures": {cell.key: f"figure:{cell.key}" for cell in layout.cells("figure")},
        "sheets": layout.sheets, "person": person,
        "phone": "021-6000", "has_grids": has_grids, "wide_from": layout.wide and layout.wide.from_px,
    }  # fmt: skip
    regions = "".join(
        f'<div class="region region-{region.area}{" wide-only" if layout.is_wide_only(region) else ""}"'
        f' style="grid-area:{region.area}">'
        + "".join(
            f'<div class="cell cell-{cell.kind}{" grow" if cell.grow else ""}" data-cell="{cell.key}">'
            + (f'<div id="part-{cell.key}" style="display:contents"></div>' if cell.kind == "figure" else "")
            + "</div>"
            for cell in region.cells
        )
        + "</div>"
        for region in layout.regions
    )
    areas = " ".join(f"'{row}'" for row in layout.areas)
    words = f'{_json(told)[:-1]}, "words": {_words(lang)}}}'
    scripts = "".join(
        f'<script src="/citywall/static/{static.script("js", name)}"></script>' for name in layout.scripts
    )
    grid = f"grid-template:{areas};grid-template-columns:{layout.columns};grid-template-rows:{layout.rows}"
    sheets = "".join(
        f'<link rel=stylesheet href="/citywall/static/css/{name}.css">'
        for name in ("base", layout.styles or layout.key)
    )
    drawn = ""
    if figures is not None:
        drawn = f'{BOKEH}<script type="application/json" id="citywall-parts">{figures.text}</script>'
    return f"""<!doctype html><meta charset=utf-8><style>{theme.css()}{layout.grid_rules}</style>{sheets}
      <script>{UNTIMED}{FAKES}</script>{drawn}
      <script type="application/json" id="citywall-page">{words}</script>{scripts}
      <main id=page class="page-{layout.key}" lang="{lang}" style="{grid}">{regions}
      <div id=break hidden><p></p></div></main><script type=module>{MOUNT}</script>"""


@cache
def _words(lang: str) -> str:
    return _json(catalogue(lang, Names()))


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
