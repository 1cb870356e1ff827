"""The next moment at which the engine has something to do, by the rules and the folded state."""

from collections.abc import Iterator

from city.commands.cases.automatic_steps import office_time, steps
from city.commands.command import Now
from city.commands.due_steps import due_steps
from city.dispatch.decision_rules import DecisionRules
from city.state.hotline_records import DEFER
from city.state.ledger_state import LedgerState

__all__ = ["next_due"]


def next_due(
    state: LedgerState, rules: DecisionRules, *, after: float, until: float, together: float
) -> float:
    """Return the city time of the next automatic step after ``after``, at most ``until`` (epoch seconds).

    Steps that are due within ``together`` seconds count as one: the last of them is returned.
    """
    coming = sorted(at for at in _coming(state, rules, until) if after < at <= until)
    if not coming:
        return until
    return max(at for at in coming if at <= coming[0] + together)


def _coming(state: LedgerState, rules: DecisionRules, until: float) -> Iterator[float]:
    relaxed = state.relaxations.get(DEFER)
    deferral = relaxed.spans[-1] if relaxed else None
    for case in state.cases.values():
        yield from (step.at for step in steps(case, rules.numbers, office_time(case, rules, deferral)))
    # What is due at the end of the span is due at its own time within it.
    yield from (step.at for step in due_steps(state, rules, Now(until, until)))
