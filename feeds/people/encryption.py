"""Encryption of personal data, with a key in a separate file."""

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feeds.storage.files import make_private

__all__ = ["Encryption", "Unreadable"]

_NONCE = 12


class Unreadable(Exception):
    """The bytes cannot be decrypted with this key, or not for this place."""


class Encryption:
    """A 256-bit key that encrypts bytes (AES-GCM) and makes pseudonyms (keyed hash)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> "Encryption":
        """Read the key; create a new one (mode 0600) when there is no file. Raises OSError, ValueError."""
        make_private(path, secrets.token_bytes(32))
        key = path.read_bytes()
        if len(key) != 32:
            message = f"{path}: expected a key of 32 bytes, got {len(key)}"
            raise ValueError(message)
        return cls(key)

    def encrypt(self, data: bytes, place: str) -> bytes:
        """Encrypt ``data``; it can be decrypted only with the same ``place`` (rows cannot be swapped)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def decrypt(self, sealed: bytes, place: str) -> bytes:
        """Return the decrypted data; raises Unreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(place) from error

    def pseudonym(self, *parts: str) -> str:
        """Return a pseudonym of ``parts``: 32 hex digits that reveal nothing without the key."""
        text = "\x00".join(parts).encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:32]
