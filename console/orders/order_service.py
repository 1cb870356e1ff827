"""Orders: a command becomes a fact exactly once, durable before it is shown; its answer never changes."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import structlog

from city.access import Person
from city.commands.command import Command, Decision, Now, Refusal
from city.commands.decide import ANY_VERSION, decide
from city.commands.subjects import Subject, find_case, find_subject
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.sendable_units import unit_now
from city.facts.fact import Fact, read_fact
from city.folding.store import Store
from city.state.ledger_state import LedgerState
from city.state.row_keys import row_key_of
from console.orders.answers import (
    REFUSED,
    done,
    refusal_body,
    refusal_in,
    refused,
    signed,
    undo_until,
    winner_in,
)
from console.orders.appender import Appender
from console.orders.conflicts import WinningActs, may_decide_again
from console.orders.envelopes import Fault, command_id_of, read_envelope
from console.orders.fold_waiting import FoldWaiter
from console.orders.ledger_acts import facts_of
from console.orders.per_subject_queue import PerSubjectQueues
from console.orders.photo_names import PhotoNames
from console.orders.presence import Presence
from console.orders.rate_limit import RateLimit
from console.orders.refusal_texts import Reasons
from console.orders.reporters import Reporters
from feeds.ledger.ledger import Act, Again, Answer, Appended, Conflict, Ledger, LedgerUnavailable
from feeds.people.reporters import PeopleStore

__all__ = ["Orders"]

log = structlog.get_logger()

RETRY_S: Final = 8.0
REFUSALS_A_MINUTE: Final = 60
UNKNOWN: Final = Refusal("read_only", "order_unknown")
TRIES: Final = 3
TRIES_AT_ANY_VERSION: Final = 12


class _Order(msgspec.Struct, frozen=True):
    """One order in progress: ``id`` is its command id in the ledger."""

    person: Person
    command: Command
    id: str

    def on(self, subject: str) -> "_Order":
        """Return the same order with another subject: the case's own key in place of an alias."""
        return msgspec.structs.replace(self, command=msgspec.structs.replace(self.command, subject=subject))


class Orders:
    """Executes the orders of signed-in people and of clients of ``/v1/command``."""

    def __init__(
        self, ledger: Ledger, store: Store, *, rules: DecisionRules, people: PeopleStore, presence: Presence,
        photos: PhotoNames, reasons: Reasons, clock: Callable[[], float],
        fault: Callable[[], str] = lambda: "",
    ) -> None:  # fmt: skip
        self.counts: Counter[str] = Counter()
        self._ledger = ledger
        self._winning_acts = WinningActs(ledger)
        self._queues = PerSubjectQueues()
        self._appender = Appender(ledger)
        self._store = store
        self._fold_waiter = FoldWaiter(ledger, store)
        self._rules = rules
        self._reporters = Reporters(people, rules)
        self._presence = presence
        self._photos = photos
        self._reasons = reasons
        self._clock = clock
        self._fault = fault
        self._running: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._budget = RateLimit(REFUSALS_A_MINUTE, 60.0)

    @property
    def state(self) -> LedgerState:
        """The folded state that decisions use."""
        return self._fold_waiter.state

    async def take(self, person: Person, envelope: Any) -> dict[str, Any]:
        """Execute or refuse the order in an envelope; return the answer (times: machine epoch seconds).

        The same command id of the same account gets the same answer, also while the order is in progress.
        """
        found = read_envelope(envelope)
        command = found if isinstance(found, Command) else Command(command_id_of(envelope), "", "")
        order = _Order(person, command, f"cmd:{person.account}:{command.command_id}")
        running = self._running.get(order.id)
        if running is None or not command.command_id:
            running = asyncio.create_task(self._guarded(order, found if isinstance(found, Fault) else None))
            self._running[order.id] = running
            running.add_done_callback(lambda _: self._running.pop(order.id, None))
        # A socket that closes meanwhile does not interrupt an order.
        return self._counted(await asyncio.shield(running))

    async def ready(self) -> bool:
        """Wait until the facts that the ledger held at this console's start are folded; whether they are.

        Call it before you read who gives an order: an empty state has no roster.
        """
        return await self._fold_waiter.is_ready()

    async def starting(self, account: str, envelope: Any) -> dict[str, Any]:
        """Return the answer of a console that is not ready; see :meth:`not_taken`."""
        return await self.not_taken(account, envelope, Refusal("read_only", "order_read_only"))

    async def signed_out(self, account: str, envelope: Any) -> dict[str, Any]:
        """Return the refusal for a page where nobody is signed in (any more); see :meth:`not_taken`."""
        refusal = Refusal("not_allowed", "order_signed_out")
        # A restarted console has lost its walls' seats: an order that is sent again may be done already.
        return await self.not_taken(account, envelope, refusal if account else UNKNOWN)

    async def not_taken(self, account: str, envelope: Any, refusal: Refusal) -> dict[str, Any]:
        """Refuse an order without a decision, unless ``account`` got an answer under its id before.

        ``account`` is the present or former author of the order ('' = unknown). An order that was done is
        never answered as refused.
        """
        command_id = command_id_of(envelope)
        order = _Order(Person(account, "", ()), Command(command_id, "", ""), f"cmd:{account}:{command_id}")
        running = self._running.get(order.id)
        if account and command_id:
            answer = await asyncio.shield(running) if running else await self._earlier(order, refusal)
        else:
            answer = self._refused(order, refusal)
        return self._counted(answer)

    def _counted(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.counts[answer["refused"]["code"] if "refused" in answer else "done"] += 1
        return answer

    async def _earlier(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        """Return the earlier answer of an id, else a refusal; ``order_unknown`` while the ledger is down."""
        try:
            return await self._unwritten(order, refusal)
        except LedgerUnavailable as error:
            log.warning("order_unknown", command=order.id, reason=str(error))
            return self._refused(order, UNKNOWN)

    async def _guarded(self, order: _Order, fault: Fault | None) -> dict[str, Any]:
        try:
            if fault is not None:
                names = {"field": fault.field or "envelope", "expected": fault.expected}
                return await self._unwritten(order, Refusal("bad_args", "order_field", names))
            return await self._answer(order)
        except LedgerUnavailable as error:
            log.warning("order_unknown", command=order.id, reason=str(error))
            return self._refused(order, UNKNOWN)
        except Exception as error:  # boundary of an order: log and refuse it; other orders are unaffected
            log.error("order_failed", command=order.id, verb=order.command.verb, exc_info=error)
            return self._refused(order, Refusal("read_only", "order_failed"))

    async def _answer(self, order: _Order) -> dict[str, Any]:
        if self.state.unknown or self._fault() or not await self.ready():
            return await self._unwritten(order, Refusal("read_only", "order_read_only"))
        command = await self._photos.checked(order.command)
        if isinstance(command, Refusal):
            return await self._refuse(order, command)
        order = msgspec.structs.replace(order, command=command)
        if order.command.verb not in ANY_VERSION:
            return await self._try(order, TRIES)
        # Such verbs run one at a time, so that they do not conflict; people do not wait for automated ones.
        async with self._queues.on(f"{order.person.automated} {order.command.subject}"):
            return await self._try(order, TRIES_AT_ANY_VERSION)

    async def _try(self, order: _Order, tries: int) -> dict[str, Any]:
        for left in reversed(range(tries)):
            subject = await self._fold_waiter.subject(order.command.subject, order.command.version)
            if subject is None:
                return await self._unwritten(order, Refusal("unknown_subject", "order_unknown_subject"))
            order = order.on(subject.name)
            outcome = self._decide(order, subject)
            if isinstance(outcome, Refusal):
                return await self._refuse(order, outcome)
            answer = await self._append(order, outcome)
            if not isinstance(answer, Conflict):
                return await self._done(order, outcome, answer)
            facts = await self._winning_acts.facts(answer.last_position)
            await self._fold_waiter.up_to(answer.last_position)
            if not left or not may_decide_again(self.state, order.command, answer, facts):
                return await self._lost(order, answer, facts)
        raise AssertionError("the last try answers")

    async def _lost(self, order: _Order, conflict: Conflict, facts: Sequence[Fact]) -> dict[str, Any]:
        if order.command.verb in ANY_VERSION:  # no real conflict: too many acts at the same time
            return await self._unwritten(order, Refusal("read_only", "order_read_only"))
        winner = winner_in(facts, conflict.subject) if facts else None
        return await self._refuse(order, Refusal("conflict", "conflict", {}, winner))

    def _decide(self, order: _Order, subject: Subject) -> Decision | Refusal:
        person, command = order.person, order.command
        if person.automated and subject.kind == "case" and self._presence.is_attended(row_key_of(subject.id)):
            return Refusal("not_now", "person_at_it")
        now, city = self._clock(), self._store.state
        at = Now(now, self.state.clock.at(now), lambda unit: unit_now(city, unit, now))
        return decide(self.state, command, person, self._rules, at)

    async def _append(self, order: _Order, decision: Decision) -> Answer:
        bodies = tuple(signed(fact, order.person, order.command) for fact in decision.facts)
        return await self._write(order, Act(order.id, bodies, decision.expects))

    async def _write(self, order: _Order, act: Act) -> Answer:
        """Append; repeat with the same id while it is unknown whether the act was written."""
        loop = asyncio.get_running_loop()
        last, pause = loop.time() + RETRY_S, 0.05
        while True:
            try:
                return await self._appender.append(act, automated=order.person.automated)
            except LedgerUnavailable:
                if loop.time() + pause > last:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    async def _done(self, order: _Order, decision: Decision, answer: Appended | Again) -> dict[str, Any]:
        if isinstance(answer, Again):
            return await self._again(order, answer.position)
        await self._fold_waiter.acted(order.command.subject, answer.position)
        bodies = [signed(fact, order.person, order.command) for fact in decision.facts]
        numbered = enumerate(bodies, start=answer.position - len(bodies) + 1)
        facts = [read_fact(n, answer.recorded_at, body) for n, body in numbered]
        case = find_case(self.state, order.command.subject)
        if case is not None and not order.person.automated:
            self._presence.act(row_key_of(case.key), order.person.account, order.person.name)
        return await self._done_answer(order, facts)

    async def _done_answer(self, order: _Order, facts: list[Fact]) -> dict[str, Any]:
        case = find_case(self.state, order.command.subject)
        subject = order.command.subject if case or not facts else facts[0].subject
        there, until = find_subject(self.state, subject), undo_until(facts)
        version = there.version if there else 0
        answer = done(order.command.command_id, facts, subject, version=version, undo_until=until)
        if facts[-1].type == "PersonRevealed":
            answer["done"]["person"] = await self._reporters.of(case, order.person)
        return answer

    async def _again(self, order: _Order, position: int) -> dict[str, Any]:
        """Return the first answer again, made from the facts in the ledger; the log tells of the replay."""
        log.info("order_repeated", command=order.id, verb=order.command.verb[:40], position=position)
        facts = await facts_of(self._ledger, position)
        if not facts:
            message = f"position {position}: the facts of a command that was done cannot be read"
            raise LedgerUnavailable(message)
        if facts[-1].type == REFUSED:
            return self._refused(order, refusal_in(facts[-1]))
        return await self._done_answer(order.on(facts[0].subject), facts)

    async def _refuse(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        """Write a refusal under the command's own id, so that the same id always gets the same answer."""
        if refusal.code not in ("conflict", "not_allowed", "not_now") or not self._may_write(order):
            return await self._unwritten(order, refusal)
        body = refusal_body(refusal, order.person, order.command)
        answer = await self._write(order, Act(order.id, (body,)))
        if isinstance(answer, Again):
            return await self._again(order, answer.position)
        self._log(order, refusal)
        return self._refused(order, refusal)

    async def _unwritten(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        """Refuse without writing a fact, unless the id was answered before."""
        position = await self._ledger.done(order.id) if order.command.command_id else 0
        if position:
            return await self._again(order, position)
        self._log(order, refusal)
        return self._refused(order, refusal)

    def _may_write(self, order: _Order) -> bool:
        if self._budget.spend(order.person.account, self._clock()):
            return True
        self.counts["refusals_unwritten"] += 1
        return False

    def _refused(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        return refused(order.command.command_id, refusal, self._reasons)

    def _log(self, order: _Order, refusal: Refusal) -> None:
        log.warning(
            "order_refused", account=order.person.account, verb=order.command.verb[:40],
            subject=order.command.subject[:80], code=refusal.code, reason=refusal.reason,
        )  # fmt: skip
