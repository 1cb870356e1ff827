"""The audit: checks the whole ledger and names the first row that was changed or is missing."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from city.facts.chain import GENESIS, Link, digest, link
from feeds.ledger.anchors import Anchor
from feeds.ledger.ledger import Ledger
from feeds.ledger.raw_stream import first_position, hash_at, stream_rows
from feeds.ledger.segments import SegmentDamaged, Segments

__all__ = ["Bad", "Verdict", "Walk", "all_rows", "verify", "verify_ledger", "verify_stream"]


class Bad(msgspec.Struct, frozen=True):
    """The first bad row. ``recorded_at`` is its own time, or that of the last good row if it is missing."""

    position: int
    recorded_at: str
    reason: str


class Verdict(msgspec.Struct, frozen=True):
    """Result of an audit: end of the valid chain, number of anchors that matched, first bad row."""

    position: int
    hash: str
    anchors: int
    bad: Bad | None = None

    @property
    def ok(self) -> bool:
        """Whether no bad row was found."""
        return self.bad is None


class Walk:
    """One pass over the chain; it stops at the first bad row. No I/O."""

    def __init__(self, anchors: Iterable[Anchor] = (), *, position: int = 0, previous: str = GENESIS) -> None:
        self.position = position
        self.hash = previous
        self.bad: Bad | None = None
        self._recorded_at = ""
        self._anchored = position
        self._matched = 0
        self._anchors: dict[int, list[Anchor]] = {}
        for anchor in anchors:
            self.expect(anchor)

    def expect(self, anchor: Anchor) -> None:
        """Add an anchor after the current position; an anchor at or before it is ignored."""
        if anchor.position > self.position:
            self._anchors.setdefault(anchor.position, []).append(anchor)

    def take(self, row: Link) -> bool:
        """Check the next row; return whether to go on."""
        if self.bad is None:
            self.bad = self._fault(row)
        if self.bad is None:
            self.position, self.hash, self._recorded_at = row.position, row.hash, row.recorded_at
        return self.bad is None

    def _fault(self, row: Link) -> Bad | None:
        expected = self.position + 1
        if row.position > expected:
            return self.missing(f"missing: the next row is {row.position}")
        if row.position < expected:
            return Bad(row.position, row.recorded_at, f"is repeated after row {self.position}")
        if link(self.hash, row.recorded_at, digest(row.body)) != row.hash:
            return Bad(row.position, row.recorded_at, "hash does not continue the chain")
        if getattr(row, "previous", self.hash) not in ("", self.hash):
            return Bad(row.position, row.recorded_at, "names another hash before it")
        for anchor in self._anchors.pop(row.position, ()):
            if anchor.hash != row.hash:
                return Bad(row.position, row.recorded_at, self._rewritten(anchor))
            self._anchored = row.position
            self._matched += 1
        return None

    def _rewritten(self, anchor: Anchor) -> str:
        return (
            f"hash differs from {_named(anchor)}: rows {self._anchored + 1} to {anchor.position} "
            "may have been rewritten"
        )

    def missing(self, reason: str) -> Bad:
        """Return the row after the end of the valid chain as the bad one."""
        return Bad(self.position + 1, self._recorded_at, reason)

    def finish(self) -> Verdict:
        """Return the verdict after the last row; an anchor beyond it means that the tail was cut off."""
        if self.bad is None and self._anchors:
            beyond = self._anchors[max(self._anchors)][0]
            self.bad = self.missing(f"missing: {_named(beyond)} lies beyond the last row {self.position}")
        return Verdict(self.position, self.hash, self._matched, self.bad)


def _named(anchor: Anchor) -> str:
    what = anchor.why if anchor.why in ("head", "manifest", "last segment") else "anchor"
    return f"the {what} (position {anchor.position}{', ' + anchor.at if anchor.at else ''})"


def verify(
    rows: Iterable[Link], anchors: Iterable[Anchor] = (), *, position: int = 0, previous: str = GENESIS
) -> Verdict:
    """Check rows that follow (``position``, ``previous``) and name the first bad one.

    A segment that cannot be read to its end counts as a bad row where reading stopped.
    """
    walk = Walk(anchors, position=position, previous=previous)
    _walk(walk, rows)
    return walk.finish()


def _walk(walk: Walk, rows: Iterable[Link]) -> None:
    try:
        for row in rows:
            if not walk.take(row):
                return
    except SegmentDamaged as damaged:
        walk.bad = walk.missing(str(damaged))


async def verify_ledger(ledger: Ledger, segments: Segments, anchors: Sequence[Anchor]) -> Verdict:
    """Check segments, stream and head of a running ledger; facts may be appended during the check.

    Raises LedgerUnavailable.
    """
    walk = Walk(anchors)
    position, hash_ = await ledger.head()
    walk.expect(Anchor("", position, hash_, "head"))
    first = await first_position(ledger)
    await asyncio.to_thread(_walk, walk, segments.rows())
    if walk.bad is None and 0 < first <= walk.position:
        await _check_overlap(ledger, segments, walk, first)
    if walk.bad is None:
        async for row in all_rows(ledger, segments, after=walk.position):
            if not walk.take(row):
                break
    end, _ = await ledger.head()
    if walk.bad is None and walk.position > end:
        walk.bad = Bad(end + 1, "", f"lies beyond the head (position {end})")
    return walk.finish()


async def verify_stream(ledger: Ledger, anchors: Sequence[Anchor]) -> Verdict:
    """Check the stream up to the head, without closed segments (see :func:`verify_ledger`).

    Raises LedgerUnavailable.
    """
    position, hash_ = await ledger.head()
    first = await first_position(ledger)
    # When earlier rows are in segments, the hash of the first row is trusted: the second row links to it.
    walk = (
        Walk(anchors) if first <= 1 else Walk(anchors, position=first, previous=await hash_at(ledger, first))
    )
    walk.expect(Anchor("", position, hash_, "head"))
    async for row in stream_rows(ledger, after=walk.position):
        if not walk.take(row):
            break
    return walk.finish()


async def _check_overlap(ledger: Ledger, segments: Segments, walk: Walk, first: int) -> None:
    """Check rows that are in the stream *and* in segments, because readers get them from the stream."""
    before = next(segments.rows(first - 2), None) if first > 1 else None
    again = Walk(position=first - 1, previous=before.hash if before else GENESIS)
    again.expect(Anchor("", walk.position, walk.hash, "last segment"))
    async for row in stream_rows(ledger, after=first - 1):
        if row.position > walk.position or not again.take(row):
            break
    walk.bad = again.finish().bad


async def all_rows(ledger: Ledger, segments: Segments, *, after: int = 0) -> AsyncIterator[Link]:
    """Yield all rows after position ``after``: closed segments first, then the stream.

    A segment that is closed during the read is read too. Raises SegmentDamaged, LedgerUnavailable.
    """
    while True:
        for archived in segments.rows(after):
            yield archived
            after = archived.position
        trimmed = False
        async for row in stream_rows(ledger, after):
            trimmed = row.position > after + 1 and segments.last() > after
            if trimmed:
                break
            yield row
            after = row.position
        if not trimmed:
            return
