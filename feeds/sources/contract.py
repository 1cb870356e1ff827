"""The contract of a source: a recording or a feed, read as records of the protocol.

A source names the topic it publishes to and yields plain protocol records in time order. It never
guesses: what it cannot read it leaves out and says so in ``remarks``.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from city.chain import canonical

__all__ = [
    "OTHER_CONTENT",
    "FieldError",
    "Items",
    "OpenOptions",
    "Record",
    "Remark",
    "Source",
    "SourceError",
    "fingerprint",
    "shown",
    "without_blanks",
]

Record = dict[str, Any]
OTHER_CONTENT = "stands for something else in an earlier item"


class SourceError(ValueError):
    """A file or a value cannot be read; the text says where, and what was expected."""


class FieldError(SourceError):
    """One field of one item is wrong: the column or field, why, and the value where that helps.

    Equal reasons are counted together, so what differs from item to item belongs into ``value``.
    """

    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(_told(column, reason, value))
        self.column = column
        self.reason = reason
        self.value = value


class Remark(msgspec.Struct, frozen=True):
    """One place of the file that was not taken as it stands: where, which column or field, why.

    ``skipped``: the item was left out. Otherwise it was taken, and this tells what was changed.
    """

    where: str
    column: str
    reason: str
    skipped: bool = True
    value: str = ""

    @classmethod
    def of(cls, where: str, error: FieldError, *, skipped: bool = True) -> "Remark":
        """Return the remark about a wrong field of an item."""
        return cls(where, error.column, error.reason, skipped, error.value)

    def __str__(self) -> str:
        return f"{self.where}: {_told(self.column, self.reason, self.value)}"


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
    Ids of records depend on the content only, so a file that is replayed twice changes nothing.

    ``read`` and ``remarks`` are set anew by every call of ``records``. ``read`` counts the items of
    the file: a row of cases, a filled cell of a reading table (a row without a time or a device is
    one item), a request, an event, a Thing, an Observation, an alert, a track. A device or camera
    that the source registers of its own is an item too; an empty row is none. Each item either
    gives one record (with ``unfold`` one or more) or has exactly one remark with ``skipped``.
    """

    name: str
    topic: str
    total: int | None
    rate: float | None
    read: int
    remarks: list[Remark]

    def records(self) -> Iterator[Record]:
        """Yield protocol records in time order; raises SourceError when the file is broken."""
        ...


class Items:
    """Counts the items of a source and remarks on those that are left out; sources derive from it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier reading found."""
        self.read = 0
        self.remarks: list[Remark] = []
        self._changes: list[FieldError] = []
        self._first: dict[str, tuple[str, str]] = {}

    @contextmanager
    def item(self, where: str) -> Iterator[None]:
        """Count one item; when the block raises for it, the item is left out with a remark.

        A SourceError that is no FieldError is about the whole file and goes on.
        """
        self.read += 1
        self._changes = []
        try:
            yield
        except FieldError as error:
            self.remarks.append(Remark.of(where, error))
        except SourceError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # One item of a form that nobody thought of does not stop the others.
            self.remarks.append(Remark(where, "", f"cannot be read: {type(error).__name__}"))
        else:
            self.remarks += [Remark.of(where, change, skipped=False) for change in self._changes]

    def leave_out(self, where: str, error: FieldError) -> None:
        """Count one item that is known to be wrong, with its remark."""
        self.read += 1
        self.remarks.append(Remark.of(where, error))

    def changed(self, error: FieldError, consequence: str) -> None:
        """Say of the item at hand that a field is dropped or replaced, should the item be taken."""
        self._changes.append(FieldError(error.column, f"{error.reason}; {consequence}", error.value))

    def once(self, where: str, column: str, key: str, content: Any) -> None:
        """Raise FieldError when an earlier item has the same key and other content.

        The gateway would take the second one for the first, sent again.
        """
        mark = fingerprint(content)
        place, known = self._first.setdefault(key, (where, mark))
        if known != mark:
            raise FieldError(column, OTHER_CONTENT, f"{key} ({place})")


def fingerprint(value: Any) -> str:
    """Return 12 hex digits that stand for a JSON value; the same content gives the same digits."""
    return hashlib.sha256(canonical(value)).hexdigest()[:12]


def shown(value: Any) -> str:
    """Return a value as a remark quotes it: at most 40 characters."""
    return repr(value if not isinstance(value, str) or len(value) <= 40 else value[:39] + "…")[:60]


def without_blanks(record: Record) -> Record:
    """Return the record without the fields that are None, empty text or empty lists."""
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}


def _told(column: str, reason: str, value: str) -> str:
    told = f"{column}: {reason}" if column else reason
    return f"{told}, got {value}" if value else told
