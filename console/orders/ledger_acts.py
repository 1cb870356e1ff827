"""Acts read back from the ledger: the facts of one command, by the position of its last fact."""

from typing import Any, Final

from city.facts.fact import Fact, read_fact
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.segments import SegmentDamaged

__all__ = ["facts_of"]

FACTS_BACK: Final = 16
"""The most facts that one act makes."""


async def facts_of(ledger: Ledger, position: int) -> list[Fact]:
    """Return the facts of the act whose last fact is at ``position``, [] when it cannot be read.

    Raises LedgerUnavailable.
    """
    try:
        rows = await ledger.at(range(max(1, position - FACTS_BACK + 1), position + 1))
        facts = [read_fact(row.position, row.recorded_at, row.body) for row in rows]
    except (SegmentDamaged, ValueError) as error:
        raise LedgerUnavailable(str(error)) from error
    if not facts or facts[-1].position != position:
        return []
    last = facts[-1]
    return [fact for fact in facts if fact.data.get("command") and _act(fact) == _act(last)] or [last]


def _act(fact: Fact) -> tuple[str, Any, float]:
    return fact.actor, fact.data.get("command"), fact.recorded_at
