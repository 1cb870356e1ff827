"""The hub: tails the logs once for all subscribers, folds the current state, keeps recent deliveries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from city.clocks.timestamps import iso, parse
from feeds.gateway.current_state import Current
from feeds.gateway.deliveries import Delivery, fact_of, from_ledger, from_telemetry, record_texts
from feeds.gateway.ledger_rows import KEEP_S, LedgerRows
from feeds.gateway.ring import Ring
from feeds.gateway.row_snapshots import RowSnapshots
from feeds.gateway.source_health import SourceHealth
from feeds.gateway.unavailable_logs import RETRY_S, UNAVAILABLE, retry_while_unavailable
from feeds.ledger.ledger import Entry, Ledger
from feeds.protocol.cursors import ORIGIN
from feeds.protocol.topics import TELEMETRY_TOPICS
from feeds.telemetry.telemetry import Telemetry, TelemetryEntry

__all__ = ["Hub", "epoch_of"]

# A short pause lets entries collect: one wake-up for several entries costs less.
_PACE_S = 0.01
_READ_AT_ONCE = 2000

log = structlog.get_logger(__name__)


async def epoch_of(ledger: Ledger, telemetry: Telemetry) -> str:
    """Return the epoch of both logs; a cursor is valid only within its epoch."""
    return f"{await ledger.epoch()}.{await telemetry.epoch()}"


class Hub:
    """One per gateway process. ``clock`` returns epoch seconds (machine time).

    ``snapshots`` is the folder of snapshots to start from; without one all facts are folded at each start.
    A case that is over leaves the current state ``keep_s`` seconds after its last fact.
    """

    def __init__(
        self,
        ledger: Ledger,
        telemetry: Telemetry,
        *,
        intervals: Mapping[str, float],
        clock: Callable[[], float],
        snapshots: Path | None = None,
        keep_s: float = KEEP_S,
    ) -> None:
        self.ledger = ledger
        self.telemetry = telemetry
        self.clock = clock
        self.epoch = ""
        self.listeners: set[asyncio.Event] = set()
        self.ready = asyncio.Event()
        self.on_new_epoch: Callable[[], None] = lambda: None
        self._intervals = intervals
        self._tasks: list[asyncio.Task[None]] = []
        self._snapshots = RowSnapshots(snapshots, ledger, keep_s=keep_s)
        self._reset(LedgerRows())

    def _reset(self, rows: LedgerRows) -> None:
        self.current = Current(rows)
        self.sources = SourceHealth(self._intervals)
        self.facts = Ring()
        self.facts.begin(rows.position)
        self.streams = {topic: Ring() for topic in TELEMETRY_TOPICS}
        for ring in self.streams.values():
            ring.begin(ORIGIN)

    async def start(self) -> None:
        """Fold the ledger (publishing needs it), then continue in the background; see ``ready``."""
        await retry_while_unavailable(self._fold_ledger)
        self._tasks = [asyncio.create_task(self._follow())]

    async def stop(self) -> None:
        """Stop the tails and write a snapshot."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._snapshots.write_last(self.current.ledger, self._ledger_epoch)

    def city_now(self) -> float:
        """Return city time, epoch seconds."""
        return self.current.clock.at(self.clock())

    async def wait_for(self, ring: Ring, place: Any) -> None:
        """Wait until the tail of a log has reached position ``place``, or the hub restarts."""
        news = asyncio.Event()
        self.listeners.add(news)
        try:
            while ring.end < place and self.ready.is_set():
                news.clear()
                await news.wait()
        finally:
            self.listeners.discard(news)

    async def _fold_ledger(self) -> None:
        rows = await self._snapshots.newest()
        self._reset(rows)
        self.epoch = await self._epoch()
        while entries := await self.ledger.read(rows.position, count=_READ_AT_ONCE):
            for entry in entries:
                self.current.fold_fact(entry, fact_of(entry))
            await asyncio.sleep(0)
        for client, received in rows.heard.items():
            self._note_source(client, received, None)
        self.facts.begin(rows.position)
        self._snapshots.write_when_due(rows, self._ledger_epoch)

    async def _fold_telemetry(self) -> None:
        for client, received in (await self.telemetry.clients()).items():
            age = self.clock() - parse(received)
            self.sources.note(client, received, age=age, loop_time=_loop_time())
        for topic, ring in self.streams.items():
            bounds = await self.telemetry.bounds(topic)
            place = bounds.trimmed
            while entries := await self.telemetry.read(topic, place):
                for entry in entries:
                    self._take_measured(entry)
                place = entries[-1].id
            ring.begin(max(place, bounds.last))

    async def _follow(self) -> None:
        """Follow the logs without end; fold them again after a new epoch or an error."""
        while True:
            try:
                await retry_while_unavailable(self._fold_telemetry)
                self.ready.set()
                await self._tail_both()
                log.warning("log_epoch_changed")
            except Exception:  # the boundary of the hub: log the error and continue
                log.exception("hub_failed")
                await asyncio.sleep(1.0)
            self.ready.clear()
            self._wake()
            self.on_new_epoch()
            await retry_while_unavailable(self._fold_ledger)

    async def _tail_both(self) -> None:
        """Tail both logs until one of the tails ends."""
        tails = [
            asyncio.create_task(self._tail(self._tail_ledger)),
            asyncio.create_task(self._tail(self._tail_telemetry)),
        ]
        try:
            done, _ = await asyncio.wait(tails, return_when=asyncio.FIRST_COMPLETED)
            for tail in done:
                tail.result()
        finally:
            for tail in tails:
                tail.cancel()

    async def _tail(self, tail: Callable[[], Awaitable[None]]) -> None:
        """Run a tail, again after each failure; return when it ends or the logs' epoch has changed."""
        down = False
        while True:
            try:
                if await self._epoch() != self.epoch:
                    return
                if down:
                    log.info("log_back")
                down = False
                await tail()
                return
            except UNAVAILABLE as error:
                if not down:
                    log.warning("log_lost", error=str(error))
                down = True
                await asyncio.sleep(RETRY_S)

    @property
    def _ledger_epoch(self) -> str:
        return self.epoch.partition(".")[0]

    async def _epoch(self) -> str:
        return await epoch_of(self.ledger, self.telemetry)

    async def _tail_ledger(self) -> None:
        async for entries in self.ledger.tail(self.facts.end):
            for entry in entries:
                self.facts.push(self._take_fact(entry), _loop_time())
            self._snapshots.write_when_due(self.current.ledger, self._ledger_epoch)
            await self._tell()

    async def _tail_telemetry(self) -> None:
        places = {topic: ring.end for topic, ring in self.streams.items()}
        for topic, place in places.items():
            if (await self.telemetry.bounds(topic)).trimmed > place:
                return  # entries that we have not read were trimmed
        async for entries in self.telemetry.tail(places):
            for entry in entries:
                self.streams[entry.topic].push(self._take_measured(entry), _loop_time())
            await self._tell()

    def _wake(self) -> None:
        for listener in self.listeners:
            listener.set()

    async def _tell(self) -> None:
        self._wake()
        await asyncio.sleep(_PACE_S)

    def _take_fact(self, entry: Entry) -> Delivery:
        delivery, fact = from_ledger(entry)
        self.current.fold_fact(entry, fact)
        if fact.actor.startswith("client:") and fact.head.client and fact.head.received:  # not what we report
            # Cases and warnings are reported after they happened; the delay is not a clock error.
            self._note_source(fact.head.client, fact.head.received, None)
        return delivery

    def _take_measured(self, entry: TelemetryEntry) -> Delivery:
        delivery, heads = from_telemetry(entry)
        if not heads:
            return delivery
        newest = self.current.fold_measured(entry.topic, heads, record_texts(entry.records))
        self._note_source(entry.client, entry.received, newest)
        return delivery

    def _note_source(self, client: str, received: str, newest: float | None) -> None:
        """Update a source; ``newest`` is the newest ``at`` of its batch, None if its skew is unknown."""
        try:
            then = parse(received)
        except (ValueError, OverflowError):
            return  # a fact of another writer, without readable times
        if newest is None:
            self.sources.note(client, received, age=self.clock() - then, loop_time=_loop_time())
            return
        self.sources.note_batch(
            client,
            received,
            age=self.clock() - then,
            loop_time=_loop_time(),
            skew=self.current.clock.at(then) - newest,
        )

    def beat(self, cursor: str | None, lag_ms: Mapping[str, int]) -> bytes:
        """Return a heartbeat message."""
        clock = self.current.clock
        city = {"city0": iso(clock.city0), "machine0": iso(clock.machine0), "rate": clock.rate}
        beat = {
            "at": iso(self.clock()),
            "city_time": city,
            "cursor": cursor,
            "lag_ms": lag_ms,
            "sources": self.sources.report(_loop_time()),
        }
        return msgspec.json.encode({"beat": beat})


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
