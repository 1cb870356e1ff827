"""A drill city: own data dir, servers, processes, accounts and tokens; the stage of a script."""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from city.clocks.timestamps import iso
from city.facts.chain import Link
from city.facts.fact import Fact, body_of, read_fact
from city.folding.store import Store
from city.state.ledger_state import CityState
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import Settings
from console.drill.accounts import Access
from console.drill.script import Script
from console.live.feed_follower import Follower
from console.live.step_marks import LOOK_S, Step, StepMarks
from feeds.clients.commander import Answer, Commander
from feeds.clients.publisher import Publisher
from feeds.ledger.ledger import Act, Ledger
from feeds.storage.connections import connect

__all__ = ["DrillCity", "DrillError"]

ACTOR: Final = "system:drill"
PATIENCE_S: Final = 180.0
SKIP_S: Final = 60.0
"""A running clock jumps over quiet spans, up to so many seconds before something is due."""
TELEMETRY: Final = ("sensor", "unit", "camera")


class DrillError(Exception):
    """The drill cannot go on; the text says why."""


class _Recorded(Store):
    """A store that keeps every fact that it folds."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []

    def commit(self, entries: Sequence[Link]) -> int:
        """Fold entries and keep their facts."""
        before = self.state.ledger.position
        new = super().commit(entries)
        self.facts += [
            read_fact(one.position, one.recorded_at, one.body) for one in entries if one.position > before
        ]
        return new


class DrillCity:
    """One drill city. ``rate`` is that of its clock; 0: it stands still and jumps from step to step."""

    def __init__(self, settings: Settings, script: Script, access: Access, rate: float) -> None:
        district = read_district(settings.data_dir)
        self.settings = settings
        self.access = access
        self.rules = read_decision_rules(district, settings.data_dir, on=script.landfall[:10])
        self._rate = rate
        self._store = _Recorded()
        intervals = {name: source.interval_s for name, source in district.sources.items()}
        self._follower = Follower(
            self._store, settings.feed_url, access.subscriber, clock=time.time, intervals=intervals
        )
        self._pictures = connect(settings.pictures_url)
        self._marks = StepMarks(self._pictures)
        self._ledger: Ledger
        self._stack = AsyncExitStack()
        self._publishers: dict[str, Publisher] = {}
        self._commanders: dict[str, Commander] = {}
        self._sent: dict[str, int] = {}
        self._steps = itertools.count(1)
        self._clocks = itertools.count(1)
        self._orders = itertools.count(1)
        self._ours: set[int] = set()
        self._last_order: dict[str, int] = {}

    @property
    def state(self) -> CityState:
        """The state as folded from the gateway."""
        return self._store.state

    @property
    def facts(self) -> Sequence[Fact]:
        """All facts, in order."""
        return self._store.facts

    async def open(self, start: float) -> None:
        """Set the first clock and connect; the processes may be started before or after."""
        self._ledger = await Ledger.open(self.settings.log_url)
        await self._append_clock(start)

    async def start(self, begin: float) -> None:
        """Start a running clock anew, because it ran while the processes started."""
        if self._rate:
            await self._append_clock(begin)

    async def follow(self) -> None:
        """Fold what the gateway sends until cancelled."""
        await self._follower.run()

    async def close(self) -> None:
        """Close the connections."""
        await self._stack.aclose()
        await self._pictures.aclose()
        await self._ledger.close()

    async def set_clock(self, city: float) -> None:
        """Set the stopped clock to a moment; wait until a running one is there."""
        if self._rate:
            if city - self._city_now() > SKIP_S:  # nothing is due: nobody needs to wait for it
                await self._append_clock(city - SKIP_S)
                await self._caught_up()
            while self._city_now() < city:  # noqa: ASYNC110  # a clock has no event
                await asyncio.sleep(min(0.5, (city - self._city_now()) / self._rate + 0.01))
            return
        await self._append_clock(city)

    def _city_now(self) -> float:
        return self.state.ledger.clock.at(time.time())

    async def _append_clock(self, city: float) -> None:
        now = time.time()
        data = {"city0": iso(city), "machine0": iso(now), "rate": self._rate}
        body = body_of("CityClockSet", "city:clock", ACTOR, data)
        await self._ledger.append([Act(f"drill:clock:{next(self._clocks)}", (body,))])

    async def publish(self, client: str, topic: str, records: list[dict[str, Any]]) -> None:
        """Publish through the gateway. Raises DrillError when a record is not taken."""
        await self._caught_up()  # the gateway judges a record's time by the clock that it has folded
        if topic not in self._publishers:
            publisher = Publisher(self.settings.feed_url, topic, self.access.publishers[client])
            self._publishers[topic] = await self._stack.enter_async_context(publisher)
        ack = await self._publishers[topic].send(records)
        if ack.rejected:
            why = ack.rejected[0]
            raise DrillError(f"{topic}: {why.path}: {why.reason}")
        if topic in TELEMETRY and records[0].get("kind") != "device":
            self._sent[topic] = self._sent.get(topic, 0) + ack.accepted

    async def order(
        self, account: str, verb: str, subject: str, version: int, args: dict[str, Any]
    ) -> Answer:
        """Give an order over ``/v1/command``."""
        if account not in self.access.people:
            raise DrillError(f"{account}: the drill city has no such account")
        if account not in self._commanders:
            address = f"ws://{self.settings.host}:{self.settings.port}"
            commander = Commander(address, self.access.people[account])
            self._commanders[account] = await self._stack.enter_async_context(commander)
        name = f"drill-{next(self._orders)}"
        answer = await self._commanders[account].send(verb, subject, version, args, command_id=name)
        if answer.done is not None:
            last = int(answer.done.position)
            self._ours.update(range(last - len(answer.done.facts) + 1, last + 1))
            self._last_order[subject] = last
        return answer

    def people_acted(self, subject: str) -> bool:
        """Whether a person has acted on a subject, on a page, after the script's last order on it."""
        last = self._last_order.get(subject, 0)
        return any(
            fact.subject == subject and fact.actor in self.access.people and fact.position not in self._ours
            for fact in reversed(self.facts)
            if fact.position > last and fact.type != "CommandRefused"
        )

    def acted(self, account: str, subject: str, after: int) -> int | None:
        """Return the last position of the first act of an account on a subject after a position."""
        theirs = [
            fact for fact in self.facts
            if fact.position > after and fact.subject == subject and fact.actor == account
            and fact.type != "CommandRefused" and fact.position not in self._ours
        ]  # fmt: skip
        if not theirs:
            return None
        command = theirs[0].data.get("command")
        return max(fact.position for fact in theirs if fact.data.get("command") == command)

    async def settle(self) -> None:
        """Wait until gateway, engine and console have folded everything and nothing more is due."""
        if self._rate:
            await self._caught_up()
            return
        head = await self._caught_up()
        step = Step(next(self._steps), head, dict(self._sent))
        await self._marks.ask(step)
        await self._until(self._has_stepped(step.number), "the engine has not made its step")
        await self._caught_up()

    async def catch_up(self) -> None:
        """Wait until we and the console have folded all facts that are written."""
        await self._caught_up()

    async def _caught_up(self) -> int:
        """Wait until we and the console have folded the whole ledger; return its head."""
        head, _ = await self._ledger.head()

        async def folded() -> bool:
            ours = self.state.ledger.position >= head and all(
                self._follower.records.get(topic, 0) >= count for topic, count in self._sent.items()
            )
            return ours and (self._rate > 0 or (await self._marks.told("console")).position >= head)

        await self._until(folded, f"not everything up to {head} was folded")
        return head

    def _has_stepped(self, number: int) -> Callable[[], Any]:
        async def stepped() -> bool:
            return (await self._marks.told("engine")).step >= number

        return stepped

    @staticmethod
    async def _until(what: Callable[[], Any], fault: str) -> None:
        last = time.monotonic() + PATIENCE_S
        while not await what():
            if time.monotonic() > last:
                raise DrillError(f"{fault} within {PATIENCE_S:.0f} s")
            await asyncio.sleep(LOOK_S)
