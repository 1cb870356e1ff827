"""Folding facts of underpass closures, on ``device:<id>`` of the depth gauge."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, maybe_moment, number, text, texts
from city.linkage.fold_common import Fold, signed_of
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Closure
from city.state.subject_marks import mark_fact

__all__ = ["CLOSURES"]


def _on_closure(change: Callable[[LedgerState, Fact, Closure], str]) -> Fold:
    """Return the fold of a fact that changes a copy of a closure; ``change`` returns the line for the log."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        device = fact.subject.removeprefix("device:")
        held = state.closures.get(device)
        at = state.clock.at(fact.recorded_at)
        closure = msgspec.structs.replace(held) if held else Closure(device, "open", at, 0.0)
        before = closure.state
        line = change(state, fact, closure)
        if closure.state != before:
            closure.at = at
        # A note that changes no state does not make an older click a conflict.
        mark_fact(closure, fact, moves=closure.state != before or fact.type != "DepthNoted")
        state.closures[device] = closure
        known = state.devices.get(device)
        if not line or known is None:
            return ("closures",)
        note(
            state, fact, line, device=device, road=known.name, street=known.place.street,
            agency=text(fact.data, "agency"),
        )  # fmt: skip
        return ("closures", "log")

    return fold


def _noted(state: LedgerState, fact: Fact, closure: Closure) -> str:
    data, why = fact.data, text(fact.data, "why")
    closure.state, closure.noted = text(data, "state"), why
    if why != "silent":
        closure.depth_cm = number(data, "depth_cm") or 0.0
        closure.rise_cm_min = number(data, "rise_cm_min") or 0.0
    closure.limit_at = maybe_moment(data, "limit_at")
    if closure.state in ("open", "closed"):
        closure.reopen_asked = ()
    return f"log.depth.{why}"


def _ordered(state: LedgerState, fact: Fact, closure: Closure) -> str:
    data = fact.data
    closure.state, closure.ordered = "closing", signed_of(state, fact)
    closure.incident, closure.by_rule = text(data, "incident"), flag(data, "by_rule")
    closure.parties = texts(data, "parties")
    return "log.closure_by_rule" if closure.by_rule else "log.closure_ordered"


def _closed(state: LedgerState, fact: Fact, closure: Closure) -> str:
    closure.state, closure.closed_at = "closed", maybe_moment(fact.data, "closed_at")
    return "log.underpass_closed"


def _agreed(state: LedgerState, fact: Fact, closure: Closure) -> str:
    closure.state, closure.reopen_asked = "reopening", texts(fact.data, "agreed")
    return "log.reopening_agreed" if text(fact.data, "agency") else "log.reopening_asked"


def _reopened(state: LedgerState, fact: Fact, closure: Closure) -> str:
    closure.state, closure.incident, closure.reopen_asked, closure.parties = "open", "", (), ()
    reopened_at = state.clock.at(fact.recorded_at)
    closure.past = (*closure.past, (closure.limit_at, closure.closed_at, reopened_at))
    closure.closed_at, closure.limit_at, closure.ordered = None, None, None
    closure.noted, closure.by_rule = "", False
    return "log.underpass_reopened"


CLOSURES: Final[dict[str, Fold]] = {
    "DepthNoted": _on_closure(_noted),
    "UnderpassClosureOrdered": _on_closure(_ordered),
    "UnderpassClosed": _on_closure(_closed),
    "ReopeningAgreed": _on_closure(_agreed),
    "UnderpassReopened": _on_closure(_reopened),
}
"""Fact type → its fold."""
