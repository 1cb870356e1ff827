"""Tables: CSV (plain or gzip) and Parquet as rows of named values.

Rows are numbered as in a spreadsheet: the header is row 1, the first data row is row 2.
"""

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from feeds.sources.contract import FieldError, SourceError
from feeds.sources.tables import csv_rows

__all__ = ["UTF_16", "Row", "Table"]

CHUNK = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
"""Encodings in the order tried; offices still export GB 18030."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError)
NOT_PARQUET = (OSError, ValueError, TypeError, NotImplementedError, LookupError, ArithmeticError)


class Row(NamedTuple):
    """One row: its number, its values by column name, and a fault of the whole row, if any."""

    number: int
    cells: dict[str, Any]
    fault: FieldError | None = None


class Table:
    """A table file. ``encoding`` is that of a CSV; when empty, it is detected from the whole file."""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self._path = path
        self._given = encoding
        with path.open("rb") as file:
            self._head = file.read(4)

    @property
    def is_parquet(self) -> bool:
        """Whether the file starts like a Parquet file."""
        return self._head == b"PAR1"

    @property
    def has_given_encoding(self) -> bool:
        """Whether the encoding was given by the operator."""
        return bool(self._given)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The column names, '' for a column without one; raises SourceError when the file is not a table."""
        if self.is_parquet:
            return tuple(str(name) for name in self._frame.columns)
        try:
            with self._opened() as file:
                first = next(csv_rows.split(file, _delimiter(file)), [])
        except UNREADABLE as error:
            message = f"{self._path.name}: cannot be read as a table: {error}"
            raise SourceError(message) from error
        fault = first if isinstance(first, str) else ""
        if not all(_is_text(name) for name in first):
            fault = f"holds bytes that are not {self.encoding}; name the encoding in the mapping"
        if fault:
            message = f"{self._path.name}: row 1: {fault}"
            raise SourceError(message)
        names = [name.strip().removeprefix("\ufeff").strip() for name in first]
        while names and not names[-1]:
            names.pop()
        return tuple(names)

    @property
    def doubled(self) -> set[str]:
        """The column names that occur more than once in the header."""
        return {name for name, count in Counter(self.header).items() if name and count > 1}

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not empty; CSV values are text, Parquet values typed or None."""
        if self.is_parquet:
            for number, values in enumerate(self._frame.itertuples(index=False, name=None), start=2):
                yield Row(number, dict(zip(self.header, map(_plain, values), strict=True)))
            return
        number = 1
        try:
            with self._opened() as file:
                for number, found in enumerate(
                    csv_rows.split(file, _delimiter(file), len(self.header)), start=1
                ):
                    if number > 1 and "".join(found).strip():
                        yield self._row(number, found)
        except UNREADABLE as error:
            message = f"{self._path.name}: row {number + 1}: {error}"
            raise SourceError(message) from error

    def _row(self, number: int, found: list[str] | str) -> Row:
        if isinstance(found, str):
            return Row(number, {}, FieldError("", found))
        width = len(self.header)
        if not csv_rows.fits(found, width):
            return Row(
                number,
                {},
                FieldError("", "has more or fewer cells than the header", f"{len(found)} for {width}"),
            )
        cells = dict(zip(self.header, found, strict=False))
        broken = next((name for name, cell in cells.items() if not _is_text(cell)), None)
        if broken is None:
            return Row(number, cells)
        return Row(number, {}, FieldError(broken, f"holds bytes that are not {self.encoding}"))

    @cached_property
    def encoding(self) -> str:
        """The encoding of a CSV: the given one, else the first that decodes the whole file."""
        if self._given:
            is_utf_8 = codecs.lookup(self._given).name == "utf-8"
            return "utf-8-sig" if is_utf_8 else self._given
        with _bytes(self._path) as file:
            if file.read(2) in UTF_16:
                return "utf-16"
        # No encoding decodes a file with broken bytes: its broken rows get remarks.
        return next((name for name in ENCODINGS if self._decodes(name)), ENCODINGS[0])

    def _decodes(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with _bytes(self._path) as file:
                while chunk := file.read(CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True

    def _opened(self) -> TextIOWrapper:
        file = _bytes(self._path)
        return TextIOWrapper(file, encoding=self.encoding, errors="surrogateescape", newline="")

    @cached_property
    def _frame(self) -> pd.DataFrame:
        try:
            frame = pd.read_parquet(self._path)
        except NOT_PARQUET as error:
            message = f"{self._path.name}: not a readable Parquet file: {error}"
            raise SourceError(message) from error
        return frame.reset_index() if any(frame.index.names) else frame


def _bytes(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]  # GzipFile reads like one


def _delimiter(file: TextIOWrapper) -> str:
    """Return the most frequent of ``,``, ``;`` and tab in the first line; rewinds the file."""
    first = file.readline()
    file.seek(0)
    return max(",;\t", key=first.count)


def _is_text(cell: str) -> bool:
    """Whether all bytes of the cell were decoded (others are kept as lone surrogates)."""
    if cell.isascii():
        return True
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: Any) -> Any:
    """Return a Parquet value as a Python value; None for NaN, NaT and NA."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if not pd.api.types.is_scalar(value):
        return value
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
