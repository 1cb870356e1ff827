"""Form tokens: each form holds a token bound to a cookie of the same browser, against cross-site requests."""

import hashlib
import hmac
import secrets
from typing import Final

__all__ = ["FORM_COOKIE", "FORM_S", "FormTokens"]

FORM_COOKIE: Final = "citywall_form"
FORM_S: Final = 3600.0
"""How long a form's token is valid."""


class FormTokens:
    """Makes and checks tokens, signed with a key derived from ``secret`` for this purpose only."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"citywall forms", hashlib.sha256).digest()

    def new_cookie(self) -> str:
        """Return the value of a new form cookie."""
        return secrets.token_urlsafe(16)

    def token(self, cookie: str, purpose: str, now: float) -> str:
        """Return the token of a form for the browser that holds this cookie (machine epoch seconds)."""
        return self._sign(cookie, purpose, int(now))

    def is_good(self, token: str, cookie: str, purpose: str, now: float) -> bool:
        """Whether a token was made for this cookie and purpose and has not expired."""
        made, _, _ = token.partition(".")
        if not cookie or not (made.isascii() and made.isdigit() and len(made) <= 12):
            return False
        same = hmac.compare_digest(self._sign(cookie, purpose, int(made)).encode(), token.encode())
        return same and 0 <= now - int(made) <= FORM_S

    def _sign(self, cookie: str, purpose: str, made: int) -> str:
        text = f"{purpose}\0{made}\0{cookie}".encode("utf-8", "surrogatepass")
        return f"{made}.{hmac.new(self._key, text, hashlib.sha256).hexdigest()}"
