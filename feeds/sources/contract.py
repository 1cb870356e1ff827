"""The interface of a source: a recording or a feed, read as records of the protocol.

A source names the topic it publishes to and yields protocol records in time order. It never guesses: it
leaves out what it cannot read and reports it in ``remarks``.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from city.facts.chain import canonical

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
    """A file or a value cannot be read; the text says where and what was expected."""


class FieldError(SourceError):
    """One field of one item is wrong: the column or field, the reason, and optionally the value.

    Equal reasons are counted together, so put what differs between items into ``value``.
    """

    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(_sentence(column, reason, value))
        self.column = column
        self.reason = reason
        self.value = value


class Remark(msgspec.Struct, frozen=True):
    """One item or field of the file that was left out or changed: where, column or field, reason.

    ``skipped``: the item was left out. Otherwise it was accepted, and the remark says what was changed.
    """

    where: str
    column: str
    reason: str
    skipped: bool = True
    value: str = ""

    @classmethod
    def of(cls, where: str, error: FieldError, *, skipped: bool = True) -> "Remark":
        """Return a remark about a wrong field of an item."""
        return cls(where, error.column, error.reason, skipped, error.value)

    def __str__(self) -> str:
        return f"{self.where}: {_sentence(self.column, self.reason, self.value)}"


class OpenOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Information that the file itself does not hold. Every default suits most files.

    ``start`` is the time (epoch seconds) at which a video starts; ``lon`` and ``lat`` (WGS84 degrees) are the
    position of a single camera or device; ``name`` renames it; ``fps`` and ``loops`` are for videos;
    ``unfold`` yields a history step by step (a case is reported, later closed; a storm moves fix by fix)
    instead of its last state.
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
    """A recording or a feed that yields records.

    ``total`` is the number of records if it is known before reading. ``rate`` is the source's own speed: 1.0
    is real time (cameras), None as fast as the gateway accepts (history). Record ids depend on the content
    only, so replaying a file twice changes nothing.

    Every call of ``records`` resets ``read`` and ``remarks``. ``read`` counts the items of the file: a row of
    cases, a filled cell of a reading table (a row without a time or a device is one item), a request, an
    event, a Thing, an Observation, an alert, a track. A device or camera that the source itself registers is
    also an item; an empty row is not. Each item gives either one record (with ``unfold`` one or more) or
    exactly one remark with ``skipped``.
    """

    name: str
    topic: str
    total: int | None
    rate: float | None
    read: int
    remarks: list[Remark]

    def records(self) -> Iterator[Record]:
        """Yield protocol records in time order; raises SourceError when the file cannot be read."""
        ...


class Items:
    """Base class of sources: counts items and collects remarks on those left out."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Reset the results of an earlier reading."""
        self.read = 0
        self.remarks: list[Remark] = []
        self._changes: list[FieldError] = []
        self._first: dict[str, tuple[str, str]] = {}

    @contextmanager
    def item(self, where: str) -> Iterator[None]:
        """Count one item; if the block raises an error, the item is left out with a remark.

        A SourceError other than FieldError concerns the whole file and is passed on.
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
            # One item of an unexpected form does not stop the others.
            self.remarks.append(Remark(where, "", f"cannot be read: {type(error).__name__}"))
        else:
            self.remarks += [Remark.of(where, change, skipped=False) for change in self._changes]

    def leave_out(self, where: str, error: FieldError) -> None:
        """Count one item that is known to be wrong, and add its remark."""
        self.read += 1
        self.remarks.append(Remark.of(where, error))

    def changed(self, error: FieldError, consequence: str) -> None:
        """Note that a field of the current item was removed or replaced; reported if the item is accepted."""
        self._changes.append(FieldError(error.column, f"{error.reason}; {consequence}", error.value))

    def once(self, where: str, column: str, key: str, content: Any) -> None:
        """Raise FieldError when an earlier item has the same key and different content.

        The gateway would treat the second one as a repeat of the first.
        """
        mark = fingerprint(content)
        place, known = self._first.setdefault(key, (where, mark))
        if known != mark:
            raise FieldError(column, OTHER_CONTENT, f"{key} ({place})")


def fingerprint(value: Any) -> str:
    """Return a hash of a JSON value as 12 hex digits; equal content gives equal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()[:12]


def shown(value: Any) -> str:
    """Return a value as quoted in a remark: at most 40 characters."""
    return repr(value if not isinstance(value, str) or len(value) <= 40 else value[:39] + "…")[:60]


def without_blanks(record: Record) -> Record:
    """Return the record without fields that are None, empty text or empty lists."""
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}


def _sentence(column: str, reason: str, value: str) -> str:
    text = f"{column}: {reason}" if column else reason
    return f"{text}, got {value}" if value else text
