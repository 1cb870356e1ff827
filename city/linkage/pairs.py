"""Pairs of tasks: an agency's task and the one that its fallback got in its place."""

from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task

__all__ = ["is_second_of_pair", "other_of_pair"]


def other_of_pair(state: LedgerState, task: Task) -> Task | None:
    """Return the other task of a pair, None for a task without one; of a chain the one that is ahead."""
    linked = [state.tasks.get(id_) for id_ in (task.fallback, task.fallback_of) if id_]
    known = [other for other in linked if other is not None]
    return min(known, key=lambda other: other.arrived.at if other.arrived else float("inf"), default=None)


def is_second_of_pair(state: LedgerState, task: Task) -> bool:
    """Whether the other agency arrived first: this task is asked to be cancelled or to assist (撤回/协同)."""
    other = other_of_pair(state, task)
    if other is None or other.arrived is None or other.state in ("cancelled", "declined"):
        return False
    return task.is_open and (task.arrived is None or task.arrived.at > other.arrived.at)
