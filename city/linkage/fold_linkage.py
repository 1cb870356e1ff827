"""Folding facts of emergency linkage: on ``incident:<id>``, ``task:<id>`` or ``device:<id>``."""

from collections.abc import Callable
from typing import Final

from city.facts.fact import Fact
from city.linkage.fold_closures import CLOSURES
from city.linkage.fold_incidents import INCIDENTS
from city.linkage.fold_sessions import SESSIONS
from city.linkage.fold_tasks import TASKS
from city.state.ledger_state import LedgerState

__all__ = ["LINKAGE"]

LINKAGE: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    **INCIDENTS, **SESSIONS, **TASKS, **CLOSURES,
}  # fmt: skip
"""Fact type → its fold, which returns the changed slices."""
