"""The demo's past: generates the week before the first start with the invented city's people.

Its reports, acts and timers pass the same validation, decisions and folding as all others, with the city
clock set to each moment (``CityClockSet``). Then everything is appended to the empty ledger before the
gateway opens. Cases that are still open continue in the running demo.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from city.access import SHIFT_ROLES, Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Now, Refusal
from city.commands.decide import decide
from city.dispatch.decision_rules import DecisionRules
from city.facts.chain import GENESIS, digest, link
from city.facts.fact import body_of
from city.folding.store import Store
from console.demo.accounts import people_of
from console.demo.past_duty import first_duty
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district, read_rows, read_streets
from console.deployment.roster import person_of_account
from console.deployment.settings import Settings
from console.engine.timers import Timers
from console.live.snapshots import Snapshots, kept_days
from console.orders.answers import signed
from feeds.clients.commander import Answer, Done, Why
from feeds.gateway.hub import epoch_of
from feeds.gateway.publish_jobs import act_of, name_by_reference
from feeds.ledger.ledger import ACTS_PER_CALL, Act, Appended, Ledger
from feeds.ledger.ledger import Answer as Written
from feeds.ledger.segments import Row
from feeds.people.accounts import Accounts
from feeds.people.reporters import PeopleStore as Reporters
from feeds.protocol.cursors import Cursor, Place
from feeds.protocol.records import Normalised, validate
from feeds.protocol.records import ValidationContext as Edge
from feeds.protocol.topics import LEDGER_TOPICS
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.district import DemoDistrict
from feeds.sources.demo.people.pictures import store_pictures
from feeds.sources.demo.people.responders import Order, Responders
from feeds.storage.photo_files import PhotoFiles
from feeds.telemetry.topic_servers import open_telemetry

__all__ = ["Past", "generate_past", "write_snapshot"]

ACTOR: Final = "system:demo"
BEGINS, ENDS = "demo:past:begins", "demo:past:ends"
TOGETHER_S, LONG_AGO_TOGETHER_S = 20.0, 120.0
"""Steps that are due within this time happen at one moment, so that the clock is set less often."""
LONG_AGO_S: Final = 86_400.0
READ_AT_ONCE: Final = 2000

Moment = tuple[float, list[Act]]


async def generate_past(settings: Settings, *, scale: int, seed: int) -> int:
    """Append a past to an empty ledger; return the number of facts, 0 when the ledger is not empty.

    An interrupted past is deleted and generated again: nobody else has written yet.
    Raises LedgerUnavailable, DistrictError.
    """
    ledger = await Ledger.open(settings.log_url)
    try:
        if (await ledger.head())[0]:
            if await ledger.done(ENDS) or not await ledger.done(BEGINS):
                return 0
            await ledger.forget_all()
        streets = read_streets(read_district(settings.data_dir))
        await asyncio.to_thread(store_pictures, PhotoFiles(settings.data_dir))
        now = time.time()
        stories = DemoDistrict.shipped(streets=streets, scale=scale, seed=seed).past(now)
        past = Past(settings.data_dir, now, seed=seed)
        try:
            moments = await past.generate(stories)
        finally:
            past.close()
        await _append(ledger, moments, rate=settings.city_rate)
        return await write_snapshot(ledger, settings)
    finally:
        await ledger.close()


class Past:
    """Generates a city's past in memory until ``until`` (city = machine epoch seconds)."""

    def __init__(self, data: Path, until: float, *, seed: int) -> None:
        district = read_district(data)
        self.store = Store()
        self.refusals: list[tuple[str, str]] = []
        self._until = until
        self._rules: DecisionRules = read_decision_rules(district, data)
        self._memory = _Memory(self.store, iso(until))
        self._people = people_of(data)
        self._responders = Responders(self._people, self._rules.categories, seed=seed)
        self._timers = Timers(self.store, self._memory, lambda: self._rules, clock=lambda: until)
        self._accounts = Accounts(data)
        self._reporters = Reporters(data)
        self._told: list[tuple[str, dict[str, Any]]] = []
        self._persons: dict[str, Person] = {}
        self._numbers = itertools.count(1)
        self._roster = read_rows(data, "roster.csv")

    def close(self) -> None:
        """Close the files."""
        self._accounts.close()
        self._reporters.close()

    async def generate(self, stories: Sequence[Story]) -> list[Moment]:
        """Process stories in order of time; return each moment (epoch seconds) with its acts."""
        moments: list[Moment] = []
        coming = iter([*stories, None])
        story = next(coming)
        at = stories[0].reported_at if stories else self._until
        while at <= self._until:
            self._memory.begin(at)
            if not moments:
                await self._note_first_facts()
            reports = []
            while story is not None and story.reported_at <= at:
                reports.append(story)
                story = next(coming)
            await self._process(reports)
            moments.append((at, self._memory.taken))
            soonest = min(self._responders.next_at, self._timers.next_at)
            at = max(at, min(soonest, story.reported_at if story else soonest))
            at += LONG_AGO_TOGETHER_S if at < self._until - LONG_AGO_S else TOGETHER_S
            await asyncio.sleep(0)  # so that Ctrl-C works
        self._memory.begin(self._until)
        orders = first_duty(self.store.state.ledger, self._rules, self._people, self._until)
        for account, person, verb, subject, args in orders:
            await self._give(person or self._person(account), verb, subject, 0, args)
        self._reporters.put(self._told, now=self._until)  # at once: each call waits for the disk
        return [*moments, (self._until, self._memory.taken)]

    async def _note_first_facts(self) -> None:
        """Append the engine's first notes: the roster, and that no system has an adapter."""
        rows, sha256 = self._roster
        table = {"sha256": sha256, "rows": [{k: v or "" for k, v in row.items()} for row in rows]}
        await self._memory.append(
            [_noted("OutletsSet", "city:outlets", {"systems": []}),
             _noted("RosterLoaded", "table:roster", table)]
        )  # fmt: skip

    async def _process(self, reports: Iterable[Story]) -> None:
        """Append the reports, then execute the due timers and acts of this moment until none is left."""
        await self._memory.append(self._reported(list(reports)))
        busy = True
        while busy:
            busy = await self._timers.step() > 0
            state = self.store.state.ledger
            self._responders.update(state, self._until)
            for order in self._responders.due(state, self._until):
                busy = True
                self._responders.answered(order, await self._answer(order), state, self._until)

    def _reported(self, stories: list[Story]) -> list[Act]:
        """Return the acts of reports, as the gateway would make them; takes note of their reporters."""
        now = self.store.state.ledger.clock.at(self._until)
        acts = []
        for story in stories:
            found = validate("case", story.report(), Edge(story.client, iso(self._until), now))
            if not isinstance(found, Normalised):
                raise ValueError(f"{story.no}: {found}")
            if found.reporter is not None:
                ref = name_by_reference(self._reporters, story.client, found)
                self._told.append((ref, found.reporter))
            acts.append(act_of("case", story.client, found, story.place.code))
        return acts

    async def _answer(self, order: Order) -> Answer:
        act = order.act
        return await self._give(self._person(act.account), act.verb, order.subject, order.version, act.args)

    async def _give(
        self, person: Person, verb: str, subject: str, version: int, args: dict[str, Any]
    ) -> Answer:
        state = self.store.state.ledger
        command = Command(f"past-{next(self._numbers)}", verb, subject, version, args)
        now = Now(self._until, state.clock.at(self._until))
        decision = decide(state, command, person, self._rules, now)
        if isinstance(decision, Refusal):
            self.refusals.append((verb, decision.reason))
            return Answer(refused=Why(decision.code, decision.reason))
        bodies = tuple(signed(fact, person, command) for fact in decision.facts)
        await self._memory.append(
            [Act(f"cmd:{person.account}:{command.command_id}", bodies, decision.expects)]
        )
        return Answer(done=Done())

    def _person(self, name: str) -> Person:
        """Return the person of an account; only accounts without a shift role are cached."""
        person = self._persons.get(name)
        if person is None:
            account, state = self._accounts.get(name), self.store.state
            offset = self._rules.zone_offset_s
            person = person_of_account(account, state, self._until, zone_offset_s=offset)
            if person is None:
                raise ValueError(f"{name}: there is no such account")
            if not SHIFT_ROLES.intersection(person.roles):
                self._persons[name] = person
        return person


class _Memory:
    """A ledger in memory whose acts are folded at once; every act is recorded at the same machine time."""

    def __init__(self, store: Store, recorded_at: str) -> None:
        self.taken: list[Act] = []
        self._store = store
        self._recorded_at = recorded_at
        self._previous = GENESIS
        self._position = 0

    def begin(self, at: float) -> None:
        """Set the city clock to a moment (epoch seconds)."""
        self.taken = []
        self._fold([_clock_body(at, self._recorded_at)])

    async def append(self, acts: Sequence[Act]) -> list[Written]:
        """Append acts in order; there is only one writer, so no act conflicts."""
        self.taken += acts
        return [self._fold(act.bodies) for act in acts]

    def _fold(self, bodies: Sequence[bytes]) -> Appended:
        rows = []
        for body in bodies:
            self._position += 1
            found = link(self._previous, self._recorded_at, digest(body))
            rows.append(Row(self._position, self._recorded_at, found, self._previous, body))
            self._previous = found
        self._store.commit(rows)
        return Appended(self._position, self._previous, self._recorded_at)


async def _append(ledger: Ledger, moments: Sequence[Moment], *, rate: float) -> None:
    """Append all moments, each after a ``CityClockSet``; at the end set the present clock."""
    waiting: list[Act] = []
    for number, (at, acts) in enumerate(moments):
        name = f"demo:past:{number}" if number else BEGINS
        waiting += [_set_clock(name, at, time.time()), *acts]
        while len(waiting) >= ACTS_PER_CALL:
            await ledger.append(waiting[:ACTS_PER_CALL])
            waiting = waiting[ACTS_PER_CALL:]
    await ledger.append(waiting)
    now = time.time()
    await ledger.append([_set_clock(ENDS, now, now, rate)])


async def write_snapshot(ledger: Ledger, settings: Settings) -> int:
    """Fold the ledger and write a snapshot, so that no process needs to fold it; return the position."""
    store = Store(keep_days=kept_days(settings))
    while rows := await ledger.read(store.state.ledger.position, count=READ_AT_ONCE):
        store.commit(rows)
        await asyncio.sleep(0)
    position = store.state.ledger.position
    places = {topic: Place(ledger=position) for topic in LEDGER_TOPICS}
    telemetry = await open_telemetry(settings.log_url, settings.telemetry_urls)
    try:
        cursor = Cursor(await epoch_of(ledger, telemetry), places).text()
    finally:
        await telemetry.close()
    Snapshots(settings.data_dir / "snapshots").write(store.state.ledger, cursor)
    return position


def _set_clock(name: str, city: float, machine: float, rate: float = 1.0) -> Act:
    return Act(name, (_clock_body(city, iso(machine), rate),))


def _clock_body(city: float, machine0: str, rate: float = 1.0) -> bytes:
    data = {"city0": iso(city), "machine0": machine0, "rate": rate}
    return body_of("CityClockSet", "city:clock", ACTOR, data)


def _noted(kind: str, subject: str, data: dict[str, Any]) -> Act:
    """Return a note with the command id of the engine's first note on its subject."""
    return Act(f"{kind}:{subject}:1", (body_of(kind, subject, ACTOR, data),), ((subject, 0),))
