"""The screens of a story: one task on a wall, a desk and the agencies' pages, and how soon each shows it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.console.browser import Sight

SEEN_S = 5.0
"""Within a second by the story; a machine that runs all checks at once is given five."""

HAS = """([card, key, state]) => {
  const view = window.citywall?.card(card), row = view?.rows.get(key);
  if (state === null) return view != null && row === undefined;
  return row?.state === state || (state === "issued" && row?.state === "delivered");
}"""


@dataclass
class Screens:
    """Open pages by name, each with its card of tasks; ``slowest``: seconds until all had shown a step."""

    pages: dict[str, tuple[str, Sight]] = field(default_factory=dict)
    slowest: float = 0.0

    def add(self, name: str, card: str, sight: Sight) -> Sight:
        """Add a page and wait until its card is there."""
        sight.wait("(card) => window.citywall?.card(card) != null", argument=card)
        self.pages[name] = card, sight
        return sight

    def show(self, task: str, state: str | None, since: float, on: Iterable[str]) -> None:
        """Wait until the named pages show a task's state (delivered counts as issued); None: no such row."""
        for name in on:
            card, sight = self.pages[name]
            left = SEEN_S - (time.monotonic() - since)
            sight.wait(HAS, max(left, 0.1), [card, f"t:{task}", state])
        self.slowest = max(self.slowest, time.monotonic() - since)

    def faults(self) -> list[str]:
        """What a page did that it should not: errors, and requests to other hosts."""
        return [fault for _, sight in self.pages.values() for fault in (*sight.errors, *sight.external)]
