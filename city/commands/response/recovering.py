"""The recovery list after a response: who finishes an item, and that it is finished (domain §4.6)."""

from collections.abc import Iterator
from typing import Final

from city.commands.arguments import bad_arg
from city.commands.command import Now, Refusal
from city.commands.decision import not_now
from city.commands.linkage.guards import known_holder
from city.commands.response.recovery_arguments import AssignRecovery, FinishRecovery
from city.commands.subject_order import SubjectAnswer, SubjectDecider, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.dispatch.tables.response_rules import CENTRE
from city.response.recovery import is_settled
from city.state.ledger_state import LedgerState
from city.state.response_records import RecoveryItem, Response

__all__ = ["RECOVERING", "due_recovery_steps"]

HOLDERS: Final = ("agency_operator", "agency_duty_leader", "street_operator")


def decide_finish_recovery(order: SubjectOrder, args: FinishRecovery) -> SubjectAnswer:
    """Say that an item is finished: its holder, the centre, an inspector of a field check, or the engine
    when the ledger shows it.

    An item that the ledger shows as open is refused, whoever says so.
    """
    item = _open_item(order, args.item)
    if isinstance(item, Refusal):
        return item
    if order.role in HOLDERS and order.by.holder != item.holder:
        return Refusal("not_allowed", "recovery_of_other", {"at_holder": item.holder})
    if order.role == "inspector" and item.kind != "field_check":
        return Refusal("not_allowed", "recovery_of_other", {"at_holder": item.holder})
    settled = is_settled(order.state, item)
    if settled is False or (order.role == "system" and settled is None):
        return not_now("recovery_open")
    return (order.fact("RecoveryFinished", {"item": item.key, "text": args.text or ""}),)


def decide_assign_recovery(order: SubjectOrder, args: AssignRecovery) -> SubjectAnswer:
    """Give an item to another holder."""
    item = _open_item(order, args.item)
    if isinstance(item, Refusal):
        return item
    if args.to != CENTRE and not known_holder(order, args.to):
        return bad_arg("to", "code of an agency or street, or centre")
    data = {"item": item.key, "to": args.to, "from": item.holder, "text": args.text or ""}
    return (order.fact("RecoveryAssigned", data),)


def _open_item(order: SubjectOrder, key: str) -> RecoveryItem | Refusal:
    response = order.subject.record
    if not isinstance(response, Response):
        return Refusal("unknown_subject", "unknown_response")
    item = next((one for one in response.recovery if one.key == key), None)
    if item is None:
        return bad_arg("item", "key of an item of the recovery list")
    if item.done is not None:
        return not_now("recovery_done", by=item.done.name, done_at=item.done.at)
    return item


def due_recovery_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield for each response a step for the first open item that the ledger shows as finished."""
    for response in state.responses.values():
        for item in response.recovery:
            if item.done is None and is_settled(state, item):
                at = response.recovery_since or now.city
                yield SubjectStep(
                    f"response:{response.id}", response.version, "finish_recovery", f"settled:{item.key}",
                    at, int(at), {"item": item.key},
                )  # fmt: skip
                break


RECOVERING: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "finish_recovery": (("response",), decide_finish_recovery),
    "assign_recovery": (("response",), decide_assign_recovery),
}
"""Verb → the kinds of subject that it takes, and its decider."""
