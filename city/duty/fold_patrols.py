"""Folding patrols: which inspector was last in which unit grid, and when (K25)."""

from collections.abc import Callable
from typing import Final

from city.clocks.timestamps import parse
from city.facts.fact import Fact
from city.facts.field_readers import moment, whole
from city.state.duty_records import Patrol
from city.state.ledger_state import LedgerState

__all__ = ["PATROLS"]

KEPT_S: Final = 35 * 86_400.0


def _recorded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, now = fact.data, state.clock.at(fact.recorded_at)
    grids = data.get("grids")
    if not isinstance(grids, dict):
        raise ValueError("grids: expected grid code → time")
    patrol = Patrol(
        fact.subject.removeprefix("patrol:"), fact.actor, moment(data, "began"), moment(data, "ended"),
        {str(grid): parse(str(at)) for grid, at in grids.items()}, version=whole(data, "version"),
    )  # fmt: skip
    kept = {id_: one for id_, one in state.patrols.items() if one.ended >= now - KEPT_S}
    state.patrols = {**kept, patrol.id: patrol}
    return ("patrols",)


PATROLS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {"PatrolRecorded": _recorded}
"""Fact type → function that applies it to the state."""
