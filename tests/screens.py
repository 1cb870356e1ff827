"""The screens of a story: one task on a wall, a desk and the agencies' pages, and how soon each shows it."""

import time
from dataclasses import dataclass, field

from tests.console.browser import Sight

SEEN_S = 5.0
"""Within a second by the story; a machine that runs all checks at once is given five."""

HAS = """([card, key, state]) => {
  const view = window.citywall?.card(card), row = view?.rows.get(key);
  return state === null ? view != null && row === undefined : row?.state === state;
}"""


@dataclass
class Screens:
    """Open pages by the card that shows tasks there; ``slowest``: seconds until all showed a step."""

    pages: list[tuple[str, Sight]] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, card: str, sight: Sight) -> Sight:
        self.pages.append((card, sight))
        return sight

    def show(self, task: str, state: str | None, since: float, *, on: str = "") -> None:
        """Wait until every page (or those with one card) shows a task's state; None: it shows none."""
        for card, sight in self.pages:
            if on in ("", card):
                left = SEEN_S - (time.monotonic() - since)
                sight.wait(HAS, max(left, 0.1), [card, f"t:{task}", state])
        self.slowest = max(self.slowest, time.monotonic() - since)

    def faults(self) -> list[str]:
        """What a page did that it should not: errors, and requests to other hosts."""
        return [fault for _, sight in self.pages for fault in (*sight.errors, *sight.external)]
