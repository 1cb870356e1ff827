"""Folding facts of handling: signing, make-safe, feedback, time, checks, callers (C8, C13 – C17, C19)."""

from typing import Final

import msgspec

from city.cases.fold_common import Fold, Turn, account_of
from city.facts.field_readers import flag, maybe_moment, moment, number, text, texts
from city.state.case_file import OUTCOMES, Ask, Check

__all__ = ["HANDLING"]


def _signed(turn: Turn) -> tuple[str, ...]:
    turn.file.signed_at = turn.now
    turn.enter("handling")
    return ()


def _made_safe(turn: Turn) -> tuple[str, ...]:
    safe = turn.file.make_safe
    if safe is not None:
        photos = len(texts(turn.data, "photos"))
        turn.file.make_safe = msgspec.structs.replace(safe, done_at=turn.now, photos=photos)
    return ()


def _handled(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    outcome = text(data, "outcome")
    if outcome not in OUTCOMES:
        message = f"outcome: expected one of {', '.join(OUTCOMES)}"
        raise ValueError(message)
    file.handled_at, file.outcome = turn.now, outcome
    file.check_by = maybe_moment(data, "check_by")
    who = (text(data, "holder"), account_of(turn.fact.actor))
    file.handled_by = tuple(dict.fromkeys((*file.handled_by, *(one for one in who if one))))
    file.extension = file.suspension = None
    file.unowned_since = None
    turn.enter("handled")
    return ()


def _extension_applied(turn: Turn) -> tuple[str, ...]:
    data = turn.data
    turn.file.extension = Ask(text(data, "holder"), turn.now, moment(data, "decide_by"), text(data, "reason"))
    return ()


def _extension_decided(turn: Turn) -> tuple[str, ...]:
    turn.file.extension = None
    if flag(turn.data, "approved"):
        turn.file.extensions += 1
        _move_clocks(turn)
    return ()


def _suspension_applied(turn: Turn) -> tuple[str, ...]:
    data = turn.data
    until = moment(data, "until")
    decide_by = maybe_moment(data, "decide_by")
    turn.file.suspension = Ask(
        text(data, "holder"), turn.now, until if decide_by is None else decide_by, text(data, "reason"), until
    )
    return ()


def _ask_withdrawn(turn: Turn) -> tuple[str, ...]:
    turn.file.extension = turn.file.suspension = None
    return ()


def _suspension_decided(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    file.suspension = None
    if flag(turn.data, "approved"):
        file.suspensions += 1
        file.suspended_at, file.suspended_until = turn.now, moment(turn.data, "until")
        file.suspended_from = file.state
        turn.enter("suspended")
    return ()


def _resumed(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    _move_clocks(turn)
    file.suspended_s += number(turn.data, "suspended_s") or 0.0
    file.suspended_at = file.suspended_until = None
    back = file.suspended_from or "handling"
    file.suspended_from = ""
    turn.enter(back)
    return ()


def _move_clocks(turn: Turn) -> None:
    """Set the deadlines that a decision moved: nothing else moves the citizen's deadline."""
    data, file = turn.data, turn.file
    file.fix_by_at = maybe_moment(data, "fix_by_at")
    file.deadline_at = maybe_moment(data, "deadline_at")
    file.holder_due_at = maybe_moment(data, "holder_due_at")
    file.undetermined = file.undetermined or flag(data, "undetermined")


def _checked(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    passed = flag(data, "passed")
    file.check = Check(
        text(data, "mode"), account_of(turn.fact.actor), turn.now, passed, number(data, "distance_m"),
        flag(data, "photo_after_feedback"),
    )  # fmt: skip
    file.checks += 1
    file.check_by = None
    if not passed:
        file.reworks += 1
        file.outcome = ""
        turn.enter("handling")
    return ()


def _closed(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    file.closed_at = turn.now
    file.close_kind = text(turn.data, "close_kind")
    turn.enter("closed")
    return ()


def _reopened(turn: Turn) -> tuple[str, ...]:
    turn.file.reopened_by = text(turn.data, "by")
    return ()


def _contacted(turn: Turn) -> tuple[str, ...]:
    if turn.file.contact_at is None:
        turn.file.contact_at = turn.now
    return ()


def _called_back(turn: Turn) -> tuple[str, ...]:
    turn.file.satisfaction = text(turn.data, "satisfaction")
    turn.file.resolved = text(turn.data, "resolved")
    return ()


def _appeal_lodged(turn: Turn) -> tuple[str, ...]:
    _appealed(turn, text(turn.data, "holder"), "lodged")
    return ()


def _appeal_decided(turn: Turn) -> tuple[str, ...]:
    upheld = flag(turn.data, "upheld")
    lodged = (holder for holder, stands in turn.file.appeals.items() if stands == "lodged")
    _appealed(turn, text(turn.data, "holder") or next(lodged, ""), "upheld" if upheld else "refused")
    turn.file.timeout_exempt = turn.file.timeout_exempt or upheld
    return ()


def _appealed(turn: Turn, holder: str, stands: str) -> None:
    turn.file.appeal = stands
    turn.file.appeals = {**turn.file.appeals, holder: stands}


HANDLING: Final[dict[str, Fold]] = {
    "CaseSigned": _signed,
    "MadeSafe": _made_safe,
    "CaseHandled": _handled,
    "ExtensionApplied": _extension_applied,
    "ExtensionDecided": _extension_decided,
    "SuspensionApplied": _suspension_applied,
    "SuspensionDecided": _suspension_decided,
    "CaseResumed": _resumed,
    "AskWithdrawn": _ask_withdrawn,
    "CaseChecked": _checked,
    "CaseClosed": _closed,
    "CaseReopened": _reopened,
    "CallerContacted": _contacted,
    "CallerCalledBack": _called_back,
    "AppealLodged": _appeal_lodged,
    "AppealDecided": _appeal_decided,
}
"""Fact type → function that applies it to the case."""
