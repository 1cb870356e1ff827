"""Access services of one console: accounts, sessions, authorization, credentials and seats."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from console.accounts.authorization import Authorization
from console.accounts.credentials import Credentials
from console.accounts.seats import Seats
from console.accounts.sessions import Lifetime, Sessions
from console.pages.sign_in import SignInServices
from feeds.people.accounts import Accounts
from feeds.people.session_store import SessionStore
from feeds.people.sign_in_attempts import SignInAttempts
from feeds.people.tokens import TokenStore

__all__ = ["AccessServices"]


class AccessServices:
    """Creates and owns the access services. ``secret`` signs cookies and forms."""

    def __init__(
        self, data_dir: Path, tokens: TokenStore, secret: bytes, *, open_loopback: bool = False,
        zone_offset_s: int = 28_800, lifetime: Lifetime | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._secret = secret
        self.accounts = Accounts(data_dir)
        self._attempts, self._store = SignInAttempts(data_dir), SessionStore(data_dir)
        self.sessions = Sessions(
            self.accounts, self._store, zone_offset_s=zone_offset_s, lifetime=lifetime, clock=clock
        )
        self.authorization = Authorization(
            tokens, secret, open_loopback=open_loopback, sessions=self.sessions
        )
        self.credentials = Credentials(
            self.accounts, self._attempts, counts=self.authorization.sign_ins, clock=clock
        )
        self.seats = Seats(self.accounts, self.credentials, zone_offset_s=zone_offset_s, clock=clock)

    def sign_in_services(
        self, *, title: Mapping[str, str], build: str, origins: frozenset[str],
        scopes: Mapping[str, Mapping[str, str]] | None = None,
        scopes_of: Callable[[str], Iterable[str]] = lambda page: (),
    ) -> SignInServices:  # fmt: skip
        """Return what the sign-in handlers and refused pages need.

        ``title``: language → the centre's name; ``scopes``: language → code of an agency or street → name;
        ``scopes_of``: page → the scopes that there are.
        """
        return SignInServices(
            self.sessions, self.credentials, self.authorization, secret=self._secret, title=title,
            build=build, origins=origins, scopes=scopes, scopes_of=scopes_of,
        )  # fmt: skip

    def close(self) -> None:
        """Close the sessions and the file stores."""
        self.sessions.close()
        for store in (self.accounts, self._attempts, self._store):
            store.close()
