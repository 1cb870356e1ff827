"""The contract of a source: a recording or a feed, read as records of the protocol.

A source names the topic it publishes to and yields plain protocol records in time order. It never
guesses: what it cannot read it leaves out and says so in ``remarks``.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from city.chain import canonical

__all__ = [
    "FieldError",
    "OpenOptions",
    "Record",
    "Remark",
    "Source",
    "SourceError",
    "fingerprint",
    "without_blanks",
]

Record = dict[str, Any]


class SourceError(ValueError):
    """A file or a value cannot be read; the text says where, and what was expected."""


class FieldError(SourceError):
    """One field of one row or object is wrong: the column or field, and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class Remark(msgspec.Struct, frozen=True):
    """One place of the file that was not taken as it stands: where, which column or field, why."""

    where: str
    column: str
    reason: str
    skipped: bool = True

    @classmethod
    def of(cls, where: str, error: FieldError) -> "Remark":
        """Return the remark that a row or object was skipped for a wrong field."""
        return cls(where, error.column, error.reason)

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.column}: {self.reason}" if self.column else (f"{self.where}: {self.reason}")
        )


class OpenOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a file does not say about itself. Every field has a default that most files need.

    ``start`` is the moment (epoch seconds) at which a video begins; ``lon`` and ``lat`` (WGS84
    degrees) place a single camera or device; ``name`` renames it; ``fps`` and ``loops`` are of
    videos; ``unfold`` tells a history step by step (a case is reported, later closed; a storm moves
    fix by fix) instead of by its last state.
    """

    start: float = 0.0
    mapping: Path | None = None
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    fps: float = 2.0
    loops: int = 1
    unfold: bool = False


class Source(Protocol):
    """How facts come in.

    ``total`` is the number of records when it is known before reading. ``rate`` is the source's own
    speed: 1.0 plays in real time (cameras), None as fast as the gateway accepts (history).
    ``remarks`` is filled anew by every call of ``records``. Ids of records depend on the content
    only, so a file that is replayed twice changes nothing.
    """

    name: str
    topic: str
    total: int | None
    rate: float | None
    remarks: list[Remark]

    def records(self) -> Iterator[Record]:
        """Yield protocol records in time order; raises SourceError when the file is broken."""
        ...


def fingerprint(value: Any) -> str:
    """Return 12 hex digits that stand for a JSON value; the same content gives the same digits."""
    return hashlib.sha256(canonical(value)).hexdigest()[:12]


def without_blanks(record: Record) -> Record:
    """Return the record without the fields that are None, empty text or empty lists."""
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}
