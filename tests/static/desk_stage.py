"""A stage for the desk's cards in a real Chromium: real scripts, styles and words, and no server.

live.js and the page's session are stubs that the test feeds; they record what the desk orders and asks.
"""

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, Page

import static
from city.access import VERBS
from layouts import theme
from layouts.catalogues import Names, catalogue, streets
from tests.page_server import UNTIMED, give_back, page_of, page_server
from tests.seen_factory import NOW

__all__ = ["MARK", "NOW", "Stage", "case", "reply", "row"]

MARK = "0a1b2c3d4e5f"
ROAD = "羽山路巨野路口"

# A stub of live.js that the test feeds; its clock is manual: only `tick` moves it.
BUS = """
const listeners = new Map(), frames = new Map(), cards = new Map();
const PAGE = JSON.parse(document.getElementById("citywall-page").textContent);
window.PASSED = 0;
const told = (key) => { for (const fn of listeners.get(key) ?? []) fn(cards.get(key)); };
window.citywall = {
  mend: window.citywallMend, say: citywallGrammar(PAGE.words, PAGE.zone), words: (key) => PAGE.words[key],
  page: PAGE,
  sheet: new CSSStyleSheet(), broken: (key, error) => { throw error; },
  figure: (key) => window.Bokeh?.documents[0]?.get_model_by_name(key) ?? null,
  machine: () => PAGE.now + window.PASSED, city: () => PAGE.now + window.PASSED, toCity: (epoch) => epoch,
  session: () => "live", gaps: () => "", beat: () => null, hello: () => null,
  frame: (key) => frames.get(key), card: (key) => cards.get(key),
  on(key, fn) {
    if (!listeners.has(key)) listeners.set(key, []);
    listeners.get(key).push(fn);
    fn(cards.get(key));
    return () => {};
  },
};
window.tell = (key, scalars, rows) => {
  cards.set(key, { as_of: PAGE.now, scalars, order: rows.map(([id]) => id), rows: new Map(rows) });
  told(key);
};
window.showFrame = (key, frame) => { frames.set(key, frame); told("frame:" + key); };
window.tick = (seconds) => { window.PASSED += seconds; for (const key of listeners.keys()) told(key); };
"""

# A stub of the page's session: it records every message, and answers from `answers` and `replies`.
WIRE = """
window.said = { acts: [], asks: [] };
window.answers = {};   // verb -> done or refused, what an order is answered with
window.replies = {};   // what -> reply
// What Bokeh cannot send is not sent: it knows no undefined.
const isUndefined = (value) => value === undefined
  || (typeof value === "object" && value !== null && Object.values(value).some(isUndefined));
citywall.orders.attach((message) => {
  if (isUndefined(message)) throw new Error("undefined in a message");
  const later = (fn) => queueMicrotask(fn); // before the next press: a timer of a busy machine comes after it
  if (message.act) {
    said.acts.push(message.act);
    const given = answers[message.act.verb];
    const { command_id } = message.act;
    if (given) later(() => citywall.orders.take({ answer: { command_id, ...given } }));
  } else if (message.ask) {
    said.asks.push(message.ask);
    const given = replies[message.ask.what];
    if (given) later(() => citywall.orders.take({ reply: { ...given, id: message.ask.id } }));
  }
});
"""

# What the shell of a card does, see static/esm/card.js; here it is reached from outside as `stage`.
MOUNT = """
window.modules = MODULES;
window.mount = async (key) => {
  const { mend } = await import(`/citywall/static/${modules[key]}`);
  const host = document.querySelector(`[data-cell="${key}"]`), root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [citywall.sheet];
  const face = citywall.mend.make("section", `card card-${key}`);
  root.append(face);
  const nothing = { as_of: null, scalars: {}, order: [], rows: new Map() };
  citywall.on(key, (view) => mend(face, view ?? nothing, citywall));
};
""".replace("MODULES", json.dumps(static.SCRIPTS["esm"]))


class Stage:
    """One page; ``figure`` is the HTML of an embedded Bokeh figure named ``map``."""

    def __init__(
        self, browser: Browser, *cards: str, lang: str = "zh", figure: str = "", query: str = "",
        size: tuple[int, int] = (1920, 1080), sheet: str = "",
    ) -> None:  # fmt: skip
        page = {
            "words": catalogue(lang, Names()), "zone": "Asia/Shanghai", "lang": lang, "now": NOW,
            "streets": streets(Names()),
            "person": {"name": "陈××", "role": "duty_officer", "person_mark": "h", "verbs": list(VERBS)},
        }  # fmt: skip
        cells = "".join(f'<div data-cell="{key}" class="cell"></div>' for key in cards)
        scripts = [UNTIMED, *(_script(name) for name in ("grammar", "mend"))]
        scripts.append(BUS)
        scripts += [_script(name) for name in ("rows", "orders", "order_words", "desk", "keys")]
        scripts += [WIRE, MOUNT]
        if figure:
            scripts += [_script(name) for name in ("over_map", "callouts", "desk_map")]
        sheets = (
            "cards", "desk_cards", "desk_detail", "desk_linkage", "desk_alarms", "desk_screening",
            "desk_recovery", "indicators",
        )  # fmt: skip
        inside = "".join(_file(f"css/{name}.css") for name in sheets)
        html = (
            f'<!doctype html><html lang="{lang}"><meta charset=utf-8><meta name=color-scheme content=dark>'
            f"<style>{theme.css()}{_file('css/base.css')}{sheet}</style>"
            f'<script type="application/json" id="citywall-page">{_inert(page)}</script>'
            f'<main id="page" lang="{lang}">{figure}{cells}</main>'
            + "".join(f"<script>{code}</script>" for code in scripts)
        )
        self.errors: list[str] = []
        self.page: Page = page_of(browser, size, self.errors)
        server = page_server()
        server.html = html
        self.page.goto(f"{server.url}/{query}")
        self.page.evaluate("(css) => citywall.sheet.replaceSync(css)", inside)
        self._cards = cards

    def mount(self) -> "Stage":
        """Put the cards into their cells; what is to stand at once is fed before."""
        for key in self._cards:
            self.page.evaluate("(key) => mount(key)", key)
        return self

    def close(self) -> None:
        """Close the page; nothing failed on it and nothing was asked of anybody else."""
        give_back(self.page)
        assert self.errors == []

    # ---- what the server would tell
    def rows(self, *rows: tuple[str, Mapping[str, Any]]) -> None:
        self.page.evaluate(
            "(rows) => tell('desk_queue', { all: rows.length }, rows)", [list(r) for r in rows]
        )

    def card(self, key: str, scalars: Mapping[str, Any], *rows: tuple[str, Mapping[str, Any]]) -> None:
        self.page.evaluate("([key, s, rows]) => tell(key, s, rows)", [key, scalars, [list(r) for r in rows]])

    def reply(self, what: str, given: Mapping[str, Any]) -> None:
        self.page.evaluate("([what, given]) => { replies[what] = given; }", [what, given])

    def answer(self, verb: str, given: Mapping[str, Any]) -> None:
        self.page.evaluate("([verb, given]) => { answers[verb] = given; }", [verb, given])

    def select(self, mark: str | None) -> None:
        self.page.evaluate("(mark) => citywall.desk.select(mark)", mark)

    def tick(self, seconds: float = 1.0) -> None:
        self.page.evaluate("(s) => tick(s)", seconds)

    # ---- what the page did and shows
    def acts(self) -> list[dict[str, Any]]:
        """Return ``verb, subject, version, args`` of all that was ordered."""
        told: list[dict[str, Any]] = self.page.evaluate(
            "said.acts.map(({verb, subject, version, args}) => ({verb, subject, version, args}))"
        )
        return told

    def asks(self, what: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.page.evaluate("said.asks")
        return [ask for ask in told if ask["what"] == what]

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def texts(self, selector: str) -> list[str]:
        """Return the visible texts of all that match, spaces folded."""
        found = self.page.locator(selector).filter(visible=True)
        return [" ".join(one.split()) for one in found.all_inner_texts() if one and one.strip()]

    def press(self, words: str, card: str = "desk_detail") -> None:
        """Click the button of a card that says these words."""
        self.page.locator(f'[data-cell="{card}"] button:visible').get_by_text(words, exact=True).first.click()


def row(**given: Any) -> dict[str, Any]:
    """Return a row of the queue: a manhole cover, refused twice, that waits for a ruling (story M1)."""
    plain: dict[str, Any] = {
        "no": "3101152024091500211", "class": "component.0123", "label": "", "urgency": "critical",
        "hazard": True, "road": ROAD, "street": "310115013", "at": NOW - 1980.0, "due_at": NOW + 4620.0,
        "state": "ruling", "holder": "", "co": [], "version": 9, "bounced": ["tx", "dl"], "why": "",
        "next": "ruling", "next_at": NOW + 1720.0,
        "make_safe": {"holder": "310115013", "at": NOW - 1960.0, "due_at": NOW + 1640.0,
                      "done_at": NOW - 520.0},
        "supervised": 0, "reminders": 0, "callers": 3, "ruling_due_at": NOW + 1720.0,
        "ruling_sent": False, "targets": ["ps", "tx", "dl"], "escalate_to": "shift_lead",
        "verbs": ["send_for_ruling", "send_unit"],
        "presence": ["陈××", "李××"], "acted_by": ["h"],
        "nearest_unit": {"unit": "u1", "call_sign": "洋泾城管"},
        "lon": 121.56, "lat": 31.24,
    }  # fmt: skip
    told = {**plain, **given}
    # As city/views/wall_seen.py has it: the ruling's moment, else the citizen's.
    ruling = told["ruling_due_at"] if told["state"] == "ruling" else None
    return {**told, "until": ruling or told["due_at"]}


def case(**given: Any) -> dict[str, Any]:
    """Return the file of the same case as a session tells it."""
    plain: dict[str, Any] = {
        **row(), "kind": "component", "code": "0123", "minor": "不明井盖", "client": "hotline",
        "channel": "hotline", "description": "井盖没了，晚上很危险", "own": True, "fix_by_at": NOW + 4620.0,
        "deadline_at": NOW + 6420.0, "undetermined": False, "suspended_at": None, "suspended_s": 0.0,
        "owner_state": "unknown", "component": "", "closed_at": None, "no_return": False,
        "bounces": [
            {"holder": "tx", "reason": "not_my_duty", "text": "井盖无通信标识", "at": NOW - 1480.0,
             "counts": True},
            {"holder": "dl", "reason": "not_my_duty", "text": "管线图无此井", "at": NOW - 40.0,
             "counts": True},
        ],
        "ruling": {"opened_at": NOW - 40.0, "reason": "bounces", "due_at": NOW + 1720.0,
                   "candidates": ["ps", "tx", "dl"], "sent_at": None},
        "make_safe": {"holder": "310115013", "ordered_at": NOW - 1960.0, "due_at": NOW + 1640.0,
                      "done_at": NOW - 520.0, "photos": 2},
        "reporter": {"name": "张××", "phone": "138****5678"},
    }  # fmt: skip
    return {**plain, **given}


STORY: list[tuple[str, int, str, str, dict[str, Any]]] = [
    ("CaseReported", -1980, "", "", {"client": "hotline"}),
    ("CaseFiled", -1960, "李××", "intake_officer",
     {"code": "0123", "urgency": "critical", "hazard": True, "owner_state": "unknown", "version": 1}),
    ("MakeSafeOrdered", -1960, "", "system", {"holder": "310115013"}),
    ("CaseDispatched", -1700, "", "system", {"to": "tx", "principle": "owner_first", "by_rule": True}),
    ("CaseReturned", -1480, "王××", "agency_operator",
     {"holder": "tx", "reason": "not_my_duty", "text": "井盖无通信标识", "bounces": 1, "counts": True}),
    ("CaseReassigned", -880, "陈××", "duty_officer", {"to": "dl", "from": "tx"}),
    ("MadeSafe", -520, "洋泾", "street_operator",
     {"holder": "310115013", "photos": ["a", "b"], "minutes": 41, "late": False}),
    ("CaseReturned", -40, "孙××", "agency_operator",
     {"holder": "dl", "reason": "not_my_duty", "text": "管线图无此井", "bounces": 2, "counts": True}),
    ("RulingOpened", -40, "", "system", {"reason": "bounces", "candidates": ["ps", "tx", "dl"]}),
]  # fmt: skip


USUAL = ("send_for_ruling", "send_unit", "remind", "report_rule_error", "comment", "reveal")


def reply(actions: Mapping[str, bool] | None = None, **given: Any) -> dict[str, Any]:
    """Return the session's answer to ``ask case``; ``actions`` is verb → may it be given now."""
    may = dict.fromkeys(USUAL, True) if actions is None else actions
    story = [
        {"position": 100 + place, "at": NOW + at, "type": kind, "actor": name and "a", "name": name,
         "role": role, "seat": "2" if role == "duty_officer" else "", "reason": "", "data": data}
        for place, (kind, at, name, role, data) in enumerate(STORY)
    ]  # fmt: skip
    units = [("u1", "洋泾城管", 600, 4), ("u2", "花木城管", 1400, 8)]
    names = ("unit", "call_sign", "metres", "minutes")
    camera = {
        "id": "c1", "label": "羽山路巨野路西", "metres": 80, "azimuth": None, "sees": None, "word": "live",
        "since": None, "picture_at": NOW - 9.0, "on_wall": True,
    }  # fmt: skip
    nearby = {
        "units": [dict(zip(names, unit, strict=True)) | {"kind": "patrol", "agency": "cg"} for unit in units],
        "cameras": [camera],
    }
    told = {
        **case(), "story": story, "nearby": nearby, "register": None,
        "actions": [{"verb": v, "ok": ok, "args_needed": [], "why_not": None} for v, ok in may.items()],
    }  # fmt: skip
    return {"case": {**told, **given}}


def _script(name: str) -> str:
    return _file(static.script("js", name))


def _file(name: str) -> str:
    return static.path(name).read_text(encoding="utf-8")


def _inert(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
