"""A town without wires: reports, deciders, fold and timers in one process, on a clock that jumps."""

import itertools
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from city.access import Person
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso, parse
from city.commands.cases.automatic_steps import office_time, steps
from city.commands.cases.passed_limits import decide_pass_limit
from city.commands.command import Command, Decision, Now, Refusal
from city.commands.decide import decide
from city.duty.roster import read_roster
from city.facts.fact import Fact
from city.folding.fold import apply
from city.folding.store import Store
from city.state.ledger_state import Case, LedgerState
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district, read_rows
from feeds.clients.commander import Answer, Done, Why
from feeds.protocol.records import Normalised, validate
from feeds.protocol.records import ValidationContext as Edge
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.people.people import People
from feeds.sources.demo.people.responders import Order, Responders

SYSTEM = Person("engine", "", ("system",))


class Town:
    """Everything that a case meets, at city time = machine time."""

    def __init__(self, data: Path, now: float, *, seed: int = 1) -> None:
        self.rules = read_decision_rules(read_district(data), data)
        roster = read_rows(data, "roster.csv")[0]
        agencies = {code: agency.short for code, agency in self.rules.agencies.items()}
        self.people = People(agencies, [*self.rules.streets], read_roster(roster))
        self.persons = {
            actor.account: Person(
                actor.account, actor.display, actor.roles, agency=actor.agency, street=actor.street,
                streets=actor.streets, on_shift=actor.roles, automated=True,
            )
            for actor in self.people.actors
        }  # fmt: skip
        self.store = Store(LedgerState(clock=CityClock(0.0, 0.0), roster=roster))
        self.responders = Responders(self.people, self.rules.categories, seed=seed)
        self.now = now
        self.refusals: Counter[tuple[str, str, str]] = Counter()
        self.facts: list[Fact] = []
        self._numbers = itertools.count()

    @property
    def state(self) -> LedgerState:
        return self.store.state.ledger

    def case(self, no: str) -> Case:
        return next(c for c in self.state.cases.values() if no in {number for _, number in c.external})

    def types(self, no: str) -> list[str]:
        subject = f"case:{self.case(no).key}"
        return [fact.type for fact in self.facts if fact.subject == subject]

    def report(self, stories: Iterable[Story]) -> None:
        for story in stories:
            found = validate("case", story.report(), Edge(story.client, iso(self.now), self.now))
            assert isinstance(found, Normalised), found
            wants = found.reporter is not None and found.reporter.get("wants_reply") is True
            record = {**found.record, "wants_reply": wants}  # as the gateway keeps it beside the person
            data = {"record": record, "street": story.place.code}
            self._fold("CaseReported", f"case:{story.client}/{story.no}", f"client:{story.client}", data)

    def give(self, person: Person, verb: str, case: Case, **args: Any) -> Decision | Refusal:
        command = Command(str(next(self._numbers)), verb, f"case:{case.key}", case.file.version, args)
        return self._decide(person, command)

    def run(self, until: float, every: float = 60.0) -> None:
        """Let time pass: people act, timers ring, until nothing more is due before ``until``."""
        while self.now < until:
            self._act()
            self._ring()
            self.now += every

    def _act(self) -> None:
        self.responders.update(self.state, self.now)
        while orders := self.responders.due(self.state, self.now):
            for order in orders:
                self.responders.answered(order, self._answer(order), self.state, self.now)
            self.responders.update(self.state, self.now)

    def _answer(self, order: Order) -> Answer:
        act = order.act
        command = Command(str(next(self._numbers)), act.verb, order.subject, order.version, act.args)
        decision = self._decide(self.persons[act.account], command)
        if isinstance(decision, Refusal):
            self.refusals[act.verb, decision.code, decision.reason] += 1
            return Answer(refused=Why(decision.code, decision.reason))
        return Answer(done=Done())

    def _ring(self) -> None:
        for case in list(self.state.cases.values()):
            if not case.file.own or not case.is_open:
                continue
            for step in steps(case, self.rules.numbers, office_time(case, self.rules)):
                if step.at > self.now:
                    break
                args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
                subject = f"case:{case.key}"
                command = Command(f"{case.key}:{step.name}", "pass_limit", subject, case.file.version, args)
                now = Now(self.now, self.now)
                self._take(decide_pass_limit(self.state, case, command, SYSTEM, self.rules, now), SYSTEM)

    def _decide(self, person: Person, command: Command) -> Decision | Refusal:
        decision = decide(self.state, command, person, self.rules, Now(self.now, self.now))
        return self._take(decision, person)

    def _take(self, decision: Decision | Refusal, person: Person) -> Decision | Refusal:
        if isinstance(decision, Decision):
            for fact in decision.facts:
                role = person.roles[0]
                self._fold(fact.type, fact.subject, person.account, fact.data, role=role, reason=fact.reason)
        return decision

    def _fold(self, kind: str, subject: str, actor: str, data: dict[str, Any], **signed: str) -> None:
        # As the ledger stores it: whatever JSON cannot say would not survive.
        stored = msgspec.json.decode(msgspec.json.encode(data))
        position = self.state.position + 1
        fact = Fact(position, parse(iso(self.now)), kind, 1, subject, actor, stored, **signed)
        apply(self.state, fact)
        self.state.position = position
        self.facts.append(fact)
