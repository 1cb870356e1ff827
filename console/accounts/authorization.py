"""Authorization: who may see what over HTTP and websockets. Every handler and page uses it."""

import hashlib
import hmac
from collections import Counter
from typing import Any

import msgspec

from city.access import Person, may_open
from console.accounts.request_origin import is_this_machine, remote_of
from console.accounts.sessions import Sessions
from feeds.people.accounts import Account
from feeds.people.tokens import TokenStore

__all__ = ["COOKIE", "SESSION_COOKIE", "Authorization", "Viewer", "viewing_person"]

COOKIE = "citywall_view"
SESSION_COOKIE = "citywall_session"
VISITORS = "presenter"
"""Role of the account that is signed in on the visitors' screen."""
LOOPBACK_PAGES = frozenset({"wall", "metrics"})
"""The pages that ``open_loopback`` opens to the machine itself: nobody can order anything there."""


class Viewer(msgspec.Struct, frozen=True):
    """The right by which a request may see a page: ``by`` is session, key or loopback.

    ``session`` is the session's id ('' for a wall without a sign-in), ``proof`` distinguishes viewers,
    ``remote`` is the address, ``scope`` the page's scope ('' = a page without scopes).
    """

    page: str
    by: str
    session: str = ""
    proof: bytes = b""
    remote: str = ""
    scope: str = ""


class Authorization:
    """Decides by a session, a view key's signed cookie, or the address of the request.

    Nobody signs in on a wall in a hall: it is opened once with ``?key=<token>`` of a token with the right
    ``view:wall``. ``open_loopback`` lets the machine itself see walls without a key (the demo); it opens no
    desk.
    """

    def __init__(
        self, tokens: TokenStore, secret: bytes, *, open_loopback: bool, sessions: Sessions | None = None
    ) -> None:
        self._tokens = tokens
        self._secret = secret
        self._open_loopback = open_loopback
        self._sessions = sessions
        self.refused = 0
        self.sign_ins: Counter[str] = Counter()

    def may_view(self, request: Any, page: str) -> bool:
        """Whether this request (Tornado's) may see the page of that name; a refusal is counted."""
        return self.viewer(request, page) is not None

    def viewer(self, request: Any, page: str, scope: str = "") -> Viewer | None:
        """Return the right by which a request may see a page, None (counted as refused) without one."""
        found = self.current_viewer(request, page, scope)
        self.refused += found is None
        return found

    def current_viewer(self, request: Any, page: str, scope: str = "") -> Viewer | None:
        """Check an open socket's request again, without counting: sessions end and keys are revoked."""
        session = self.session_of(request)
        account = self._account(session)
        if account is not None and may_open(viewing_person(account), page, scope):
            return Viewer(page, "session", session, _digest(session), remote_of(request), scope)
        if account is not None and VISITORS in account.rights.roles:
            return None  # the visitors' screen sees its own page, whatever else its browser or machine may
        if scope:
            return None  # a screen in a hall acts for nobody
        key = _cookie(request, COOKIE)
        if key and self._is_good(key, page):
            return Viewer(page, "key", "", _digest(key), remote_of(request))
        if self._open_loopback and page in LOOPBACK_PAGES and is_this_machine(request):
            return Viewer(page, "loopback", remote=remote_of(request))
        return None

    def session_of(self, request: Any) -> str:
        """Return the id of a request's session, '' when it has no valid one.

        A page function gets Bokeh's copy of the request without cookies; our page handler stored the viewer
        on it.
        """
        viewer = getattr(request, "viewer", None)
        session = viewer.session if isinstance(viewer, Viewer) else _cookie(request, SESSION_COOKIE)
        return session if self._account(session) is not None else ""

    def cookie_for(self, key: str, page: str) -> str | None:
        """Return the cookie for a view key, None when the key does not open the page."""
        claims = self._tokens.look_up(key)
        if claims is None or f"view:{page}" not in claims.rights:
            return None
        return self._sign(claims.token, page)

    def _account(self, session: str) -> Account | None:
        if self._sessions is None or not session:
            return None
        return self._sessions.account(session, self._sessions.clock())

    def _sign(self, token: bytes, page: str) -> str:
        mark = hmac.new(self._secret, page.encode() + token, hashlib.sha256).hexdigest()
        return f"{page}.{token.hex()}.{mark}"

    def _is_good(self, value: str, page: str) -> bool:
        parts = value.split(".")
        if len(parts) != 3:
            return False
        try:
            token = bytes.fromhex(parts[1])
        except ValueError:
            return False
        signed = hmac.compare_digest(self._sign(token, page).encode(), value.encode())
        # Revoking a key also revokes the cookies made from it.
        return signed and token in self._tokens.good()


def _cookie(request: Any, name: str) -> str:
    morsel = request.cookies.get(name)
    value = getattr(morsel, "value", morsel)
    return value if isinstance(value, str) else ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def viewing_person(account: Account) -> Person:
    """Return an account as a person who looks: a role is enough to see a page, the shift counts for acts."""
    rights = account.rights
    return Person(
        account.name,
        rights.display,
        rights.roles,
        rights.seat,
        agency=rights.agency,
        street=rights.street,
        streets=rights.streets,
    )
