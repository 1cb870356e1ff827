"""People of the field by their accounts: workstations with their street and officers, and inspectors."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from feeds.people.accounts import Account

__all__ = ["Stations"]

KEPT_S: Final = 5.0


class Known(msgspec.Struct):
    """What the accounts say: workstation → its street and its officers, inspector → their streets."""

    streets: dict[str, str] = {}
    officers: dict[str, set[str]] = {}
    inspectors: dict[str, tuple[str, ...]] = {}


class Stations:
    """The workstations by code. ``accounts`` returns all accounts; it is asked at most every five seconds."""

    def __init__(
        self, accounts: Callable[[], Sequence[Account]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._kept = Known()
        self._until = float("-inf")

    def street_of(self, code: str) -> str:
        """Return the street of a workstation, '' for an unknown one or one without a street."""
        return self._known().streets.get(code, "")

    def officers_of(self, code: str) -> frozenset[str]:
        """Return the accounts of the officers of a workstation."""
        return frozenset(self._known().officers.get(code, ()))

    def inspectors_of(self, street: str) -> frozenset[str]:
        """Return the accounts of the inspectors who work in a street; some work in the whole district."""
        known = self._known().inspectors.items()
        return frozenset(name for name, beats in known if not beats or street in beats)

    def __contains__(self, code: object) -> bool:
        """Whether there is a workstation with a code."""
        return code in self._known().streets

    def __iter__(self) -> Iterator[str]:
        """Yield the codes of the workstations."""
        return iter(self._known().streets)

    def _known(self) -> Known:
        if self._clock() >= self._until:
            known = Known()
            for one in self._accounts():
                if one.disabled_at is None:
                    _add(known, one)
            self._kept, self._until = known, self._clock() + KEPT_S
        return self._kept


def _add(known: Known, account: Account) -> None:
    name, rights = account.name, account.rights
    if "village_operator" in rights.roles:
        code = rights.seat or name
        known.streets[code] = rights.street
        known.officers.setdefault(code, set()).add(name)
    if "inspector" in rights.roles:
        known.inspectors[name] = rights.streets or ((rights.street,) if rights.street else ())
