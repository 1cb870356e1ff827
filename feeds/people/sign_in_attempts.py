"""Sign-in attempts: failures delay the next attempt, per account and per address, then block for minutes.

An attempt is counted before it is verified, so parallel attempts all count. Unknown accounts are counted like
known ones, so the delay reveals nothing. An address from which somebody signed in to the account in the last
days has its own count, so guesses from other addresses do not block it.
"""

import hashlib
import threading
from pathlib import Path
from typing import Final

import msgspec

from feeds.storage.sqlite import open_database

__all__ = ["Limit", "SignInAttempts"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS attempts (
    key BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at REAL NOT NULL,
    blocked_until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS acquainted (
    key BLOB NOT NULL,
    address BLOB NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (key, address)
);
"""
FORGOTTEN_S: Final = 86_400.0
KNOWN_ADDRESS_S: Final = 7 * 86_400.0
"""How long after a sign-in an address has its own count for that account, seconds."""


class Limit(msgspec.Struct, frozen=True):
    """After ``free`` failures attempts wait 1, 2, 4 … s up to ``longest_s``; from ``lock_at`` on ``lock_s``.

    After ``reset_s`` without an attempt the failures are deleted.
    """

    free: int
    lock_at: int
    lock_s: float = 900.0
    longest_s: float = 60.0
    reset_s: float = 3600.0

    def wait(self, failures: int) -> float:
        """Return the waiting time (seconds) after so many failures."""
        if failures >= self.lock_at:
            return self.lock_s
        if failures <= self.free:
            return 0.0
        return min(self.longest_s, 2.0 ** (failures - self.free - 1))


class SignInAttempts:
    """The table ``attempts`` of ``accounts.sqlite``: shared by all consoles of a district."""

    def __init__(self, data_dir: Path) -> None:
        self._database = open_database(data_dir / "accounts.sqlite", _SCHEMA)
        self._lock = threading.Lock()

    def begin(self, limits: dict[str, Limit], *, now: float) -> float:
        """Count one attempt under every key unless one is blocked; return seconds to wait, 0 = allowed."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                kept = {key: self._kept(key, limit, now) for key, limit in limits.items()}
                wait = max((until - now for _, until in kept.values()), default=0.0)
                if wait <= 0:
                    for key, limit in limits.items():
                        failures = kept[key][0] + 1
                        self._put(key, failures, now, now + limit.wait(failures))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        return max(0.0, wait)

    def reset(self, *keys: str) -> None:
        """Delete the failures of these keys, for all addresses: the secret was correct, or was changed."""
        with self._lock:
            for key in keys:
                self._database.execute("DELETE FROM attempts WHERE key = ?", (_hash(key),))
                rows = self._database.execute("SELECT address FROM acquainted WHERE key = ?", (_hash(key),))
                for (address,) in rows.fetchall():
                    own = _hash(_at(_hash(key), address))
                    self._database.execute("DELETE FROM attempts WHERE key = ?", (own,))

    def remember_address(self, key: str, address: str, *, now: float) -> None:
        """Record that the correct secret of ``key`` was given from an address."""
        row = (_hash(key), _hash(address))
        with self._lock:
            self._database.execute("DELETE FROM acquainted WHERE at < ?", (now - KNOWN_ADDRESS_S,))
            self._database.execute("REPLACE INTO acquainted VALUES (?, ?, ?)", (*row, now))

    def counting_key(self, key: str, address: str, *, now: float) -> str:
        """Return the key that counts attempts from an address: a separate one for a known address."""
        row = (_hash(key), _hash(address))
        with self._lock:
            found = self._database.execute(
                "SELECT 1 FROM acquainted WHERE key = ? AND address = ? AND at >= ?",
                (*row, now - KNOWN_ADDRESS_S),
            ).fetchone()
        return _at(*row) if found else key

    def uncount(self, key: str, limit: Limit, *, now: float) -> None:
        """Subtract the last attempt from a shared key (an address): it was not a failure."""
        with self._lock:
            failures, _ = self._kept(key, limit, now)
            fewer = max(0, failures - 1)
            self._put(key, fewer, now, now + limit.wait(fewer))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _kept(self, key: str, limit: Limit, now: float) -> tuple[int, float]:
        row = self._database.execute(
            "SELECT failures, last_at, blocked_until FROM attempts WHERE key = ?", (_hash(key),)
        ).fetchone()
        if row is None:
            return 0, 0.0
        failures, last_at, until = row
        return (0, until) if now - last_at > limit.reset_s else (failures, until)

    def _put(self, key: str, failures: int, now: float, until: float) -> None:
        self._database.execute("DELETE FROM attempts WHERE last_at < ?", (now - FORGOTTEN_S,))
        self._database.execute(
            "REPLACE INTO attempts VALUES (?, ?, ?, ?)", (_hash(key), failures, now, until)
        )


def _at(key: bytes, address: bytes) -> str:
    return f"{key.hex()}@{address.hex()}"


def _hash(key: str) -> bytes:
    # A user may type a password into the account field, so the text itself is not stored.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]
