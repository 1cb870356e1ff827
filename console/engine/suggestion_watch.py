"""Watches warnings and measurements: proposes the response level that they suggest, a raise only."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

import msgspec

from city.clocks.timestamps import iso, parse
from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.response.live_levels import live_levels
from city.response.local_numbers import RainSums, rain_met, tide_met
from city.response.response_ids import ResponseId
from city.response.suggestions import (
    HAZARDS_OF,
    PROPOSED_BY_ENGINE,
    Met,
    Suggestion,
    already_proposed,
    counting,
    suggested,
)
from city.state.ledger_state import CityState
from city.state.response_records import Basis, Response
from city.warnings.in_force import Standing, standing

__all__ = ["SuggestionWatch"]

RAIN: Final = "rain_mmh"
LOOK_S: Final = 60.0
"""City seconds between two looks at the measurements."""


class SuggestionWatch:
    """A watch of the engine; :meth:`take` hears the rain gauges.

    Which warnings count is computed anew when warnings change; a round in between compares their times only.
    """

    def __init__(self, rules: DecisionRules) -> None:
        self._lines = rules.rain_lines
        self._rain = RainSums(max((line.window_h for line in self._lines), default=1.0))
        self._of: Any = None
        self._warned: dict[ResponseId, tuple[Standing, ...]] = {}
        self._looked_at = -LOOK_S
        self._met: tuple[Met, ...] = ()

    def take(self, topic: str, records: Iterable[dict[str, Any]]) -> None:
        """Note the rates of rain in the records of a message."""
        if topic != "sensor":
            return
        for record in records:
            if record.get("metric") != RAIN or record.get("quality", "good") != "good":
                continue
            try:
                self._rain.take(str(record["device"]), parse(record["at"]), float(record["value"]))
            except (KeyError, TypeError, ValueError, OverflowError):
                continue  # the fold has counted it as refused

    def __call__(self, state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
        """Yield the proposals that are due, at most one for each response."""
        revision = (state, state.revision("warnings", "clock"))
        if revision != self._of:
            self._of = revision
            self._warned = dict(_counted(state, rules, now.city))
        for of, warned in self._warned.items():
            met = () if of.is_exercise else self._measured(state, rules, now)
            step = _step(state, of, suggested(warned, now.city, met), now.city)
            if step is not None:
                yield step

    def _measured(self, state: CityState, rules: DecisionRules, now: Now) -> tuple[Met, ...]:
        """Return the local measurements that meet numbers, looked at once a minute."""
        if not 0 <= now.city - self._looked_at < LOOK_S:
            self._looked_at = now.city
            levels = live_levels(state, rules, now.machine, now.city)
            self._met = (*rain_met(self._lines, self._rain, now.city), *tide_met(rules.water_lines, levels))
        return self._met


def _counted(
    state: CityState, rules: DecisionRules, now: float
) -> Iterator[tuple[ResponseId, tuple[Standing, ...]]]:
    """Yield for each response of the district, real and exercise, the warnings that count for it."""
    standings = standing(state.ledger.warnings.values(), now)
    for hazard in HAZARDS_OF:
        for is_exercise in (False, True):
            of = ResponseId(rules.district, hazard, is_exercise)
            yield of, counting(standings, rules, hazard=hazard, is_exercise=is_exercise)


def _step(state: CityState, of: ResponseId, found: Suggestion, now: float) -> SubjectStep | None:
    """Return the proposal of a suggestion, None when it raises nothing or was made before."""
    response = state.ledger.responses.get(of.id) or Response(of.id, of.jurisdiction, of.hazard)
    if of.is_exercise and not response.rank:
        return None  # people start an exercise; then the engine takes part in it
    rank = min(found.rank, PROPOSED_BY_ENGINE)
    waiting = response.proposal.rank if response.proposal is not None else 0
    basis = Basis(found.warnings, found.measures)
    if rank <= max(response.rank, waiting) or already_proposed(response, basis, rank, now):
        return None
    args = {
        "rank": rank, "warnings": list(found.warnings),
        "measures": [{**msgspec.structs.asdict(one), "at": iso(one.at)} for one in found.measures],
    }  # fmt: skip
    told = "|".join((*found.warnings, *(f"{one.kind}/{one.place}" for one in found.measures)))
    code = f"suggested-{rank}-{sha256(told.encode()).hexdigest()[:12]}"
    return SubjectStep(
        f"response:{of.id}", response.version, "propose_level", code, now, response.version, args
    )
