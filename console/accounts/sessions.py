"""Sessions of signed-in people; read from the store for every page view and every command."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from city.access import Person
from city.state.ledger_state import CityState
from console.deployment.roster import person_of_account
from feeds.people.accounts import Account, Accounts
from feeds.people.session_store import SessionStore

__all__ = ["Lifetime", "Sessions"]

NOTED_S = 60.0
"""The shortest time between two writes of a session's last use."""


class Lifetime(msgspec.Struct, frozen=True):
    """How long a session lasts: at most ``longest_s`` (a shift), and at most ``idle_s`` without use."""

    longest_s: float = 12 * 3600.0
    idle_s: float = 3600.0


class Sessions:
    """Resolves session ids. Every method reads the accounts and the sessions again (about 80 µs)."""

    def __init__(
        self, accounts: Accounts, store: SessionStore, *, zone_offset_s: int = 28_800,
        lifetime: Lifetime | None = None, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.accounts = accounts
        self.clock = clock
        self._store = store
        self._zone_offset_s = zone_offset_s
        self._lifetime = lifetime or Lifetime()
        self._noted: dict[int, float] = {}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session-use")

    def open(self, account: str, *, now: float, remote: str) -> str:
        """Open a session after a successful sign-in; return its id. It commits: call it in a thread."""
        return self._store.open(account, now=now, remote=remote)

    def account(self, session_id: str, now: float, *, used: bool = False) -> Account | None:
        """Return a session's account at a machine time, None for an unknown or ended session or account.

        ``used`` restarts the idle time: somebody did something. An open page alone does not count as use.
        """
        row = self._store.look_up(session_id) if session_id else None
        if row is None or row.ended_at is not None:
            return None
        used_at = max(row.used_at, self._noted.get(row.number, 0.0))
        if now - row.created_at >= self._lifetime.longest_s or now - used_at >= self._lifetime.idle_s:
            self._noted.pop(row.number, None)
            return None
        account = self.accounts.get(row.account)
        if account is None or account.disabled_at is not None:
            return None
        if used and now - used_at >= min(NOTED_S, self._lifetime.idle_s / 4):
            self._noted[row.number] = now
            self._writer.submit(self._store.touch, row.number, now=now)
        return account

    def person(self, session_id: str, state: CityState, now: float) -> Person | None:
        """Return the person of a session at a machine time (epoch seconds), None when it is not valid."""
        account = self.account(session_id, now, used=True)
        return person_of_account(account, state, now, zone_offset_s=self._zone_offset_s)

    def owner(self, session_id: str) -> str:
        """Return the account name of a present or ended session; '' for an unknown one."""
        row = self._store.look_up(session_id) if session_id else None
        return row.account if row is not None else ""

    def end(self, session_id: str, now: float) -> bool:
        """End a session; return whether it was open."""
        row = self._store.look_up(session_id) if session_id else None
        return row is not None and self._store.end(row.number, now=now)

    def close(self) -> None:
        """Finish the pending writes."""
        self._writer.shutdown()
