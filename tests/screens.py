"""The screens of a story: the matrix of tasks on a wall, a desk and agencies' pages, and how soon it shows.

Each page notes by itself, at every change of its card, what stands in the card's cells and when. This is
compared with the time at which the ledger recorded the fact, on the same machine's clock: how often the test
looks does not count. Each step must come; how soon is judged by the median of a page's steps, since a machine
that runs several systems at once now and then lets one of them wait.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from city.clocks.timestamps import parse
from tests.console.browser import Sight
from tests.slowness import Slowness

SEEN_S = 1.0
"""From the durable fact to the cell on every screen, seconds."""
LOOK_S = 60.0
"""For so long a test waits for a cell."""
ROUNDED_S = 0.002
"""A browser's clock counts whole milliseconds."""
COLUMNS = ("issued", "acknowledged", "set_out", "arrived", "done", "verified")
FOLDED = {"wall", "desk"}
"""Pages that count a verified task and show its row no more."""

# Notes what the card of a cell shows at each change: [machine time in seconds, rows, all of its text]. A desk
# shows the matrix of an incident whose tab was pressed: the officer does it as soon as there is one.
NOTE = """(cell) => {
  if (window.citywall?.card(cell) == null) return false;
  const find = (node) => {
    for (const one of [node.shadowRoot, ...node.children].filter(Boolean)) {
      const found = one.querySelector?.(`.card-${cell}`) ?? find(one);
      if (found) return found;
    }
    return null;
  };
  const card = find(document.querySelector(`[data-cell="${cell}"]`));
  if (!card?.firstElementChild) return false;
  const seen = (window.citywallTestSeen ??= {})[cell] = [];
  const look = () => {
    if (!card.querySelector(".matrix")) card.querySelector(".tab")?.click();
    const texts = (row) => [...row.querySelectorAll(".who b, .at, .dropped")].map((one) => one.textContent);
    const rows = [...card.querySelectorAll(".matrix .row:not(.names)")].map(texts);
    const text = card.textContent.replaceAll(/\\s/g, "");
    if (seen.length > 0 && seen.at(-1)[2] === text) return;
    seen.push([Date.now() / 1000, rows, text]);
  };
  new MutationObserver(look).observe(card, { childList: true, subtree: true, characterData: true });
  look();
  return true;
}"""
# A page whose session was silent for long, as on a busy machine, starts anew by itself: it notes again.
NOTE_AGAIN = """
  const note = () => (NOTE)(CELL) || setTimeout(note, 50);
  addEventListener("DOMContentLoaded", note);
""".replace("NOTE", NOTE)

# When a card first showed, of all that it showed since a moment, a row of an agency with a text in a column;
# without the column: no such row; without the agency: the text somewhere.
FIRST = """([cell, since, agency, column, pattern]) => {
  if (!window.citywall) return false;
  const name = agency && citywall.words("agency." + agency), wanted = new RegExp(pattern);
  const holds = (rows, text) => agency === null ? wanted.test(text)
    : column === null ? rows.every(([who]) => who !== name)
    : rows.some(([who, ...at]) => who === name && wanted.test(at[column] ?? ""));
  const seen = window.citywallTestSeen?.[cell]?.find(([at, rows, text], place, all) => {
    const until = all[place + 1]?.[0] ?? Infinity;
    return until > since && holds(rows, text);
  });
  return seen ? { at: seen[0] } : false;
}"""


@dataclass
class Screens:
    """Open pages by name, each with its card of tasks; ``took``: seconds after which each showed its steps.

    ``limit_s``: what has changed must be seen within so many seconds of a machine that is not busy.
    """

    slow: Slowness
    pages: dict[str, tuple[str, Sight]] = field(default_factory=dict)
    limit_s: float = SEEN_S
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, card: str, sight: Sight) -> Sight:
        """Add a page, wait until its card is drawn, and note from then on what it shows."""
        sight.wait(NOTE, argument=card)
        sight.page.add_init_script("{" + NOTE_AGAIN.replace("CELL", json.dumps(card)) + "}")
        self.pages[name] = card, sight
        return sight

    def show(self, fact: dict[str, Any], agency: str, column: str, on: Iterable[str] = ()) -> None:
        """The pages (all, if none is named) show a step of an agency's task."""
        for name in on or self.pages:
            gone = name in FOLDED and column == "verified"
            place = None if gone else COLUMNS.index(column)
            self._first(name, fact, agency, place, r"^\d\d:\d\d")

    def show_no(self, fact: dict[str, Any], agency: str, on: Iterable[str]) -> None:
        """The pages show no row of the agency any more."""
        for name in on:
            self._first(name, fact, agency, None, "")

    def show_cell(
        self, fact: dict[str, Any], agency: str, column: str, pattern: str, on: Iterable[str] = ()
    ) -> None:
        """The pages show a text (a regular expression) in the cell of a column."""
        for name in on or self.pages:
            self._first(name, fact, agency, COLUMNS.index(column), pattern)

    def say(self, fact: dict[str, Any], pattern: str, on: Iterable[str]) -> None:
        """The pages show a text (a regular expression; without spaces) somewhere in their card."""
        for name in on:
            self._first(name, fact, None, None, pattern)

    def _first(
        self, name: str, fact: dict[str, Any], agency: str | None, column: int | None, pattern: str
    ) -> None:
        card, sight = self.pages[name]
        since = parse(fact["recorded_at"])
        argument = [card, since - ROUNDED_S, agency, column, pattern]
        try:
            found = sight.page.wait_for_function(FIRST, arg=argument, timeout=LOOK_S * 1000, polling=50)
        except Exception as error:
            newest = sight.page.evaluate("(card) => window.citywallTestSeen?.[card]?.at(-1)", card)
            raise AssertionError((name, fact["type"], agency, column, pattern, newest)) from error
        took = found.json_value()["at"] - since
        assert took >= -ROUNDED_S, (name, fact["type"], agency, column, took)
        self.took[name].append(took)

    def late(self) -> dict[str, float]:
        """Return the pages that showed half of their steps after the limit, with this half's seconds."""
        limit = self.limit_s * self.slow.factor
        return {name: found for name, took in self.took.items() if (found := median(took)) > limit}

    def faults(self) -> list[str]:
        """What a page did that it should not: errors, and requests to other hosts."""
        return [fault for _, sight in self.pages.values() for fault in (*sight.errors, *sight.external)]
