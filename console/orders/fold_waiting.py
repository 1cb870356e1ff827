"""Waits until this console has folded the ledger up to a given position."""

import asyncio
from collections.abc import Callable
from typing import Final

from city.commands.subjects import Subject, find_subject
from city.folding.store import Store
from city.state.ledger_state import LedgerState
from feeds.ledger.ledger import Ledger, LedgerUnavailable

__all__ = ["FoldWaiter"]

CATCH_UP_S: Final = 1.5
LOOK_S: Final = 0.005


class FoldWaiter:
    """The folded state that decisions use. Every wait ends after 1.5 s."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store
        self._goal: int | None = None

    @property
    def state(self) -> LedgerState:
        """The state folded so far."""
        return self._store.state.ledger

    async def is_ready(self) -> bool:
        """Wait until the facts that the ledger held at this console's start are folded; whether they are."""
        if self._is_behind():
            try:
                self._goal, _ = await self._ledger.head()
            except LedgerUnavailable:
                return False
            await self._wait(lambda: not self._is_behind())
        return not self._is_behind()

    async def up_to(self, position: int) -> None:
        """Wait until the fact at ``position`` is folded."""
        await self._wait(lambda: self.state.position >= position)

    async def acted(self, subject: str, position: int) -> None:
        """Wait for the fold of an act that its sender's next request needs.

        After one on a shift the next command must have its authority; after one on a camera the page asks for
        the picture at once, and would be told that its view is over.
        """
        if subject.startswith(("shift:", "camera:")):
            await self.up_to(position)

    async def subject(self, name: str, version: int) -> Subject | None:
        """Return a subject; waits when the sender knows a newer version than is folded here."""

        def known() -> bool:
            found = find_subject(self.state, name)
            return found is not None and found.version >= version

        if not known():
            head, _ = await self._ledger.head()
            await self._wait(lambda: known() or self.state.position >= head)
        return find_subject(self.state, name)

    def _is_behind(self) -> bool:
        return self._goal is None or self.state.position < self._goal

    @staticmethod
    async def _wait(until: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + CATCH_UP_S
        while not until() and loop.time() < last:  # noqa: ASYNC110  # the store has no event for a fold
            await asyncio.sleep(LOOK_S)
