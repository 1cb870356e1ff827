"""SQLite files of the data directory: same settings for all, readable by their owner only."""

import sqlite3
from pathlib import Path

from feeds.storage.files import make_private

__all__ = ["open_database"]


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open (or create, mode 0600) a database and make its tables.

    A commit is on disk when it returns. The connection may be used from any thread, by one at a time. Raises
    sqlite3.Error.
    """
    # Never open a second descriptor on a database file in this process: closing it releases SQLite's locks,
    # and the next process that closes the database deletes the journal we still write to
    # (sqlite.org/howtocorrupt.html, 2.2).
    make_private(path)
    database = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(schema)
    return database
