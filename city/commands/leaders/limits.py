"""Automatic steps on what waits for a leader: support that nobody answered, relocation not confirmed."""

from collections.abc import Iterator

from city.commands.command import Now
from city.commands.leaders.arguments import PassLimit
from city.commands.leaders.relocation import limit_passed
from city.commands.leaders.support import forwarded
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.state.ledger_state import LedgerState

__all__ = ["decide_pass_leader_limit", "due_leader_steps"]

VERB = "pass_leader_limit"


def due_leader_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield the steps that are due, at most one for each subject."""
    for asked in state.supports.values():
        if asked.state == "waiting" and now.city >= asked.answer_by:
            yield SubjectStep(f"support:{asked.id}", asked.version, VERB, "forward", asked.answer_by)
    for one in state.relocations.values():
        if one.state != "proposed":
            continue
        name = f"relocation:{one.id}"
        if now.city >= one.deadline:
            yield SubjectStep(name, one.version, VERB, "lapse", one.deadline)
        elif now.city >= one.confirm_by and not one.called:
            yield SubjectStep(name, one.version, VERB, "call", one.confirm_by)


def decide_pass_leader_limit(order: SubjectOrder, args: PassLimit) -> SubjectAnswer:
    """Do the automatic step of a request or an order."""
    return forwarded(order, args) if order.subject.kind == "support" else limit_passed(order, args)
