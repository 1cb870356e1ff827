"""Conflicts: the acts that won over concurrent ones. Each is read once, for any number of losers."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from city.cases.fold_common import is_timer_note
from city.commands.command import Command
from city.commands.decide import ANY_VERSION
from city.commands.subjects import find_subject
from city.facts.fact import Fact
from city.state.ledger_state import LedgerState
from console.orders.ledger_acts import facts_of
from feeds.ledger.ledger import Conflict, Ledger

__all__ = ["WinningActs", "may_decide_again"]

KEPT: Final = 256


def may_decide_again(state: LedgerState, command: Command, conflict: Conflict, facts: Sequence[Fact]) -> bool:
    """Whether the sender need not have seen the winning act: then decide on the new state.

    Of an act that is folded, only a change of state must have been seen: two people may sign at one time.
    """
    if command.verb in ANY_VERSION or conflict.subject != command.subject:
        return True
    if all(is_timer_note(fact) for fact in facts if fact.subject == conflict.subject):
        return True
    subject = find_subject(state, command.subject)
    return (
        subject is not None and state.position >= conflict.last_position and subject.moved <= command.version
    )


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
