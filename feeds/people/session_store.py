"""Sign-in sessions, stored on the server. The cookie holds a random id, the table only its SHA-256."""

import hashlib
import secrets
import threading
from pathlib import Path
from typing import Final

import msgspec

from feeds.storage.sqlite import open_database

__all__ = ["SessionRow", "SessionStore"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    account TEXT NOT NULL,
    remote TEXT NOT NULL,
    created_at REAL NOT NULL,
    used_at REAL NOT NULL,
    ended_at REAL
);
CREATE INDEX IF NOT EXISTS sessions_of_account ON sessions (account);
"""
_SELECT: Final = "SELECT number, account, remote, created_at, used_at, ended_at FROM sessions"
_KEPT_S: Final = 30 * 86_400.0


class SessionRow(msgspec.Struct, frozen=True):
    """A session as listed; times are machine epoch seconds, ``ended_at`` is None until it ends."""

    number: int
    account: str
    remote: str
    created_at: float
    used_at: float
    ended_at: float | None


class SessionStore:
    """The table ``sessions`` of ``accounts.sqlite``. Methods may be called from any thread."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "accounts.sqlite"
        self._writer, self._reader = open_database(path, _SCHEMA), open_database(path, _SCHEMA)
        self._writing, self._reading = threading.Lock(), threading.Lock()

    def open(self, account: str, *, now: float, remote: str) -> str:
        """Open a session and return its id (256 random bits); the id is not stored."""
        text = secrets.token_urlsafe(32)
        with self._writing:
            self._writer.execute("DELETE FROM sessions WHERE created_at < ?", (now - _KEPT_S,))
            self._writer.execute(
                "INSERT INTO sessions (hash, account, remote, created_at, used_at) VALUES (?, ?, ?, ?, ?)",
                (_hash(text), account, remote, now, now),
            )
        return text

    def look_up(self, text: str) -> SessionRow | None:
        """Return the session of an id, also an ended one; None when there is none."""
        with self._reading:
            row = self._reader.execute(f"{_SELECT} WHERE hash = ?", (_hash(text),)).fetchone()
        return SessionRow(*row) if row else None

    def touch(self, number: int, *, now: float) -> None:
        """Update the time of a session's last use."""
        with self._writing:
            self._writer.execute(
                "UPDATE sessions SET used_at = ? WHERE number = ? AND used_at < ?", (now, number, now)
            )

    def end(self, number: int, *, now: float) -> bool:
        """End a session by its number; return whether it was open."""
        return self._end("number = ?", number, now) > 0

    def end_all(self, account: str, *, now: float) -> int:
        """End all sessions of an account; return how many were open."""
        return self._end("account = ?", account, now)

    def list(self, account: str = "") -> list[SessionRow]:
        """Return the sessions of an account ('' = of all), also ended ones, oldest first."""
        with self._reading:
            rows = self._reader.execute(
                f"{_SELECT} WHERE ? IN ('', account) ORDER BY number", (account,)
            ).fetchall()
        return [SessionRow(*row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._reader.close()

    def _end(self, which: str, value: str | int, now: float) -> int:
        with self._writing:
            done = self._writer.execute(
                f"UPDATE sessions SET ended_at = ? WHERE {which} AND ended_at IS NULL",  # noqa: S608  # one of two texts
                (now, value),
            )
        return done.rowcount


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
