"""Feeds the counts of heat: from the stream, and at a start from the counts on disk and the log behind them.

Each record counts once: in the kept counts, in the log up to where the stream begins, or in the stream.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, Final

import msgspec
import structlog

from city.clocks.timestamps import parse
from city.state.ledger_state import CityState
from console.deployment.settings import Settings
from console.heat.kept_counts import Kept, KeptCounts
from console.heat.points import KIND_OF, HeatPoints
from console.live.feed_follower import TELEMETRY_TOPICS, Follower
from feeds.protocol.cursors import ORIGIN, StreamId, read_cursor
from feeds.telemetry.telemetry import Telemetry, TelemetryEntry, TelemetryUnavailable
from feeds.telemetry.topic_servers import open_telemetry
from layers.fields.buckets import KEPT_MINUTES, MINUTE_S

__all__ = ["HeatFeed", "feed_heat", "rebuild"]

log = structlog.get_logger()

AGAIN_S: Final = 5.0
KEEP_EVERY_S: Final = 300.0
"""How often the counts are written to disk: far more often than the log loses what came since."""
_decoder: Final = msgspec.json.Decoder(list[dict[str, Any]])


class HeatFeed:
    """Counts each record once: those of the log up to a snapshot's cursor, then those of the stream."""

    def __init__(
        self, points: HeatPoints, follower: Follower, url: str, *, clock: Callable[[], float],
        topics: str = "", kept: KeptCounts | None = None,
    ) -> None:  # fmt: skip
        """``url``: the log server's; ``topics``: those on other servers; ``kept``: the counts on disk."""
        self._points = points
        self._follower = follower
        self._url, self._topics = url, topics
        self._clock = clock
        self._kept = kept
        self._cursor = ""
        self.rebuilt = asyncio.Event()
        """Set while everything that the log has is counted."""
        self._begun = asyncio.Event()
        self._waiting: list[tuple[str, list[dict[str, Any]]]] = []
        self._is_ready = False
        follower.on_begun.append(self._begin)
        follower.on_streamed.append(self._take)

    async def run(self) -> None:
        """Rebuild whenever the stream begins anew, until cancelled. Places come from the ledger."""
        await self._follower.complete.wait()
        keeping = asyncio.create_task(self._keep())
        try:
            while True:
                await self._begun.wait()
                self._begun.clear()
                await self._restore_and_rebuild()
        finally:
            keeping.cancel()
            self._write_last()

    async def _restore_and_rebuild(self) -> None:
        kept = await asyncio.to_thread(self._kept.newest, self._points) if self._kept is not None else None
        self._points.clear()
        behind = await self._restored(kept) if kept is not None else {}
        if self._begun.is_set():
            return
        self._is_ready = True
        for topic, records in self._waiting:
            self._take(topic, records)
        self._waiting = []
        await self._rebuild(behind)

    async def _restored(self, kept: Kept) -> dict[str, StreamId]:
        """Take the kept counts of each topic whose log has everything since; return where they end."""
        behind: dict[str, StreamId] = {}
        until = read_cursor(self._cursor, frozenset(TELEMETRY_TOPICS))
        if kept.cursor.epoch != until.epoch:
            return behind
        try:
            telemetry = await open_telemetry(self._url, self._topics)
        except TelemetryUnavailable:
            await asyncio.sleep(AGAIN_S)
            self._begin(self._follower.measured_cursor)
            return behind
        try:
            for topic, place in kept.cursor.places.items():
                trimmed = (await telemetry.bounds(topic)).trimmed
                if trimmed <= place.stream <= until.places[topic].stream:
                    kind = KIND_OF[topic]
                    self._points.restore(kind, kept.minutes[kind], kept.since[kind])
                    behind[topic] = place.stream
        except TelemetryUnavailable:
            self._begin(self._follower.measured_cursor)
        finally:
            await telemetry.close()
        return behind

    async def _keep(self) -> None:
        """Write the counts to disk from time to time."""
        while self._kept is not None:
            await asyncio.sleep(KEEP_EVERY_S)
            if self.rebuilt.is_set():
                taken = self._kept.taken(self._points, self._follower.measured_cursor)
                await asyncio.to_thread(self._write, self._kept, taken)

    def _write_last(self) -> None:
        if self._kept is not None and self.rebuilt.is_set():
            self._write(self._kept, self._kept.taken(self._points, self._follower.measured_cursor))

    def _write(self, kept: KeptCounts, taken: Iterator[bytes]) -> None:
        try:
            kept.write(taken, self._clock())
        except OSError as error:  # only the long windows after the next start are shorter
            log.warning("heat_not_kept", reason=str(error))

    def _begin(self, cursor: str) -> None:
        self.rebuilt.clear()
        self._cursor, self._is_ready, self._waiting = cursor, False, []
        self._begun.set()

    def _take(self, topic: str, records: list[dict[str, Any]]) -> None:
        if self._is_ready:
            self._points.take(topic, records, self._state().ledger.clock.at(self._clock()))
        else:
            self._waiting.append((topic, records))

    def _state(self) -> CityState:
        return self._follower.store.state

    async def _rebuild(self, behind: Mapping[str, StreamId]) -> None:
        places = read_cursor(self._cursor, frozenset(TELEMETRY_TOPICS)).places
        until = {topic: place.stream for topic, place in places.items()}
        done: set[str] = set()
        while len(done) < len(until) and not self._begun.is_set():
            try:
                telemetry = await open_telemetry(self._url, self._topics)
            except TelemetryUnavailable:
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                for topic in until.keys() - done:
                    await rebuild(
                        self._points, telemetry, topic, until[topic], self._state, self._clock,
                        behind=behind.get(topic),
                    )  # fmt: skip
                    done.add(topic)
            except TelemetryUnavailable:  # half a topic is counted: everything is counted anew
                log.warning("heat_rebuild_interrupted")
                self._begin(self._follower.measured_cursor)
            finally:
                await telemetry.close()
        if not self._begun.is_set():
            log.info("heat_rebuilt")
            self.rebuilt.set()


def feed_heat(points: HeatPoints, follower: Follower, settings: Settings) -> Coroutine[Any, Any, None]:
    """Return the task that feeds the counts from a follower that does not run yet."""
    url, topics, kept = settings.log_url, settings.telemetry_urls, KeptCounts(settings.data_dir)
    return HeatFeed(points, follower, url, clock=time.time, topics=topics, kept=kept).run()


async def rebuild(
    points: HeatPoints, telemetry: Telemetry, topic: str, until: StreamId,
    state: Callable[[], CityState], clock: Callable[[], float], behind: StreamId | None = None,
) -> None:  # fmt: skip
    """Count the entries of a topic up to ``until``, and note from when on the log has everything.

    With ``behind`` the entries up to there are counted already. Raises TelemetryUnavailable.
    """
    after, first = behind or ORIGIN, None
    while entries := await telemetry.read(topic, after):
        taken = [entry for entry in entries if entry.id <= until]
        first = first or (taken[0] if taken else None)
        city = state().ledger.clock.at(clock())
        for entry in taken:
            points.take(topic, _decoder.decode(entry.records), city)
            await asyncio.sleep(0)
        if len(taken) < len(entries):
            break
        after = entries[-1].id
    if behind is not None:
        return
    bounds = await telemetry.bounds(topic)
    points.know_since([topic], _since(first if bounds.trimmed > ORIGIN else None, state(), clock))


def _since(first: TelemetryEntry | None, state: CityState, clock: Callable[[], float]) -> int:
    """Return the first city minute of which the log has everything; None = nothing was ever trimmed."""
    city = state.ledger.clock
    if first is None:
        return int(city.at(clock()) // MINUTE_S) - KEPT_MINUTES
    return int(city.at(parse(first.received)) // MINUTE_S) + 1
