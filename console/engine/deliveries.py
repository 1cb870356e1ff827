"""Deliveries: a task counts as delivered when its agency's system or page has it, never before."""

from collections.abc import Callable, Iterator

from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState

__all__ = ["Deliveries"]


class Deliveries:
    """Yields the delivery of each issued task that its agency has.

    An agency has a task when its adapter accepted the notice, or when ``has_viewer(agency)`` says that
    somebody has its page open.
    """

    def __init__(self, has_viewer: Callable[[str], bool]) -> None:
        self._has_viewer = has_viewer

    def __call__(self, state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
        """Yield the deliveries of this round."""
        for task in state.ledger.tasks.values():
            if task.state == "issued" and (task.sent_at is not None or self._has_viewer(task.agency)):
                yield SubjectStep(f"task:{task.id}", task.version, "pass_task_limit", "delivered", now.city)
