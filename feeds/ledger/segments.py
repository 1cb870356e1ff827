"""Closed segments of the ledger: compressed files, usually one per day, that continue one hash chain.

A segment ``<first>-<last>.jsonl.zst`` holds one JSON row per fact. Segments are never deleted. The stream is
trimmed only after the segment with its oldest facts was written, read back and verified.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import zstandard

from city.facts.chain import GENESIS, Broken, Link, verify
from feeds.storage.files import sync_folder

__all__ = ["Row", "SegmentDamaged", "Segments", "Stored", "read_segment"]

_SUFFIX = ".jsonl.zst"
_PIECE = 1 << 20


class SegmentDamaged(ValueError):
    """A segment cannot be read, or its content does not match its name or the hash chain."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"segment {path.name}: {reason}")
        self.path = path


class Row(msgspec.Struct, frozen=True):
    """One stored fact as a row of a segment file."""

    position: int
    recorded_at: str
    hash: str
    previous: str
    body: bytes


class Stored(Link, Protocol):
    """The fields that a segment needs: a link of the chain with the hash of the preceding entry."""

    @property
    def previous(self) -> str:
        """Hash of the preceding entry."""


class Segments:
    """The folder of closed segments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cache: tuple[Path, list[Row]] | None = None

    def last(self) -> int:
        """Return the last archived position, 0 when nothing is archived."""
        return max((last for _, last, _ in self.files()), default=0)

    def end(self) -> tuple[int, str]:
        """Return (position, hash) of the last archived fact, (0, GENESIS) when nothing is archived.

        Raises SegmentDamaged.
        """
        files = self.files()
        if not files:
            return 0, GENESIS
        row = self._rows(files[-1][2])[-1]
        return row.position, row.hash

    def write(self, entries: Sequence[Stored]) -> Path:
        """Write one segment, sync it, read it back, verify its chain, and then give it its final name.

        Raises ValueError when the entries, or the rows read back, do not form the chain; no segment is closed
        then.
        """
        first, last = entries[0].position, entries[-1].position
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{first:012d}-{last:012d}{_SUFFIX}"
        partial = path.with_name(f"{path.name}.partial")
        encoder = msgspec.json.Encoder()
        compressor = zstandard.ZstdCompressor(level=9, write_checksum=True)
        with partial.open("wb") as file:
            with compressor.stream_writer(file, closefd=False) as packed:
                for e in entries:
                    row = [e.position, e.recorded_at, e.hash, e.previous, e.body.decode()]
                    packed.write(encoder.encode(row) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        end = verify(read_segment(partial), position=first - 1, previous=entries[0].previous)
        if isinstance(end, Broken) or end != (last, entries[-1].hash):
            raise SegmentDamaged(partial, f"did not read back as written: {end}")
        partial.rename(path)
        sync_folder(self._folder)
        self._cache = None
        return path

    def read(self, after: int, *, count: int) -> list[Row]:
        """Return up to ``count`` archived entries after position ``after``. Raises SegmentDamaged."""
        for first, last, path in self.files():
            if last > after:
                # positions are consecutive within a closed segment
                start = max(0, after - first + 1)
                return self._rows(path)[start : start + count]
        return []

    def at(self, positions: Sequence[int]) -> list[Row]:
        """Return the archived entries at the given positions, oldest first; others are left out.

        Raises SegmentDamaged.
        """
        wanted = set(positions)
        found = []
        for first, last, path in self.files():
            if any(first <= position <= last for position in wanted):
                found += [row for row in self._rows(path) if row.position in wanted]
        return found

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield every archived entry after position ``after``, oldest first, read from disk.

        Raises SegmentDamaged at the first unreadable row of a file, after yielding the rows before it.
        """
        for _, last, path in self.files():
            if last > after:
                yield from (row for row in read_segment(path) if row.position > after)

    def files(self) -> list[tuple[int, int, Path]]:
        """Return (first position, last position, path) of every closed segment, in order."""
        found = []
        for path in self._folder.glob(f"*-*{_SUFFIX}"):
            first, _, last = path.name.removesuffix(_SUFFIX).partition("-")
            if first.isdecimal() and last.isdecimal():
                found.append((int(first), int(last), path))
        return sorted(found)

    def _rows(self, path: Path) -> list[Row]:
        cached = self._cache  # several threads may read
        if cached is None or cached[0] != path:
            cached = self._cache = (path, list(read_segment(path)))
        return cached[1]


def read_segment(path: Path) -> Iterator[Row]:
    """Yield the rows of one segment file from the disk.

    Raises SegmentDamaged at the first row that cannot be read, and at the end when the file does not
    reach the last position of its name.
    """
    decoder = msgspec.json.Decoder(tuple[int, str, str, str, str])
    position = 0
    try:
        for line in _lines(path):
            position, recorded_at, digest, previous, body = decoder.decode(line)
            yield Row(position, recorded_at, digest, previous, body.encode())
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeError, OSError) as error:
        raise SegmentDamaged(path, f"cannot be read on: {error}") from error
    promised = int(path.name.split(".")[0].partition("-")[2])
    if position != promised:
        raise SegmentDamaged(path, f"ends at position {position}, its name promises {promised}")


def _lines(path: Path) -> Iterator[bytes]:
    rest = b""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        while piece := reader.read(_PIECE):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
    if rest:
        yield rest
