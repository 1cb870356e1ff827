"""Dead letters: rejected records, stored in full with the reason, for the operator.

At most 10,000 records, 256 MiB and 7 days. Each record is encrypted with the people key, because any part of
its text may name persons.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import msgspec

from feeds.people.encryption import Encryption
from feeds.protocol.answers import Ack, Rejection
from feeds.protocol.frames import Doubled
from feeds.storage.sqlite import open_database

__all__ = ["DeadLetter", "DeadLetters"]

KEPT, KEPT_BYTES, KEPT_S = 10_000, 256 * 2**20, 7 * 86400.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at REAL NOT NULL,
    topic TEXT NOT NULL,
    client TEXT NOT NULL,
    path TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL
);
PRAGMA secure_delete = ON
"""


class DeadLetter(msgspec.Struct, frozen=True, array_like=True):
    """One rejected record: ``text`` is its JSON as sent (except spaces)."""

    number: int
    received_at: float
    topic: str
    client: str
    path: str
    code: str
    reason: str
    text: str


class Sender(Protocol):
    """The part of a publisher that resending needs (``feeds.clients.publisher.Publisher``)."""

    async def send(self, records: Sequence[dict[str, Any]]) -> Ack:
        """Publish records and wait for the answer."""
        ...


class DeadLetters:
    """``deadletters.sqlite`` in the data directory."""

    def __init__(self, data_dir: Path, encryption: Encryption) -> None:
        self._database = open_database(data_dir / "deadletters.sqlite", _SCHEMA)
        self._encryption = encryption
        self._lock = Lock()

    def add(self, topic: str, client: str, letters: Sequence[tuple[Any, Rejection]], *, now: float) -> None:
        """Store rejected records and delete the oldest ones beyond the limits. Raises sqlite3.Error."""
        rows = []
        for record, why in letters:
            text = json_text(record).encode()
            sealed = self._encryption.encrypt(text, f"{topic}/{client}")
            rows.append((now, topic, client, why.path, why.code, why.reason, len(sealed), sealed))
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "INSERT INTO letters (received_at, topic, client, path, code, reason, bytes, sealed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            self._prune(now)
            self._database.execute("COMMIT")

    def _prune(self, now: float) -> None:
        self._database.execute("DELETE FROM letters WHERE received_at < ?", (now - KEPT_S,))
        self._database.execute(
            "DELETE FROM letters WHERE number <= (SELECT max(number) FROM letters) - ?", (KEPT,)
        )
        (size,) = self._database.execute("SELECT coalesce(sum(bytes), 0) FROM letters").fetchone()
        while size > KEPT_BYTES:
            number, freed = self._database.execute(
                "SELECT number, bytes FROM letters ORDER BY number LIMIT 1"
            ).fetchone()
            self._database.execute("DELETE FROM letters WHERE number = ?", (number,))
            size -= freed

    def list(self, *, before: int = 2**62, count: int = 100) -> list[DeadLetter]:
        """Return up to ``count`` letters with numbers below ``before``, newest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT number, received_at, topic, client, path, code, reason, sealed"
                " FROM letters WHERE number < ? ORDER BY number DESC LIMIT ?",
                (before, count),
            ).fetchall()
        return [self._letter(row) for row in rows]

    def _letter(self, row: Sequence[Any]) -> DeadLetter:
        *columns, sealed = row
        text = self._encryption.decrypt(sealed, f"{columns[2]}/{columns[3]}").decode()
        return msgspec.convert([*columns, text], DeadLetter)

    async def resend(self, number: int, sender: Sender, *, corrected: Any = None) -> Ack:
        """Publish a letter again, as stored or ``corrected`` by the operator; delete it when it is accepted.

        ``sender`` publishes to the letter's topic with a token of its client. Raises LookupError when there
        is no such letter, ValueError when its JSON is not an object or has a duplicate name.
        """
        found = self.list(before=number + 1, count=1)
        if not found or found[0].number != number:
            message = f"no dead letter {number}"
            raise LookupError(message)
        record = corrected if corrected is not None else json.loads(
            found[0].text, object_pairs_hook=_once
        )  # fmt: skip
        if not isinstance(record, dict):
            message = f"dead letter {number}: not an object; correct it first"
            raise ValueError(message)
        answer = await sender.send([record])
        if not answer.rejected:
            self.forget(number)
        return answer

    def forget(self, number: int) -> None:
        """Delete a letter."""
        with self._lock:
            self._database.execute("DELETE FROM letters WHERE number = ?", (number,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def json_text(value: Any) -> str:
    """Return a parsed value as JSON, including all pairs of objects with duplicate names."""
    if isinstance(value, Doubled):
        pairs = (f"{json.dumps(name)}:{json_text(inner)}" for name, inner in value.pairs)
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)}:{json_text(inner)}" for name, inner in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "1e999" if value > 0 else "-1e999"
    return json.dumps(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a duplicate name; correct the record first"
        raise ValueError(message)
    return found
