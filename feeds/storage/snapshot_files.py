"""Snapshot files: a folded state at a position of the ledger, so that a start need not fold all facts.

A file ``<position>.<schema>.zst`` is a sequence of pieces, each after its length; an empty piece ends it.
A file is complete or is not read: a snapshot only saves time, the ledger holds the facts.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TypeVar

import structlog
import zstandard

__all__ = ["SnapshotFiles"]

KEPT = 2
_LENGTH = 8
_ABANDONED_S = 3600.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


class SnapshotFiles:
    """A folder of snapshots of one schema; the newest two are kept."""

    def __init__(self, folder: Path, schema: int) -> None:
        self._folder = folder
        self._schema = schema

    def write(self, position: int, pieces: Iterable[bytes]) -> Path:
        """Write a snapshot; older ones are deleted only after it is complete. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{position:012d}.{self._schema}.zst"
        partial = path.with_suffix(f".{os.getpid()}.partial")  # several processes may write one folder
        compressor = zstandard.ZstdCompressor(write_checksum=True)
        with partial.open("wb") as file:
            with compressor.stream_writer(file, closefd=False) as packed:
                for piece in pieces:
                    packed.write(len(piece).to_bytes(_LENGTH) + piece)
                packed.write(bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        self._tidy(path)
        return path

    def newest(self, read: Callable[[Iterator[bytes]], T]) -> T | None:
        """Return what ``read`` makes of the newest readable one; None when there is none.

        ``read`` takes the pieces, and raises ValueError when they are not what it expects.
        """
        for path in reversed(self._paths()):
            try:
                with path.open("rb") as file:
                    return read(_pieces(file))
            except (OSError, ValueError, zstandard.ZstdError) as error:
                log.warning("snapshot_skipped", path=str(path), reason=str(error))
        return None

    def _tidy(self, newest: Path) -> None:
        """Delete older ones, later ones (of a ledger that was replaced), and what a killed process left."""
        before = [path for path in self._paths() if path.name < newest.name][1 - KEPT :]
        for path in self._paths():
            if path not in (newest, *before):
                path.unlink(missing_ok=True)
        now = newest.stat().st_mtime
        for partial in self._folder.glob("*.partial"):
            if partial.stat().st_mtime < now - _ABANDONED_S:
                partial.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*.{self._schema}.zst"))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a file. Raises ValueError when it does not reach its end."""
    with zstandard.ZstdDecompressor().stream_reader(file) as reader:
        while length := int.from_bytes(_exactly(reader, _LENGTH)):
            yield _exactly(reader, length)
        reader.read(1)  # the end of the frame, where zstd compares its checksum


def _exactly(reader: zstandard.ZstdDecompressionReader, size: int) -> bytes:
    found = reader.read(size) if size < 2**40 else b""
    if len(found) != size:
        message = "the file ends too early"
        raise ValueError(message)
    return found
