"""Folded: waiting until this console has folded what the ledger holds."""

import asyncio
from collections.abc import Callable
from typing import Final

from city.commands.subjects import find_case
from city.folding.store import Store
from city.state.ledger_state import Case, LedgerState
from feeds.ledger.ledger import Ledger, LedgerUnavailable

__all__ = ["FoldWaiter"]

CATCH_UP_S: Final = 1.5
LOOK_S: Final = 0.005


class FoldWaiter:
    """What decisions go by, and how long one waits for it: 1.5 s, no longer."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store
        self._goal: int | None = None

    @property
    def state(self) -> LedgerState:
        """What is folded now."""
        return self._store.state.ledger

    async def is_ready(self) -> bool:
        """Wait a little until what was in the ledger when this console started is folded; whether it is."""
        if self._is_behind():
            try:
                self._goal, _ = await self._ledger.head()
            except LedgerUnavailable:
                return False
            await self._wait(lambda: not self._is_behind())
        return not self._is_behind()

    async def up_to(self, position: int) -> None:
        """Wait for a fact by its position."""
        await self._wait(lambda: self.state.position >= position)

    async def case(self, subject: str, version: int) -> Case | None:
        """Return the case that is meant; one that its sender knows better than we is waited for."""

        def known() -> bool:
            found = find_case(self.state, subject)
            return found is not None and found.file.version >= version

        if subject.startswith("case:") and not known():
            head, _ = await self._ledger.head()
            await self._wait(lambda: known() or self.state.position >= head)
        return find_case(self.state, subject)

    def _is_behind(self) -> bool:
        return self._goal is None or self.state.position < self._goal

    @staticmethod
    async def _wait(until: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + CATCH_UP_S
        while not until() and loop.time() < last:  # noqa: ASYNC110  # the store tells nobody when it has folded
            await asyncio.sleep(LOOK_S)
