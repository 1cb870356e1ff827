"""Workstations: which there are by the accounts of their village officers, and in which street each is."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from feeds.people.accounts import Account

__all__ = ["Stations"]

KEPT_S: Final = 5.0


class Stations:
    """The workstations by code. ``accounts`` returns all accounts; it is asked at most every five seconds."""

    def __init__(
        self, accounts: Callable[[], Sequence[Account]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._streets: dict[str, str] = {}
        self._until = float("-inf")

    def street_of(self, code: str) -> str:
        """Return the street of a workstation, '' for an unknown one or one without a street."""
        return self._known().get(code, "")

    def __contains__(self, code: object) -> bool:
        """Whether there is a workstation with a code."""
        return code in self._known()

    def __iter__(self) -> Iterator[str]:
        """Yield the codes of the workstations."""
        return iter(self._known())

    def _known(self) -> dict[str, str]:
        if self._clock() >= self._until:
            found = (one for one in self._accounts() if one.disabled_at is None)
            self._streets = {
                one.rights.seat or one.name: one.rights.street
                for one in found
                if "village_operator" in one.rights.roles
            }
            self._until = self._clock() + KEPT_S
        return self._streets
