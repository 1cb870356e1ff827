"""Runs the sources of a file in one process; a failure of one does not stop the others."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from feeds.clients.publisher import Publisher
from feeds.sources.live.broker import Connection
from feeds.sources.live.credentials import Credentials
from feeds.sources.live.delivery import deliver
from feeds.sources.live.frigate_messages import FrigateMessages
from feeds.sources.live.http_get import HttpServer
from feeds.sources.live.messages import Reader
from feeds.sources.live.mqtt_table import MqttTable
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.source_file import AnySource, FrigateSource, MqttSource, SourceFile
from feeds.sources.live.spool import Spool
from feeds.sources.live.thing_poll import ThingPoll
from feeds.sources.live.thing_reader import ThingReader

__all__ = ["LiveSource", "run_sources", "spool_path"]

MEBIBYTE = 1 << 20
COUNTS_S = 60.0
AGAIN_S = 10.0


class LiveSource:
    """One source: reads its broker or service, and delivers to the gateway."""

    def __init__(
        self, source: AnySource, credentials: Credentials, *, folder: Path, spool: Spool, gateway: str,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Read paths relative to ``folder``; ``gateway`` is ws(s)://host:port."""
        self.outbox = Outbox(source.name, spool, limit=int(source.spool_mb * MEBIBYTE), clock=clock)
        self.connection: Connection | None = None
        self._source = source
        self._credentials = credentials
        self._address = source.address(folder)
        self._gateway = gateway
        self._reading = self._readers()

    async def run(self) -> None:
        """Run without end."""
        topic = "camera" if isinstance(self._source, FrigateSource) else "sensor"
        outbox, token = self.outbox, self._credentials.token
        async with asyncio.TaskGroup() as group:
            group.create_task(
                self._guarded(lambda: deliver(outbox, topic, lambda: Publisher(self._gateway, topic, token)))
            )
            group.create_task(self._guarded(self._tell_counts))
            for work in self._reading:
                group.create_task(self._guarded(work))

    def _readers(self) -> list[Callable[[], Awaitable[None]]]:
        source, outbox = self._source, self.outbox
        if isinstance(source, MqttSource):
            return [self._connected(MqttTable(source)).run]
        if isinstance(source, FrigateSource):
            return [self._connected(FrigateMessages(source)).run]
        reader = ThingReader(source)
        server = HttpServer(source.url, self._credentials.http)
        if self._address is None:
            return [ThingPoll(source, server, reader, outbox).run]
        connection = self._connected(reader)
        poll = ThingPoll(source, server, reader, outbox, connection)

        async def listen() -> None:
            await poll.learnt.wait()  # before it there is no topic
            await connection.run()

        return [poll.run, listen]

    def _connected(self, reader: Reader) -> Connection:
        assert self._address is not None, "the file was checked"
        self.connection = Connection(self._address, self._credentials.broker, reader, self.outbox)
        return self.connection

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start work again after an error that nobody foresaw, and say so."""
        while True:
            try:
                await work()
            except Exception:  # the other sources go on
                self.outbox.log.exception("source_failed", again_in_s=AGAIN_S)
            await asyncio.sleep(AGAIN_S)

    async def _tell_counts(self) -> None:
        """Say once a minute what was read and sent, when it has changed."""
        said: dict[str, int] = {}
        while True:
            await asyncio.sleep(COUNTS_S)
            counts = {**msgspec.structs.asdict(self.outbox.counts), "waiting": self.outbox.waiting}
            if counts != said:
                self.outbox.log.info("counts", **counts)
            said = counts


def spool_path(folder: Path, source: str) -> Path:
    """Return the spool file of a source."""
    return folder / f"{source}.sqlite"


async def run_sources(
    file: SourceFile, credentials: Mapping[str, Credentials], *, folder: Path, spools: Path, gateway: str
) -> None:
    """Run all sources of a file until cancelled. ``spools`` is the folder of the spool files."""
    opened = []
    try:
        for source in file.source:
            spool = Spool(spool_path(spools, source.name))
            opened.append(spool)
        async with asyncio.TaskGroup() as group:
            for source, spool in zip(file.source, opened, strict=True):
                live = LiveSource(
                    source, credentials[source.name], folder=folder, spool=spool,
                    gateway=file.gateway or gateway,
                )  # fmt: skip
                group.create_task(live.run())
    finally:
        for spool in opened:
            spool.close()
