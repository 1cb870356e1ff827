"""Mappings: small TOML files that say what the columns of a foreign table mean.

A shipped mapping is found by the header of the table; any other is named by the operator.
``docs/how-to/add-a-source.md`` explains the fields.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

import static
from feeds.sources.contract import SourceError

__all__ = [
    "CaseColumns",
    "CaseMapping",
    "DeviceRow",
    "Mapping",
    "ReadingMapping",
    "Series",
    "fits",
    "load",
    "named",
    "shipped",
    "zone_of",
]

PATTERN = "re:"
"""A column name that begins so is a regular expression for the whole name."""


class CaseColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which column holds what; of a list the first that is filled counts."""

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
    """How a table of cases reads.

    ``categories``, ``urgent``, ``critical`` and ``hazards`` name "<type> – <detail>" or "<type>";
    the longer name wins. A category is "event 0113" or "component 0137" (GB/T 30428.2).
    ``bounds`` is west, south, east, north in degrees: outside it a position is an error.
    """

    system: str
    header: list[str]
    columns: CaseColumns
    channel: str
    zone: str
    times: list[str] = []
    crs: str = "WGS84"
    bounds: tuple[float, float, float, float] | None = None
    blank: list[str] = []
    statuses: dict[str, str] = {}
    categories: dict[str, str] = {}
    labels: dict[str, str] = {}
    urgent: list[str] = []
    critical: list[str] = []
    hazards: list[str] = []
    agencies: dict[str, str] = {}


class DeviceRow(msgspec.Struct, frozen=True, rename={"kind": "class"}, forbid_unknown_fields=True):
    """A device that a reading table speaks of; positions in WGS84 degrees."""

    device: str
    kind: str
    name: str = ""
    owner: str = ""
    interval_s: float | None = None
    datum: str = ""
    lon: float | None = None
    lat: float | None = None


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured column: value · scale in ``unit``. ``device`` may use groups of the pattern."""

    column: str
    metric: str
    unit: str
    device: str = ""
    scale: float = 1.0


class ReadingMapping(
    msgspec.Struct, frozen=True, tag_field="kind", tag="readings", forbid_unknown_fields=True
):
    """How a table of readings reads. Columns of ``time`` are joined by a space and then read."""

    header: list[str]
    zone: str
    time: list[str]
    series: list[Series]
    times: list[str] = []
    blank: list[str] = []
    device_column: str = ""
    device: list[DeviceRow] = []


Mapping = CaseMapping | ReadingMapping


def load(path: Path) -> Mapping:
    """Read a mapping file; raises SourceError naming the key that is wrong."""
    try:
        mapping: Mapping = msgspec.toml.decode(path.read_bytes(), type=Mapping)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
        message = f"mapping {path.name}: {error}"
        raise SourceError(message) from error
    zone_of(mapping.zone)
    return mapping


def shipped() -> list[Mapping]:
    """Return all mappings that come with the program, in the order of their file names."""
    return [load(path) for path in sorted(static.path("mappings").glob("*.toml"))]


def fits(mapping: Mapping, header: Sequence[str]) -> bool:
    """Whether a table with this header is one that the mapping describes."""
    return all(named(name, header) for name in mapping.header)


def named(name: str, header: Iterable[str]) -> list[str]:
    """Return the columns that a name (or ``re:`` pattern) means."""
    if not name.startswith(PATTERN):
        return [column for column in header if column == name]
    pattern = re.compile(name.removeprefix(PATTERN))
    return [column for column in header if pattern.fullmatch(column)]


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raises SourceError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"zone: {name!r} is no time zone (expected a name as Asia/Shanghai)"
        raise SourceError(message) from error
