"""Replay: sends the records of a source to the gateway, like any publisher."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any, Protocol

import msgspec

from city.facts.chain import canonical
from feeds.sources.contract import Record, Remark, Source
from feeds.sources.replay.report import Report
from feeds.sources.replay.shifting import District, Survey, Transplant, as_of, happened, shifted, survey

__all__ = ["ReplayOptions", "Sender", "replay"]

LARGEST_BATCH = 500
LARGEST_BYTES = 900_000
LARGEST_RECORD = 990_000
TOGETHER_S = 0.05
"""Records due within this time are sent in one batch, seconds."""
QUOTED = ", got "
"""Separates a rejection's reason from the quoted value."""

Progress = Callable[[Report, int | None], None]


class _Rejection(Protocol):
    @property
    def index(self) -> int: ...
    @property
    def path(self) -> str: ...
    @property
    def reason(self) -> str: ...


class _Ack(Protocol):
    @property
    def accepted(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def rejected(self) -> Sequence[_Rejection]: ...


class Sender(Protocol):
    """The part of a publisher that replay needs: send records and wait until they are durable."""

    def send(self, records: Sequence[Record], /) -> Awaitable[_Ack]:
        """Send records of one topic and return the gateway's answer."""
        ...


class ReplayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a recording is replayed.

    ``shift_to`` (epoch seconds) is the new time of the newest record; ``rate`` 60 replays an hour in a
    minute, None uses the source's rate; ``district``: positions are moved onto it. ``clock`` and ``sleep``
    control the pace; tests replace them.
    """

    shift_to: float | None = None
    rate: float | None = None
    district: District | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep


async def replay(
    source: Source,
    publisher_factory: Callable[[str], AbstractAsyncContextManager[Sender]],
    *,
    options: ReplayOptions,
    progress: Progress | None = None,
) -> Report:
    """Send all records of a source and return a report.

    ``publisher_factory(topic)`` returns the publisher; ``progress(report, total)`` is called before and after
    each batch and at the end; total is None when unknown. Raises SourceError for an unreadable file.
    """
    found = _surveyed(source, options)
    total = source.total if found is None or source.rate else found.count
    report = Report(source.name, source.topic)

    def notify() -> None:
        if progress:
            known = total if total is not None else source.total
            progress(report, None if known is None else known + report.left_out)

    async with publisher_factory(source.topic) as publisher:
        records = _sendable(_transformed(source, options, found, report), report.refused)
        async for batch in _paced(records, source, options):
            report.read, report.remarks = source.read, source.remarks
            notify()
            ack = await publisher.send(batch)
            report.accepted += ack.accepted
            report.known += ack.duplicates
            report.refused += [_refusal(batch[no.index], no) for no in ack.rejected]
            notify()
    report.read, report.remarks = source.read, source.remarks
    if progress:
        progress(report, report.done)
    return report


def _refusal(record: Record, no: _Rejection) -> Remark:
    """Return a rejection as a remark; the value quoted by the gateway is split from the reason."""
    reason, _, value = no.reason.partition(QUOTED)
    return Remark(str(record["id"]), no.path, reason, value=value)


def _surveyed(source: Source, options: ReplayOptions) -> Survey | None:
    if options.shift_to is None and options.district is None:
        return None
    # A live source has current times, and its first record (the registration) has its only position.
    return survey(islice(source.records(), 1) if source.rate else source.records())


def _transformed(
    source: Source, options: ReplayOptions, found: Survey | None, report: Report
) -> Iterator[Record]:
    """Yield the source's records, moved in time and place according to the options."""
    records = source.records()
    if found is None:
        yield from records
        return
    now = options.shift_to
    if now is not None and found.newest is not None and not source.rate:
        records = _moved(records, now - found.newest, now, report)
    if options.district is not None and found.box is not None:
        yield from map(Transplant(found.box, options.district), records)
    else:
        yield from records


def _moved(records: Iterator[Record], seconds: float, now: float, report: Report) -> Iterator[Record]:
    """Move records in time; steps of an unfolded history that are in the future are left out."""
    sent: set[str] = set()
    for record in records:
        moved = shifted(record, seconds)
        known = as_of(moved, now)
        case = str(record.get("external", record["id"]))
        if known is moved or case not in sent:
            sent.add(case)
            yield known
        else:
            report.later += 1


def _sendable(records: Iterator[Record], refused: list[Remark]) -> Iterator[tuple[Record, int]]:
    """Yield records with their sizes in bytes; a record larger than a frame is refused here."""
    for record in records:
        size = len(canonical(record)) + 1
        if size <= LARGEST_RECORD:
            yield record, size
        else:
            refused.append(
                Remark(str(record["id"]), "", "is larger than a frame may be", value=f"{size} bytes")
            )


async def _paced(
    records: Iterator[tuple[Record, int]], source: Source, options: ReplayOptions
) -> AsyncIterator[list[Record]]:
    """Yield batches when they are due, each of at most 500 records and well below 1 MiB."""
    rate = options.rate or source.rate
    begun, first = options.clock(), None
    batch: list[Record] = []
    size = 0
    for record, weight in records:
        if rate:
            at = happened(record)
            first = at if first is None else first
            wait = begun + (at - first) / rate - options.clock()
            if wait > TOGETHER_S:
                if batch:
                    yield batch
                    batch, size = [], 0
                # Sending took time, so compute the wait again.
                await options.sleep(max(0.0, begun + (at - first) / rate - options.clock()))
        if batch and (len(batch) == LARGEST_BATCH or size + weight > LARGEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch
