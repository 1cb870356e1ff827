"""The counts of heat on disk, so that windows of 6 and 24 hours are whole after a restart.

The telemetry log holds two hours. A file holds the counts of a day and the cursor behind the last record that
is in them: the log gives what came later. It is used only if the log still has everything behind it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from console.heat.points import KIND_OF, HeatPoints
from console.live.feed_follower import TELEMETRY_TOPICS
from feeds.protocol.cursors import BadCursor, Cursor, read_cursor
from feeds.storage.snapshot_files import SnapshotFiles
from layers.fields.buckets import Minute

__all__ = ["FOLDER", "Kept", "KeptCounts"]

SCHEMA: Final = 1
FOLDER: Final = "snapshots/heat"


_Grid = tuple[tuple[float, float, float, float], tuple[int, int]]


class _Head(msgspec.Struct, frozen=True):
    cursor: str
    grids: dict[str, _Grid]
    since: dict[str, int | None]


class _Piece(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    minute: int
    cells: bytes
    counts: bytes


class Kept(msgspec.Struct, frozen=True):
    """What a file holds: the cursor, and per kind since which minute everything is known, and its minutes."""

    cursor: Cursor
    since: Mapping[str, int | None]
    minutes: Mapping[str, list[Minute]]


class KeptCounts:
    """The files in a data dir; several consoles may write them."""

    def __init__(self, data_dir: Path) -> None:
        self._files = SnapshotFiles(data_dir / FOLDER, SCHEMA)

    def taken(self, points: HeatPoints, cursor: str) -> Iterator[bytes]:
        """Take the present counts; the result encodes them, in any thread. Later points do not change it."""
        since = {kind: counts.since for kind, counts in points.many.items()}
        head = _Head(cursor, _grids(points), since)
        minutes = [(kind, one) for kind, counts in points.many.items() for one in counts.minutes()]
        return _encoded(head, minutes)

    def write(self, pieces: Iterator[bytes], now: float) -> None:
        """Write what was taken, at machine time ``now``. Raises OSError."""
        self._files.write(int(now), pieces)

    def newest(self, points: HeatPoints) -> Kept | None:
        """Return the newest counts on the grids of ``points``; None when there are none."""
        return self._files.newest(lambda pieces: _read(pieces, points))


def _grids(points: HeatPoints) -> dict[str, _Grid]:
    return {kind: (counts.grid.extent, counts.grid.shape) for kind, counts in points.many.items()}


def _encoded(head: _Head, minutes: list[tuple[str, Minute]]) -> Iterator[bytes]:
    yield msgspec.msgpack.encode(head)
    for kind, (minute, cells, counts) in minutes:
        yield msgspec.msgpack.encode(_Piece(kind, minute, cells.tobytes(), counts.tobytes()))


def _read(pieces: Iterator[bytes], points: HeatPoints) -> Kept:
    try:
        head = msgspec.msgpack.decode(next(pieces, b""), type=_Head)
        cursor = read_cursor(head.cursor, frozenset(TELEMETRY_TOPICS))
        if head.grids != _grids(points):
            raise ValueError("counts on another grid")
        minutes: dict[str, list[Minute]] = {kind: [] for kind in KIND_OF.values()}
        for piece in pieces:
            one = msgspec.msgpack.decode(piece, type=_Piece)
            minutes[one.kind].append((one.minute, _array(one.cells, np.int32), _array(one.counts, np.uint32)))
    except (msgspec.MsgspecError, BadCursor, KeyError) as error:
        message = f"counts cannot be read: {error}"
        raise ValueError(message) from error
    return Kept(cursor, head.since, minutes)


def _array(data: bytes, kind: Any) -> Any:
    return np.frombuffer(data, dtype=kind)
