"""The engine runs the tasks that exist once per city: timers, notes, snapshots, anchors, archive.

It holds a lease. Every write is an append with an idempotent command id, so two engines do no harm.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError

from city.clocks.freshness import STEP_LATE_S
from city.clocks.timestamps import iso
from city.commands.duty.roster_changes import faults_of
from city.dispatch.decision_rules import DecisionRules
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import read_district
from console.deployment.garbage_collection import freeze_objects
from console.deployment.settings import Settings
from console.engine.arrivals import arrivals
from console.engine.baseline_time import BaselineTimes
from console.engine.deliveries import Deliveries
from console.engine.depth_watch import DepthWatch
from console.engine.detection_watch import DetectionWatch
from console.engine.lease import Lease
from console.engine.ledger_notes import NO_BEAT_S, Notes
from console.engine.outgoing_queue import Outbox, read_adapters, read_participants
from console.engine.picture_keeper import PictureKeeper
from console.engine.sensor_watch import SensorWatch
from console.engine.stepping import make_steps
from console.engine.subject_timers import SubjectTimers
from console.engine.suggestion_watch import SuggestionWatch
from console.engine.timers import Timers
from console.live.feed_follower import Follower, follower_of
from console.live.snapshots import Snapshots
from console.live.step_marks import StepMarks
from console.orders.presence import AGENCY_PAGES, Presence
from console.orders.refusal_texts import Reasons
from feeds.gateway.picture_store import Picture, Pictures, PicturesUnavailable
from feeds.gateway.unavailable_logs import retry_while_unavailable
from feeds.ledger.anchors import Anchors
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.segments import SegmentDamaged, Segments
from feeds.people.detection_pictures import DetectionPictures
from feeds.people.reporters import PeopleStore
from feeds.storage.connections import connect
from feeds.storage.photo_files import PhotoFiles
from feeds.telemetry.archive import ROUND_S, Archive
from layouts.catalogues import catalogue

__all__ = ["Engine"]

log = structlog.get_logger()

ANCHOR_S = 600.0
KEEP_S = 60.0
SWEEP_S = 3600.0
UNNAMED_S = 86_400.0
"""A photo that no fact names is kept for so long: its sender may send the same command again."""
TICK_S = 1.0
SNAPSHOT_FACTS = 50_000


async def _no_picture(_camera: str) -> Picture | None:
    return None


class Engine:
    """One engine process.

    ``has_viewer`` says whether somebody has an agency's page open; ``newest_picture`` is a camera's.
    """

    def __init__(
        self, settings: Settings, follower: Follower, ledger: Ledger, *,
        archive: Archive, outbox: Outbox, rules: DecisionRules, clock: Callable[[], float],
        has_viewer: Callable[[str], bool] = lambda _agency: False,
        newest_picture: Callable[[str], Awaitable[Picture | None]] = _no_picture,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._follower = follower
        self._ledger = ledger
        self._archive = archive
        self._outbox = outbox
        self._clock = clock
        self._data = settings.data_dir
        self._anchors = Anchors(settings.data_dir / "anchors.log")
        self._segments = Segments(settings.data_dir / "ledger")
        self._lease = Lease(connect(settings.log_url))
        self._snapshots = Snapshots(settings.data_dir / "snapshots")
        self._snapshot_at = follower.store.state.ledger.position
        self._timers = Timers(follower.store, ledger, lambda: rules, clock=clock)
        sensors = SensorWatch(rules.sensing, lambda: follower.store.state, self._is_connected)
        follower.on_measured.append(sensors.take)
        suggestions = SuggestionWatch(rules)
        follower.on_measured.append(suggestions.take)
        self._baseline_times = BaselineTimes(sensors.evaluator, lambda: follower.store.state, ledger)
        watches = (arrivals, Deliveries(has_viewer), DepthWatch(), DetectionWatch(), sensors, suggestions)
        self._subject_timers = SubjectTimers(follower.store, ledger, rules, clock=clock, watches=watches)
        self._notes = Notes(
            settings.data_dir, follower, ledger,
            clock=clock, city_rate=settings.city_rate, outlets=outbox.systems,
            participants=outbox.participants,
            tables={
                **rules.tables, **rules.linkage.tables, **rules.sensing.tables, **rules.response.tables,
            },
            faults=lambda rows: faults_of(rows, follower.store.state.ledger, rules, clock()),
        )  # fmt: skip
        self._people = PeopleStore(settings.data_dir)
        self._photos = PhotoFiles(settings.data_dir)
        self._keeper = PictureKeeper(
            follower.store, DetectionPictures(settings.data_dir), newest_picture, clock=clock
        )

    async def run(self) -> None:
        """Work until cancelled, then write a snapshot."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follower.run())
                tasks.create_task(self._freeze_when_complete())
                tasks.create_task(self._every(2.0, self._note))
                tasks.create_task(self._act_in_time())
                tasks.create_task(self._every(TICK_S, self._send))
                tasks.create_task(self._every(TICK_S, self._keep_pictures))
                tasks.create_task(self._every(ANCHOR_S, self._anchor))
                tasks.create_task(self._every(KEEP_S, self._keep))
                tasks.create_task(self._every(SWEEP_S, self._sweep))
                tasks.create_task(self._every(ROUND_S, self._archive.step))
        finally:
            self.snapshot()

    async def _freeze_when_complete(self) -> None:
        await self._follower.complete.wait()
        freeze_objects()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """Repeat ``work`` while we hold the lease; log each kind of failure once and the recovery once."""
        logged: set[type[Exception]] = set()
        while True:
            try:
                if await self._lease.hold():
                    await work()
                if logged:
                    log.info("engine_resumed", work=work.__name__)
                logged.clear()
            except (LedgerUnavailable, PicturesUnavailable, RedisError, OSError, SegmentDamaged) as error:
                if type(error) not in logged:
                    log.warning("engine_waits", work=work.__name__, reason=str(error))
                logged.add(type(error))
            except Exception as error:  # boundary of a task: log the error; the other tasks continue
                if type(error) not in logged:
                    log.error("engine_task_failed", work=work.__name__, exc_info=error)
                logged.add(type(error))
            await asyncio.sleep(seconds)

    async def _note(self) -> None:
        """Append the facts that the rules need: tables, the city clock, lost sources."""
        if not self._follower.complete.is_set():
            return
        await self._notes.step()
        if self._follower.store.state.ledger.position - self._snapshot_at >= SNAPSHOT_FACTS:
            self.snapshot()

    @property
    def _may_act(self) -> bool:
        """Whether all facts are folded and of known types; otherwise the engine decides and sends nothing."""
        follower = self._follower
        return follower.complete.is_set() and not follower.broken and not follower.store.state.ledger.unknown

    async def _act_in_time(self) -> None:
        """Execute what is due at once; with a stopped city clock, when whoever drives it says so."""
        rate = self._settings.city_rate
        if rate:
            # In a fast city a step is executed before it counts as late.
            return await self._every(min(TICK_S, max(STEP_LATE_S / 2 / rate, TICK_S / 5)), self._tick)
        await self._follower.complete.wait()
        return await make_steps(
            StepMarks(connect(self._settings.pictures_url)), self._ledger, work=self._tick,
            position=lambda: self._follower.store.state.ledger.position,
            records=lambda: self._follower.records,
        )  # fmt: skip

    async def _tick(self) -> int:
        """Execute the steps that are due on cases and on other subjects; return how many were written."""
        if not self._may_act:
            return 0
        written = await self._timers.step() + await self._subject_timers.step()
        await self._baseline_times.step(self._clock())
        return written

    def _is_connected(self) -> bool:
        """Whether the gateway is heard: without it nothing is known about a sensor's silence."""
        beat = self._follower.beat_at
        return beat is not None and self._clock() - beat <= NO_BEAT_S

    async def _send(self) -> None:
        """Deliver the items of the outgoing queue."""
        if self._may_act:
            await self._outbox.step()

    async def _keep_pictures(self) -> None:
        """Keep the pictures of new detections."""
        if self._may_act:
            await self._keeper.step()

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

    async def _sweep(self) -> None:
        """Delete photos whose command was refused, and that nothing names, after a day."""
        if not self._may_act:
            return
        ledger = self._follower.store.state.ledger
        named = {name for task in ledger.tasks.values() for name in task.photos}
        named |= {photo.sha256 for case in ledger.cases.values() for photo in case.file.photos}
        deleted = await asyncio.to_thread(self._photos.sweep, named, self._clock() - UNNAMED_S)
        if deleted:
            log.info("photos_deleted", count=deleted)

    def close(self) -> None:
        """Close the files."""
        self._notes.close()
        self._people.close()

    def snapshot(self) -> None:
        """Write the state to disk if it changed since the last snapshot."""
        ledger = self._follower.store.state.ledger
        if ledger.position not in (0, self._snapshot_at):
            self._snapshots.write(ledger, self._follower.cursor)
            self._snapshot_at = ledger.position


async def run_engine(settings: Settings) -> None:
    """Run an engine until cancelled; it waits for the log server."""
    segments = settings.data_dir / "ledger"
    ledger = await retry_while_unavailable(lambda: Ledger.open(settings.log_url, segments=segments))
    archive = await retry_while_unavailable(
        lambda: Archive.open(
            settings.log_url, settings.data_dir / "archive", clock=time.time, topics=settings.telemetry_urls,
            keep_s=settings.telemetry_hours * 3600, keep_bytes=settings.telemetry_mb * 2**20,
        )
    )  # fmt: skip
    district = read_district(settings.data_dir)
    follower = follower_of(settings, district, clock=time.time, ledger=ledger)
    rules = read_decision_rules(district, settings.data_dir)
    words = Reasons(catalogue("zh", names_of(settings, district)), district.timezone)
    adapters = read_adapters(settings.data_dir)
    outbox = Outbox(
        ledger, follower.store, adapters, reasons=words, clock=time.time,
        participants=read_participants(settings.data_dir),
    )  # fmt: skip
    pages = Presence(connect(settings.pictures_url), clock=time.time, key=AGENCY_PAGES)
    pictures = Pictures.open(settings.pictures_url)
    engine = Engine(
        settings, follower, ledger, archive=archive, outbox=outbox, rules=rules, clock=time.time,
        has_viewer=pages.is_attended, newest_picture=pictures.get,
    )  # fmt: skip
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pages.run())
            tasks.create_task(engine.run())
    finally:
        engine.close()
        await pictures.close()
        await outbox.close()
        await ledger.close()
        await archive.close()
