"""Subject timers: the engine executes each automatic step on tasks, incidents and shifts once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Final

import structlog

from city.clocks.freshness import lost_mask, measured_as_of
from city.clocks.timestamps import iso
from city.commands.command import Command, Now, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.folding.store import Store
from city.state.ledger_state import CityState
from console.engine.timers import ENGINE, Appends, signed_by_engine
from feeds.ledger.ledger import Act, Appended, Conflict

__all__ = ["SubjectTimers", "Watch", "step_id"]

log = structlog.get_logger()

AT_ONCE: Final = 128
"""The most steps of one round."""


Watch = Callable[[CityState, DecisionRules, Now], Iterable[SubjectStep]]
"""Yields the steps that follow from what the engine measures or hears now."""


def step_id(step: SubjectStep) -> str:
    """Return the command id of a step: always the same, in every engine."""
    return f"timer:{step.subject}:{step.code}:{step.serial}"


class SubjectTimers:
    """Orders the steps that are due, and those of the watches.

    Two engines do no harm: a step's command id is the same in both.
    """

    def __init__(
        self, store: Store, ledger: Appends, rules: DecisionRules, *, clock: Callable[[], float],
        watches: Sequence[Watch] = (),
    ) -> None:  # fmt: skip
        self._store = store
        self._ledger = ledger
        self._rules = rules
        self._clock = clock
        self._watches = watches
        self._settled_in: CityState | None = None
        self._settled: dict[str, int] = {}
        """Command ids that need no further try → the version of the subject at that time."""

    async def step(self) -> int:
        """Execute the steps that are due now; return how many were written. Raises LedgerUnavailable."""
        machine = self._clock()
        state = self._store.state
        now = Now(machine, state.ledger.clock.at(machine), silent=cache(self._silent))
        steps = {
            step_id(step): step
            for step in chain(
                due_steps(state.ledger, self._rules, now),
                *(watch(state, self._rules, now) for watch in self._watches),
            )
        }
        self._forget_settled(state, steps)
        due = [step for name, step in steps.items() if self._settled.get(name) != step.version]
        acts, about = [], []
        for step in due[:AT_ONCE]:
            act = self._act(step, now)
            if act is None:
                self._settled[step_id(step)] = step.version
            else:
                acts.append(act)
                about.append(step)
        answers = await self._ledger.append(acts) if acts else []
        for answer, step in zip(answers, about, strict=True):
            if not isinstance(answer, Conflict):  # a conflict: decide again when the other act is folded
                self._settled[step_id(step)] = step.version
        return sum(isinstance(answer, Appended) for answer in answers)

    def _forget_settled(self, state: CityState, steps: Mapping[str, SubjectStep]) -> None:
        """Forget what is not due any more; forget everything when the ledger was replaced by another one."""
        if state is not self._settled_in:
            self._settled_in, self._settled = state, {}
        self._settled = {name: version for name, version in self._settled.items() if name in steps}

    def _silent(self) -> tuple[str, ...]:
        """Return the ids of the devices whose readings are lost now."""
        column = self._store.state.measured.readings.column
        as_of = measured_as_of(column("at"), column("received"), self._store.state.ledger.clock)
        lost = lost_mask(as_of, column("interval"), self._clock())
        return tuple(dict.fromkeys(str(one) for one in column("device")[lost]))

    def _act(self, step: SubjectStep, now: Now) -> Act | None:
        """Return the append of a step, None when it is refused."""
        args = step.args or {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
        command = Command(step_id(step), step.verb, step.subject, step.version, args)
        answer = decide(self._store.state.ledger, command, ENGINE, self._rules, now)
        if isinstance(answer, Refusal):
            log.warning("timer_refused", command=command.command_id, code=answer.code, reason=answer.reason)
            return None
        return Act(command.command_id, signed_by_engine(answer), answer.expects)
