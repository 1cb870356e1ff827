"""The outbox: what must leave the system, made by the fold from what happened."""

from collections.abc import Iterator
from typing import Final

import msgspec

from city.cases.undo_records import UNDO_S
from city.facts.fact import Fact
from city.facts.field_readers import number, text, whole
from city.state.case_file import CaseFile
from city.state.ledger_state import Case, Item, LedgerState

__all__ = ["NOTICES", "STATUS", "delay", "deliver", "fail", "queue", "recall"]

NOTICES: Final = {
    "CaseDispatched": "to", "CaseReassigned": "to", "CaseEscalated": "to", "MakeSafeOrdered": "holder",
    "IncidentSignalled": "to",
}  # fmt: skip
"""Fact → the field that says who is told of it."""

AT_ONCE: Final = frozenset({"MakeSafeOrdered", "IncidentSignalled"})
"""Facts about danger: whatever the class of the case, nobody waits to hear of them."""

STATUS: Final = frozenset({
    "VerificationRequested", "CaseFiled", "CaseDispatched", "CaseReassigned", "CaseSigned", "CaseReturned",
    "RulingOpened", "CaseTransferredUp", "CaseHandled", "CaseChecked", "CaseClosed", "CaseRejected",
    "CaseMerged", "CaseVoided", "SuspensionDecided", "CaseResumed", "ActUndone", "CallerContacted",
    "CaseTakenBack",
})  # fmt: skip
"""Facts behind which the system that a case came from is told its status."""


def queue(state: LedgerState, case: Case, file: CaseFile, fact: Fact) -> bool:
    """Put what a fact sends out into the outbox; return whether it sends anything.

    ``case`` is as before, ``file`` as behind the fact. Danger, hazards and criticals go at once, the rest
    when the time to undo is over.
    """
    at_once = case.hazard or case.urgency == "critical" or fact.type in AT_ONCE
    seconds = number(fact.data, "undo_s")
    wait = 0.0 if at_once else UNDO_S if seconds is None else seconds
    items = [item for item in _notices(case, file, fact) if _leaves(state, item.to)]
    # A system knows best what it handles; but what it heard of us before an undo gave it back is mended.
    if fact.type in STATUS and case.external and (file.own or fact.type == "ActUndone"):
        withdrawn = [_withdraw(state, older) for older in file.unsent]
        words = [item for item in _status(case, file, fact) if _leaves(state, item.to)]
        if not file.own and all(withdrawn):
            words = []
        file.unsent = tuple(f"{fact.position}-{len(items) + count}" for count in range(len(words)))
        items += words
    for count, item in enumerate(items):
        name = f"{fact.position}-{count}"
        state.outbox[name] = msgspec.structs.replace(item, id=name, not_before=fact.recorded_at + wait)
    return bool(items)


def _leaves(state: LedgerState, system: str) -> bool:
    return state.outlets is None or system in state.outlets


def _withdraw(state: LedgerState, name: str) -> bool:
    """Take an item out; return whether it surely told nobody: what was tried in vain may have arrived."""
    item = state.outbox.pop(name, None)
    return item is not None and not item.tries


def _notices(case: Case, file: CaseFile, fact: Fact) -> Iterator[Item]:
    field = NOTICES.get(fact.type)
    if field is None:
        return
    told = fact.data.get(field)
    for to in told if isinstance(told, list) else [told]:
        if to:
            yield _notice(case, file, fact, to=str(to), words=f"outbox.{fact.type}")


def _notice(case: Case, file: CaseFile, fact: Fact, *, to: str, words: str, recall_of: str = "") -> Item:
    """Return a notice that holds all that is told, so that every try tells the same."""
    names = {
        "no": file.no, "kind": case.kind, "code": case.code, "label": case.label, "road": case.place.road,
        "street": case.place.street, "state": _state(case, file),
    }  # fmt: skip
    theirs = next((number_ for system, number_ in case.external if system == to), "")
    if theirs:
        names["external"] = theirs
    return Item(
        f"{fact.position}-r" if recall_of else "", case.key, "notice", to, words, names, fact.recorded_at,
        fact.position, recall_of, at=fact.recorded_at,
    )  # fmt: skip


def _status(case: Case, file: CaseFile, fact: Fact) -> Iterator[Item]:
    """Yield a word to each system that knows the case; of one given back, what its source's own told us."""
    state, holder = _state(case, file), file.holder if file.own else case.mirror.agency
    for system, number_ in case.external:
        names = {"external": number_, "no": file.no, "state": state, "holder": holder}
        yield Item(
            "", case.key, "status", system, f"outbox.state.{state}", names, 0.0, fact.position,
            at=fact.recorded_at,
        )  # fmt: skip


def _state(case: Case, file: CaseFile) -> str:
    return file.state if file.own else case.mirror.state


def recall(
    state: LedgerState, case: Case, file: CaseFile, undone: int, *, told: str, kind: str, fact: Fact
) -> None:  # fmt: skip
    """Take back the notice that an undone act sent: an unsent one goes, of a sent one a recall is told.

    ``undone`` is the position of the act, ``kind`` its type, ``told`` who had been told, ``file`` is as
    behind the undoing.
    """
    name = f"{undone}-0"
    item = state.outbox.get(name)
    if item is not None and item.kind == "notice" and _withdraw(state, name):
        return
    if told and _leaves(state, told):
        words = f"outbox.recall.{kind}"
        _put_recall(state, _notice(case, file, fact, to=told, words=words, recall_of=name))


def _put_recall(state: LedgerState, item: Item) -> None:
    if all(other.recall_of != item.recall_of for other in state.outbox.values()):
        state.outbox[item.id] = item


def deliver(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered``: the item is out."""
    _end(state, fact)
    return ("outbox",)


def _end(state: LedgerState, fact: Fact) -> None:
    """Take an ended item out; one that was undone while it was on its way is recalled or put right.

    ``what`` is told of what arrived, or may have. Facts without it recall nothing: the engine that wrote
    them had its own recalls.
    """
    if state.outbox.pop(text(fact.data, "item"), None) is not None:
        return
    case = state.cases.get(fact.subject.removeprefix("case:"))
    what, to = text(fact.data, "what"), text(fact.data, "to")
    if case is None or not what or what.startswith("outbox.recall.") or not _leaves(state, to):
        return
    if text(fact.data, "kind") == "notice":
        words = f"outbox.recall.{what.removeprefix('outbox.')}"
        name = text(fact.data, "item")
        _put_recall(state, _notice(case, case.file, fact, to=to, words=words, recall_of=name))
    elif not case.file.own:
        for item in _status(case, case.file, fact):
            if item.to == to:
                name = f"{fact.position}-0"
                state.outbox[name] = msgspec.structs.replace(item, id=name, not_before=fact.recorded_at)


def delay(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelayed``: it was tried in vain and is tried again."""
    item = state.outbox.get(text(fact.data, "item"))
    if item is not None:
        state.outbox[item.id] = msgspec.structs.replace(item, tries=whole(fact.data, "tries"))
    return ("outbox",)


def fail(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxFailed``: nobody will try again."""
    _end(state, fact)
    return ("outbox",)
