"""The engine: what must be done once for the whole city – snapshots, anchors, archive, source alarms.

It holds a lease; but every write is an append with an idempotent command id, so two engines are harmless.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from city.facts import body_of
from city.freshness import freshness
from city.moments import iso
from console.district import read_district, read_rows
from console.follow import Follower, follower_of
from console.settings import Settings
from console.snapshots import Snapshots
from feeds.anchors import Anchors
from feeds.archive import ROUND_S, Archive
from feeds.connection import connect
from feeds.keeping import close_segments
from feeds.ledger import Act, Ledger, LedgerUnavailable
from feeds.people import People
from feeds.segments import SegmentDamaged, Segments
from feeds.tokens import TokenStore

__all__ = ["Engine"]

log = structlog.get_logger()

LEASE = "{engine}:lease"
LEASE_S = 10.0
ANCHOR_S = 600.0
KEEP_S = 60.0
SNAPSHOT_FACTS = 50_000
ACTOR = "engine"


class Lease:
    """A lease in the log server: whoever holds it does the work; it lapses 10 s after its holder."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._mine = secrets.token_hex(8).encode()

    async def hold(self) -> bool:
        """Take or prolong the lease; say whether it is ours. Raises RedisError."""
        milliseconds = int(LEASE_S * 1000)
        if await self._client.set(LEASE, self._mine, nx=True, px=milliseconds):
            return True
        if await self._client.get(LEASE) != self._mine:
            return False
        await self._client.pexpire(LEASE, milliseconds)
        return True


class Engine:
    """One engine process."""

    def __init__(
        self, settings: Settings, follower: Follower, ledger: Ledger, *,
        archive: Archive, clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._settings = settings
        self._follower = follower
        self._ledger = ledger
        self._archive = archive
        self._clock = clock
        self._data = settings.data_dir
        self._anchors = Anchors(settings.data_dir / "anchors.log")
        self._segments = Segments(settings.data_dir / "ledger")
        self._lease = Lease(connect(settings.log_url))
        self._snapshots = Snapshots(settings.data_dir / "snapshots")
        self._snapshot_at = follower.store.state.ledger.position
        self._loaded: set[str] = set()
        self._noted: dict[str, str] = {}
        self._tokens = TokenStore(settings.data_dir)
        self._people = People(settings.data_dir)

    async def run(self) -> None:
        """Work until cancelled; then leave a snapshot behind."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follower.run())
                tasks.create_task(self._every(2.0, self._watch))
                tasks.create_task(self._every(ANCHOR_S, self._anchor))
                tasks.create_task(self._every(KEEP_S, self._keep))
                tasks.create_task(self._every(ROUND_S, self._archive.step))
        finally:
            self.snapshot()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Repeat ``work`` while we hold the lease; say once when the log is gone, once when it is back."""
        down = False
        while True:
            try:
                if await self._lease.hold():
                    await work()
                if down:
                    log.info("engine_resumed", work=work.__name__)
                down = False
            except (LedgerUnavailable, RedisError, OSError, SegmentDamaged) as error:
                if not down:
                    log.warning("engine_waits", work=work.__name__, reason=str(error))
                down = True
            await asyncio.sleep(seconds)

    async def _watch(self) -> None:
        """Put into the ledger what the rules need to know: tables, the city clock, lost sources."""
        if not self._follower.complete.is_set():
            return
        await self._set_clock()
        await self._load_roster()
        await self._note_sources()
        await self._note_tokens()
        if self._follower.store.state.ledger.position - self._snapshot_at >= SNAPSHOT_FACTS:
            self.snapshot()

    async def _set_clock(self) -> None:
        clock, rate = self._follower.store.state.ledger.clock, self._settings.city_rate
        if clock.rate == rate or "clock" in self._loaded:
            return
        now = self._clock()
        data = {"city0": iso(clock.at(now)), "machine0": iso(now), "rate": rate}
        await self._append(f"clock:{iso(now)}", body_of("CityClockSet", "city:clock", ACTOR, data))
        self._loaded.add("clock")

    async def _load_roster(self) -> None:
        rows, sha256 = read_rows(self._data, "roster.csv")
        if self._follower.store.state.ledger.tables.get("roster") == sha256 or sha256 in self._loaded:
            return
        position = self._follower.store.state.ledger.position
        data = {"sha256": sha256, "rows": rows}
        body = body_of("RosterLoaded", "table:roster", ACTOR, data)
        await self._append(f"roster:{sha256}:{position}", body)
        self._loaded.add(sha256)

    async def _note_sources(self) -> None:
        """Note each source once when it is lost and once when it is back."""
        state = self._follower.store.state
        now = self._clock()
        if self._follower.heard is None or now - self._follower.heard > 10.0:
            return  # it is we who hear nothing: that says nothing of the sources
        noted = state.ledger.lost_sources
        for name, source in state.measured.sources.items():
            if source.heard is None:
                continue
            lost = freshness(source.heard, source.interval_s, now) == "lost"
            kind = "SourceLost" if lost else "SourceBack"
            if lost == (name in noted):
                self._noted.pop(name, None)
                continue
            if self._noted.get(name) == kind:
                continue  # written, not folded yet; the next beat tells "heard" some ms off, so a new id
            since = iso(source.heard if lost else noted[name])
            body = body_of(kind, f"source:{name}", ACTOR, {"source": name, "since": since})
            await self._append(f"{kind}:{name}:{since}", body)
            self._noted[name] = kind
            log.warning("source_lost" if lost else "source_back", source=name, since=since)

    async def _note_tokens(self) -> None:
        """Put every grant and revocation of a token into the ledger, once."""
        for token in self._tokens.list():
            about = {"number": token.number, "client": token.client}
            granted = {**about, "rights": token.rights, "streets": token.streets, "account": token.account}
            await self._note_once("TokenGranted", token.number, granted)
            if token.revoked_at is not None:
                await self._note_once("TokenRevoked", token.number, {**about, "at": iso(token.revoked_at)})

    async def _note_once(self, kind: str, number: int, data: dict[str, Any]) -> None:
        command_id = f"{kind}:{number}"
        if command_id not in self._loaded:
            await self._append(command_id, body_of(kind, f"token:{number}", ACTOR, data))
            self._loaded.add(command_id)

    async def _append(self, command_id: str, body: bytes) -> None:
        await self._ledger.append([Act(command_id, (body,))])

    async def _anchor(self) -> None:
        position, digest = await self._ledger.head()
        if position:
            self._anchors.add(at=iso(self._clock()), position=position, hash=digest, why="timer")

    async def _keep(self) -> None:
        await self._ledger.count_replicas()
        now = self._clock()
        self._people.erase_before(now - self._settings.people_days * 86400, now=now)
        closed = await close_segments(
            self._ledger, self._segments, keep_facts=self._settings.ledger_facts,
            keep_s=self._settings.ledger_days * 86400, now=self._clock(),
        )  # fmt: skip
        if closed.segments:
            at = iso(self._clock())
            self._anchors.add(at=at, position=closed.position, hash=closed.hash, why="segment")

    def snapshot(self) -> None:
        """Leave the state on disk, if it moved since the last time."""
        ledger = self._follower.store.state.ledger
        if ledger.position not in (0, self._snapshot_at):
            self._snapshots.write(ledger, self._follower.cursor)
            self._snapshot_at = ledger.position


async def run_engine(settings: Settings) -> None:
    """Run an engine until cancelled."""
    ledger = await Ledger.open(settings.log_url)
    archive = await Archive.open(
        settings.log_url, settings.data_dir / "archive", clock=time.time,
        keep_s=settings.telemetry_hours * 3600, keep_bytes=settings.telemetry_mb * 2**20,
    )  # fmt: skip
    follower = follower_of(settings, read_district(settings.data_dir), clock=time.time)
    try:
        await Engine(settings, follower, ledger, archive=archive, clock=time.time).run()
    finally:
        await ledger.close()
        await archive.close()
