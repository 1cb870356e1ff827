"""Seats: who signed in on a wall by PIN. Kept in memory for minutes, bound to the wall's session."""

import time
from collections.abc import Callable
from typing import Final

import msgspec

from city.access import Person, may_open
from city.state.ledger_state import CityState
from console.accounts.credentials import Credentials
from console.deployment.roster import person_of_account
from feeds.people.accounts import Accounts

__all__ = ["IDLE_S", "Seated", "Seats"]

IDLE_S: Final = 300.0
"""A wall locks itself after this time without an act (machine seconds)."""


class Seated(msgspec.Struct, frozen=True):
    """The answer to a seat's sign-in: the person, or None and the catalogue key of the reason."""

    person: Person | None
    why: str = ""


class _Seat(msgspec.Struct):
    account: str
    used_at: float


class Seats:
    """The seats of one console's walls; ``panel`` is the id of a wall's Panel session."""

    def __init__(
        self, accounts: Accounts, credentials: Credentials, *, zone_offset_s: int = 28_800,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._accounts = accounts
        self._credentials = credentials
        self._zone_offset_s = zone_offset_s
        self._clock = clock
        self._seats: dict[str, _Seat] = {}

    async def sit(self, panel: str, account: object, pin: object, *, state: CityState, remote: str) -> Seated:
        """Sign somebody in on a wall. Invalid input is refused like a wrong PIN."""
        if not isinstance(account, str) or not isinstance(pin, str):
            return Seated(None, "seat.refused")
        proof = await self._credentials.prove(account, pin, remote=remote, pin=True)
        if proof.account is None:
            return Seated(None, "seat.waits" if proof.wait_s > 0 else "seat.refused")
        person = self._person(proof.account.name, state)
        if person is None or not may_open(person, "wall"):
            return Seated(None, "seat.no_right")
        now = self._clock()
        self._seats = {k: seat for k, seat in self._seats.items() if now - seat.used_at < IDLE_S}
        self._seats[panel] = _Seat(person.account, now)
        return Seated(person)

    def person(self, panel: str, state: CityState, *, used: bool = True) -> Person | None:
        """Return the person of a wall's seat, from the present state; ``used`` restarts the idle time."""
        seat = self._seats.get(panel)
        if seat is None:
            return None
        now = self._clock()
        person = self._person(seat.account, state) if now - seat.used_at < IDLE_S else None
        if person is None:
            del self._seats[panel]
        elif used:
            seat.used_at = now
        return person

    def leave(self, panel: str) -> None:
        """Lock a wall. Also called when its page is closed."""
        self._seats.pop(panel, None)

    def _person(self, name: str, state: CityState) -> Person | None:
        account = self._accounts.get(name)
        if account is None or not account.has_pin:  # a removed PIN ends the seat
            return None
        return person_of_account(account, state, self._clock(), zone_offset_s=self._zone_offset_s)
