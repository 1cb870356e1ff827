"""The projection of the visitors' channel: closed, or the figures of the running briefing."""

import asyncio
import time
import tomllib
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

import static
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from city.views.response.briefing_figures import briefing_figures
from city.views.response.briefing_seen import BriefingSeen, Figures, Recorded
from city.views.response.briefing_view import BriefingView, open_briefing

__all__ = ["BriefingProjection", "read_recorded"]

log = structlog.get_logger()

LOOK_S: Final = 0.5


def read_recorded() -> Recorded:
    """Read the recorded data of briefings that we ship."""
    text = static.path("briefing/recorded.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Recorded, strict=False)


class BriefingProjection:
    """The projection of ``Channel(…)``; ``run`` computes the figures once for each briefing.

    They do not change during a briefing: from two looks a minute apart a visitor could tell a single case.
    """

    def __init__(
        self, rules: DecisionRules, *, is_demo: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._view = BriefingView(read_recorded(), is_demo=is_demo)
        self._figures: tuple[float, Figures | None] | None = None
        """When the briefing of the figures began, and the figures; None = they could not be computed."""

    def __call__(self, state: CityState, now: float) -> BriefingSeen:
        """Return what visitors may see at machine time ``now``."""
        briefing, kept = open_briefing(state, now), self._figures
        is_its = briefing is not None and kept is not None and kept[0] == briefing.begun_at
        return self._view.see(state, now, kept[1] if is_its and kept is not None else None)

    async def run(self, state: Callable[[], CityState]) -> None:
        """Compute the figures of each briefing when it begins, until cancelled."""
        while True:
            await self.compute(state())
            await asyncio.sleep(LOOK_S)

    async def compute(self, state: CityState) -> None:
        """Compute the figures of the running briefing, unless they are there.

        It takes longer than a look may and runs in a thread. When it fails, the page has no figures.
        """
        now = self._clock()
        briefing = open_briefing(state, now)
        if briefing is None or (self._figures is not None and self._figures[0] == briefing.begun_at):
            return
        city_now = state.ledger.clock.at(now)
        try:
            found = await asyncio.to_thread(briefing_figures, state.ledger, self._rules, city_now)
        except Exception as error:  # boundary of the figures: the briefing goes on without them
            log.error("briefing_figures_failed", exc_info=error)
            self._figures = (briefing.begun_at, None)
            return
        self._figures = (briefing.begun_at, found)
