"""The hand-over between two leaders (§4.7): drafted by the outgoing one, acknowledged and signed by both."""

from collections.abc import Iterator
from typing import Any

from city.clocks.timestamps import iso
from city.commands.command import Decision, Refusal
from city.commands.decision import not_now
from city.commands.leaders.arguments import AnswerItem, DraftHandover, SignHandover
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.leader_records import LeaderHandover, LeaderItem
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY
from city.state.row_keys import row_key_of

__all__ = ["decide_answer_leader_item", "decide_draft_leader_handover", "decide_sign_leader_handover",
           "leader_items"]  # fmt: skip


def decide_draft_leader_handover(order: SubjectOrder, args: DraftHandover) -> SubjectAnswer:
    """Draft it as the outgoing leader, or draft it again while nobody has signed."""
    before = order.subject.record
    if isinstance(before, LeaderHandover):
        if before.drafted.by != order.by.account:
            return Refusal("not_allowed", "handover_of_other", {"person": before.drafted.name})
        if before.outgoing is not None or before.incoming is not None:
            return not_now("signed_before")
    items = [
        {"key": one.key, "kind": one.kind, "names": one.names}
        for one in leader_items(order.state, order.now.city)
    ]
    data: dict[str, Any] = {
        "items": items, "figures": args.figures, "text": args.text or "", "shift": order.state.shift,
    }  # fmt: skip
    return Decision(
        (order.fact("LeaderHandoverDrafted", data),), ((order.subject.name, order.subject.version),)
    )


def decide_answer_leader_item(order: SubjectOrder, args: AnswerItem) -> SubjectAnswer:
    """Acknowledge one item as the incoming leader: anybody but the one who drafted it."""
    handover = _open(order)
    if isinstance(handover, Refusal):
        return handover
    if handover.drafted.by == order.by.account:
        return Refusal("not_allowed", "two_people")
    item = next((one for one in handover.items if one.key == args.key), None)
    if item is None:
        return not_now("no_item")
    if item.answered is not None:
        return not_now("item_answered")
    return (order.fact("LeaderItemAnswered", {"key": item.key}),)


def decide_sign_leader_handover(order: SubjectOrder, args: SignHandover) -> SubjectAnswer:
    """Sign as the outgoing leader, or as the incoming one after every item is acknowledged."""
    handover = _open(order)
    if isinstance(handover, Refusal):
        return handover
    is_author = handover.drafted.by == order.by.account
    if (args.side == "outgoing") != is_author:
        return Refusal("not_allowed", "not_this_side")
    if (handover.outgoing if is_author else handover.incoming) is not None:
        return not_now("signed_before")
    if not is_author and handover.open_items:
        return not_now("leader_items_left", count=len(handover.open_items))
    return (order.fact("LeaderHandoverSigned", {"side": args.side}),)


def leader_items(state: LedgerState, now: float) -> tuple[LeaderItem, ...]:
    """Return what the incoming leader must acknowledge: levels, P1 tasks, rulings, decisions, own orders."""
    return (*_levels(state), *_tasks(state), *_rulings(state), *_waiting(state))


def _levels(state: LedgerState) -> Iterator[LeaderItem]:
    for response in state.responses.values():
        if response.active is not None and response.jurisdiction != CITY:
            names = {"rank": str(response.rank), "hazard": response.hazard}
            at = {"since_at": iso(response.active.activated_at)}
            yield LeaderItem(f"level:{response.id}", "level", names | at)
        if response.proposal is not None:
            names = {"rank": str(response.proposal.rank), "before": str(response.proposal.rank_before)}
            yield LeaderItem(f"proposal:{response.proposal.id}", "proposal", names)


def _tasks(state: LedgerState) -> Iterator[LeaderItem]:
    for task in state.tasks.values():
        is_order = task.ordered.role in ("rotating_leader", "commander")
        if task.is_open and (task.priority == "P1" or is_order):
            names = {
                "agency": task.agency, "words": task.words, "street": task.place.street, "no": task.no,
                "state": task.state, "issued_at": iso(task.issued_at),
            }  # fmt: skip
            yield LeaderItem(f"task:{task.id}", "order" if is_order else "task", names)


def _rulings(state: LedgerState) -> Iterator[LeaderItem]:
    for case in state.cases.values():
        ruling = case.file.ruling
        if case.is_open and case.file.own and ruling is not None and ruling.ruled_at is None:
            names = {
                "kind": case.kind, "code": case.code, "street": case.place.street,
                "due_at": iso(ruling.due_at),
            }  # fmt: skip
            yield LeaderItem(f"ruling:{row_key_of(case.key)}", "ruling", names)


def _waiting(state: LedgerState) -> Iterator[LeaderItem]:
    for asked in state.supports.values():
        if asked.state == "waiting":
            names = {"holder": asked.holder, "support": asked.kind, "n": str(asked.count)}
            yield LeaderItem(f"support:{asked.id}", "support", names | {"due_at": iso(asked.answer_by)})
    for one in state.relocations.values():
        if one.state == "proposed":
            names = {"n": str(len(one.streets)), "due_at": iso(one.deadline)}
            yield LeaderItem(f"relocation:{one.id}", "relocation", names)


def _open(order: SubjectOrder) -> LeaderHandover | Refusal:
    handover = order.subject.record
    if not isinstance(handover, LeaderHandover):
        return Refusal("unknown_subject", "unknown_leader_handover")
    return not_now("signed_before") if handover.is_done else handover
