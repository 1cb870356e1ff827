"""The people store: reporters, each row encrypted, separate from the facts and erasable.

Facts hold references only: a ``reporter_ref`` per record, and a ``caller_ref`` shared by all records of one
phone. After a person is erased the references remain but lead to no data.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from feeds.people.encryption import Encryption
from feeds.storage.sqlite import open_database

__all__ = ["PeopleStore"]

Person = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    ref TEXT PRIMARY KEY,
    sealed BLOB,
    stored_at REAL NOT NULL,
    erased_at REAL
);
CREATE INDEX IF NOT EXISTS people_by_age ON people (stored_at) WHERE sealed IS NOT NULL
"""
_AT_ONCE = 500
_SHORTEST, _LONGEST = 7, 11
"""Digits of a phone in China: a local number, and a mobile's or one with its area code."""


class PeopleStore:
    """``people.sqlite`` and ``people.key`` in the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.encryption = Encryption.from_file(data_dir / "people.key")
        self._database = open_database(data_dir / "people.sqlite", _SCHEMA)
        self._lock = Lock()

    def ref(self, client: str, record_id: str) -> str:
        """Return the reference of the reporter in a client's record; the same for the same record."""
        return f"p_{self.encryption.pseudonym(client, record_id)}"

    def caller_ref(self, phone: object) -> str:
        """Return the reference of a phone, the same for all clients; '' if it is not a phone number."""
        digits = "".join(str(unicodedata.digit(sign)) for sign in str(phone or "") if sign.isdigit())
        digits = digits.removeprefix("00")
        if len(digits) > _LONGEST:
            digits = digits.removeprefix("86")
        digits = digits.lstrip("0")
        if len(digits) < _SHORTEST or len(set(digits)) == 1:
            return ""  # withheld, or a service number that many callers share
        return f"c_{self.encryption.pseudonym('caller', 'phone', digits)}"

    def put(self, people: Sequence[tuple[str, Person]], *, now: float) -> None:
        """Store people under their references; known (also erased) references are not changed.

        The data is on disk when this returns. Raises sqlite3.Error.
        """
        rows = [(ref, self.encryption.encrypt(msgspec.json.encode(who), ref), now) for ref, who in people]
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "INSERT OR IGNORE INTO people (ref, sealed, stored_at) VALUES (?, ?, ?)", rows
            )
            self._database.execute("COMMIT")

    def get(self, refs: Iterable[str]) -> dict[str, Person]:
        """Return the people of the references; erased and unknown ones are left out."""
        wanted = list(dict.fromkeys(refs))
        found: dict[str, Person] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            with self._lock:
                rows = self._database.execute(
                    f"SELECT ref, sealed FROM people WHERE sealed IS NOT NULL AND ref IN ({marks})",  # noqa: S608  # question marks only
                    some,
                ).fetchall()
            for ref, sealed in rows:
                found[ref] = msgspec.json.decode(self.encryption.decrypt(sealed, ref))
        return found

    def erase(self, ref: str, *, now: float) -> bool:
        """Erase one person; return whether there was one."""
        return self._erase("ref = ?", ref, now)

    def erase_before(self, moment: float, *, now: float) -> bool:
        """Erase all people stored before ``moment`` (epoch seconds); return whether there were any."""
        return self._erase("stored_at < ?", moment, now)

    def _erase(self, condition: str, value: str | float, now: float) -> bool:
        with self._lock:
            erased = self._database.execute(
                f"UPDATE people SET sealed = NULL, erased_at = ? WHERE sealed IS NOT NULL AND {condition}",  # noqa: S608  # one of two constants above
                (now, value),
            ).rowcount
            # Erased data must not remain in the write-ahead log or in free pages.
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return bool(erased)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
