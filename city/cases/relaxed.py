"""Whether a relaxation of an emergency (domain §4.6) is switched on.

What never relaxes has no switch: two people for a change of level and for ordering a relocation, the identity
of who acts, the append-only ledger, the masking of personal data, the limit to make a hazard safe, the
release of casualties, and the separation of exercises.
"""

from city.state.hotline_records import Span
from city.state.ledger_state import LedgerState

__all__ = ["relaxed"]


def relaxed(state: LedgerState, kind: str, city_now: float) -> Span | None:
    """Return the span for which a relaxation is in force at a city time, None when it is not."""
    relaxation = state.relaxations.get(kind)
    return relaxation.active(city_now) if relaxation is not None else None
