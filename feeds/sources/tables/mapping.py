"""Mappings: small TOML files that describe the columns of a foreign table.

A shipped mapping is selected by the table's header; any other is given by the operator.
``docs/how-to/add-a-source.md`` explains the fields.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

import static
from city.state.case_file import STATES
from feeds.sources.contract import SourceError

__all__ = [
    "CaseColumns",
    "CaseMapping",
    "DeviceRow",
    "Mapping",
    "ReadingMapping",
    "Series",
    "absent",
    "fits",
    "load",
    "named",
    "shipped",
    "zone_of",
]

PATTERN = "re:"
"""A column name with this prefix is a regular expression for the whole name."""


class CaseColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The column of each field; in a list the first column with a value counts."""

    no: str
    at: str
    category: str
    detail: str = ""
    status: str = ""
    closed: str = ""
    updated: str = ""
    due: str = ""
    agency: str = ""
    lon: str = ""
    lat: str = ""
    road: str = ""
    address: list[str] = []
    crossing: list[str] = []


class CaseMapping(msgspec.Struct, frozen=True, tag_field="kind", tag="cases", forbid_unknown_fields=True):
    """How to read a table of cases.

    ``categories``, ``urgent``, ``critical`` and ``hazards`` name "<type> – <detail>" or "<type>";
    the longer name wins. A category is "event 0113" or "component 0137" (GB/T 30428.2).
    ``bounds`` is west, south, east, north in degrees: outside it a position is an error.
    ``unknown`` is for a status that is not in ``statuses``: ``open`` = an open case, ``skip`` = leave the row
    out. Without it the row is left out too, and the remark asks for the setting. Statuses are compared
    without regard to case.
    """

    system: str
    header: list[str]
    columns: CaseColumns
    channel: str
    zone: str
    encoding: str = ""
    times: list[str] = []
    crs: str = "WGS84"
    bounds: tuple[float, float, float, float] | None = None
    blank: list[str] = []
    statuses: dict[str, str] = {}
    unknown: Literal["", "open", "skip"] = ""
    categories: dict[str, str] = {}
    labels: dict[str, str] = {}
    urgent: list[str] = []
    critical: list[str] = []
    hazards: list[str] = []
    agencies: dict[str, str] = {}

    @property
    def needed(self) -> Iterator[str]:
        """The columns that the mapping needs."""
        for value in msgspec.structs.astuple(self.columns):
            yield from [value] if isinstance(value, str) else value


class DeviceRow(msgspec.Struct, frozen=True, rename={"kind": "class"}, forbid_unknown_fields=True):
    """A device of a reading table; position in WGS84 degrees."""

    device: str
    kind: str
    name: str = ""
    owner: str = ""
    interval_s: float | None = None
    datum: str = ""
    lon: float | None = None
    lat: float | None = None


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured column: value × scale in ``unit``. ``device`` may use groups of the pattern."""

    column: str
    metric: str
    unit: str
    device: str = ""
    scale: float = 1.0


class ReadingMapping(
    msgspec.Struct, frozen=True, tag_field="kind", tag="readings", forbid_unknown_fields=True
):
    """How to read a table of readings. The columns of ``time`` are joined by a space and then parsed."""

    header: list[str]
    zone: str
    time: list[str]
    series: list[Series]
    encoding: str = ""
    times: list[str] = []
    blank: list[str] = []
    device_column: str = ""
    device: list[DeviceRow] = []

    @property
    def needed(self) -> Iterator[str]:
        """The columns that the mapping needs; patterns unchanged."""
        yield from [*self.time, self.device_column, *(series.column for series in self.series)]


Mapping = CaseMapping | ReadingMapping


def load(path: Path) -> Mapping:
    """Read a mapping file; raises SourceError naming the wrong key."""
    try:
        mapping: Mapping = msgspec.toml.decode(path.read_bytes(), type=Mapping)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
        message = f"mapping {path.name}: {error}"
        raise SourceError(message) from error
    try:
        zone_of(mapping.zone)
        _check_encoding(mapping.encoding)
        _check_cases(mapping) if isinstance(mapping, CaseMapping) else _check_readings(mapping)
    except SourceError as error:
        message = f"mapping {path.name}: {error}"
        raise SourceError(message) from error
    return mapping


def _check_encoding(name: str) -> None:
    try:
        "".encode(name or "utf-8")
    except LookupError as error:
        message = f"encoding: {name!r} is no encoding of text (expected a name as gb18030)"
        raise SourceError(message) from error


def _check_cases(mapping: CaseMapping) -> None:
    for status, state in mapping.statuses.items():
        if state not in STATES:
            message = f"statuses: {status!r} is {state!r}, expected one of {', '.join(sorted(STATES))}"
            raise SourceError(message)
    for code in mapping.categories.values():
        kind, _, number = code.partition(" ")
        if kind not in ("event", "component") or not number:
            message = f"categories: expected 'event 0113' or 'component 0137', got {code!r}"
            raise SourceError(message)


def _check_readings(mapping: ReadingMapping) -> None:
    for name in (*mapping.needed, *mapping.header):
        _pattern(name)
    for series in mapping.series:
        groups = _pattern(series.column).groupindex
        try:
            series.device.format(**dict.fromkeys(groups, ""))
        except (LookupError, ValueError) as error:
            message = f"series: device {series.device!r} names no group of {series.column!r}"
            raise SourceError(message) from error


def _pattern(name: str) -> re.Pattern[str]:
    """Return a column name as a compiled pattern for whole names."""
    try:
        return re.compile(name.removeprefix(PATTERN) if name.startswith(PATTERN) else re.escape(name))
    except re.error as error:
        message = f"{name!r} is no regular expression: {error}"
        raise SourceError(message) from error


def shipped() -> list[Mapping]:
    """Return all shipped mappings, in the order of their file names."""
    return [load(path) for path in sorted(static.path("mappings").glob("*.toml"))]


def fits(mapping: Mapping, header: Sequence[str]) -> bool:
    """Whether the mapping describes a table with this header."""
    return all(named(name, header) for name in mapping.header)


def named(name: str, header: Iterable[str]) -> list[str]:
    """Return the columns that match a name (or ``re:`` pattern)."""
    pattern = _pattern(name)
    return [column for column in header if pattern.fullmatch(column)]


def absent(names: Iterable[str], header: Sequence[str]) -> list[str]:
    """Return those of the columns that the table lacks, each with the most similar existing name."""
    known = {column.casefold(): column for column in header if column}
    missing = []
    for name in dict.fromkeys(names):
        if name and not named(name, header):
            near = get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
            missing.append(f"{name} (the nearest is {known[near[0]]})" if near else name)
    return missing


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raises SourceError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"zone: {name!r} is no time zone (expected a name as Asia/Shanghai)"
        raise SourceError(message) from error
