"""SQLite files of the data directory: opened alike, private to their owner."""

import sqlite3
from pathlib import Path

from feeds.storage.files import make_private

__all__ = ["open_database"]


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open (or create, mode 0600) a database and make its tables.

    Every commit is on disk when it returns. The connection may be used from any thread, one at a
    time. Raises sqlite3.Error.
    """
    # Never a descriptor of our own on a file that may be open in this process: closing it gives up SQLite's
    # locks there, and the next process that leaves takes away the journal that we go on writing to
    # (sqlite.org/howtocorrupt.html, 2.2).
    make_private(path)
    database = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(schema)
    return database
