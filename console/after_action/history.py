"""Reading a whole ledger: its folded state and all facts, each with its city time."""

import asyncio
from collections.abc import Sequence

import msgspec

from city.facts.fact import Fact, read_fact
from city.folding.store import Store
from city.state.ledger_state import CityState
from feeds.ledger.ledger import Ledger

__all__ = ["History", "read_history"]

AT_ONCE = 2000


class History(msgspec.Struct, frozen=True):
    """The state and the facts that led to it, in order."""

    state: CityState
    facts: Sequence[Fact]

    def city_time(self, fact: Fact) -> float:
        """Return the city time of a fact, epoch seconds."""
        return self.state.ledger.clock_of(fact.position).at(fact.recorded_at)


async def read_history(ledger: Ledger) -> History:
    """Fold a ledger from its first fact, closed segments included; the chain is verified on the way.

    Raises LedgerUnavailable, ChainBroken.
    """
    store, facts = Store(), []
    while rows := await ledger.read(store.state.ledger.position, count=AT_ONCE):
        store.commit(rows)
        facts += [read_fact(row.position, row.recorded_at, row.body) for row in rows]
        await asyncio.sleep(0)
    return History(store.state, facts)
