"""Tokens of publishers and subscribers: their rights, and the streets to which they are limited.

A token is 256 random bits, shown once; only its SHA-256 is stored (a random secret needs no slow hash).
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from feeds.protocol.rights import Claims, check_client, check_right
from feeds.storage.sqlite import open_database

__all__ = ["Token", "TokenStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    client TEXT NOT NULL,
    rights TEXT NOT NULL,
    streets TEXT NOT NULL,
    account TEXT NOT NULL,
    created_at REAL NOT NULL,
    revoked_at REAL
)
"""


class Token(msgspec.Struct, frozen=True):
    """A token as listed; times are epoch seconds, ``revoked_at`` is None while it is valid."""

    number: int
    client: str
    rights: tuple[str, ...]
    streets: tuple[str, ...]
    account: str
    created_at: float
    revoked_at: float | None


class TokenStore:
    """The table ``tokens`` of ``accounts.sqlite`` in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._database = open_database(data_dir / "accounts.sqlite", _SCHEMA)

    def create(
        self,
        client: str,
        rights: Iterable[str],
        *,
        now: float,
        streets: Iterable[str] = (),
        account: str = "",
    ) -> str:
        """Create a token and return its text, which is not stored. Raises ValueError.

        ``streets`` empty means the whole city; ``account`` binds it to an account (for commands).
        """
        wanted = sorted({check_right(right) for right in rights})
        if not wanted:
            message = "right: at least one is needed"
            raise ValueError(message)
        text = f"cw_{secrets.token_urlsafe(32)}"
        self._database.execute(
            "INSERT INTO tokens (hash, client, rights, streets, account, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                _hash(text), check_client(client), json.dumps(wanted),
                json.dumps(sorted(set(streets))), account, now,
            ),
        )  # fmt: skip
        return text

    def look_up(self, text: str) -> Claims | None:
        """Return the rights of a token, None when it is unknown or revoked."""
        row = self._database.execute(
            "SELECT client, rights, streets, account FROM tokens WHERE hash = ? AND revoked_at IS NULL",
            (_hash(text),),
        ).fetchone()
        if row is None:
            return None
        client, rights, streets, account = row
        return Claims(client, frozenset(json.loads(rights)), tuple(json.loads(streets)), _hash(text), account)

    def list(self) -> list[Token]:
        """Return all tokens, also revoked ones, oldest first."""
        rows = self._database.execute(
            "SELECT number, client, rights, streets, account, created_at, revoked_at"
            " FROM tokens ORDER BY number"
        )
        return [
            Token(number, client, tuple(json.loads(rights)), tuple(json.loads(streets)), *rest)
            for number, client, rights, streets, *rest in rows
        ]

    def revoke(self, number: int, *, now: float) -> bool:
        """Revoke a token by its number; return whether it was valid. Its open sockets are closed."""
        return bool(
            self._database.execute(
                "UPDATE tokens SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL",
                (now, number),
            ).rowcount
        )

    def good(self) -> frozenset[bytes]:
        """Return the hashes of all tokens that are not revoked."""
        rows = self._database.execute("SELECT hash FROM tokens WHERE revoked_at IS NULL")
        return frozenset(hashed for (hashed,) in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
