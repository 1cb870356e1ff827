"""Marks that every fact leaves on the record of its subject: version, last change of state, last act."""

from typing import Protocol

from city.facts.fact import Fact
from city.facts.field_readers import readable_moment, text, whole
from city.state.case_file import LastAct
from city.state.ledger_state import LedgerState

__all__ = ["Versioned", "acted_at", "mark_fact"]


class Versioned(Protocol):
    """A record whose facts are counted."""

    version: int
    moved: int
    changed: int
    last: LastAct | None


def mark_fact(record: Versioned, fact: Fact, *, moves: bool = True) -> None:
    """Record a fact on its subject; ``moves``: it changes the state, so that an older click is a conflict."""
    record.version = whole(fact.data, "version")
    record.changed = fact.position
    if moves:
        record.moved = record.version
        record.last = LastAct(
            fact.position, fact.type, fact.actor, text(fact.data, "name"), fact.recorded_at,
            text(fact.data, "to") or text(fact.data, "agency"),
        )  # fmt: skip


def acted_at(state: LedgerState, fact: Fact) -> float:
    """Return the city time at which somebody acted: the act's own when it was sent later."""
    own = readable_moment(fact.data.get("acted_at"))
    return state.clock.at(fact.recorded_at) if own is None else own
