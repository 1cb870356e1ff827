"""Folding what leaders decide: support, relocation, looks at the leader's page, hand-overs of leaders."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from city.clocks.timestamps import iso
from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import moment, names, number, text, texts, whole
from city.linkage.fold_common import Fold, signed_of
from city.state.leader_records import LeaderHandover, LeaderItem, Look, RelocationOrder, SupportRequest
from city.state.ledger_state import LedgerState
from city.state.subject_marks import mark_fact

__all__ = ["LEADERS"]

LOOKS_KEPT: Final = 2
HANDOVERS_KEPT: Final = 30

Record = TypeVar("Record", SupportRequest, RelocationOrder, LeaderHandover)
Change = Callable[[LedgerState, Fact, Record], tuple[str, ...]]


def _requested(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, signed = fact.data, signed_of(state, fact)
    asked = SupportRequest(
        fact.subject.removeprefix("support:"), text(data, "holder"), text(data, "kind"),
        whole(data, "count"), text(data, "street"), texts(data, "tried"), text(data, "agency"),
        text(data, "backstop"), moment(data, "answer_by"), signed, text(data, "group"), text(data, "road"),
        text(data, "text"),
    )  # fmt: skip
    mark_fact(asked, fact)
    state.supports[asked.id] = asked
    return _say_support(state, fact, asked, "log.support.requested")


def _answered(state: LedgerState, fact: Fact, asked: SupportRequest) -> tuple[str, ...]:
    data = fact.data
    asked.state, asked.answered = text(data, "answer"), signed_of(state, fact)
    asked.note, asked.voice_ref = text(data, "text"), text(data, "voice_ref")
    asked.to, asked.task = text(data, "agency") or asked.to, text(data, "task")
    return _say_support(state, fact, asked, f"log.support.{asked.state}", by=text(data, "name"))


def _forwarded(state: LedgerState, fact: Fact, asked: SupportRequest) -> tuple[str, ...]:
    asked.state, asked.to, asked.task = "forwarded", text(fact.data, "agency"), text(fact.data, "task")
    asked.late_s = number(fact.data, "late_s") or 0.0
    return _say_support(state, fact, asked, "log.support.forwarded")


def _say_support(
    state: LedgerState, fact: Fact, asked: SupportRequest, line: str, **more: str
) -> tuple[str, ...]:
    """Add a line to the duty log; no typed text goes into it."""
    note(
        state, fact, line, holder=asked.holder, support=asked.kind, n=str(asked.count), agency=asked.to,
        **more,
    )  # fmt: skip
    return ("support", "log")


def _proposed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    order = RelocationOrder(
        fact.subject.removeprefix("relocation:"), texts(data, "streets"), texts(data, "groups"),
        moment(data, "deadline"), moment(data, "confirm_by"), signed_of(state, fact),
        note=text(data, "text"), voice_ref=text(data, "voice_ref"),
    )  # fmt: skip
    mark_fact(order, fact)
    state.relocations[order.id] = order
    return _say_relocation(state, fact, order, "log.relocation.proposed", by=text(data, "name"))


def _ordered(state: LedgerState, fact: Fact, order: RelocationOrder) -> tuple[str, ...]:
    order.state, order.confirmed = "ordered", signed_of(state, fact)
    order.tasks = texts(fact.data, "tasks")
    return _say_relocation(state, fact, order, "log.relocation.ordered", by=text(fact.data, "name"))


def _refused(state: LedgerState, fact: Fact, order: RelocationOrder) -> tuple[str, ...]:
    order.state, order.confirmed, order.note = "refused", signed_of(state, fact), text(fact.data, "text")
    return _say_relocation(state, fact, order, "log.relocation.refused", by=text(fact.data, "name"))


def _passed(state: LedgerState, fact: Fact, order: RelocationOrder) -> tuple[str, ...]:
    step = text(fact.data, "step")
    order.late_s = number(fact.data, "late_s") or 0.0
    if step == "lapse":
        order.state = "lapsed"
    else:
        order.called = True
    return _say_relocation(state, fact, order, f"log.relocation.{step}")


def _say_relocation(
    state: LedgerState, fact: Fact, order: RelocationOrder, line: str, **more: str
) -> tuple[str, ...]:
    note(state, fact, line, n=str(len(order.streets)), deadline=iso(order.deadline), **more)
    return ("support", "log")


def _looked(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    figures = fact.data.get("figures") or {}
    told = {str(key): value for key in figures if (value := number(figures, key)) is not None}
    look = Look(state.clock.at(fact.recorded_at), told)
    state.looks[fact.actor] = (*state.looks.get(fact.actor, ()), look)[-LOOKS_KEPT:]
    return ()


def _drafted(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("leader_handover:")
    before = state.leader_handovers.get(id_)
    answered = {one.key: one.answered for one in before.items} if before else {}
    items = tuple(
        LeaderItem(text(one, "key"), text(one, "kind"), names(one, "names"), answered.get(text(one, "key")))
        for one in data["items"]
    )
    handover = LeaderHandover(
        id_, signed_of(state, fact), items, names(data, "figures"), text(data, "text"), text(data, "shift")
    )
    mark_fact(handover, fact)
    kept = list(state.leader_handovers.items())[-HANDOVERS_KEPT:]
    state.leader_handovers = {**dict(kept), id_: handover}
    return ("leader_handover",)


def _acknowledged(state: LedgerState, fact: Fact, handover: LeaderHandover) -> tuple[str, ...]:
    key, signed = text(fact.data, "key"), signed_of(state, fact)
    handover.items = tuple(
        msgspec.structs.replace(one, answered=signed) if one.key == key else one for one in handover.items
    )
    return ()


def _signed(state: LedgerState, fact: Fact, handover: LeaderHandover) -> tuple[str, ...]:
    signed = signed_of(state, fact)
    if text(fact.data, "side") == "outgoing":
        handover.outgoing = signed
    else:
        handover.incoming = signed
    if not handover.is_done:
        return ()
    out = handover.outgoing.name if handover.outgoing else ""
    come = handover.incoming.name if handover.incoming else ""
    note(state, fact, "log.leader_handover", outgoing=out, incoming=come)
    return ("log",)


def _on(held: str, kind: str, slice_: str, change: Change[Record], *, moves: bool = True) -> Fold:
    """Return the fold of a fact that changes a copy of its record, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        records: dict[str, Record] = getattr(state, held)
        record = msgspec.structs.replace(records[fact.subject.removeprefix(f"{kind}:")])
        touched: tuple[str, ...] = change(state, fact, record)
        mark_fact(record, fact, moves=moves)
        records[record.id] = record
        return (slice_, *touched)

    return fold


LEADERS: Final[dict[str, Fold]] = {
    "SupportRequested": _requested,
    "SupportAnswered": _on("supports", "support", "support", _answered),
    "SupportForwarded": _on("supports", "support", "support", _forwarded),
    "RelocationProposed": _proposed,
    "RelocationOrdered": _on("relocations", "relocation", "support", _ordered),
    "RelocationRefused": _on("relocations", "relocation", "support", _refused),
    "RelocationLimitPassed": _on("relocations", "relocation", "support", _passed),
    "LeaderLooked": _looked,
    "LeaderHandoverDrafted": _drafted,
    # Two leaders acknowledge and sign at one time: none of it refuses the other's click.
    "LeaderItemAnswered": _on(
        "leader_handovers", "leader_handover", "leader_handover", _acknowledged, moves=False
    ),
    "LeaderHandoverSigned": _on(
        "leader_handovers", "leader_handover", "leader_handover", _signed, moves=False
    ),
}
"""Fact type → its fold."""
