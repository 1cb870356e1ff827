"""The order of a command on a subject that is no case: inputs of its decider, and the facts it makes."""

from collections.abc import Callable
from typing import Any

import msgspec

from city.access import Person
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.subjects import Subject
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed

__all__ = ["SubjectAnswer", "SubjectDecider", "SubjectOrder"]

SubjectAnswer = tuple[NewFact, ...] | Decision | Refusal
"""Facts on the subject (it must be at its version), a decision with its own expectations, or a refusal."""


class SubjectOrder(msgspec.Struct, frozen=True):
    """A command on a subject with its sender's role. ``role`` is ``system`` for the engine's own commands."""

    state: LedgerState
    subject: Subject
    command: Command
    by: Person
    role: str
    rules: DecisionRules
    now: Now

    @property
    def signed(self) -> Signed:
        """Return who gives the command, and the city time."""
        return Signed(self.by.account, self.by.name, self.role, self.now.city)

    def fact(self, kind: str, data: dict[str, Any], *, reason: str = "") -> NewFact:
        """Return a fact on the subject that raises its version."""
        return self.fact_on(self.subject, kind, data, reason=reason)

    def fact_on(self, subject: Subject, kind: str, data: dict[str, Any], *, reason: str = "") -> NewFact:
        """Return a fact on any subject that raises its version.

        A decision with facts on other subjects must expect the version of each of them.
        """
        signed = {
            "version": subject.version + 1, "command": self.command.command_id, "name": self.by.name,
        }  # fmt: skip
        return NewFact(kind, subject.name, {**data, **signed}, 1, reason)

    def note(self, kind: str, data: dict[str, Any]) -> NewFact:
        """Return a fact about the subject that does not change its version; return it in a Decision without
        expectations."""
        signed = {"command": self.command.command_id, "name": self.by.name}
        return NewFact(kind, self.subject.name, {**data, **signed})


SubjectDecider = Callable[[SubjectOrder, Any], SubjectAnswer]
