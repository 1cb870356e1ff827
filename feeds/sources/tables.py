"""Tables: CSV (plain or gzip) and Parquet as rows of named values.

Rows are numbered as a spreadsheet shows them: the header is row 1, the first data row is row 2.
"""

import codecs
import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pandas as pd

from feeds.sources.contract import SourceError

__all__ = ["header", "is_parquet", "moment", "number", "rows", "text"]

Row = dict[str, Any]


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet files do."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def header(path: Path) -> tuple[str, ...]:
    """Return the column names of a table; raises SourceError when it has none."""
    if is_parquet(path):
        return tuple(str(name) for name in _parquet(path).columns)
    try:
        with _opened(path) as file:
            first = next(_reader(file), [])
    except (csv.Error, UnicodeDecodeError, OSError, EOFError) as error:
        message = f"{path.name}: cannot be read as a table: {error}"
        raise SourceError(message) from error
    return tuple(name.strip() for name in first)


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (row number, values by column name); CSV values are text, Parquet values typed."""
    if is_parquet(path):
        frame = _parquet(path)
        names = [str(name) for name in frame.columns]
        for at, values in enumerate(frame.itertuples(index=False, name=None), start=2):
            yield at, dict(zip(names, values, strict=True))
        return
    names = list(header(path))
    at = 1
    try:
        with _opened(path) as file:
            reader = _reader(file)
            next(reader, None)
            for at, cells in enumerate(reader, start=2):
                if cells:
                    # A short row lacks its last columns; a long one has nothing to name the rest.
                    padded = cells + [""] * (len(names) - len(cells))
                    yield at, dict(zip(names, padded, strict=False))
    except (csv.Error, UnicodeDecodeError, EOFError) as error:
        message = f"{path.name}: row {at + 1}: {error}"
        raise SourceError(message) from error


def text(value: Any, blank: frozenset[str]) -> str:
    """Return a value as text with single spaces; '' when it is missing or one of ``blank``."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    words = " ".join(str(value).split())
    return "" if words in blank else words


def number(value: Any, blank: frozenset[str]) -> float | None:
    """Return a value as a finite number, None when it is missing; raises ValueError otherwise."""
    words = text(value, blank)
    if not words:
        return None
    found = float(words)
    if found != found or found in (float("inf"), float("-inf")):
        message = f"expected a number, got {words!r}"
        raise ValueError(message)
    return found


def moment(value: Any, formats: list[str], zone: ZoneInfo) -> float:
    """Return epoch seconds of a value: a datetime, or text in one of ``formats`` or ISO 8601.

    ``zone`` counts where the value has no offset of its own. Raises ValueError naming the formats.
    """
    if isinstance(value, datetime | date):
        found = value if isinstance(value, datetime) else datetime(*value.timetuple()[:6])  # noqa: DTZ001  # the zone follows below
        return _zoned(found, zone)
    words = str(value).strip()
    for layout in formats:
        try:
            return _zoned(datetime.strptime(words, layout), zone)  # noqa: DTZ007  # _zoned adds it
        except ValueError:
            continue
    try:
        return _zoned(datetime.fromisoformat(words), zone)
    except ValueError:
        expected = " or ".join([*formats, "ISO 8601"])
        message = f"expected a time as {expected}, got {words!r}"
        raise ValueError(message) from None


def _zoned(found: datetime, zone: ZoneInfo) -> float:
    return (found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()


def _parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        message = f"{path.name}: not a readable Parquet file: {error}"
        raise SourceError(message) from error
    return frame.reset_index() if any(frame.index.names) else frame


def _opened(path: Path) -> TextIOWrapper:
    return TextIOWrapper(_bytes(path), encoding=_encoding(path), newline="")


def _bytes(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]  # GzipFile reads like one


def _encoding(path: Path) -> str:
    """Return UTF-8 unless the beginning is not, then GB 18030, in which offices still export."""
    with _bytes(path) as file:
        beginning = file.read(1 << 20)
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(beginning)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _reader(file: TextIOWrapper) -> Iterator[list[str]]:
    """Return a CSV reader that splits by what occurs most in the first line: ``,``, ``;`` or tab."""
    first = file.readline()
    file.seek(0)
    return csv.reader(file, delimiter=max(",;\t", key=first.count))
