"""Since when reported figures count: those of an earlier emergency are history."""

from typing import Final

from city.state.ledger_state import LedgerState
from city.state.response_records import CITY, Figure, Response

__all__ = [
    "BEFORE_S",
    "OF_EXERCISE",
    "counting",
    "counts_from",
    "is_exercise",
    "is_exercise_now",
    "situation_id",
]

OF_EXERCISE: Final = "/exercise"
"""How the ids of an exercise's response and of its figures end."""

BEFORE_S: Final = 43_200.0
"""Numbers that were reported so long before a response began count in it: streets prepare early [J]."""


def situation_id(holder: str, *, exercise: bool) -> str:
    """Return the id of a holder's figures: those of an exercise are kept apart from the real ones."""
    return f"{holder}{OF_EXERCISE}" if exercise else holder


def is_exercise_now(ledger: LedgerState) -> bool:
    """Whether an exercise runs and no real response does: pages then show its figures."""
    running = [one for one in ledger.responses.values() if one.active is not None]
    return bool(running) and all(is_exercise(one.id) for one in running)


def is_exercise(response: str) -> bool:
    """Whether a response's id is that of an exercise."""
    return response.endswith(OF_EXERCISE)


def counts_from(ledger: LedgerState, *, exercise: bool = False) -> float:
    """Return the city time from which on figures count; 0 before the first response.

    While a response runs that is 12 h before it began, but not before the one before it was over. Afterwards
    its figures stay until the next one begins.
    """
    own = [
        one for one in ledger.responses.values()
        if one.activations and one.jurisdiction != CITY and is_exercise(one.id) == exercise
    ]  # fmt: skip
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
    """Return the figures of a situation that count since a city time, by key."""
    known = ledger.situations.get(holder)
    if known is None:
        return {}
    return {key: one for key, one in known.figures.items() if one.at >= since}
