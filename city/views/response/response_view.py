"""The levels in force as every page may see them, and the mode that follows from them."""

from city.state.ledger_state import LedgerState
from city.state.response_records import CITY
from city.views.response.response_seen import ResponseSeen

__all__ = ["response_seen"]


def response_seen(ledger: LedgerState, city_now: float) -> ResponseSeen:
    """Return the levels in force at a city time (epoch seconds), and the mode (domain §4.6)."""
    ranks = [one.rank for one in ledger.responses.values() if one.jurisdiction != CITY]
    rank = max(ranks, default=0)
    mode = "peace" if rank == 0 else "alert" if rank == 1 else "emergency"
    return ResponseSeen(mode=mode)
