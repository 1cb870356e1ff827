"""Plays a script on a stage: step by step, with the city clock at each due moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import product
from typing import Any, Final, Protocol

import msgspec

from city.commands.decide import ANY_VERSION
from city.commands.subjects import find_subject
from city.dispatch.decision_rules import DecisionRules
from city.facts.fact import Fact
from city.state.ledger_state import CityState
from console.drill.checkpoints import Folded, judge
from console.drill.names import Names, account_of
from console.drill.next_due import next_due
from console.drill.records import CLIENTS, cases, devices, readings, track, units, warning
from console.drill.script import Line, Script
from console.drill.selection import find, subject_of
from feeds.clients.commander import Answer

__all__ = ["Outcome", "Player", "Stage"]

TOGETHER_S: Final = 4.0
"""Steps that are due within this time happen at one moment; less than what counts as late (晚)."""
QUIET_S: Final = 300.0
AT_ONCE: Final = 40
TRIES: Final = 6
PATIENCE_S: Final = 1800.0
"""For so long a person's act is waited for."""
LOOK_S: Final = 0.1
CENTRE: Final = "centre"
"""The holder of tasks that the centre itself has; its duty officer acts for it."""


_Order = tuple[str, str, dict[str, Any]]
"""Account, subject, arguments."""


class Stage(Protocol):
    """A city on which a script is played. ``facts`` are all facts in order."""

    @property
    def state(self) -> CityState:
        """The state as folded."""

    @property
    def rules(self) -> DecisionRules:
        """What decisions go by."""

    @property
    def facts(self) -> Sequence[Fact]:
        """All facts, in order."""

    async def set_clock(self, city: float) -> None:
        """Set the city clock (epoch seconds), or wait until it is there."""

    async def publish(self, client: str, topic: str, records: list[dict[str, Any]]) -> None:
        """Publish records through the gateway; every one must be taken."""

    async def order(
        self, account: str, verb: str, subject: str, version: int, args: dict[str, Any]
    ) -> Answer:
        """Give an order and return its answer."""

    def people_acted(self, subject: str) -> bool:
        """Whether a person has acted on a subject beside the script, after its last order on it."""

    def acted(self, account: str, subject: str, after: int) -> int | None:
        """Return the position of a person's next act on a subject by an account of theirs, None before it."""

    async def catch_up(self) -> None:
        """Wait until we and the console have folded all facts that are written."""

    async def settle(self) -> None:
        """Wait until every process has folded everything and nothing more follows from it."""


class Outcome(msgspec.Struct):
    """What came of a line: '' for good, else what went wrong. ``city`` is the city time, epoch seconds."""

    line: Line
    city: float
    fault: str = ""
    by_people: bool = False
    """Somebody had done it before the script."""


class Player:
    """Plays one script once. ``heard`` is called with the outcome of each line as it happens.

    ``people`` are the accounts that people play: the script does not give their orders but waits until they
    have acted; ``waits`` is told for which line and account. A refusal that is expected of them is left out.
    """

    def __init__(
        self, script: Script, stage: Stage, *, heard: Callable[[Outcome], None],
        before: Callable[[Line], Awaitable[None]] | None = None, people: frozenset[str] = frozenset(),
        waits: Callable[[Line, str], None] = lambda *_: None, patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        self._script = script
        self._stage = stage
        self._heard = heard
        self._before = before
        self._people = people
        self._waits = waits
        self._patience_s = patience_s
        self._seen_acts: dict[tuple[str, str], int] = {}
        self._held: dict[tuple[str, str], float] = {}
        self._warned: dict[str, str] = {}
        officers = [one.key for one in script.person if "duty_officer" in one.roles]
        self._centre = officers[0] if officers else ""

    async def play(self) -> list[Outcome]:
        """Play all lines; return their outcomes."""
        lines = self._script.line
        begin = self._script.t0 + lines[0].offset_s - QUIET_S
        await self._stage.set_clock(begin)
        registered = devices(self._script.device, self._stage.rules, begin)
        if registered:
            await self._stage.publish(CLIENTS["sensor"], "sensor", registered)
        await self._stage.settle()
        now, outcomes = begin, []
        for line in lines:
            if self._before is not None:
                await self._before(line)
            at = self._script.t0 + line.offset_s
            while now < at:
                now = await self._advance(now, at)
            outcome = await self._play(line, at)
            self._heard(outcome)
            outcomes.append(outcome)
        return outcomes

    async def _advance(self, now: float, until: float) -> float:
        """Move the clock to the next moment at which something is due, at most to ``until``."""
        stage = self._stage
        to = next_due(stage.state.ledger, stage.rules, after=now, until=until, together=TOGETHER_S)
        await stage.set_clock(to)
        await self._repeat_readings(to)
        await stage.settle()
        return to

    async def _repeat_readings(self, at: float) -> None:
        records = readings(self._held, self._script.device, at)
        if records:
            await self._stage.publish(CLIENTS["sensor"], "sensor", records)

    async def _play(self, line: Line, at: float) -> Outcome:
        outcome = Outcome(line, at)
        if line.check:
            seen = Folded(self._stage.state, self._stage.rules, self._stage.facts, time.time())
            want = Names(self._script, seen.state.ledger).fill(line.want)
            outcome.fault = judge(line.check, want, seen)
        elif line.order:
            await self._orders(line, outcome)
            await self._stage.settle()
        elif not line.note:
            await self._publish(line, at)
            await self._stage.settle()
        return outcome

    async def _publish(self, line: Line, at: float) -> None:
        rules, publish = self._stage.rules, self._stage.publish
        if line.warning is not None:
            record = warning(line.warning, self._warned, at)
            self._warned[line.warning.id] = record["sent"]
            await publish(CLIENTS["warning"], "warning", [record])
        elif line.storm:
            await publish(CLIENTS["warning"], "warning", [track(self._script, at)])
        elif line.readings:
            new = {(d, metric): value for metric, some in line.readings.items() for d, value in some.items()}
            self._held |= new
            await publish(CLIENTS["sensor"], "sensor", readings(new, self._script.device, at))
        elif line.silence:
            self._held = {key: value for key, value in self._held.items() if key[0] not in line.silence}
        elif line.units:
            await publish(CLIENTS["unit"], "unit", units(line.units, rules, at))
        elif line.cases:
            await publish(CLIENTS["case"], "case", list(cases(line.cases, rules, at)))

    async def _orders(self, line: Line, outcome: Outcome) -> None:
        orders = list(self._targets(line))
        if not orders:
            outcome.fault = "nothing of that kind was found"
        by_subject: dict[str, list[_Order]] = {}
        for one in orders:
            by_subject.setdefault(one[1], []).append(one)
        rows = list(by_subject.values())
        for some in range(0, len(rows), AT_ONCE):
            together = rows[some : some + AT_ONCE]
            faults = await asyncio.gather(*(self._in_turn(line, row) for row in together))
            for fault, row in zip(faults, together, strict=True):
                if fault and self._stage.people_acted(row[0][1]):
                    outcome.by_people = True
                else:
                    outcome.fault = outcome.fault or fault
        outcome.by_people |= not outcome.fault and any(one[0] in self._people for one in orders)

    async def _in_turn(self, line: Line, orders: Sequence[_Order]) -> str:
        """Give the orders on one subject one after the other; return the first fault."""
        faults = []
        for number, order in enumerate(orders):
            if number:
                await self._stage.catch_up()
            by = self._person if order[0] in self._people else self._order
            faults.append(await by(line, *order))
        return next(filter(None, faults), "")

    async def _person(self, line: Line, account: str, subject: str, _args: dict[str, Any]) -> str:
        """Wait until a person has acted on a subject; return a fault when nobody did."""
        if line.refused:
            return ""
        key, told, last = (account, subject), False, time.monotonic() + self._patience_s
        while (at := self._stage.acted(account, subject, self._seen_acts.get(key, 0))) is None:
            if time.monotonic() > last:
                return f"{account} on {subject}: nobody did it within {self._patience_s / 60:.0f} min"
            if not told:
                self._waits(line, account)
                told = True
            await asyncio.sleep(LOOK_S)
        self._seen_acts[key] = at
        return ""

    async def _order(self, line: Line, account: str, subject: str, args: dict[str, Any]) -> str:
        """Give one order; return its fault. Who lost to another order of the same moment tries again."""
        for left in reversed(range(TRIES)):
            found = find_subject(self._stage.state.ledger, subject)
            version = found.version if found and line.order not in ANY_VERSION else 0
            answer = await self._stage.order(account, line.order, subject, version, args)
            lost = answer.refused is not None and answer.refused.code == "conflict"
            if not (lost and left) or line.refused:
                break
            await self._stage.catch_up()
        fault = _fault(answer, line.refused)
        return f"{account} on {subject}: {fault}" if fault else ""

    def _targets(self, line: Line) -> Iterator[_Order]:
        """Yield account, subject and arguments of each order of a line."""
        names = Names(self._script, self._stage.state.ledger)
        for table, where in line.find.items():
            found = list(find(self._stage.state.ledger, table, names.fill(where)))
            for key, record in found if line.each else found[-1:]:
                items = [one.key for one in getattr(record, line.per)] if line.per else [""]
                for account, item in product(self._accounts(line, record), items):
                    yield account, subject_of(table, key), names.of(item=item, record=record).fill(line.args)
        if line.on:
            for holder in self._holders(line):
                own = names.of(holder=holder)
                account = line.by if not line.by.startswith("@") else account_of(holder)
                yield account, str(own.fill(line.on)), own.fill(line.args)

    def _holders(self, line: Line) -> list[str]:
        every = list(self._stage.rules.streets) if line.every == ("streets",) else list(line.every)
        return [holder for holder in every if holder not in line.omit] or [""]

    def _accounts(self, line: Line, record: Any) -> list[str]:
        """Return who acts on a found record."""
        if not line.by.startswith("@"):
            return [line.by]
        if line.by == "@holders":
            done = getattr(record, "reports", {})
            return [account_of(one) for one in record.holders if one not in line.omit and one not in done]
        place = getattr(record, "place", None)
        street = getattr(record, "street", "") or (place.street if place else "")
        if line.by == "@inspector":
            return [f"inspector-{street or next(iter(self._stage.rules.streets))}"]
        if line.by == "@street":
            return [account_of(street)]
        holder = getattr(record, "agency", "") or getattr(record, "holder", "") or street
        holder = holder or next(iter(getattr(record, "parties", ())), "")
        if holder in line.omit:
            return []
        if holder == CENTRE:
            return [self._centre]
        return [f"duty-{holder}" if line.by == "@duty" and not holder.isdigit() else account_of(holder)]


def _fault(answer: Answer, refused: str) -> str:
    why = answer.refused
    if refused:
        if why is None:
            return f"expected {refused}, but it was done"
        return "" if why.code == refused else f"expected {refused}, got {why.code} ({why.reason})"
    return "" if why is None else f"refused: {why.code} ({why.reason})"
