"""Conflicts: the acts that won over concurrent ones. Each is read once, for any number of losers."""

import asyncio
from collections import OrderedDict
from typing import Final

from city.facts.fact import Fact
from console.orders.ledger_acts import facts_of
from feeds.ledger.ledger import Ledger

__all__ = ["WinningActs"]

KEPT: Final = 256


class WinningActs:
    """Reads acts by the position of their last fact. Facts never change, so the newest acts are cached."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._acts: OrderedDict[int, asyncio.Task[list[Fact]]] = OrderedDict()

    async def facts(self, position: int) -> list[Fact]:
        """Return the facts of an act, [] when it cannot be read now. Raises LedgerUnavailable."""
        reading = self._acts.get(position)
        if reading is None:
            reading = self._acts[position] = asyncio.create_task(facts_of(self._ledger, position))
            reading.add_done_callback(lambda done: self._forget_failed(position, done))
            while len(self._acts) > KEPT:
                self._acts.popitem(last=False)
        # A cancelled caller does not cancel the read for the others.
        return await asyncio.shield(reading)

    def _forget_failed(self, position: int, done: asyncio.Task[list[Fact]]) -> None:
        if done.cancelled() or done.exception() is not None or not done.result():
            self._acts.pop(position, None)
