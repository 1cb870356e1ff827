"""Timers: the engine executes each automatic step of a case once, when it is due."""

import asyncio
import heapq
import math
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.cases.automatic_steps import Step, office_time, steps
from city.commands.command import Command, Decision, Now, Refusal
from city.commands.decide import decide
from city.dispatch.decision_rules import DecisionRules
from city.facts.fact import body_of
from city.folding.store import Store
from city.state.hotline_records import DEFER, Span
from city.state.ledger_state import Case, LedgerState
from feeds.ledger.ledger import Act, Again, Answer, Appended

__all__ = ["ENGINE", "Appends", "Timers", "signed_by_engine", "timer_id"]

log = structlog.get_logger()

ENGINE: Final = Person(account="engine", name="", roles=("system",))
AT_ONCE: Final = 256
"""The most steps of one round. After a stop the oldest go first, and clicks are served between rounds."""
PLANNED_AT_ONCE: Final = 500


def timer_id(key: str, step: Step) -> str:
    """Return the command id of a step: always the same, in every engine."""
    return f"timer:{key}:{step.code}:{step.serial}"


def signed_by_engine(decision: Decision) -> tuple[bytes, ...]:
    """Return the bodies of a decision's facts, signed by the engine."""
    return tuple(
        body_of(
            fact.type, fact.subject, ENGINE.account, fact.data, v=fact.v, role="system", reason=fact.reason
        )
        for fact in decision.facts
    )


class Appends(Protocol):
    """The ledger, as far as timers use it."""

    async def append(self, acts: Sequence[Act]) -> list[Answer]:
        """Append the acts in order and return one answer for each."""


class Timers:
    """Plans the next due time of each case and executes the due steps.

    ``rules`` is called in every round. Two engines do no harm: a step's command id is the same in both.
    """

    def __init__(
        self, store: Store, ledger: Appends, rules: Callable[[], DecisionRules], *, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._rules = rules
        self._clock = clock
        self._forget()

    def _forget(self) -> None:
        self._planned_state: object = None
        self._planned_to = 0
        self._deferral: Span | None = None
        self._next: list[tuple[float, str, int]] = []
        self._asked: dict[str, tuple[int, set[str]]] = {}

    @property
    def next_at(self) -> float:
        """The city time of the next planned step; infinite when nothing is planned."""
        return self._next[0][0] if self._next else math.inf

    async def step(self) -> int:
        """Execute the steps that are due now; return how many were written. Raises LedgerUnavailable."""
        rules = self._rules()
        await self._plan_changed(rules)
        state = self._store.state.ledger
        machine = self._clock()
        now = Now(machine, state.clock.at(machine))
        due = self._due(state, rules, now)
        try:
            return await self._execute(due, rules, now)
        finally:
            for case, _ in due:
                self._plan(case, rules)

    async def _plan_changed(self, rules: DecisionRules) -> None:
        """Plan the cases that changed since the last round."""
        state = self._store.state
        if state is not self._planned_state:  # the ledger was replaced: a restore began a new epoch
            self._forget()
            self._planned_state = state
        relaxed = state.ledger.relaxations.get(DEFER)
        deferral = relaxed.spans[-1] if relaxed else None
        if deferral is not self._deferral:  # reminders of ordinary cases are due at other times
            self._deferral, self._planned_to, self._next = deferral, 0, []
        reached = state.ledger.position  # changes that arrive during a yield are planned in the next round
        for planned, case in enumerate(state.ledger.changed_since(self._planned_to), start=1):
            self._plan(case, rules)
            if planned % PLANNED_AT_ONCE == 0:
                await asyncio.sleep(0)
        self._planned_to = reached

    def _plan(self, case: Case, rules: DecisionRules) -> None:
        """Add the case's next due time to the plan, if it has one."""
        left = self._left(case, rules)
        if left:
            heapq.heappush(self._next, (left[0].at, case.key, case.changed))

    def _left(self, case: Case, rules: DecisionRules) -> list[Step]:
        """Return the case's coming steps that were not settled since its last change."""
        changed, asked = self._asked.get(case.key, (0, set()))
        coming = steps(case, rules.numbers, office_time(case, rules, self._deferral))
        if not coming or changed != case.changed:
            self._asked.pop(case.key, None)
            return coming
        return [step for step in coming if step.name not in asked]

    def _due(self, state: LedgerState, rules: DecisionRules, now: Now) -> list[tuple[Case, Step]]:
        """Remove up to AT_ONCE due cases from the plan; return each with its first step."""
        due: list[tuple[Case, Step]] = []
        while self._next and self._next[0][0] <= now.city and len(due) < AT_ONCE:
            _, key, changed = heapq.heappop(self._next)
            case = state.cases.get(key)
            if case is None or case.changed != changed:
                continue  # it was planned again when it changed
            left = self._left(case, rules)
            if left and left[0].at <= now.city:
                due.append((case, left[0]))
            elif left:
                heapq.heappush(self._next, (left[0].at, key, changed))
        return due

    async def _execute(self, due: list[tuple[Case, Step]], rules: DecisionRules, now: Now) -> int:
        acts: list[Act] = []
        about: list[tuple[Case, int, Step]] = []
        for case, step in due:
            act = self._act(case, step, rules, now)
            if act is None:
                self._settle(case.key, case.changed, step)
            else:
                acts.append(act)
                about.append((case, case.changed, step))
        written = 0
        answers = await self._ledger.append(acts) if acts else []
        for answer, (case, changed, step) in zip(answers, about, strict=True):
            # A conflict means that somebody acted just now: decide again when that act is folded.
            if isinstance(answer, Appended | Again):
                self._settle(case.key, changed, step)
                written += isinstance(answer, Appended)
        return written

    def _settle(self, key: str, changed: int, step: Step) -> None:
        """Mark a step as settled until the case changes."""
        at, asked = self._asked.get(key, (changed, set()))
        if at != changed:
            asked = set()
        self._asked[key] = (changed, asked | {step.name})

    def _act(self, case: Case, step: Step, rules: DecisionRules, now: Now) -> Act | None:
        """Return the append of a step, None when it is refused."""
        name = timer_id(case.key, step)
        args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
        command = Command(name, "pass_limit", f"case:{case.key}", case.file.version, args)
        answer = decide(self._store.state.ledger, command, ENGINE, rules, now)
        if isinstance(answer, Refusal):
            log.warning("timer_refused", command=name, code=answer.code, reason=answer.reason)
            return None
        return Act(name, signed_by_engine(answer), answer.expects)
