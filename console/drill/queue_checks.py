"""What the officers of a drill's desk had before them: alarms of ten minutes, rows, callers of one thing."""

from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from city.views.desk_view import DeskView
from layouts.cards.desk.desk_strip import DeskStrip

__all__ = ["desk_queue"]


def desk_queue(state: CityState, rules: DecisionRules, machine: float) -> dict[str, int]:
    """Return ``alarms`` and critical ones (``p1``) of the last ten minutes as the desk counts them,
    ``grouped`` (reports without a row of their own) and ``callers`` of the longest row.
    """
    seen = DeskView(rules=rules).see(state, machine, {})
    told = DeskStrip().view(seen, machine).scalars
    longest = max((1 + len(members) for members in seen.duplicates.values()), default=0)
    return {
        "alarms": told["alarms"] or 0, "p1": told["p1"], "grouped": len(seen.duplicate_marks),
        "callers": longest,
    }  # fmt: skip
