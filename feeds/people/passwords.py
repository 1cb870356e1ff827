"""Passwords and PINs: hashed with argon2id; verification costs the same with and without a stored hash."""

import secrets
import unicodedata
from itertools import pairwise
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["Checked", "Passwords", "check_password", "check_pin"]

SHORTEST: Final = 10
LONGEST: Final = 256
PIN_DIGITS: Final = 6


class Checked(msgspec.Struct, frozen=True):
    """Result of a verification; ``new_hash`` must be stored if the parameters have changed, else ''."""

    good: bool
    new_hash: str = ""


class Passwords:
    """Hashes with one set of parameters (default: argon2-cffi's, the second choice of RFC 9106).

    Both methods take about 50 ms and 64 MB: call them in a worker thread, few at a time.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._dummy = ""

    def hash(self, text: str) -> str:
        """Return the hash of a password or PIN, including salt and parameters."""
        return self._hasher.hash(_bytes(text))

    def verify(self, hashed: str, text: str) -> Checked:
        """Compare; an empty hash (no account, or none set) takes the same time and never matches."""
        if not hashed:
            self._compare(self._dummy_hash(), text)
            return Checked(good=False)
        if not self._compare(hashed, text):
            return Checked(good=False)
        return Checked(good=True, new_hash=self.hash(text) if self._is_old(hashed) else "")

    def _compare(self, hashed: str, text: str) -> bool:
        try:
            return self._hasher.verify(hashed, _bytes(text))
        except (VerificationError, InvalidHashError):
            return False

    def _is_old(self, hashed: str) -> bool:
        return self._hasher.check_needs_rehash(hashed)

    def _dummy_hash(self) -> str:
        if not self._dummy:
            self._dummy = self.hash(secrets.token_hex(32))
        return self._dummy


def check_password(text: str) -> str:
    """Return the text if it is acceptable as a password. Raises ValueError saying what was expected."""
    if not SHORTEST <= len(text) <= LONGEST or len(set(text)) < 4:
        message = f"password: expected {SHORTEST} to {LONGEST} characters, at least 4 different ones"
        raise ValueError(message)
    return text


def check_pin(text: str) -> str:
    """Return the text if it is acceptable as a PIN. Raises ValueError saying what was expected."""
    plain = len(text) == PIN_DIGITS and text.isascii() and text.isdigit()
    if not plain or any(_runs(text, step) for step in (-1, 0, 1)):
        message = f"pin: expected {PIN_DIGITS} digits, not in sequence (123456) and not all the same"
        raise ValueError(message)
    return text


def _runs(text: str, step: int) -> bool:
    return all((int(a) + step) % 10 == int(b) for a, b in pairwise(text))


def _bytes(text: str) -> bytes:
    # Keyboards send é as one character or as e and an accent: both are the same password.
    return unicodedata.normalize("NFKC", text[: LONGEST * 4]).encode("utf-8", "surrogatepass")
