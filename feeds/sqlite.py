"""SQLite files of the data directory: opened alike, private to their owner."""

import os
import sqlite3
from pathlib import Path

__all__ = ["open_database"]


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open (or create, mode 0600) a database and make its tables.

    Every commit is on disk when it returns. The connection may be used from any thread, one at a
    time. Raises sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(schema)
    return database
