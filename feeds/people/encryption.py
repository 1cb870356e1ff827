"""Sealing: what names a person is stored only encrypted, under a key in a file of its own."""

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feeds.storage.files import make_private

__all__ = ["Encryption", "Unreadable"]

_NONCE = 12


class Unreadable(Exception):  # named for what is so
    """Sealed bytes do not open with this key, or not in this place."""


class Encryption:
    """A 256-bit key that seals bytes (AES-GCM) and names things by keyed hash."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> "Encryption":
        """Read the key, drawing a new one (mode 0600) when there is no file. Raises OSError, ValueError."""
        make_private(path, secrets.token_bytes(32))
        key = path.read_bytes()
        if len(key) != 32:
            message = f"{path}: expected a key of 32 bytes, got {len(key)}"
            raise ValueError(message)
        return cls(key)

    def close(self, data: bytes, place: str) -> bytes:
        """Return ``data`` sealed; it opens only for the same ``place`` (no swapping of rows)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed; raises Unreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(place) from error

    def name(self, *parts: str) -> str:
        """Return 32 hex digits that stand for ``parts`` and tell nothing of them without the key."""
        text = "\x00".join(parts).encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:32]
