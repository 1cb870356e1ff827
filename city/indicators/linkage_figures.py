"""Figures of emergency linkage: acknowledged and done in time (E02), and how long until arrival (E03)."""

from collections.abc import Callable, Iterable, Mapping

from city.indicators.indicator import Counted, Indicator, duration, share
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task

__all__ = ["linkage_indicators"]

Holds = Callable[[Task], bool]


def linkage_indicators(
    state: LedgerState, period: tuple[float, float], *, now: float, exercise: bool = False
) -> dict[str, Indicator]:
    """Return E02 (acknowledged in time), E02b (done in time), E02c (unverified), E03 and E03b (P1 arrivals).

    ``period`` is [begin, end); it and ``now`` are city epoch seconds. A task that was declined or cancelled
    is not due any more, nor is one that assists. Tasks of exercises count with ``exercise`` alone.
    """
    begin, end = period
    tasks = [task for task in state.tasks.values() if task.is_exercise == exercise]
    issued = [task for task in tasks if begin <= task.issued_at < end]
    due = [task for task in tasks if _is_due(task) and begin <= (task.due_by or 0.0) <= min(now, end)]
    done = [task for task in tasks if task.done is not None and begin <= task.done.at < end]
    came = [
        task.arrived.at - task.issued_at for task in tasks
        if task.priority == "P1" and task.arrived is not None and begin <= task.arrived.at < end
    ]  # fmt: skip
    spread = {"fastest_s": min(came), "slowest_s": max(came)} if came else {}
    found = [
        share("E02", Counted(map(_acknowledged, issued)), **_by_agency(issued, _acknowledged)),
        share("E02b", Counted(map(_finished, due)), **_by_agency(due, _finished)),
        share("E02c", Counted(task.verified is None for task in done)),
        duration("E03", came, 50, **spread),
        duration("E03b", came, 90, **spread),
    ]
    return {one.id: one for one in found}


def _acknowledged(task: Task) -> bool:
    return task.acknowledged is not None and (task.ack_by is None or task.acknowledged.at <= task.ack_by)


def _is_due(task: Task) -> bool:
    return task.due_by is not None and task.state not in ("declined", "cancelled") and not task.assists


def _finished(task: Task) -> bool:
    return task.done is not None and task.due_by is not None and task.done.at <= task.due_by


def _by_agency(tasks: Iterable[Task], holds: Holds) -> dict[str, Mapping[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for task in tasks:
        one = found.setdefault(task.agency, {"in_time": 0, "tasks": 0})
        one["in_time"] += holds(task)
        one["tasks"] += 1
    return dict(sorted(found.items()))
