"""The outbox of a source: checks what it has read, keeps it in the spool and counts."""

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from feeds.sources.contract import OTHER_CONTENT, FieldError, Record, Remark, shown
from feeds.sources.live.messages import Item
from feeds.sources.live.spool import Arrival, Kept, LeftOut, Spool, Waiting

__all__ = ["Counts", "Outbox"]

LARGEST_RECORD = 990_000
"""Bytes: what fits into a frame of the gateway."""
REMEMBERED = 50_000
"""Ids of records whose repeats are recognised here; the gateway recognises the others."""
ROOM_AGAIN = 0.9
_DISK_AGAIN_S = 5.0


class Counts(msgspec.Struct):
    """What a source has read and sent since it was started."""

    messages: int = 0
    ignored: int = 0
    repeated: int = 0
    left_out: int = 0
    changed: int = 0
    replaced: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0


class Outbox:
    """Between the readers of a source and its delivery. All methods run in the event loop."""

    def __init__(
        self, name: str, spool: Spool, *, limit: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Bound the spool to ``limit`` bytes, and one group of messages more."""
        self.name = name
        self.counts = Counts()
        self.clock = clock
        self.log = structlog.get_logger(__name__).bind(source=name)
        self.places = spool.places()
        self._grown: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._spool = spool
        self._limit = limit
        self._full = False
        self._room = asyncio.Event()
        self._recent: dict[tuple[str, str], int] = {}
        self._registered: set[str] = set()
        self._said: set[tuple[str, str]] = set()
        self._look()

    @property
    def waiting(self) -> int:
        """How many records wait for the gateway's answer."""
        return self._spool.count

    @property
    def is_full(self) -> bool:
        """Whether the spool has reached its bound: nothing more may be read."""
        return self._full

    def arrivals(self) -> dict[int, Arrival]:
        """Return when the messages arrived whose records have the time of arrival, by packet id."""
        return self._spool.arrivals()

    def left_out(self) -> list[LeftOut]:
        """Return what was left out, changed or rejected, the newest first."""
        return self._spool.left_out()

    async def room(self) -> None:
        """Wait until the spool has room."""
        await self._room.wait()

    async def take(
        self,
        items: Sequence[tuple[str, Item]],
        remarks: Sequence[Remark] = (),
        *,
        places: Mapping[str, str] | None = None,
        arrivals: Sequence[Arrival] = (),
    ) -> None:
        """Keep records (each with its origin, for people); they are on disk when it returns.

        While the disk takes nothing it says so, waits and tries again.
        """
        found = list(remarks)
        new_places = dict(places or {})
        recent: dict[tuple[str, str], int] = {}
        kept = []
        for origin, item in items:
            try:
                one = self._kept(origin, item, new_places, recent)
            except FieldError as error:
                found.append(Remark.of(origin, error))
                continue
            if one is not None:
                kept.append(one)
        if kept or found or new_places or arrivals:
            self.counts.replaced += await self._write(
                lambda: self._spool.keep(
                    kept, places=new_places, arrivals=arrivals, remarks=found, now=self.clock()
                )
            )
        self.places.update(new_places)
        self._remember(recent)
        self._tell(found)
        self._look()
        for topic in {one.topic for one in kept}:
            self._grown[topic].set()

    def _kept(
        self, origin: str, item: Item, places: dict[str, str], recent: dict[tuple[str, str], int]
    ) -> Kept | None:
        """Return a record as it is kept; None for a repeat. Raises FieldError."""
        record = self._registration(item, places) if item.registers else item.record
        if record is None:
            return None
        try:
            text = msgspec.json.encode(record)
        except UnicodeEncodeError:
            raise FieldError("", "has text that is not valid Unicode") from None
        if len(text) > LARGEST_RECORD:
            raise FieldError("", "is larger than a frame of the gateway may be", f"{len(text)} bytes")
        key, mark_of = (item.topic, record["id"]), hash(text)
        known = recent.get(key, self._recent.get(key))
        if known == mark_of:
            self.counts.repeated += 1
            return None
        if known is not None:
            raise FieldError("id", OTHER_CONTENT, shown(record["id"]))
        recent[key] = mark_of
        return Kept(item.topic, record["id"], text, origin, item.newest)

    def _registration(self, item: Item, places: dict[str, str]) -> Record | None:
        """Return a registration that is new, or was not sent since the start; None for others.

        One that is sent again is the earlier record: the gateway knows it, or takes it if it has lost it.
        """
        place, aside = f"registered {item.registers}", {"id", "at", *item.unmarked}
        record = item.record
        stored = places.get(place, self.places.get(place))
        earlier = msgspec.json.decode(stored) if stored else {}
        if {**record, **dict.fromkeys(aside)} != {**earlier, **dict.fromkeys(aside)}:
            places[place] = msgspec.json.encode(record).decode()
        elif item.registers in self._registered:
            return None
        else:
            record = earlier
        self._registered.add(item.registers)
        return record

    def _remember(self, recent: dict[tuple[str, str], int]) -> None:
        self._recent.update(recent)
        for key in list(self._recent)[: max(0, len(self._recent) - REMEMBERED)]:
            del self._recent[key]

    async def next(self, topic: str, *, after: int, count: int, size: int) -> list[Waiting]:
        """Return the oldest records behind a number; waits until there is one."""
        grown = self._grown[topic]
        while True:
            grown.clear()
            if found := await asyncio.to_thread(
                self._spool.waiting, topic, after=after, count=count, size=size
            ):
                return found
            await grown.wait()

    async def answered(self, numbers: Sequence[int], rejected: Sequence[Remark]) -> None:
        """Delete records that the gateway has answered; it keeps the rejected ones in its dead letters."""
        await self._write(lambda: self._spool.forget(numbers, remarks=rejected, now=self.clock()))
        self._tell(rejected, by_gateway=True)
        self._look()

    async def _write(self, work: Callable[[], Any]) -> Any:
        broken = False
        while True:
            try:
                result = await asyncio.to_thread(work)
            except sqlite3.Error as error:
                if not broken:
                    self.log.error("spool_not_writable", reason=str(error))
                broken = True
                await asyncio.sleep(_DISK_AGAIN_S)
                continue
            if broken:
                self.log.info("spool_writable")
            return result

    def _tell(self, remarks: Sequence[Remark], *, by_gateway: bool = False) -> None:
        """Count remarks; the first of a kind is logged, all are in the spool."""
        for remark in remarks:
            if by_gateway:
                self.counts.rejected += 1
            elif remark.skipped:
                self.counts.left_out += 1
            else:
                self.counts.changed += 1
            kind = (remark.column, remark.reason)
            if kind in self._said or len(self._said) >= REMEMBERED:
                continue
            self._said.add(kind)
            what = "rejected_by_gateway" if by_gateway else "left_out" if remark.skipped else "changed"
            self.log.warning(
                what, topic=remark.where, field=remark.column, reason=remark.reason, value=remark.value
            )

    def _look(self) -> None:
        """Notice when the spool is full, and when there is room again."""
        size = self._spool.bytes
        if not self._full and size >= self._limit:
            self._full = True
            self._room.clear()
            self.log.error("spool_full", records=self._spool.count, bytes=size, limit=self._limit)
        elif size < self._limit * (ROOM_AGAIN if self._full else 1.0):
            if self._full:
                self.log.info("spool_has_room", records=self._spool.count, bytes=size)
            self._full = False
            self._room.set()
