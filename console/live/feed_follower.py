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
from console.live.snapshots import Snapshots
from feeds.clients.subscriber import Subscriber

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
        intervals: dict[str, float], cursor: str = "",
    ) -> None:  # fmt: skip
        self.store = store
        self.beat_at: float | None = None
        self.broken = ""
        self.broken_since: float | None = None
        self.lag_s: dict[str, float] = {}
        self.records: dict[str, int] = {}
        self.complete = asyncio.Event()
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
        self._ledger = Subscriber(url, LEDGER_TOPICS, self._token, since=cursor or "0")
        self._telemetry = Subscriber(url, TELEMETRY_TOPICS, self._token, past=True)

    @property
    def cursor(self) -> str:
        """The cursor behind the last folded fact."""
        return self._ledger.cursor or "0"

    async def run(self) -> None:
        """Follow both kinds of feed until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follow_ledger())
            tasks.create_task(self._follow_telemetry())

    async def follow_ledger(self) -> None:
        """Follow only the ledger until cancelled."""
        while True:
            async for message in self._ledger.messages():
                if message.get("hello", {}).get("snapshot"):
                    break  # our cursor is of an earlier epoch: a restore replaced the ledger
                self._take(message)
            log.warning("ledger_replaced", folded=self.store.state.ledger.position)
            self.store.reset()
            self._tell()
            self.broken, self.broken_since = "", None
            self._ledger = Subscriber(self._url, LEDGER_TOPICS, self._token, since="0")

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
            if not self.broken:
                log.error("chain_broken", position=error.broken.position, reason=error.broken.reason)
                self.broken_since = self._clock()
            self.broken = str(error)
        self._tell()

    async def _follow_telemetry(self) -> None:
        async for message in self._telemetry.messages():
            if message.get("hello", {}).get("snapshot"):
                for begin in self.on_begun:
                    begin(message["hello"]["cursor"])
            elif "snapshot" in message:
                part = message["snapshot"]
                self._measure(part["topic"], part["records"])
            elif "past" in message:  # it completes the last hour; it is no news to anybody
                self.store.measure(message["past"]["topic"], message["past"]["records"])
                self._tell()
            elif "records" in message:
                self._count(message)
                self._measure(message["topic"], message["records"])
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


def follower_of(settings: Settings, district: District, *, clock: Callable[[], float]) -> Follower:
    """Return a follower that continues from the newest snapshot of the data dir."""
    newest = Snapshots(settings.data_dir / "snapshots").newest()
    ledger, cursor = newest or (None, "")
    return Follower(
        Store(ledger), settings.feed_url, settings.gateway_token, clock=clock, cursor=cursor,
        intervals={name: source.interval_s for name, source in district.sources.items()},
    )  # fmt: skip
