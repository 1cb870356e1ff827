"""What an activation starts, as facts: the tasks of the plan, summoned seats, report rounds, relaxations."""

from city.commands.command import NewFact, Refusal
from city.commands.subject_order import SubjectOrder
from city.state.response_records import Activation, Response

__all__ = ["activation_facts"]


def activation_facts(
    order: SubjectOrder, response: Response, activation: Activation
) -> tuple[list[NewFact], list[tuple[str, int]]] | Refusal:
    """Return the facts that follow ``ResponseActivated`` in the same append, and the versions they expect."""
    return [], []
