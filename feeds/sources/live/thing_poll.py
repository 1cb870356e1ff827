"""Polls a SensorThings service: its Things now and then, new Observations every interval."""

import asyncio
from typing import Any
from urllib.parse import quote

import msgspec

from city.clocks.timestamps import iso
from feeds.sources.contract import FieldError, Remark, SourceError, fingerprint
from feeds.sources.live.broker import Connection
from feeds.sources.live.http_get import Answer, HttpError, HttpServer
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.source_file import SensorThingsSource
from feeds.sources.live.thing_reader import ThingReader
from feeds.sources.tables.cells import iso_moment

__all__ = ["ThingPoll"]

PAGES = 10_000
AHEAD_S = 300.0
"""An Observation later than this is of a wrong clock: reading does not go on from there."""
EXPAND = "Locations,Datastreams($expand=ObservedProperty)"


class _Place(msgspec.Struct):
    """How far a Datastream was read: the start of the newest Observation, and the ids of those from it on."""

    time: str
    at: float
    seen: list[str] = []


class ThingPoll:
    """Reads one service without end; after a pause it goes on at the last Observation that it has stored."""

    def __init__(
        self, source: SensorThingsSource, server: HttpServer, reader: ThingReader, outbox: Outbox,
        connection: Connection | None = None,
    ) -> None:  # fmt: skip
        """Tell the broker's ``connection`` when the service has other Datastreams."""
        self._source = source
        self._server = server
        self._reader = reader
        self._outbox = outbox
        self._connection = connection
        self._etags: dict[str, tuple[str, str]] = {}
        self._learnt_at = float("-inf")
        self.learnt = asyncio.Event()

    async def run(self) -> None:
        """Poll every interval; a failure is said once, and the next poll reads what was missed."""
        try:
            await self._poll_on()
        finally:
            self._server.close()

    async def _poll_on(self) -> None:
        log, down = self._outbox.log, False
        while True:
            try:
                await self.poll()
                if down:
                    log.info("service_reached", url=self._source.url)
                down = False
            except HttpError as error:
                if not down:
                    log.warning("service_unreachable", url=self._source.url, reason=str(error))
                down = True
            await asyncio.sleep(self._source.interval_s)

    async def poll(self) -> None:
        """Read everything new once; raises HttpError when the service does not answer."""
        now = self._outbox.clock()
        if now - self._learnt_at >= self._source.refresh_s:
            await self._learn()
            self._learnt_at = now
        for stream in self._reader.streams:
            try:
                await self._read(stream)
            except HttpError as error:
                if not error.status:
                    raise
                # One Datastream that the service cannot give does not stop the others.
                await self._outbox.take([], [Remark(stream, "", str(error))])

    async def _learn(self) -> None:
        query = f"$expand={quote(EXPAND, safe='$()=,')}"
        if self._source.filter:
            query += f"&$filter={quote(self._source.filter, safe='')}"
        things = await self._list(f"Things?{query}")
        for thing in things:
            more = thing.get("Datastreams@iot.nextLink") if isinstance(thing, dict) else None
            if isinstance(more, str):
                thing["Datastreams"] = [*(thing.get("Datastreams") or []), *await self._list(more)]
        if self._reader.learn(things) and self._connection is not None:
            self._connection.renew()
        self.learnt.set()

    async def _list(self, address: str) -> list[Any]:
        """Return all pages of a list."""
        found: list[Any] = []
        for _ in range(PAGES):
            answer = await self._get(address)
            found += _values(answer)
            following = _next(answer)
            if not following:
                break
            address = following
        return found

    async def _read(self, stream: str) -> None:
        """Read a Datastream page by page; each page and how far it goes are stored together."""
        place = self._place(stream)
        named = quote(stream, safe="()'")
        first = f"{named}/Observations?$filter=phenomenonTime%20ge%20{quote(place.time, safe='')}"
        address = first = f"{first}&$orderby=phenomenonTime%20asc&$top={self._source.page}"
        url, etag = self._etags.get(stream, ("", ""))
        for _ in range(PAGES):
            await self._outbox.room()
            answer = await self._get(address, etag if url == address else "")
            if answer.body is None:
                return
            place = await self._store(stream, place, _values(answer))
            following = _next(answer)
            if not following:
                if address == first:
                    self._etags[stream] = (address, answer.etag)
                return
            address = following

    async def _store(self, stream: str, place: _Place, observations: list[Any]) -> _Place:
        seen = set(place.seen)
        fresh = [one for one in observations if _identity(one) not in seen]
        self._outbox.counts.messages += len(fresh)
        if not fresh:
            return place
        place = self._further(place, fresh)
        try:
            taken = self._reader.observations(stream, fresh, f"{stream}/Observations")
        except (FieldError, SourceError) as error:
            await self._outbox.take([], [Remark(stream, "", str(error))])
            return place
        text = msgspec.json.encode(place).decode()
        items = [(stream, item) for item in taken.items]
        await self._outbox.take(items, taken.remarks, places={f"read {stream}": text})
        return place

    def _further(self, place: _Place, fresh: list[Any]) -> _Place:
        """Return how far a page goes: the latest start that no wrong clock has given."""
        latest = self._outbox.clock() + AHEAD_S
        starts = [(_start(one), _identity(one)) for one in fresh]
        time, at = max(
            [(place.time, place.at), *(start for start, _ in starts if start[1] <= latest)],
            key=lambda s: s[1],
        )
        ids = [*(place.seen if at == place.at else []), *(name for (_, when), name in starts if when >= at)]
        return _Place(time, at, list(dict.fromkeys(ids)))

    def _place(self, stream: str) -> _Place:
        stored = self._outbox.places.get(f"read {stream}")
        if stored:
            return msgspec.json.decode(stored, type=_Place)
        at = self._outbox.clock() - self._source.first_hours * 3600.0
        return _Place(iso(at), at)

    async def _get(self, address: str, etag: str = "") -> Answer:
        return await asyncio.to_thread(self._server.get, address, etag)


def _values(answer: Answer) -> list[Any]:
    listed = answer.body.get("value") if isinstance(answer.body, dict) else None
    if not isinstance(listed, list):
        raise HttpError("expected a list of SensorThings (an object with `value`)", 200)
    return listed


def _next(answer: Answer) -> str:
    link = answer.body.get("@iot.nextLink")
    return link if isinstance(link, str) else ""


def _identity(observation: Any) -> str:
    identity = observation.get("@iot.id") if isinstance(observation, dict) else None
    return str(identity) if isinstance(identity, int | str) else fingerprint(observation)


def _start(observation: Any) -> tuple[str, float]:
    """Return the start of an Observation's time as text and in epoch seconds; ('', −inf) when it has none."""
    time = observation.get("phenomenonTime") if isinstance(observation, dict) else None
    words = str(time or "").partition("/")[0]
    try:
        return words, iso_moment(words, "phenomenonTime")
    except FieldError:
        return "", float("-inf")
