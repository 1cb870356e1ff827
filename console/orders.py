"""Orders: how a command becomes a fact – once, durable before it is shown, and answered the same for ever."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import structlog

from city.access import PAGES, Person, acting_role, may_see_person
from city.acts.command import Command, Decision, Now, Refusal
from city.acts.decide import decide
from city.acts.subjects import find_case
from city.acts.terms import Terms
from city.facts import Fact, read_fact
from city.fold_case import is_quiet
from city.marks import mark_of
from city.state import Case, LedgerState
from city.store import Store
from console.acts_read import facts_of
from console.answers import REFUSED, done, refusal_body, refusal_in, refused, signed, undo_until, winner_in
from console.appender import Appender
from console.budget import Budget
from console.envelopes import Fault, command_id_of, read_envelope
from console.presence import Presence
from console.reasons import Reasons
from feeds.ledger import Act, Again, Answer, Appended, Conflict, Ledger, LedgerUnavailable
from feeds.people import People

__all__ = ["Orders"]

log = structlog.get_logger()

CATCH_UP_S: Final = 1.5
RETRY_S: Final = 8.0
LOOK_S: Final = 0.005
REFUSALS_A_MINUTE: Final = 60


class _Order(msgspec.Struct, frozen=True):
    """One order under way: ``id`` is the ledger's name of it."""

    person: Person
    command: Command
    id: str

    def on(self, subject: str) -> "_Order":
        """Return the same order on its subject by its own name."""
        return msgspec.structs.replace(self, command=msgspec.structs.replace(self.command, subject=subject))


class Orders:
    """Takes the orders of everybody who is signed in to this console or speaks to ``/v1/command``."""

    def __init__(
        self, ledger: Ledger, store: Store, *, terms: Terms, people: People, presence: Presence,
        reasons: Reasons, clock: Callable[[], float], fault: Callable[[], str] = lambda: "",
    ) -> None:  # fmt: skip
        self.counts: Counter[str] = Counter()
        self._ledger = ledger
        self._appender = Appender(ledger)
        self._store = store
        self._terms = terms
        self._people = people
        self._presence = presence
        self._reasons = reasons
        self._clock = clock
        self._fault = fault
        self._goal: int | None = None
        self._running: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._budget = Budget(REFUSALS_A_MINUTE, 60.0)

    @property
    def state(self) -> LedgerState:
        """What decisions go by."""
        return self._store.state.ledger

    async def take(self, person: Person, envelope: Any) -> dict[str, Any]:
        """Do what an envelope orders, or refuse it; return the answer (moments: machine epoch seconds).

        The same command id of the same account gets the same answer, also while it is under way.
        """
        found = read_envelope(envelope)
        command = found if isinstance(found, Command) else Command(command_id_of(envelope), "", "")
        order = _Order(person, command, f"cmd:{person.account}:{command.command_id}")
        running = self._running.get(order.id)
        if running is None or not command.command_id:
            running = asyncio.create_task(self._guarded(order, found if isinstance(found, Fault) else None))
            self._running[order.id] = running
            running.add_done_callback(lambda _: self._running.pop(order.id, None))
        # A socket that closes meanwhile does not stop an order halfway.
        answer = await asyncio.shield(running)
        self.counts[answer["refused"]["code"] if "refused" in answer else "done"] += 1
        return answer

    async def ready(self) -> bool:
        """Wait a little until what was in the ledger when this console started is folded; whether it is.

        Called before it is read who gives an order: an empty state knows no roster.
        """
        if self._is_behind():
            try:
                self._goal, _ = await self._ledger.head()
            except LedgerUnavailable:
                return False
            await self._wait(lambda: not self._is_behind())
        return not self._is_behind()

    def _is_behind(self) -> bool:
        return self._goal is None or self.state.position < self._goal

    def starting(self, envelope: Any) -> dict[str, Any]:
        """Return the answer of a console that is not ready."""
        self.counts["read_only"] += 1
        return refused(command_id_of(envelope), Refusal("read_only", "order_read_only"), self._reasons)

    def signed_out(self, envelope: Any) -> dict[str, Any]:
        """Return the refusal for one whom nobody is signed in as (any more)."""
        self.counts["not_allowed"] += 1
        return refused(command_id_of(envelope), Refusal("not_allowed", "order_signed_out"), self._reasons)

    async def _guarded(self, order: _Order, fault: Fault | None) -> dict[str, Any]:
        try:
            if fault is not None:
                names = {"field": fault.field or "envelope", "expected": fault.expected}
                return await self._unwritten(order, Refusal("bad_args", "order_field", names))
            return await self._answer(order)
        except LedgerUnavailable as error:
            log.warning("order_unknown", command=order.id, reason=str(error))
            return self._refused(order, Refusal("read_only", "order_unknown"))
        except Exception as error:  # the boundary of an order: one that fails says so, the rest goes on
            log.error("order_failed", command=order.id, verb=order.command.verb, exc_info=error)
            return self._refused(order, Refusal("read_only", "order_failed"))

    async def _answer(self, order: _Order) -> dict[str, Any]:
        if self.state.unknown or self._fault() or not await self.ready():
            return await self._unwritten(order, Refusal("read_only", "order_read_only"))
        for last in (False, False, True):
            case = await self._caught_up(order)
            if case is None and not order.command.subject.startswith("wall:"):
                return await self._unwritten(order, Refusal("unknown_subject", "order_unknown_subject"))
            order = order.on(f"case:{case.key}") if case else order
            outcome = self._decide(order, case)
            if isinstance(outcome, Refusal):
                return await self._refuse(order, outcome)
            answer = await self._append(order, outcome)
            if not isinstance(answer, Conflict):
                return await self._done(order, outcome, answer)
            facts = await facts_of(self._ledger, answer.winner)
            unseen = answer.subject != order.command.subject or all(is_quiet(fact) for fact in facts)
            if last or not unseen or self.state.position >= answer.winner:
                return await self._lost(order, answer, facts)
            # The other subject was not seen by the sender, and a clock's note is nothing to have seen.
            await self._fold_up_to(answer.winner)
        raise AssertionError("the last try answers")

    async def _lost(self, order: _Order, conflict: Conflict, facts: Sequence[Fact]) -> dict[str, Any]:
        winner = winner_in(facts, conflict.subject) if facts else None
        return await self._refuse(order, Refusal("conflict", "conflict", {}, winner))

    async def _fold_up_to(self, position: int) -> None:
        await self._wait(lambda: self.state.position >= position)

    def _decide(self, order: _Order, case: Case | None) -> Decision | Refusal:
        person, command = order.person, order.command
        centre = acting_role(person, command.verb) in PAGES["desk"]
        if person.automated and centre and case and self._presence.is_attended(mark_of(case.key)):
            return Refusal("not_now", "person_at_it")
        now = self._clock()
        return decide(self.state, command, person, self._terms, Now(now, self.state.clock.at(now)))

    async def _caught_up(self, order: _Order) -> Case | None:
        """Return the case that is meant; one that its sender knows better than we is waited for."""
        subject, version = order.command.subject, order.command.version

        def known() -> bool:
            found = find_case(self.state, subject)
            return found is not None and found.file.version >= version

        if subject.startswith("case:") and not known():
            head, _ = await self._ledger.head()
            await self._wait(lambda: known() or self.state.position >= head)
        return find_case(self.state, subject)

    async def _wait(self, until: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + CATCH_UP_S
        while not until() and loop.time() < last:  # noqa: ASYNC110  # the store tells nobody when it has folded
            await asyncio.sleep(LOOK_S)

    async def _append(self, order: _Order, decision: Decision) -> Answer:
        bodies = tuple(signed(fact, order.person, order.command) for fact in decision.facts)
        return await self._write(order, Act(order.id, bodies, decision.expects))

    async def _write(self, order: _Order, act: Act) -> Answer:
        """Append, again and again with the same id while it is unknown whether it was done."""
        loop = asyncio.get_running_loop()
        last, pause = loop.time() + RETRY_S, 0.05
        while True:
            try:
                return await self._appender.append(act, behind=order.person.automated)
            except LedgerUnavailable:
                if loop.time() + pause > last:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    async def _done(self, order: _Order, decision: Decision, answer: Appended | Again) -> dict[str, Any]:
        if isinstance(answer, Again):
            return await self._again(order, answer.position)
        first = answer.position - len(decision.facts) + 1
        bodies = (signed(fact, order.person, order.command) for fact in decision.facts)
        facts = [read_fact(n, answer.recorded_at, body) for n, body in enumerate(bodies, start=first)]
        case = find_case(self.state, order.command.subject)
        if case is not None and not order.person.automated:
            self._presence.act(mark_of(case.key), order.person.account, order.person.name)
        return await self._told(order, facts)

    async def _told(self, order: _Order, facts: list[Fact]) -> dict[str, Any]:
        case = find_case(self.state, order.command.subject)
        until = undo_until(facts)
        subject = order.command.subject if case or not facts else facts[0].subject
        version = case.file.version if case else 0
        told = done(order.command.command_id, facts, subject, version=version, undo_until=until)
        if facts[-1].type == "PersonRevealed":
            told["done"]["person"] = await self._person(order.person, case)
        return told

    async def _person(self, person: Person, case: Case | None) -> dict[str, Any] | None:
        """Return the reporter of a case, for the answer of this session alone; None when nobody is kept."""
        if case is None or not may_see_person(person, case.holder, case.place.street):
            return None
        try:
            found = await asyncio.to_thread(self._people.get, [case.reporter_ref])
        except (sqlite3.Error, OSError) as error:
            log.error("people_unreadable", error=str(error))
            return None
        return found.get(case.reporter_ref)

    async def _again(self, order: _Order, position: int) -> dict[str, Any]:
        """Answer as the first time, from what the ledger says of it."""
        facts = await facts_of(self._ledger, position)
        if not facts:
            message = f"position {position}: the facts of a command that was done are not to be read"
            raise LedgerUnavailable(message)
        if facts[-1].type == REFUSED:
            return self._refused(order, refusal_in(facts[-1]))
        return await self._told(order.on(facts[0].subject), facts)

    async def _refuse(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        """Write a refusal under the command's own id, so that the same id gets the same answer for ever."""
        if refusal.code not in ("conflict", "not_allowed", "not_now") or not self._may_write(order):
            return await self._unwritten(order, refusal)
        answer = await self._write(
            order, Act(order.id, (refusal_body(refusal, order.person, order.command),))
        )
        if isinstance(answer, Again):
            return await self._again(order, answer.position)
        self._say(order, refusal)
        return self._refused(order, refusal)

    async def _unwritten(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        """Refuse without a fact, unless that id was answered before."""
        position = await self._ledger.done(order.id) if order.command.command_id else 0
        if position:
            return await self._again(order, position)
        self._say(order, refusal)
        return self._refused(order, refusal)

    def _may_write(self, order: _Order) -> bool:
        if self._budget.spend(order.person.account, self._clock()):
            return True
        self.counts["refusals_unwritten"] += 1
        return False

    def _refused(self, order: _Order, refusal: Refusal) -> dict[str, Any]:
        return refused(order.command.command_id, refusal, self._reasons)

    def _say(self, order: _Order, refusal: Refusal) -> None:
        log.warning(
            "order_refused", account=order.person.account, verb=order.command.verb[:40],
            subject=order.command.subject[:80], code=refusal.code, reason=refusal.reason,
        )  # fmt: skip
