"""Folding facts on cases: the part that all facts on a case share."""

from collections.abc import Callable
from typing import Any

import msgspec

from city.access import AXES
from city.cases.outbox import queue, recall
from city.cases.takeover import own_file
from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, text, texts, whole
from city.state.case_file import SHARE_STATES, CaseFile, LastAct
from city.state.ledger_state import Case, LedgerState

__all__ = ["Change", "Fold", "account_of", "fold_note", "fold_on_case", "is_timer_note"]

NO_AXIS = frozenset({"CommentAdded", "RuleErrataOpened", "ListRejected", "PhotosAdded"})
"""Facts that decide nothing: they do not put their author on an axis."""

STAYS_MIRRORED = NO_AXIS | {"CallerContacted"}
"""Facts that leave a case mirrored. In older ledgers they may take it over: then they have ``took_over``."""


class Change(msgspec.Struct):
    """One fact applied to one case; ``file`` is a copy that replaces the case's file.

    ``now`` is the city time of the fact, ``case_changes`` are the fields of the case that change with it.
    """

    state: LedgerState
    case: Case
    file: CaseFile
    fact: Fact
    now: float
    case_changes: dict[str, Any] = {}

    @property
    def data(self) -> dict[str, Any]:
        """Return the fact's data."""
        return self.fact.data

    def enter(self, state: str) -> None:
        """Put the case into a state; if it is in that state already, ``since`` is kept."""
        if self.file.state != state:
            self.file.since = self.now
            if self.file.state not in SHARE_STATES:
                self.file.back_at = self.now
        self.file.state = state


_QUIET = frozenset({
    "StageLimitPassed", "CaseReminded", "CaseOverdue", "TaskDelivered", "TaskReminded", "TaskLimitPassed",
    "TaskEscalated", "TaskFellBack", "IncidentLimitPassed", "ShiftLimitPassed", "DepthNoted",
})  # fmt: skip


def is_timer_note(fact: Fact) -> bool:
    """Whether the fact is a note by a timer: it changes no rights and does not end the time to undo."""
    return fact.role == "system" and fact.type in _QUIET


Fold = Callable[[Change], tuple[str, ...]]
"""Changes ``change.file`` and returns the changed slices other than ``cases``."""


def account_of(actor: str) -> str:
    """Return the account of a fact's actor, '' for other actors (``client:…``, ``system:…``)."""
    return "" if ":" in actor else actor


def _change(state: LedgerState, fact: Fact) -> Change:
    case = state.cases[fact.subject.removeprefix("case:")]
    # A copy: a fact that fails half-way changes nothing.
    return Change(state, case, msgspec.structs.replace(case.file), fact, state.clock.at(fact.recorded_at))


def fold_on_case(fold: Fold, state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold a fact that changes its case and raises its version; a deciding one takes over a mirrored case."""
    change = _change(state, fact)
    if not change.file.own and (fact.type not in STAYS_MIRRORED or "took_over" in fact.data):
        taken = fact.data.get("took_over") or {}
        change.file = own_file(
            change.case, text(taken, "holder"), texts(taken, "bounced"), at=change.now,
            rule_by=maybe_moment(taken, "rule_by"), on_site_by=maybe_moment(taken, "on_site_by"),
        )  # fmt: skip
    file = change.file
    file.version = whole(fact.data, "version")
    if not is_timer_note(fact):
        file.moved = file.version
        file.undo = {}
        file.last = LastAct(
            fact.position, fact.type, fact.actor, text(fact.data, "name"), fact.recorded_at,
            _target(fact),
        )  # fmt: skip
    account = account_of(fact.actor)
    if account not in ("", "engine", *file.acted_by):
        file.acted_by = (*file.acted_by, account)
    _put_on_axis(file, fact)
    last_before = change.case.file.last
    touched = fold(change)
    if file.holder not in ("", *file.held_by):
        file.held_by = (*file.held_by, file.holder)
    if fact.type == "ActUndone" and last_before is not None:
        recall(
            state, change.case, file, whole(fact.data, "position"), recipient=last_before.to,
            kind=last_before.type, fact=fact,
        )  # fmt: skip
        touched = ("outbox", *touched)
    changes = change.case_changes
    case = msgspec.structs.replace(change.case, **changes) if changes else change.case
    if queue(state, case, file, fact):
        touched = ("outbox", *touched)
    _commit(change)
    return ("cases", *touched)


def fold_note(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold a fact that only adds a note to a case; on another subject, or a case that left, it is none."""
    if not fact.subject.startswith("case:") or fact.subject.removeprefix("case:") not in state.cases:
        return ()
    _commit(_change(state, fact))
    return ("cases",)


def _target(fact: Fact) -> str:
    """Return the persons or holders that a fact names as its target, joined by ``|``."""
    if isinstance(fact.data.get("to"), list):
        return "|".join(texts(fact.data, "to"))
    return text(fact.data, "to") or text(fact.data, "holder")


def _commit(change: Change) -> None:
    case, file = change.case, change.file
    file.story = case.file.story
    file.story.append(change.fact.position)
    case.file = file
    change.state.put_case(case, change.fact.position)
    for name, value in change.case_changes.items():
        setattr(case, name, value)


def _put_on_axis(file: CaseFile, fact: Fact) -> None:
    """Record on which axis a person acted in this case: nobody may act on both."""
    axis = AXES.get(fact.role, "neutral")
    account = account_of(fact.actor)
    if fact.type in NO_AXIS or not account:
        return
    if axis == "command" and account not in file.commanded_by:
        file.commanded_by = (*file.commanded_by, account)
    if axis == "supervision" and account not in file.supervised_by:
        file.supervised_by = (*file.supervised_by, account)
