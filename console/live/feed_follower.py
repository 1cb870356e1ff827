"""Follows the feeds: subscribes to the gateway by websocket and applies its messages to the state."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog

from city.facts.chain import canonical
from city.folding.store import ChainBroken, Store
from city.state.ledger_state import SourceState
from console.deployment.district import District
from console.deployment.settings import Settings
from console.live.catching_up import catch_up
from console.live.snapshots import Snapshots, kept_days
from feeds.clients.subscriber import Subscriber
from feeds.ledger.ledger import Ledger
from feeds.protocol.cursors import Cursor, Place, read_cursor

__all__ = ["BEAT_S", "Follower", "entries_of", "follower_of"]

log = structlog.get_logger()

LEDGER_TOPICS = ("case", "warning", "ops")
TELEMETRY_TOPICS = ("sensor", "camera", "unit")
BEAT_S = 2.0


class _Entry(msgspec.Struct, frozen=True):
    position: int
    recorded_at: str
    hash: str
    body: bytes


def entries_of(message: dict[str, Any]) -> list[_Entry]:
    """Return the ledger entries of a stream message, with their bodies restored."""
    entries = []
    for number, record in enumerate(message["records"]):
        if message["topic"] == "ops":
            fact, body = record, record["body"]
        else:
            fact = message["facts"][number]
            stored = {k: v for k, v in record.items() if k not in ("recorded_at", "reporter")}
            body = {**fact["body"], "data": {**fact["body"]["data"], "record": stored}}
        entries.append(_Entry(int(fact["position"]), record["recorded_at"], fact["hash"], canonical(body)))
    return entries


class Follower:
    """Keeps a store current from the gateway.

    ``beat_at`` is the machine time of the last beat. ``broken`` describes a break of the ledger's chain, ''
    for none. ``complete`` is set when the ledger is folded up to the present.
    """

    def __init__(
        self, store: Store, url: str, token: str, *, clock: Callable[[], float],
        intervals: dict[str, float], cursor: str = "", ledger: Ledger | None = None,
    ) -> None:  # fmt: skip
        """``cursor`` is that of the store's state; with a ``ledger`` a start reads its facts from there."""
        self.store = store
        self.beat_at: float | None = None
        self.broken = ""
        self.broken_since: float | None = None
        self.lag_s: dict[str, float] = {}
        self.records: dict[str, int] = {}
        self.complete = asyncio.Event()
        self.measured_cursor = ""
        """The cursor behind the last telemetry that was passed on."""
        self.on_measured: list[Callable[[str, list[dict[str, Any]]], None]] = []
        """Called with topic and records of every telemetry message, after they are folded."""
        self.on_begun: list[Callable[[str], None]] = []
        """Called with the cursor of a telemetry snapshot: the stream begins anew behind it."""
        self.on_streamed: list[Callable[[str, list[dict[str, Any]]], None]] = []
        """Called with topic and records of the stream alone: each once, none of a snapshot."""
        self.on_folded: list[Callable[[], None]] = []
        """Called when something was folded, of any kind."""
        self._clock = clock
        self._intervals = intervals
        self._url, self._token = url, token or None
        self._facts = ledger
        self._has_begun = False
        self._epoch = _epoch_of(cursor)
        self._ledger = self._subscriber(cursor or "0")
        self._telemetry = Subscriber(url, TELEMETRY_TOPICS, self._token, past=True)

    @property
    def cursor(self) -> str:
        """The cursor behind the last folded fact."""
        position = self.store.state.ledger.position
        return _cursor(self._epoch, position) if self._epoch and position else "0"

    async def run(self) -> None:
        """Follow both kinds of feed until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follow_ledger())
            tasks.create_task(self._follow_telemetry())

    async def follow_ledger(self) -> None:
        """Follow only the ledger until cancelled."""
        while True:
            async for message in self._ledger.messages():
                hello = message.get("hello")
                if hello is not None and not await self._greeted(hello):
                    break
                self._take(message)

    async def _greeted(self, hello: dict[str, Any]) -> bool:
        """Take a hello; return whether its stream continues what is folded, else subscribe anew.

        The first one only names the ledger's end and epoch: the facts up to there are read from the ledger.
        """
        if hello.get("snapshot"):  # our cursor is of an earlier epoch: a restore replaced the ledger
            self._begin_anew()
            return False
        before, self._epoch = self._epoch, _epoch_of(hello["cursor"])
        if self._facts is None or self._has_begun:
            return True
        goal = max(place.ledger for place in _read(hello["cursor"]).places.values())
        if before not in ("", self._epoch) or self.store.state.ledger.position > goal:
            self._begin_anew()
            return False
        self._has_begun = True
        try:
            await catch_up(self.store, self._facts, goal)
        except ChainBroken as error:
            self._note_broken(error)
        self._tell()
        if self.store.state.ledger.position < goal:
            self._ledger = self._subscriber(self.cursor)
            return False
        return True

    def _begin_anew(self) -> None:
        """Forget what was folded: it is of another ledger."""
        log.warning("ledger_replaced", folded=self.store.state.ledger.position)
        self.store.reset()
        self._tell()
        self.broken, self.broken_since = "", None
        self._epoch, self._has_begun = "", False
        self._ledger = self._subscriber("0")

    def _subscriber(self, since: str) -> Subscriber:
        """Return a subscription since a cursor; with a ledger to read, one from its end on."""
        if self._facts is not None and not self._has_begun:
            since = "now"
        return Subscriber(self._url, LEDGER_TOPICS, self._token, since=since)

    def _take(self, message: dict[str, Any]) -> None:
        if "records" in message:
            self._count(message)
            self._commit(message)
        elif "beat" in message:
            self._beat(message["beat"])
        elif "link" in message:
            log.info("feed_link", state=message["link"], reason=message.get("reason", ""))

    def _commit(self, message: dict[str, Any]) -> None:
        try:
            self.store.commit(entries_of(message))
        except ChainBroken as error:
            self._note_broken(error)
        self._tell()

    def _note_broken(self, error: ChainBroken) -> None:
        if not self.broken:
            log.error("chain_broken", position=error.broken.position, reason=error.broken.reason)
            self.broken_since = self._clock()
        self.broken = str(error)

    async def _follow_telemetry(self) -> None:
        async for message in self._telemetry.messages():
            if message.get("hello", {}).get("snapshot"):
                self.measured_cursor = message["hello"]["cursor"]
                for begin in self.on_begun:
                    begin(self.measured_cursor)
            elif "snapshot" in message:
                part = message["snapshot"]
                self._measure(part["topic"], part["records"])
            elif "past" in message:  # it completes the last hour; it is no news to anybody
                self.store.measure(message["past"]["topic"], message["past"]["records"])
                self._tell()
            elif "records" in message:
                self._count(message)
                self._measure(message["topic"], message["records"])
                self.measured_cursor = message["cursor"]
                for take in self.on_streamed:
                    take(message["topic"], message["records"])

    def _measure(self, topic: str, records: list[dict[str, Any]]) -> None:
        self.store.measure(topic, records)
        for take in self.on_measured:
            take(topic, records)
        self._tell()

    def _tell(self) -> None:
        for tell in self.on_folded:
            tell()

    def _count(self, message: dict[str, Any]) -> None:
        topic = message["topic"]
        self.records[topic] = self.records.get(topic, 0) + len(message["records"])

    def _beat(self, beat: dict[str, Any]) -> None:
        now = self._clock()
        self.beat_at = now
        self.lag_s = {topic: ms / 1000 for topic, ms in (beat.get("lag_ms") or {}).items()}
        if beat.get("cursor") is not None:
            self.complete.set()
        self.store.set_sources(self._sources(beat.get("sources", {}).items(), now))
        self._tell()

    def _sources(self, sources: Iterable[tuple[str, Any]], now: float) -> list[SourceState]:
        return [
            SourceState(
                name,
                None if source.get("age_s") is None else now - float(source["age_s"]),
                self._intervals.get(name, 60.0),
                float(source.get("skew_s") or 0.0),
            )
            for name, source in sources
        ]


def _read(cursor: str) -> Cursor:
    return read_cursor(cursor, frozenset(LEDGER_TOPICS))


def _epoch_of(cursor: str) -> str:
    """Return the epoch of a cursor, '' without one."""
    return "" if cursor in ("", "0") else _read(cursor).epoch


def _cursor(epoch: str, position: int) -> str:
    return Cursor(epoch, {topic: Place(position) for topic in LEDGER_TOPICS}).text()


def follower_of(
    settings: Settings, district: District, *, clock: Callable[[], float], ledger: Ledger | None = None
) -> Follower:
    """Return a follower that continues from the newest snapshot of the data dir; see :class:`Follower`."""
    keep_days = kept_days(settings)
    newest = Snapshots(settings.data_dir / "snapshots").newest(keep_days)
    state, cursor = newest or (None, "")
    return Follower(
        Store(state, keep_days=keep_days), settings.feed_url, settings.gateway_token, clock=clock,
        cursor=cursor, ledger=ledger,
        intervals={name: source.interval_s for name, source in district.sources.items()},
    )  # fmt: skip
