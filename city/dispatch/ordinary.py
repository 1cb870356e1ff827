"""Ordinary cases: those that wait while 灾害顺延 is switched on (domain §4.6)."""

from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import Case

__all__ = ["is_ordinary"]


def is_ordinary(case: Case, rules: DecisionRules | None = None) -> bool:
    """Whether a case is of an ordinary class: no hazard, not urgent, and no limit in urgent hours.

    ``rules`` are needed for a report that was not filed yet: it has no limit of its own.
    """
    if case.hazard or case.urgency != "normal":
        return False
    unit = case.file.limit_unit
    if not unit and rules is not None:
        category = rules.categories.get(f"{case.kind}:{case.code}")
        unit = category.limit_unit if category is not None else ""
    return unit != "urgent_hour"
