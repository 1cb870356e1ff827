"""The entrance: accounts, sessions, doors, credentials and seats of one console, put together."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from console.credentials import Credentials
from console.doors import Doors
from console.seats import Seats
from console.sessions import Lifetime, Sessions
from console.sign_in import SignInDesk
from feeds.accounts import Accounts
from feeds.attempts import Attempts
from feeds.session_store import SessionStore
from feeds.tokens import TokenStore

__all__ = ["Entrance"]


class Entrance:
    """Who gets in, by which door, and who they are. ``secret`` signs cookies and forms."""

    def __init__(
        self, data_dir: Path, tokens: TokenStore, secret: bytes, *, open_loopback: bool = False,
        zone_offset_s: int = 28_800, lifetime: Lifetime | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._secret = secret
        self.accounts = Accounts(data_dir)
        self._attempts, self._store = Attempts(data_dir), SessionStore(data_dir)
        self.sessions = Sessions(
            self.accounts, self._store, zone_offset_s=zone_offset_s, lifetime=lifetime, clock=clock
        )
        self.doors = Doors(tokens, secret, open_loopback=open_loopback, sessions=self.sessions)
        self.credentials = Credentials(self.accounts, self._attempts, counts=self.doors.sign_ins, clock=clock)
        self.seats = Seats(self.accounts, self.credentials, zone_offset_s=zone_offset_s, clock=clock)

    def sign_in_desk(self, *, title: Mapping[str, str], build: str, origins: frozenset[str]) -> SignInDesk:
        """Return what signing in and out, and a page that is refused, need; ``title``: language → centre."""
        return SignInDesk(
            self.sessions, self.credentials, self.doors, secret=self._secret, title=title, build=build,
            origins=origins,
        )  # fmt: skip

    def close(self) -> None:
        """Close what holds files."""
        self.sessions.close()
        for store in (self.accounts, self._attempts, self._store):
            store.close()
