"""Folding what an activation started and what a response left behind (domain §4.6)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, text
from city.linkage.fold_common import signed_of
from city.state.ledger_state import LedgerState
from city.state.response_records import RecoveryItem, Response
from city.state.subject_marks import mark_fact

__all__ = ["PLANS"]

Change = Callable[[LedgerState, Fact, Response], tuple[str, ...]]


def _on_response(change: Change, *, moves: bool = True) -> Callable[[LedgerState, Fact], tuple[str, ...]]:
    """Return the fold of a fact that changes a copy of its response, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        response = msgspec.structs.replace(state.responses[fact.subject.removeprefix("response:")])
        touched = change(state, fact, response)
        mark_fact(response, fact, moves=moves)
        state.responses[response.id] = response
        return ("response", *touched)

    return fold


def _plan_started(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    data, (*before, last) = fact.data, response.activations
    started = msgspec.structs.replace(
        last, incident=text(data, "incident"), plan=text(data, "plan"),
        plan_version=text(data, "plan_version"),
    )  # fmt: skip
    response.activations = (*before, started)
    return ()


def _recovery_listed(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    response.recovery = tuple(map(_item, fact.data["items"]))
    response.recovery_since = state.clock.at(fact.recorded_at)
    response.review_by = maybe_moment(fact.data, "review_by")
    note(state, fact, "log.recovery_listed", response=response.id, count=str(len(response.recovery)))
    return ("log",)


def _item(told: Mapping[str, Any]) -> RecoveryItem:
    names = {str(name): str(value) for name, value in (told.get("names") or {}).items()}
    return RecoveryItem(
        text(told, "key"), text(told, "kind"), text(told, "ref"), text(told, "holder"), names
    )  # fmt: skip


def _replaced(response: Response, key: str, **changes: Any) -> None:
    if all(item.key != key for item in response.recovery):
        raise KeyError(key)
    response.recovery = tuple(
        msgspec.structs.replace(item, **changes) if item.key == key else item for item in response.recovery
    )


def _recovery_assigned(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    _replaced(response, text(fact.data, "item"), holder=text(fact.data, "to"))
    return ()


def _recovery_finished(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    _replaced(response, text(fact.data, "item"), done=signed_of(state, fact))
    return ()


PLANS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "PlanStarted": _on_response(_plan_started, moves=False),
    "RecoveryListed": _on_response(_recovery_listed, moves=False),
    "RecoveryAssigned": _on_response(_recovery_assigned, moves=False),
    "RecoveryFinished": _on_response(_recovery_finished, moves=False),
}
"""Fact type → its fold."""
