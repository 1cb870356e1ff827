"""Since when reported figures count: those of an earlier emergency are history."""

from typing import Final

from city.state.ledger_state import LedgerState
from city.state.response_records import CITY, Figure, Response

__all__ = ["BEFORE_S", "counting", "counts_from"]

BEFORE_S: Final = 43_200.0
"""Numbers that were reported so long before a response began count in it: streets prepare early [J]."""


def counts_from(ledger: LedgerState) -> float:
    """Return the city time from which on figures count; 0 before the first response.

    While a response runs that is 12 h before it began, but not before the one before it was over. Afterwards
    its figures stay until the next one begins.
    """
    own = [one for one in ledger.responses.values() if one.activations and one.jurisdiction != CITY]
    running = [one for one in own if one.active is not None]
    if running:
        return min(_from(one) for one in running)
    return max((_from(one) for one in own), default=0.0)


def _from(response: Response) -> float:
    begins, before = response.activations[-1].activated_at, 0.0
    for one in reversed(response.activations[:-1]):
        if one.state == "ended":
            before = one.ended_at or 0.0
            break
        begins = one.activated_at
    return max(begins - BEFORE_S, before)


def counting(ledger: LedgerState, holder: str, since: float) -> dict[str, Figure]:
    """Return the figures of a holder that count since a city time, by key."""
    known = ledger.situations.get(holder)
    if known is None:
        return {}
    return {key: one for key, one in known.figures.items() if one.at >= since}
