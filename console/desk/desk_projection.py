"""The projection of the desk channel: the state, who has which case open, and the day's indicators."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from city.commands.command import Now
from city.dispatch.decision_rules import DecisionRules
from city.indicators.compute import Indicator, indicators
from city.indicators.duty_figures import duty_indicators, workstations_of
from city.indicators.emergency_figures import emergency_indicators, response_span, units_by_kind
from city.indicators.linkage_figures import linkage_indicators
from city.indicators.sensor_figures import sensor_indicators
from city.indicators.video_figures import video_indicators
from city.response.event_span import is_exercise_now
from city.response.live_levels import live_levels
from city.state.ledger_state import CityState
from city.views.desk_seen import DeskSeen
from city.views.desk_view import DeskView

__all__ = ["DeskProjection"]

log = structlog.get_logger()

DAY_S: Final = 86_400.0
FIGURES_EVERY_S: Final = 60.0
"""The figures of a day: one pass over all cases, at most once a minute for all desks."""


class DeskProjection:
    """The projection of ``Channel(…, idle_unwatched=True)``; ``run`` updates the indicators of the day.

    ``presence`` returns mark → names (``Presence.everywhere``); ``is_watched``, whether any desk is open.
    """

    def __init__(
        self, rules: DecisionRules, *, presence: Callable[[], Mapping[str, Sequence[str]]],
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._view = DeskView(zone_offset_s=rules.zone_offset_s, rules=rules)
        self._rules = rules
        self._presence = presence
        self._clock = clock
        self._figures: tuple[Mapping[str, Indicator], float | None] = ({}, None)
        self._failed = False

    def __call__(self, state: CityState, now: float) -> DeskSeen:
        """Return what every desk may see at machine time ``now``."""
        return self._view.see(state, now, self._presence(), self._figures)

    async def run(self, state: Callable[[], CityState], is_watched: Callable[[], bool]) -> None:
        """Compute the indicators of the day repeatedly while a desk is open, until cancelled."""
        while True:
            if is_watched():
                await self.compute(state())
            await asyncio.sleep(FIGURES_EVERY_S if self._figures[1] is not None or self._failed else 1.0)

    async def compute(self, state: CityState) -> None:
        """Compute the indicators of the present city day once.

        It takes longer than a look may and runs in a thread; facts folded meanwhile may or may not be
        counted. When it fails, the last figures and their time stay.
        """
        now = self._clock()
        city = state.ledger.clock.at(now)
        midnight = city - (city + self._rules.zone_offset_s) % DAY_S
        try:
            found = sensor_indicators(state, now)
            found |= await asyncio.to_thread(self._computed, state, (midnight, city), now)
        except Exception as error:  # boundary of the indicators: the desk works without them
            if not self._failed:
                log.error("indicators_failed", exc_info=error)
            self._failed = True
            return
        if self._failed:
            log.info("indicators_again")
        self._failed = False
        self._figures = (found, now)

    def _computed(self, state: CityState, day: tuple[float, float], now: float) -> dict[str, Indicator]:
        ledger, rules, city = state.ledger, self._rules, day[1]
        of_cases = indicators(
            ledger, day, now=city, zone_offset_s=rules.zone_offset_s, calendar=rules.calendar,
            most_tasks=rules.numbers.workload_cap, grid_of=rules.grid_of,
        )  # fmt: skip
        of_duty = duty_indicators(
            ledger, city, sub_centres=len(rules.streets), workstations=workstations_of(ledger),
            zone_offset_s=rules.zone_offset_s,
        )  # fmt: skip
        return {
            **of_cases, **of_duty, **linkage_indicators(ledger, day, now=city),
            **video_indicators(state, day, now), **_emergency(state, rules, Now(now, city)),
        }  # fmt: skip


def _emergency(state: CityState, rules: DecisionRules, now: Now) -> dict[str, Indicator]:
    """Return the figures of the response that runs or ended within its time to recover; else none."""
    ledger, city = state.ledger, now.city
    exercise = is_exercise_now(ledger)
    span = response_span(ledger, city, exercise=exercise)
    if span is None or city - span[1] > rules.response.numbers.recovery_s:
        return {}
    found = emergency_indicators(
        ledger,
        rules,
        span,
        now=city,
        exercise=exercise,
        units=units_by_kind(state, now.machine),
        levels=tuple(live_levels(state, rules, now.machine, now.city)),
    )
    return {one.id: one for one in found}
