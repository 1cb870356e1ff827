"""Doors: who may look at what over HTTP and websockets; every handler asks here."""

import hashlib
import hmac
import ipaddress
from typing import Any

from feeds.tokens import TokenStore

__all__ = ["Doors"]

COOKIE = "citywall_view"
PROXY_HEADERS = frozenset({"x-forwarded-for", "forwarded", "x-real-ip", "via"})


class Doors:
    """Decides by the machine that asks, a view key, or the signed cookie that a key was changed for.

    A wall stands in a hall and has nobody to sign in: it is opened once with ``?key=<token>`` of a token
    with the right ``view:wall``. ``open_loopback`` lets the machine itself look without one (the demo).
    """

    def __init__(self, tokens: TokenStore, secret: bytes, *, open_loopback: bool) -> None:
        self._tokens = tokens
        self._secret = secret
        self._open_loopback = open_loopback
        self.refused = 0

    def may_view(self, request: Any, page: str) -> bool:
        """Whether this request (Tornado's) may see the page of that name."""
        if self._open_loopback and is_this_machine(request):
            return True
        cookie = request.cookies.get(COOKIE)
        # Tornado gives a morsel, Bokeh's copy of a request (what a page function gets) plain text.
        value = getattr(cookie, "value", cookie)
        good = isinstance(value, str) and self._is_good(value, page)
        self.refused += not good
        return good

    def cookie_for(self, key: str, page: str) -> str | None:
        """Return the cookie that a view key is changed for, None when the key opens nothing."""
        claims = self._tokens.look_up(key)
        if claims is None or f"view:{page}" not in claims.rights:
            return None
        return self._sign(claims.token, page)

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
        # A revoked key closes the door for the cookies that it was changed for.
        return signed and token in self._tokens.good()


def is_this_machine(request: Any) -> bool:
    """Whether the request comes from a loopback address and from behind no proxy."""
    # Bokeh's copy of a request holds its headers in a plain dict: the case of a name counts there.
    if any(name.lower() in PROXY_HEADERS for name in request.headers):
        return False
    try:
        return ipaddress.ip_address(request.remote_ip).is_loopback
    except ValueError:
        return False
