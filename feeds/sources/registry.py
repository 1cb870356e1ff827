"""The registry of all kinds of files that can be replayed, recognised by content.

``SOURCES`` is searched from top to bottom; the first row that recognises a file opens it.
"""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from feeds.sources.cap import CapAlerts, is_cap, parsed
from feeds.sources.contract import OpenOptions, Source, SourceError
from feeds.sources.frigate import FrigateEvents
from feeds.sources.open311 import COLUMNS, Open311Requests, mapping_for
from feeds.sources.sensorthings import SensorThings
from feeds.sources.storms import StormTrack, is_storm_track
from feeds.sources.tables import tables
from feeds.sources.tables.case_tables import CaseTable
from feeds.sources.tables.mapping import (
    CaseMapping,
    Mapping,
    ReadingMapping,
    absent,
    fits,
    load,
    named,
    shipped,
)
from feeds.sources.tables.reading_tables import ReadingTable
from feeds.sources.video import VideoFile, is_video
from feeds.sources.warnings import WarningNotices

__all__ = ["SOURCES", "Kind", "Peek", "open_source", "understood"]

LARGEST_JSON = 512 << 20


class Peek:
    """A file as inspected by the rows of ``SOURCES``; each way of reading is tried once."""

    def __init__(self, path: Path, options: OpenOptions) -> None:
        self.path = path
        self.options = options
        with path.open("rb") as file:
            self.head = file.read(4096)

    @cached_property
    def json(self) -> Any:
        """The whole file as JSON, None when it is not JSON."""
        if self.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"[", b"{"):
            return None
        if self.path.stat().st_size > LARGEST_JSON:
            message = f"{self.path.name}: larger than {LARGEST_JSON} bytes of JSON"
            raise SourceError(message)
        content = self.path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, RecursionError) as error:
            try:
                # NaN and Infinity are not JSON, but some programs write them: only their items are left out.
                return json.loads(content, parse_constant=str)
            except (ValueError, RecursionError):
                message = f"{self.path.name}: broken JSON: {error}"
                raise SourceError(message) from error

    @property
    def items(self) -> list[Any]:
        """The JSON as a list: the value itself, or the list in a service's envelope."""
        found = self.json
        if isinstance(found, dict):
            found = found.get("service_requests") or found.get("value") or [found]
        return found if isinstance(found, list) else []

    @cached_property
    def is_cap(self) -> bool:
        """Whether the file is XML with CAP alerts, or a feed."""
        if self.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"<":
            return False
        return is_cap(parsed(self.path.read_bytes(), self.path.name))

    @cached_property
    def mapping(self) -> Mapping | None:
        """The mapping of a table: the operator's, else the shipped one that matches its header.

        Raises SourceError when columns that the operator's mapping needs are missing (with the most similar
        existing names), or when a needed column occurs twice.
        """
        is_binary = b"\0" in self.head and self.head[:2] not in (b"\x1f\x8b", *tables.UTF_16)
        if is_binary and not self.table.is_parquet and not self.table.has_given_encoding:
            if self.options.mapping is None:
                return None
            message = f"{self.path.name}: neither CSV nor Parquet (save a spreadsheet as CSV)"
            raise SourceError(message)
        header = self.table.header
        if self.options.mapping is None:
            found = next((mapping for mapping in shipped() if fits(mapping, header)), None)
        else:
            found = load(self.options.mapping)
            lacking = absent([*found.header, *found.needed], header)
            if lacking:
                names = ", ".join(lacking)
                message = f"{self.path.name}: the mapping needs columns that are not there: {names}"
                raise SourceError(message)
        if found is not None:
            doubled = [name for used in found.needed for name in named(used, self.table.doubled)]
            if doubled:
                message = f"{self.path.name}: the column {doubled[0]} occurs twice; rename or remove one"
                raise SourceError(message)
        return found

    @cached_property
    def table(self) -> tables.Table:
        """The file as a table, in the encoding of the operator's mapping."""
        given = load(self.options.mapping).encoding if self.options.mapping else ""
        return tables.Table(self.path, given)

    def lists(self, *fields: str) -> bool:
        """Whether the JSON is a list with at least one object that has these fields."""
        return any(isinstance(item, dict) and all(field in item for field in fields) for item in self.items)


class Kind(NamedTuple):
    """One row: its name for people, how to recognise it, how to open it."""

    title: str
    recognises: Callable[[Peek], bool]
    open: Callable[[Peek], Source]


def _open311(peek: Peek) -> Source:
    if peek.options.mapping is None:
        mapping = mapping_for(peek.items, [m for m in shipped() if isinstance(m, CaseMapping)])
    else:
        given = load(peek.options.mapping)
        if not isinstance(given, CaseMapping):
            message = f"{peek.path.name}: the mapping is of readings, the file is a list of cases"
            raise SourceError(message)
        mapping = msgspec.structs.replace(given, columns=COLUMNS)
    return Open311Requests(peek.path, peek.items, mapping, peek.options)


def _table(peek: Peek) -> Source:
    mapping = peek.mapping
    if isinstance(mapping, CaseMapping):
        return CaseTable(peek.path, mapping, peek.options)
    assert isinstance(mapping, ReadingMapping)
    return ReadingTable(peek.path, mapping, peek.options)


SOURCES: list[Kind] = [
    Kind(
        "video (MP4, MKV, AVI, TS) as a camera",
        lambda peek: is_video(peek.head),
        lambda peek: VideoFile(peek.path, peek.options),
    ),
    Kind(
        "CAP 1.1/1.2 warnings (XML, Atom)",
        lambda peek: peek.is_cap,
        lambda peek: CapAlerts(peek.path, peek.options),
    ),
    Kind(
        "storm track (GeoJSON of fixes)",
        lambda peek: is_storm_track(peek.json),
        lambda peek: StormTrack(peek.path, peek.json, peek.options),
    ),
    Kind(
        "Open311 GeoReport v2 requests (JSON)",
        lambda peek: peek.lists("service_request_id", "requested_datetime"),
        _open311,
    ),
    Kind(
        "official warning notices (JSON)",
        lambda peek: peek.lists("warning_type", "level", "published_at"),
        lambda peek: WarningNotices(peek.path, peek.items, peek.options),
    ),
    Kind(
        "OGC SensorThings 1.1 (JSON)",
        lambda peek: peek.lists("Datastreams"),
        lambda peek: SensorThings(peek.path, peek.items, peek.options),
    ),
    Kind(
        "Frigate events (JSON)",
        lambda peek: peek.lists("camera", "label", "start_time"),
        lambda peek: FrigateEvents(peek.path, peek.items, peek.options),
    ),
    Kind(
        "table of cases or readings with a mapping (CSV, CSV.gz, Parquet)",
        lambda peek: peek.mapping is not None,
        _table,
    ),
]


def open_source(path: Path, options: OpenOptions | None = None) -> Source:
    """Return the source for a file; raises SourceError listing the supported kinds."""
    if not path.is_file():
        message = f"{path}: no such file"
        raise SourceError(message)
    peek = Peek(path, options or OpenOptions())
    for kind in SOURCES:
        if kind.recognises(peek):
            return kind.open(peek)
    message = f"{path.name}: not recognised. {understood()}"
    raise SourceError(message)


def understood() -> str:
    """Return a sentence that lists the kinds of files that can be replayed."""
    titles = "; ".join(kind.title for kind in SOURCES)
    return f"Understood are: {titles}. Any other table needs a mapping file."
