"""The outbox: what must leave the system, made by the fold from what happened."""

from collections.abc import Iterator
from typing import Final

import msgspec

from city.casefile import CaseFile
from city.facts import Fact
from city.fold_reading import number, text
from city.fold_undo import UNDO_S
from city.state import Case, Item, LedgerState

__all__ = ["NOTICES", "STATUS", "deliver", "fail", "queue", "recall"]

NOTICES: Final = {
    "CaseDispatched": "to", "CaseReassigned": "to", "CaseEscalated": "to", "MakeSafeOrdered": "holder",
    "IncidentSignalled": "to",
}  # fmt: skip
"""Fact → the field that says who is told of it."""

STATUS: Final = frozenset({
    "VerificationRequested", "CaseFiled", "CaseDispatched", "CaseReassigned", "CaseSigned", "CaseReturned",
    "RulingOpened", "CaseTransferredUp", "CaseHandled", "CaseChecked", "CaseClosed", "CaseRejected",
    "CaseMerged", "CaseVoided", "SuspensionDecided", "CaseResumed", "ActUndone", "CallerContacted",
})  # fmt: skip
"""Facts behind which the system that a case came from is told its status."""


def queue(state: LedgerState, case: Case, file: CaseFile, fact: Fact) -> bool:
    """Put what a fact sends out into the outbox; return whether it sends anything.

    ``case`` is as before, ``file`` as behind the fact. Hazards and criticals go at once, the rest when the
    time to undo is over.
    """
    at_once = case.hazard or case.urgency == "critical" or fact.type == "MakeSafeOrdered"
    seconds = number(fact.data, "undo_s")
    wait = 0.0 if at_once else UNDO_S if seconds is None else seconds
    items = [item for item in _notices(case, file, fact) if _leaves(state, item.to)]
    if fact.type in STATUS and case.external:
        for older in file.unsent:
            state.outbox.pop(older, None)
        words = [item for item in _status(case, file, fact) if _leaves(state, item.to)]
        file.unsent = tuple(f"{fact.position}-{len(items) + count}" for count in range(len(words)))
        items += words
    for count, item in enumerate(items):
        name = f"{fact.position}-{count}"
        state.outbox[name] = msgspec.structs.replace(item, id=name, not_before=fact.recorded_at + wait)
    return bool(items)


def _leaves(state: LedgerState, system: str) -> bool:
    return state.outlets is None or system in state.outlets


def _notices(case: Case, file: CaseFile, fact: Fact) -> Iterator[Item]:
    field = NOTICES.get(fact.type)
    if field is None:
        return
    told = fact.data.get(field)
    names = {
        "no": file.no, "kind": case.kind, "code": case.code, "label": case.label, "road": case.place.road,
        "street": case.place.street,
    }  # fmt: skip
    for to in told if isinstance(told, list) else [told]:
        if to:
            yield Item("", case.key, "notice", str(to), f"outbox.{fact.type}", names, 0.0, fact.position)


def _status(case: Case, file: CaseFile, fact: Fact) -> Iterator[Item]:
    """Yield a word to each system that knows the case, unless it is the one that handles it."""
    if not file.own:
        return
    for system, number_ in case.external:
        names = {"external": number_, "no": file.no, "state": file.state, "holder": file.holder}
        yield Item("", case.key, "status", system, f"outbox.state.{file.state}", names, 0.0, fact.position)


def recall(state: LedgerState, case: Case, undone: int, told: str, kind: str, fact: Fact) -> None:
    """Take back the notice that an undone act sent: an unsent one goes, of a sent one a recall is told.

    ``undone`` is the position of the act, ``kind`` its type, ``told`` who had been told.
    """
    name = f"{undone}-0"
    if state.outbox.pop(name, None) is not None or not told or not _leaves(state, told):
        return
    names = {"kind": case.kind, "code": case.code, "label": case.label, "road": case.place.road,
             "street": case.place.street, "no": case.file.no}  # fmt: skip
    new = f"{fact.position}-r"
    state.outbox[new] = Item(
        new, case.key, "notice", told, f"outbox.recall.{kind}", names, fact.recorded_at, fact.position, name
    )


def deliver(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered``: the item is out."""
    state.outbox.pop(text(fact.data, "item"), None)
    return ("outbox",)


def fail(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxFailed``: nobody will try again."""
    state.outbox.pop(text(fact.data, "item"), None)
    return ("outbox",)
