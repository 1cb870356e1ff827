"""A city in memory for drills: orders are decided, the engine's timers run, facts are folded; no process."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Now, Refusal
from city.commands.decide import decide
from city.facts.chain import GENESIS, digest, link
from city.facts.fact import Fact, body_of, read_fact
from city.folding.store import Store
from city.state.ledger_state import CityState
from console.engine.subject_timers import SubjectTimers
from console.engine.timers import Timers
from console.orders.answers import signed
from feeds.clients.commander import Answer, Done, Why
from feeds.gateway.publish_jobs import act_of
from feeds.ledger.ledger import Act, Appended
from feeds.ledger.segments import Row
from feeds.protocol.records import Normalised, ValidationContext, validate
from tests.lives import shipped_rules


class MemoryStage:
    """``people``: account → person. ``clocks`` are the city times at which the clock stood."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.rules = shipped_rules()
        self.facts: list[Fact] = []
        self.clocks: list[float] = []
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.by_others: set[str] = set()
        self.acts: dict[tuple[str, str], int] = {}
        """(account, subject) → position of a person's act."""
        self._people = people
        self._store = Store()
        self._hash = GENESIS
        self._timers = Timers(self._store, self, lambda: self.rules, clock=time.time)
        self._subject_timers = SubjectTimers(self._store, self, self.rules, clock=time.time)

    @property
    def state(self) -> CityState:
        return self._store.state

    def _fold(self, body: bytes) -> None:
        position, stamp = len(self.facts) + 1, iso(time.time())
        previous, self._hash = self._hash, link(self._hash, stamp, digest(body))
        self._store.commit([Row(position, stamp, self._hash, previous, body)])
        self.facts.append(read_fact(position, stamp, body))

    async def append(self, acts: Sequence[Act]) -> list[Appended]:
        for act in acts:
            for body in act.bodies:
                self._fold(body)
        return [Appended(len(self.facts), self._hash, iso(time.time()))] * len(acts)

    async def set_clock(self, city: float) -> None:
        self.clocks.append(city)
        data = {"city0": iso(city), "machine0": iso(time.time()), "rate": 0.0}
        self._fold(body_of("CityClockSet", "city:clock", "system:drill", data))

    async def publish(self, client: str, topic: str, records: list[dict[str, Any]]) -> None:
        now = self.state.ledger.clock.at(time.time())
        for record in records:
            self.published.append((topic, record))
            found = validate(topic, record, ValidationContext(client, iso(time.time()), now))
            assert isinstance(found, Normalised), found
            if topic in ("case", "warning"):
                street = self.rules.street_of(record.get("lon", 0.0), record.get("lat", 0.0))
                await self.append([act_of(topic, client, found, street)])

    async def order(
        self, account: str, verb: str, subject: str, version: int, args: dict[str, Any]
    ) -> Answer:
        state, machine = self.state.ledger, time.time()
        command = Command(f"c{len(self.facts)}", verb, subject, version, args)
        person = self._people[account]
        found = decide(state, command, person, self.rules, Now(machine, state.clock.at(machine)))
        if isinstance(found, Refusal):
            return Answer(refused=Why(found.code, found.reason))
        for fact in found.facts:
            self._fold(signed(fact, person, command))
        return Answer(done=Done(str(len(self.facts))))

    def people_acted(self, subject: str) -> bool:
        return subject in self.by_others

    def acted(self, account: str, subject: str, after: int) -> int | None:
        at = self.acts.get((account, subject), 0)
        return at if at > after else None

    async def catch_up(self) -> None:
        pass

    async def settle(self) -> None:
        while await self._timers.step() + await self._subject_timers.step():
            pass
