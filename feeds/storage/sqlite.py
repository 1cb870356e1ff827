"""SQLite files of the data directory: same settings for all, readable by their owner only."""

import sqlite3
from pathlib import Path
from typing import Final

from feeds.storage.files import make_private

__all__ = ["SEVERAL_MACHINES", "open_database"]

SEVERAL_MACHINES: Final = "several-machines"
"""With a file of this name, the folder is shared by machines, which share files and locks but no memory."""


def open_database(path: Path, schema: str, *, wait_s: float = 10.0) -> sqlite3.Connection:
    """Open (or create, mode 0600) a database and make its tables.

    A commit is on disk when it returns. The connection may be used from any thread, by one at a time. In a
    folder that machines share, changes go through a journal that is a file; else through SQLite's write-ahead
    log, which is faster and needs memory shared by all readers. Raises sqlite3.Error.
    """
    # Never open a second descriptor on a database file in this process: closing it releases SQLite's locks,
    # and the next process that closes the database deletes the journal we still write to
    # (sqlite.org/howtocorrupt.html, 2.2).
    make_private(path)
    database = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
    _set_journal(database, path)
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(schema)
    return database


def _set_journal(database: sqlite3.Connection, path: Path) -> None:
    wanted = "delete" if (path.parent / SEVERAL_MACHINES).exists() else "wal"
    # The mode stays in the file. Leaving the write-ahead log needs the file for oneself.
    [found] = database.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
    if found != wanted:
        message = f"{path}: its journal is still {found!r}; stop all processes of this data dir once"
        raise sqlite3.OperationalError(message)
