"""The spool: one SQLite file per source that holds what the gateway has not answered yet, oldest first.

It also holds how far a source has read, in the same transactions, so a source that is killed loses and
doubles nothing.
"""

import fcntl
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import IO, Any, NamedTuple

import msgspec

from feeds.sources.contract import Remark, SourceError
from feeds.storage.sqlite import open_database

__all__ = ["ARRIVALS", "Arrival", "Kept", "LeftOut", "Spool", "Waiting"]

ARRIVALS = 5_000
"""The newest arrivals are remembered. A broker uses a packet id again after 65,535 messages: an older
arrival could be that of another message.
"""
REMARKS = 1_000
"""Kinds of remarks that are kept: topic, field and reason; the longest silent ones go first."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    id TEXT NOT NULL,
    newest TEXT,
    origin TEXT NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (topic, id)
);
CREATE INDEX IF NOT EXISTS by_newest ON records (newest) WHERE newest IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_topic ON records (topic, number);
CREATE TABLE IF NOT EXISTS places (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS arrivals (mid INTEGER PRIMARY KEY, mark TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS remarks (
    origin TEXT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    skipped INTEGER NOT NULL,
    value TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at REAL NOT NULL,
    last_at REAL NOT NULL,
    PRIMARY KEY (origin, field, reason, skipped)
);
"""


class Kept(NamedTuple):
    """A record to keep: topic of the gateway, id, JSON, where it came from (for remarks), key of `newest`."""

    topic: str
    id: str
    record: bytes
    origin: str
    newest: str = ""


class Waiting(NamedTuple):
    """A kept record with its number in the spool."""

    number: int
    origin: str
    record: dict[str, Any]


class Arrival(NamedTuple):
    """When a message arrived first: its packet id, the mark of its content, epoch seconds."""

    mid: int
    mark: str
    at: float


class LeftOut(msgspec.Struct, frozen=True, array_like=True):
    """Equal remarks of one topic, counted; ``value`` is the newest one's."""

    origin: str
    field: str
    reason: str
    skipped: bool
    value: str
    times: int
    first_at: float
    last_at: float


class Spool:
    """The file of one source, open in one process. Its methods block and may be called from any thread."""

    def __init__(self, path: Path, *, only_read: bool = False) -> None:
        """Open or make the file; raises SourceError when another process has it open to write."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._held: IO[str] | None = None if only_read else _hold(path.with_suffix(".lock"))
        self._lock = Lock()
        self._database = open_database(path, _SCHEMA)
        self.count: int
        self.bytes: int
        self.count, self.bytes = self._database.execute(
            "SELECT count(*), coalesce(sum(length(record)), 0) FROM records"
        ).fetchone()

    def keep(
        self,
        records: Sequence[Kept],
        *,
        places: Mapping[str, str] | None = None,
        arrivals: Sequence[Arrival] = (),
        remarks: Sequence[Remark] = (),
        now: float = 0.0,
    ) -> int:
        """Store everything in one transaction; durable on return. Returns how many records were replaced.

        A record whose id waits already is not stored again. Raises sqlite3.Error.
        """
        replaced, before = 0, (self.count, self.bytes)
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                for one in records:
                    replaced += self._keep_one(one)
                self._database.executemany(
                    "INSERT OR REPLACE INTO places VALUES (?, ?)", list((places or {}).items())
                )
                if arrivals:
                    self._remember(arrivals)
                if remarks:
                    self._note(remarks, now)
                self._database.execute("COMMIT")
            except sqlite3.Error:
                self.count, self.bytes = before
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        return replaced

    def _keep_one(self, one: Kept) -> int:
        replaced = 0
        if one.newest:
            older = self._database.execute(
                "DELETE FROM records WHERE newest = ? RETURNING length(record)", (one.newest,)
            ).fetchall()
            replaced = len(older)
            self.count -= replaced
            self.bytes -= sum(size for (size,) in older)
        stored = self._database.execute(
            "INSERT OR IGNORE INTO records (topic, id, newest, origin, record) VALUES (?, ?, ?, ?, ?)",
            (one.topic, one.id, one.newest or None, one.origin, one.record),
        ).rowcount
        self.count += stored
        self.bytes += stored * len(one.record)
        return replaced

    def _remember(self, arrivals: Sequence[Arrival]) -> None:
        self._database.executemany("INSERT OR REPLACE INTO arrivals VALUES (?, ?, ?)", arrivals)
        self._database.execute(
            "DELETE FROM arrivals WHERE mid IN (SELECT mid FROM arrivals ORDER BY at DESC LIMIT -1 OFFSET ?)",
            (ARRIVALS,),
        )

    def _note(self, remarks: Sequence[Remark], now: float) -> None:
        self._database.executemany(
            "INSERT INTO remarks VALUES (?, ?, ?, ?, ?, 1, ?, ?)"
            " ON CONFLICT DO UPDATE"
            " SET times = times + 1, value = excluded.value, last_at = excluded.last_at",
            [(r.where[:200], r.column, r.reason, r.skipped, r.value, now, now) for r in remarks],
        )
        self._database.execute(
            "DELETE FROM remarks WHERE rowid IN"
            " (SELECT rowid FROM remarks ORDER BY last_at DESC LIMIT -1 OFFSET ?)",
            (REMARKS,),
        )

    def waiting(self, topic: str, *, after: int, count: int, size: int) -> list[Waiting]:
        """Return the oldest records of a topic behind a number: at most ``count``, and ``size`` bytes."""
        with self._lock:
            rows = self._database.execute(
                "SELECT number, origin, record FROM records WHERE topic = ? AND number > ?"
                " ORDER BY number LIMIT ?",
                (topic, after, count),
            )
            found: list[Waiting] = []
            for number, origin, record in rows:
                size -= len(record)
                if found and size < 0:
                    break
                found.append(Waiting(number, origin, msgspec.json.decode(record)))
            rows.close()
        return found

    def forget(self, numbers: Sequence[int], *, remarks: Sequence[Remark] = (), now: float = 0.0) -> None:
        """Delete records that the gateway has answered, and note what it rejected. Raises sqlite3.Error."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            gone = 0
            for number in numbers:
                for (size,) in self._database.execute(
                    "DELETE FROM records WHERE number = ? RETURNING length(record)", (number,)
                ).fetchall():
                    self.count -= 1
                    gone += size
            if remarks:
                self._note(remarks, now)
            self._database.execute("COMMIT")
            self.bytes -= gone

    def places(self) -> dict[str, str]:
        """Return how far the source has read, by name."""
        with self._lock:
            return dict(self._database.execute("SELECT name, value FROM places").fetchall())

    def arrivals(self) -> dict[int, Arrival]:
        """Return the remembered arrivals by packet id, the oldest first."""
        with self._lock:
            rows = self._database.execute("SELECT mid, mark, at FROM arrivals ORDER BY at").fetchall()
        return {row[0]: Arrival(*row) for row in rows}

    def left_out(self) -> list[LeftOut]:
        """Return what was left out, changed or rejected, the newest first."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM remarks ORDER BY last_at DESC").fetchall()
        return [msgspec.convert(row, LeftOut, strict=False) for row in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()
        if self._held is not None:
            self._held.close()


def _hold(path: Path) -> IO[str]:
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        message = f"{path.stem}: another process runs this source ({path} is locked)"
        raise SourceError(message) from None
    return lock
