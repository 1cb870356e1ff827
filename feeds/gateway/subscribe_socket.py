"""A subscribing socket: hello, current state if requested, then the stream, with regular heartbeats.

Each subscriber *pulls*: it has a position in every log and reads the entries after it, from the hub's memory
or, if older, from the log. There is no queue per subscriber, so nothing can be dropped.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from feeds.gateway.current_state import Row
from feeds.gateway.deliveries import Delivery, View, Visibility, from_ledger, from_telemetry, with_people
from feeds.gateway.hub import Hub
from feeds.gateway.ring import BEHIND_BYTES, BEHIND_S, Ring
from feeds.gateway.subscription_starts import Start
from feeds.gateway.unavailable_logs import RETRY_S, UNAVAILABLE
from feeds.people.reporters import PeopleStore
from feeds.protocol.cursors import ORIGIN, Cursor, Place, holds_facts
from feeds.protocol.topics import TELEMETRY_TOPICS

__all__ = ["BEHIND", "Subscription"]

BEHIND = 4008
"""Close code of a subscriber that is too far behind."""

BEAT_S = 2.0
MESSAGE_BYTES = 512 * 1024
_READ_AT_ONCE = 200

T = TypeVar("T")
_encoder = msgspec.json.Encoder()


class Subscription:
    """One subscriber. ``visibilities`` holds for each of its topics what it may see."""

    def __init__(
        self, connection: ServerConnection, hub: Hub, people: PeopleStore, visibilities: dict[str, Visibility]
    ) -> None:
        self.lag_ms: dict[str, int] = dict.fromkeys(visibilities, 0)
        self._connection = connection
        self._hub = hub
        self._people = people
        self.visibilities = visibilities
        self._loop = asyncio.get_running_loop()
        self._next_beat = 0.0
        self._whole = False
        self._live = False
        self._sending_since: float | None = None
        # Positions up to which everything was sent: the next read in the ledger, and for each topic its
        # ledger position and stream id. They are updated before a message is sent, so that the message and a
        # heartbeat right after it have the same cursor.
        self._facts = 0
        self._positions: dict[str, int] = {}
        self._streams: dict[str, Any] = {}
        # Entries that were read from a log and are not sent yet: a message holds records of one topic only,
        # so one read may need several messages.
        self._read: dict[str, list[Delivery]] = {}

    async def run(self, start: Start) -> None:
        """Serve the subscriber until its socket closes."""
        self._positions = {t: place.ledger for t, place in start.places.items() if holds_facts(t)}
        self._facts = min(self._positions.values(), default=0)
        self._streams = {t: place.stream for t, place in start.places.items() if t in TELEMETRY_TOPICS}
        news = asyncio.Event()
        self._hub.listeners.add(news)
        try:
            await self._hello(start)
            while True:
                news.clear()
                if not await self._send_news():
                    await self._wait(news)
        except ConnectionClosed:
            return
        finally:
            self._hub.listeners.discard(news)

    def is_behind(self, loop_time: float) -> bool:
        """Whether the subscriber is too slow and must be closed."""
        since = self._sending_since
        if since is not None and loop_time - since > BEHIND_S:
            return True
        return self._live and any(_is_behind(ring, place, loop_time) for ring, place in self._logs())

    def _logs(self) -> list[tuple[Ring, Any]]:
        logs = [(self._hub.streams[topic], place) for topic, place in self._streams.items()]
        return [(self._hub.facts, self._facts), *logs] if self._positions else logs

    async def _hello(self, start: Start) -> None:
        hello = {
            "version": 1,
            "topics": list(self.visibilities),
            "cursor": Cursor(self._hub.epoch, dict(start.places)).text(),
            "snapshot": bool(start.snapshots),
        }
        await self._send(_encoder.encode({"hello": hello}))
        self._next_beat = self._loop.time()
        for topic, rows in start.snapshots.items():
            if topic in start.gaps:
                await self._send(_encoder.encode({"gap": start.gaps[topic]}))
            await self._snapshot(topic, rows)
        for part in _parts(start.past) if start.past else ():
            await self._beat_if_due()
            records = b",".join(row.record for row in part)
            await self._send(b'{"past":{"topic":"sensor","records":[%b]}}' % records)
        self._whole = True
        self._live = bool(start.snapshots)

    async def _snapshot(self, topic: str, rows: Sequence[Row]) -> None:
        parts = _parts(rows)
        persons = self.visibilities[topic].persons
        for number, part in enumerate(parts, 1):
            await self._beat_if_due()
            records = [row.record for row in part]
            if persons and any(row.ref for row in part):
                known = [(row.record, row.ref) for row in part]
                records = await self._beating(asyncio.to_thread(with_people, known, self._people))
            await self._send(
                b'{"snapshot":{"topic":"%b","part":%d,"of":%d,"records":[%b]}}'
                % (topic.encode(), number, len(parts), b",".join(records))
            )
            await asyncio.sleep(0)

    async def _send_news(self) -> bool:
        """Send one message per log with new entries; return whether there were any."""
        moved = await self._send_facts() if self._positions else False
        for topic in self._streams:
            moved = await self._send_measured(topic) or moved
        self._live = self._live or not moved
        await self._beat_if_due()
        return moved

    async def _send_facts(self) -> bool:
        found = await self._behind_place(self._hub.facts, self._facts, "")
        run: list[tuple[Delivery, View]] = []
        topic, size, place = "", 0, self._facts
        for delivery in found:
            assert isinstance(delivery.place, int)
            views = self._views(delivery)
            if run and (len(views) != 1 or views[0][0] != topic or size > MESSAGE_BYTES):
                break
            place = delivery.place
            if len(views) > 1:  # a registration: one message on ``ops``, one on its own topic
                for topic, view in views:
                    self._positions[topic] = place
                    await self._message(topic, [(delivery, view)])
                break
            if views:
                topic, view = views[0]
                run.append((delivery, view))
                size += len(view.records)
        self._facts = place
        self._positions = {name: max(place, position) for name, position in self._positions.items()}
        if run:
            await self._message(topic, run)
        return bool(found)

    def _views(self, delivery: Delivery) -> list[tuple[str, View]]:
        views = []
        for topic in delivery.pieces or ():
            if topic in self.visibilities and delivery.place > self._positions[topic]:  # type: ignore[operator]  # positions of facts are ints
                view = delivery.view(topic, self.visibilities[topic], self._people)
                if view is not None:
                    views.append((topic, view))
        return views

    async def _send_measured(self, topic: str) -> bool:
        found = await self._behind_place(self._hub.streams[topic], self._streams[topic], topic)
        run: list[tuple[Delivery, View]] = []
        size, place = 0, self._streams[topic]
        for delivery in found:
            if run and size + delivery.size > MESSAGE_BYTES:
                break
            place = delivery.place
            view = delivery.view(topic, self.visibilities[topic], self._people)
            if view is not None:
                run.append((delivery, view))
                size += len(view.records)
        self._streams[topic] = place
        if run:
            await self._message(topic, run)
        return bool(found)

    async def _behind_place(self, ring: Ring, place: Any, topic: str) -> list[Delivery]:
        """Return deliveries after a position, from the hub if it still holds them, else from the log."""
        if place >= ring.start:
            self._read.pop(topic, None)
            first = ring.after(place)
            return ring.items[first : first + _READ_AT_ONCE]
        left = [delivery for delivery in self._read.get(topic, ()) if delivery.place > place]
        while not left:
            try:
                left = await self._beating(self._read_log(topic, place))
            except UNAVAILABLE:
                await self._beating(asyncio.sleep(RETRY_S))
            else:
                break
        self._read[topic] = left
        return left

    async def _read_log(self, topic: str, place: Any) -> list[Delivery]:
        if not topic:
            entries = await self._hub.ledger.read(place, count=_READ_AT_ONCE)
            return [from_ledger(entry)[0] for entry in entries]
        measured = await self._hub.telemetry.read(topic, place, count=_READ_AT_ONCE)
        if (await self._hub.telemetry.bounds(topic)).trimmed > place:
            # Trimmed during the read. The cursor is now too old: after reconnecting it gets a gap and a
            # snapshot.
            await self._connection.close(BEHIND, "trimmed")
        return [from_telemetry(entry)[0] for entry in measured]

    async def _message(self, topic: str, run: Sequence[tuple[Delivery, View]]) -> None:
        """Send the records of deliveries (positions are already updated), and a heartbeat if due."""
        last, view = run[-1]
        records = b",".join([one.records for _, one in run])
        facts = b",".join([one.facts for _, one in run if one.facts])
        lag = (self._hub.clock() - last.appended) * 1000
        self.lag_ms[topic] = max(0, round(lag))
        await self._send(
            b'{"topic":"%b","id":"%b","cursor":"%b","records":[%b]%b}' % (
                topic.encode(), last.log_id(view.last).encode(), self._cursor().encode(), records,
                b',"facts":[%b]' % facts if facts else b"",
            )
        )  # fmt: skip
        await asyncio.sleep(0)  # let other tasks run even when send does not block
        await self._beat_if_due()

    def _cursor(self) -> str:
        """Return the cursor after everything sent, including the message being sent."""
        places = {
            topic: Place(self._positions.get(topic, 0), self._streams.get(topic, ORIGIN))
            for topic in self.visibilities
        }
        return Cursor(self._hub.epoch, places).text()

    async def _send(self, message: bytes) -> None:
        self._sending_since = self._loop.time()
        await self._connection.send(message, text=True)
        self._sending_since = None

    async def _beat_if_due(self) -> None:
        now = self._loop.time()
        if now < self._next_beat:
            return
        self._next_beat = max(self._next_beat + BEAT_S, now + 0.75 * BEAT_S)
        cursor = self._cursor() if self._whole else None
        beat = self._hub.beat(cursor, self.lag_ms)
        self.lag_ms = dict.fromkeys(self.lag_ms, 0)
        await self._send(beat)

    async def _beating(self, work: Awaitable[T]) -> T:
        """Wait for a result and send heartbeats meanwhile."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                until = max(0.0, self._next_beat - self._loop.time())
                await asyncio.wait({task}, timeout=until)
                await self._beat_if_due()
            return task.result()
        finally:
            task.cancel()

    async def _wait(self, news: asyncio.Event) -> None:
        try:
            async with asyncio.timeout_at(self._next_beat):
                await news.wait()
        except TimeoutError:
            await self._beat_if_due()


def _is_behind(ring: Ring, place: Any, loop_time: float) -> bool:
    if place < ring.start:
        return True
    first = ring.after(place)
    if first == len(ring.items):
        return False
    oldest = ring.items[first]
    return loop_time - oldest.arrived > BEHIND_S or ring.total - oldest.before > BEHIND_BYTES


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Split a snapshot into parts of a few hundred kB; an empty snapshot is one empty part."""
    parts: list[list[Row]] = [[]]
    size = 0
    for row in rows:
        if size + len(row.record) > MESSAGE_BYTES and parts[-1]:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += len(row.record) + 1
    return parts
