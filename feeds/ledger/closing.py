"""Closing: old facts move from the ledger's stream into closed segments on disk and stay there."""

import asyncio
from pathlib import Path

import msgspec

from city.clocks.timestamps import iso
from city.facts.chain import Broken, verify
from feeds.ledger.ledger import Ledger
from feeds.ledger.raw_stream import first_position, hash_at, stream_rows, trim_stream
from feeds.ledger.segments import Row, SegmentDamaged, Segments, read_segment

__all__ = ["Closed", "close_segments"]

CHUNK = 100_000
"""Largest number of facts in a segment: about 10 MB, which a reader holds in memory."""


class Closed(msgspec.Struct, frozen=True):
    """Result: segments written, number of facts trimmed from the stream, last archived position and hash."""

    segments: tuple[Path, ...]
    trimmed: int
    position: int
    hash: str


async def close_segments(
    ledger: Ledger, segments: Segments, *, keep_facts: int, keep_s: float, now: float
) -> Closed:
    """Write due facts into segments and trim them from the stream.

    The call may be repeated, and killed at any point. Due are whole UTC days older than ``keep_s`` seconds at
    ``now`` (epoch seconds, machine time), and the oldest facts when the stream holds more than ``keep_facts``
    (the stream is then cut to 95 %, so that not every fact makes a segment). The last archived fact stays in
    the stream, because the next one links to its hash.

    Raises SegmentDamaged when the stream does not continue the archived facts, or a segment differs from the
    stream (that segment is not trimmed); LedgerUnavailable; OSError.
    """
    head, _ = await ledger.head()
    trimmed = await _trim_closed(ledger, segments)
    first = await first_position(ledger)
    too_many = head - first + 1 > keep_facts
    cut = head - keep_facts + keep_facts // 20 if too_many else 0
    cut_day = iso(now - keep_s)[:10]
    written: list[Path] = []
    chunk: list[Row] = []
    async for row in stream_rows(ledger, after=segments.last()):
        if row.position > cut and row.recorded_at[:10] >= cut_day:
            break
        if chunk and (len(chunk) == CHUNK or row.recorded_at[:10] != chunk[0].recorded_at[:10]):
            written.append(await _close(segments, chunk))
            trimmed += await _trim_closed(ledger, segments)
            chunk = []
        chunk.append(row)
    if chunk:
        written.append(await _close(segments, chunk))
        trimmed += await _trim_closed(ledger, segments)
    position, hash_ = await asyncio.to_thread(segments.end)
    return Closed(tuple(written), trimmed, position, hash_)


async def _close(segments: Segments, chunk: list[Row]) -> Path:
    """Write one segment that continues the archived ones."""
    position, hash_ = await asyncio.to_thread(segments.end)
    end = verify(chunk, position=position, previous=hash_)
    if isinstance(end, Broken):
        name = Path(f"{position + 1}-{chunk[-1].position}")
        raise SegmentDamaged(name, f"not closed: position {end.position}: {end.reason}")
    chunk[0] = msgspec.structs.replace(chunk[0], previous=hash_)
    return await asyncio.to_thread(segments.write, chunk)


async def _trim_closed(ledger: Ledger, segments: Segments) -> int:
    """Trim facts that are in the stream and in segments, one segment at a time, after reading it back.

    The hash of a segment's last fact covers all facts before it, so one comparison with the stream is enough.
    """
    stream_first = await first_position(ledger)
    trimmed = archived = 0
    for first, last, path in segments.files():
        if 0 < stream_first < last:
            if first > stream_first and archived != first - 1:
                raise SegmentDamaged(path, f"facts from {archived + 1} to {first - 1} are in no segment")
            hash_ = await asyncio.to_thread(_checked, path)
            if await hash_at(ledger, last) != hash_:
                raise SegmentDamaged(path, f"the stream holds another fact at position {last}")
            trimmed += await trim_stream(ledger, last)
        archived = last
    return trimmed


def _checked(path: Path) -> str:
    """Read a segment from the disk, verify it, and return the hash of its last fact."""
    first = next(read_segment(path))
    end = verify(read_segment(path), position=first.position - 1, previous=first.previous)
    if isinstance(end, Broken):
        raise SegmentDamaged(path, f"position {end.position}: {end.reason}")
    return end[1]
