"""Whether an agency has somebody on duty, and who gets its tasks otherwise."""

from city.dispatch.decision_rules import DecisionRules
from city.duty.presence import agency_present
from city.state.ledger_state import LedgerState

__all__ = ["fallback_of", "is_absent"]


def is_absent(state: LedgerState, holder: str, now: float, rules: DecisionRules) -> bool:
    """Whether nobody of an agency or street is on duty; False while its duty is not kept."""
    return agency_present(state, holder, now, rules.streets) is False


def fallback_of(holder: str, rules: DecisionRules, template: str = "") -> str:
    """Return who gets a task in place of an agency, '' for nobody: as its template row says, else its own."""
    row = rules.linkage.row(template) if template else None
    if row is not None and row.fallback and row.agency in (holder, "street"):
        return row.fallback
    agency = rules.agencies.get(holder)
    return agency.fallback if agency else ""
