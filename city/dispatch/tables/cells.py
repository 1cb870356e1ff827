"""Typed readers for the cells of a table. Errors name the row, the column and the expected value."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

import msgspec

__all__ = ["Cells", "Problem", "WrongCell", "current", "read_rows", "read_valid_rows"]

T = TypeVar("T")


class WrongCell(ValueError):
    """A cell that cannot be read; ``column`` says where, ``what`` why."""

    def __init__(self, column: str, what: str) -> None:
        super().__init__(f"{column}: {what}")
        self.column, self.what = column, what


class Problem(msgspec.Struct, frozen=True, order=True):
    """A problem in a table, with its row (the header is row 1; 0 = the whole table) and column."""

    file: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        where = ", ".join(
            [self.file, *([f"row {self.row}"] if self.row else []), *filter(None, [self.column])]
        )
        return f"{where}: {self.what}"


class Cells(msgspec.Struct, frozen=True):
    """One row; every reader raises WrongCell."""

    number: int
    row: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return the text of a cell that must not be empty."""
        value = self.maybe(column)
        if not value:
            raise WrongCell(column, "it is empty or missing")
        return value

    def maybe(self, column: str) -> str:
        """Return the text of a cell, '' when it is empty or missing."""
        return (self.row.get(column) or "").strip()

    def one_of(self, column: str, words: Iterable[str], *, empty: bool = False) -> str:
        """Return one of the allowed words (or '' if the cell may be empty)."""
        value, known = self.maybe(column), tuple(words)
        if value in known or (empty and not value):
            return value
        raise WrongCell(column, f"expected {', '.join(known)}, got {value!r}")

    def yes(self, column: str) -> bool:
        """Return whether a yes/no cell is yes."""
        return self.one_of(column, ("yes", "no")) == "yes"

    def several(self, column: str) -> tuple[str, ...]:
        """Return the parts of a list that is separated by ``|``."""
        return tuple(part.strip() for part in self.maybe(column).split("|") if part.strip())

    def whole(self, column: str, *, empty: int | None = None) -> int:
        """Return a whole number above 0; ``empty`` is the value of an empty cell, if that is allowed."""
        value = self.maybe(column)
        if not value and empty is not None:
            return empty
        if not (value.isascii() and value.isdigit() and len(value) < 10) or int(value) == 0:
            raise WrongCell(column, f"expected a whole number above 0, got {value[:40]!r}")
        return int(value)

    def degrees(self, column: str, most: float) -> float:
        """Return degrees between -most and most."""
        value = self.maybe(column)
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not -most <= number <= most:
            raise WrongCell(column, f"expected degrees between -{most:g} and {most:g}, got {value!r}")
        return number

    def digits(self, column: str, length: int) -> str:
        """Return a code of ``length`` ASCII digits."""
        value = self.maybe(column)
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise WrongCell(column, f"expected {length} digits, got {value!r}")
        return value

    def class_key(self, column: str) -> str:
        """Return the key of a class: ``event:0405``."""
        value = self.maybe(column)
        kind, _, code = value.partition(":")
        if kind not in ("component", "event") or len(code) != 4 or not (code.isascii() and code.isdigit()):
            raise WrongCell(column, f"expected a class such as event:0405, got {value!r}")
        return value

    def day(self, column: str) -> str:
        """Return an ISO date, '' when the cell is empty."""
        value = self.maybe(column)
        try:
            return value and date.fromisoformat(value).isoformat()
        except ValueError:
            raise WrongCell(column, f"expected a date such as 2026-01-31, got {value!r}") from None

    def days(self) -> tuple[str, str]:
        """Return ``valid_from`` and ``valid_to``; the second may be empty but not before the first."""
        first, last = self.text("valid_from") and self.day("valid_from"), self.day("valid_to")
        if last and last < first:
            raise WrongCell("valid_to", f"expected a day from {first} on, got {last!r}")
        return first, last


def read_rows(rows: Iterable[Mapping[str, str]], one: Callable[[Cells], T]) -> tuple[T, ...]:
    """Read every row. Raises ValueError that names row and column of the first wrong one."""
    found = []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(one(Cells(number, row)))
        except WrongCell as error:
            raise ValueError(f"row {number}, {error}") from error
    return tuple(found)


def read_valid_rows(
    rows: Iterable[Mapping[str, str]], one: Callable[[Cells], T], *, file: str
) -> tuple[list[tuple[int, T]], list[Problem]]:
    """Read every valid row with its number, and return a problem for each of the others."""
    found, problems = [], []
    for number, row in enumerate(rows, start=2):
        try:
            found.append((number, one(Cells(number, row))))
        except WrongCell as error:
            problems.append(Problem(file, number, error.column, error.what))
    return found, problems


def current(valid_from: str, valid_to: str, on: str) -> bool:
    """Whether a row is valid on an ISO date; an empty end has no limit."""
    return valid_from <= on and (not valid_to or on <= valid_to)
