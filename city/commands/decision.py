"""An order: the inputs of a decider, and the functions with which it makes facts."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from city.access import Person
from city.cases.takeover import own_file
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.dispatch.tables.agencies import Agency
from city.state.case_file import CaseFile
from city.state.ledger_state import Case, LedgerState

__all__ = [
    "Answer", "Order", "allowed", "city_day", "holder_code", "known_holder", "moment", "not_now", "ordered",
]  # fmt: skip

Answer = tuple[NewFact, ...] | Decision | Refusal
"""The result of a decider: facts on its case, a decision about several subjects, or a refusal."""


class Order(msgspec.Struct, frozen=True):
    """A command with its sender's role and its case under our own rules.

    ``case`` is a copy; for a mirrored case it has the file that a take-over would give it, with holders'
    codes where the mirror has short names. ``args`` is the verb's struct.
    """

    state: LedgerState
    case: Case
    command: Command
    by: Person
    role: str
    rules: DecisionRules
    now: Now
    mirrored: bool = False
    args: Any = None

    @property
    def file(self) -> CaseFile:
        """Return the case file."""
        return self.case.file

    @property
    def numbers(self) -> CaseNumbers:
        """Return the centre's numbers."""
        return self.rules.numbers

    @property
    def class_key(self) -> str:
        """Return the class of the case, ``kind:code``."""
        return f"{self.case.kind}:{self.case.code}"

    def fact(self, kind: str, data: dict[str, Any], *, reason: str = "") -> NewFact:
        """Return a fact on the case that raises its version."""
        return self._fact(kind, self.case, self.mirrored, data, reason)

    def fact_on(self, other: Case, kind: str, data: dict[str, Any]) -> NewFact:
        """Return a fact on another case that raises that case's version."""
        return self._fact(kind, other, not other.file.own, data, "")

    def note(self, kind: str, data: dict[str, Any]) -> NewFact:
        """Return a fact about the case that does not change it."""
        signed = {"command": self.command.command_id, "name": self.by.name}
        return NewFact(kind, f"case:{self.case.key}", {**data, **signed})

    def _fact(self, kind: str, case: Case, taken: bool, data: dict[str, Any], reason: str) -> NewFact:
        signed: dict[str, Any] = {
            "version": case.file.version + 1, "command": self.command.command_id, "name": self.by.name,
        }  # fmt: skip
        if taken:
            signed["took_over"] = {
                "holder": holder_code(case.holder, self.rules),
                "bounced": [holder_code(name, self.rules) for name in case.mirror.returned_by],
            }
        return NewFact(kind, f"case:{case.key}", {**data, **signed}, 1, reason)

    def with_case(self, **changes: Any) -> "Order":
        """Return the order with a changed case."""
        return msgspec.structs.replace(self, case=msgspec.structs.replace(self.case, **changes))

    def with_file(self, **changes: Any) -> "Order":
        """Return the order with a changed case file."""
        return self.with_case(file=msgspec.structs.replace(self.file, **changes))


def ordered(  # the six arguments of every decision
    state: LedgerState,
    case: Case,
    command: Command,
    by: Person,
    rules: DecisionRules,
    now: Now,
    role: str = "",
) -> Order:
    """Return the order of a command on a case. ``role`` '' is for the system's own commands."""
    mirrored = not case.file.own
    if mirrored:
        bounced = [holder_code(name, rules) for name in case.mirror.returned_by]
        file = own_file(case, holder_code(case.holder, rules), bounced)
        case = msgspec.structs.replace(case, file=file)
    return Order(state, case, command, by, role or "system", rules, now, mirrored)


def holder_code(name: str, rules: DecisionRules) -> str:
    """Return the code of a holder from its short name in a mirror; the name itself when it is unknown."""
    if not name or name in rules.agencies or name in rules.streets:
        return name
    for agency in rules.agencies.values():
        if agency.short == name:
            return agency.code
    return next((code for code, short in rules.streets.items() if short == name), name)


def known_holder(code: str, rules: DecisionRules) -> Agency | str | None:
    """Return the agency or the street's name for a holder's code, None for an unknown one."""
    return rules.agencies.get(code) or rules.streets.get(code)


def moment(at: float | None) -> str | None:
    """Return a time in the format of facts."""
    return None if at is None else iso(at)


def not_now(reason: str, **names: Any) -> Refusal:
    """Return the refusal of a verb's guard."""
    return Refusal("not_now", reason, names)


def allowed(order: Order, *states: str) -> Refusal | None:
    """Return a refusal when the case is in none of the states, else None."""
    if order.case.state in states:
        return None
    return not_now(f"state_{order.case.state}")


def city_day(order: Order) -> str:
    """Return the present day of the city, YYYYMMDD."""
    return datetime.fromtimestamp(order.now.city + order.rules.zone_offset_s, UTC).strftime("%Y%m%d")
