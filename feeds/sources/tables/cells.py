"""Cells: values of foreign tables and lists as text, numbers and times.

A placeholder for "no data" (−9999, 0001-01-01) is never read as a value.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from city.clocks.timestamps import parse
from feeds.sources.contract import FieldError, shown

__all__ = ["Cells", "finite", "iso_moment", "plain_text", "real_moment", "real_number"]

EARLIEST = datetime(1901, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
DAY_S = 86_400.0
LARGEST_WHOLE = 2.0**53
"""Above it a float does not represent every integer, so it cannot hold a case number."""
# −999, −9999.0, 9999, 99999.99: only nines. A pressure of 999.9 hPa is a value.
_NINES = re.compile(r"(?:-9{3,}|\+?9{4,})(?:\.[90]*)?")
_NOTHING = frozenset({-32768.0})
_LARGEST_MEASURED = 1e15


class Cells:
    """Reads the cells of a table's rows, by column name."""

    def __init__(self, *, blank: Iterable[str], times: list[str], zone: ZoneInfo) -> None:
        """Set the words for "empty", the time formats, and the zone of times without offset."""
        self._blank = frozenset({"", *blank})
        self._times = times
        self._zone = zone

    def text(self, row: Mapping[str, Any], column: str) -> str:
        """Return a cell as text with single spaces; '' when it is missing, blank or has no column."""
        words = plain_text(row.get(column)) if column else ""
        return "" if words in self._blank else words

    def moment(self, row: Mapping[str, Any], *columns: str) -> float | None:
        """Return epoch seconds of one cell, or of several joined by spaces; None when all are empty.

        Raises FieldError naming the expected formats, or that the date is a placeholder.
        """
        column = " ".join(columns)
        texts = [self.text(row, name) for name in columns]
        if not any(texts):
            return None
        value = row.get(columns[0]) if len(columns) == 1 else " ".join(texts)
        if isinstance(value, date):
            found = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001  # _zoned adds it
            return self._zoned(found, column)
        return self._zoned(self._written(" ".join(texts), column), column)

    def _written(self, words: str, column: str) -> datetime:
        for layout in self._times:
            try:
                return datetime.strptime(words, layout)  # noqa: DTZ007  # _zoned adds it
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(words)
        except ValueError:
            expected = " or ".join([*self._times, "ISO 8601"])
            raise FieldError(column, f"expected a time as {expected}", shown(words)) from None

    def _zoned(self, found: datetime, column: str) -> float:
        try:
            at = (found if found.tzinfo else found.replace(tzinfo=self._zone)).timestamp()
        except (OverflowError, ValueError):
            at = LATEST
        return real_moment(at, column, str(found))


def plain_text(value: Any) -> str:
    """Return a value as text with single spaces; a whole number in a float loses its ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        value = int(value)
    return " ".join(str(value).split())


def finite(value: Any, column: str) -> float:
    """Return a number or its text as a finite float; raises FieldError otherwise."""
    try:
        found = float(value)
    except (ValueError, TypeError, OverflowError):
        found = float("nan")
    if isinstance(value, bool) or "_" in str(value) or not abs(found) < float("inf"):
        raise FieldError(column, "expected a number", shown(value))
    return found


def real_number(value: Any, column: str) -> float:
    """Return a measured value; raises FieldError for non-numbers and placeholders for "no data"."""
    found = finite(value, column)
    is_filler = _NINES.fullmatch(str(value).strip()) or found in _NOTHING or abs(found) >= _LARGEST_MEASURED
    if is_filler:
        raise FieldError(column, "stands for no data", shown(value))
    return found


def real_moment(at: float, column: str, quoted: str) -> float:
    """Return epoch seconds; raises FieldError for a placeholder for "no date".

    Placeholders are the first and last dates of other systems (0001-01-01, 1753, 1899-12-30, 1900-01-01,
    9999-12-31) and the day of epoch 0.
    """
    if not EARLIEST <= at < LATEST or abs(at) <= DAY_S:
        raise FieldError(column, "stands for no date", shown(quoted))
    return at


def iso_moment(words: str, column: str) -> float:
    """Return epoch seconds of ISO 8601 text with an offset; raises FieldError."""
    try:
        at = parse(words)
    except (ValueError, OverflowError):
        raise FieldError(column, "expected ISO 8601 with an offset", shown(words)) from None
    return real_moment(at, column, words)
