"""Cases that live without servers: commands are decided, their facts folded and kept as chained rows."""

import heapq
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.cases.automatic_steps import Step, office_time, steps
from city.commands.command import Command, Decision, Now, Refusal
from city.commands.decide import decide
from city.dispatch.decision_rules import DecisionRules
from city.facts.chain import GENESIS, digest, link
from city.facts.fact import body_of, read_fact
from city.folding.fold import apply
from city.state.ledger_state import Case, LedgerState
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.engine.timers import ENGINE
from feeds.ledger.segments import Row
from tests.gateways import LUJIAZUI

STREET = "310115005"
COVER = ("component", "0101")  # 上水井盖: a hazard, 2 urgent hours
LITTER = ("event", "0110")  # 暴露垃圾: 4 office hours


@lru_cache
def shipped_rules() -> DecisionRules:
    """What decisions go by in the built-in district."""
    with tempfile.TemporaryDirectory() as folder:
        return read_decision_rules(read_district(Path(folder)), Path(folder), on="2026-06-09")


def somebody(account: str, *roles: str, **rights: Any) -> Person:
    shift = tuple(
        role for role in roles if role in ("duty_officer", "shift_lead", "duty_leader", "rotating_leader")
    )
    return Person(account, f"{account}××", roles, on_shift=shift, **rights)


INTAKE = somebody("he", "intake_officer")
DISPATCHER = somebody("fang", "dispatcher")
INSPECTOR = somebody("zhong", "inspector")
LEAD = somebody("gu", "shift_lead")
LEADER = somebody("wang", "duty_leader", "rotating_leader")
OFFICER = somebody("chen", "duty_officer")


def operator(holder: str) -> Person:
    """Whoever acts for a holder."""
    if holder.isdigit():
        return somebody(f"s{holder[-3:]}", "street_operator", street=holder)
    return somebody(f"a-{holder}", "agency_operator", agency=holder)


class Lives:
    """A ledger's life in memory. ``now`` is both clocks, epoch seconds; whoever acts moves it."""

    def __init__(self, now: float, rules: DecisionRules | None = None) -> None:
        self.state = LedgerState()
        self.rules = rules or shipped_rules()
        self.now = now
        self.rows: list[Row] = []
        self._numbers = 0
        self._hash = GENESIS

    def write(self, kind: str, subject: str, actor: str, data: dict[str, Any], **signed: Any) -> None:
        """Append one fact and fold it, through its stored body."""
        body = body_of(kind, subject, actor, data, **signed)
        stamp = iso(self.now)
        position = len(self.rows) + 1
        previous, self._hash = self._hash, link(self._hash, stamp, digest(body))
        self.rows.append(Row(position, stamp, self._hash, previous, body))
        apply(self.state, read_fact(position, stamp, body))

    def report(self, key: str = "hotline/1", **given: Any) -> Case:
        """Report a case now (``at``: when it was said to be)."""
        kind, code = given.pop("category", COVER)
        record = {
            "id": key.partition("/")[2], "client": key.partition("/")[0], "channel": "hotline_12345",
            "title": "井盖缺失", "category": {"kind": kind, "code": code, "mapped": {"code": code}},
            "lon": LUJIAZUI[0], "lat": LUJIAZUI[1], "received": iso(self.now),
            "at": iso(given.pop("at", self.now)), "road": "世纪大道", **given,
        }  # fmt: skip
        street = self.rules.street_of(record["lon"], record["lat"])
        self.write("CaseReported", f"case:{key}", "hotline", {"record": record, "street": street})
        return self.state.cases[key]

    def do(self, case: Case, verb: str, by: Person, **args: Any) -> Decision | Refusal:
        """Give an order; its facts are written when it is not refused."""
        self._numbers += 1
        command = Command(f"c{self._numbers}", verb, f"case:{case.key}", case.file.version, args)
        now = Now(self.now, self.state.clock.at(self.now))
        answer = decide(self.state, command, by, self.rules, now)
        if isinstance(answer, Decision):
            role = "system" if by is ENGINE else by.roles[0]
            for fact in answer.facts:
                signed = {"v": fact.v, "role": role, "reason": fact.reason}
                self.write(fact.type, fact.subject, by.account, fact.data, **signed)
        return answer

    def did(self, case: Case, verb: str, by: Person, **args: Any) -> list[str]:
        """Give an order that must be taken; return the types of its facts."""
        answer = self.do(case, verb, by, **args)
        assert isinstance(answer, Decision), answer
        return [fact.type for fact in answer.facts]

    def steps(self, case: Case) -> list[Step]:
        return steps(case, self.rules.numbers, office_time(case, self.rules))

    def step(self, case: Case, code: str) -> Step:
        """Return the one coming step of a code."""
        [found] = [step for step in self.steps(case) if step.code == code]
        return found

    def run_until(self, case: Case, end: float) -> list[tuple[str, float]]:
        """Pass every step of a case as it comes, until ``end``; return (code, moment) of each."""
        passed = []
        while (left := self.steps(case)) and left[0].at <= end:
            self.now = max(self.now, left[0].at)
            passed.append((left[0].code, self.now))
            self.pass_step(case, left[0])
        self.now = max(self.now, end)
        return passed

    def pass_step(self, case: Case, step: Step) -> list[str]:
        args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
        return self.did(case, "pass_limit", ENGINE, **args)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of every fact of a type."""
        facts = (read_fact(row.position, row.recorded_at, row.body) for row in self.rows)
        return [fact.data for fact in facts if fact.type == kind]


class Agenda:
    """What is to come, earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Any]] = []
        self._number = 0

    def add(self, at: float, what: Any) -> None:
        self._number += 1
        heapq.heappush(self._heap, (at, self._number, what))

    def until(self, end: float) -> Any:
        """Yield (moment, what) up to ``end``; more may be added meanwhile."""
        while self._heap and self._heap[0][0] < end:
            at, _, what = heapq.heappop(self._heap)
            yield at, what
