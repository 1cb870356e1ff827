"""The outbox: messages to other systems, which the fold creates from facts."""

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
"""Fact type → the field that names the recipients of its notice."""

AT_ONCE: Final = frozenset({"MakeSafeOrdered", "IncidentSignalled"})
"""Facts about danger: their notices are sent at once, for every class."""

STATUS: Final = frozenset({
    "VerificationRequested", "CaseFiled", "CaseDispatched", "CaseReassigned", "CaseSigned", "CaseReturned",
    "RulingOpened", "CaseTransferredUp", "CaseHandled", "CaseChecked", "CaseClosed", "CaseRejected",
    "CaseMerged", "CaseVoided", "SuspensionDecided", "CaseResumed", "ActUndone", "CallerContacted",
    "CaseTakenBack",
})  # fmt: skip
"""Facts after which the source system of a case gets its new status."""


def queue(state: LedgerState, case: Case, file: CaseFile, fact: Fact) -> bool:
    """Put the messages of a fact into the outbox; return whether there are any.

    ``case`` is the state before, ``file`` the state after the fact. Messages on danger, hazards and critical
    cases leave at once, the others when the time to undo is over.
    """
    if fact.type not in NOTICES and fact.type not in STATUS:
        return False
    at_once = case.hazard or case.urgency == "critical" or fact.type in AT_ONCE
    seconds = number(fact.data, "undo_s")
    wait = 0.0 if at_once else UNDO_S if seconds is None else seconds
    items = [item for item in _notices(case, file, fact) if _has_adapter(state, item.to)]
    # A system gets no status of a case that it handles, except to correct one that we sent before an undo.
    if fact.type in STATUS and case.external and (file.own or fact.type == "ActUndone"):
        withdrawn = [_withdraw(state, older) for older in file.unsent]
        words = [item for item in _status(case, file, fact) if _has_adapter(state, item.to)]
        if not file.own and all(withdrawn):
            words = []
        file.unsent = tuple(f"{fact.position}-{len(items) + count}" for count in range(len(words)))
        items += words
    for count, item in enumerate(items):
        name = f"{fact.position}-{count}"
        state.outbox[name] = msgspec.structs.replace(item, id=name, not_before=fact.recorded_at + wait)
    return bool(items)


def _has_adapter(state: LedgerState, system: str) -> bool:
    return state.outlets is None or system in state.outlets


def _withdraw(state: LedgerState, name: str) -> bool:
    """Remove an item; return whether it was certainly not delivered: a failed try may have arrived."""
    item = state.outbox.pop(name, None)
    return item is not None and not item.tries


def _notices(case: Case, file: CaseFile, fact: Fact) -> Iterator[Item]:
    field = NOTICES.get(fact.type)
    if field is None:
        return
    named = fact.data.get(field)
    for to in named if isinstance(named, list) else [named]:
        if to:
            yield _notice(case, file, fact, to=str(to), words=f"outbox.{fact.type}")


def _notice(case: Case, file: CaseFile, fact: Fact, *, to: str, words: str, recall_of: str = "") -> Item:
    """Return a notice that holds its whole content, so that every try sends the same content."""
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
    """Yield a status to each system that knows the case; after a give-back it is the source's own status."""
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
    state: LedgerState, case: Case, file: CaseFile, undone: int, *, recipient: str, kind: str, fact: Fact
) -> None:  # fmt: skip
    """Take back the notice of an undone act: remove an unsent notice, send a recall for a sent one.

    ``undone`` is the position of the act, ``kind`` its type, ``recipient`` who got it; ``file`` is the
    state after the undo.
    """
    name = f"{undone}-0"
    item = state.outbox.get(name)
    if item is not None and item.kind == "notice" and _withdraw(state, name):
        return
    if recipient and _has_adapter(state, recipient):
        words = f"outbox.recall.{kind}"
        _put_recall(state, _notice(case, file, fact, to=recipient, words=words, recall_of=name))


def _put_recall(state: LedgerState, item: Item) -> None:
    if all(other.recall_of != item.recall_of for other in state.outbox.values()):
        state.outbox[item.id] = item


def deliver(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered``: remove the item."""
    _end(state, fact)
    return ("outbox",)


def _end(state: LedgerState, fact: Fact) -> None:
    """Remove an item that has ended. If its act was undone while it was being sent, recall or correct it.

    Facts on an item that arrived, or may have arrived, have ``what``. Facts without ``what`` recall nothing:
    the engine that wrote them recorded recalls itself.
    """
    if state.outbox.pop(text(fact.data, "item"), None) is not None:
        return
    case = state.cases.get(fact.subject.removeprefix("case:"))
    what, to = text(fact.data, "what"), text(fact.data, "to")
    if case is None or not what or what.startswith("outbox.recall.") or not _has_adapter(state, to):
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
    """Fold an ``OutboxDelayed``: a try failed, and the item is tried again."""
    item = state.outbox.get(text(fact.data, "item"))
    if item is not None:
        state.outbox[item.id] = msgspec.structs.replace(item, tries=whole(fact.data, "tries"))
    return ("outbox",)


def fail(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxFailed``: the item is not tried again."""
    _end(state, fact)
    return ("outbox",)
