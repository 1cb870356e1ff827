"""Folding facts of handling: signing, make-safe, feedback, time, checks, callers (C8, C13 – C17, C19)."""

from typing import Final

import msgspec

from city.cases.fold_common import Change, Fold, account_of
from city.cases.fold_photos import add_photos
from city.cases.fold_workloads import count_work
from city.facts.field_readers import flag, maybe_moment, moment, number, text, texts
from city.state.case_file import OUTCOMES, Ask, Check, reached
from city.state.hotline_records import ORDER_KINDS

__all__ = ["HANDLING"]


def _signed(change: Change) -> tuple[str, ...]:
    change.file.signed_at = change.now
    change.enter("handling")
    return ()


def _made_safe(change: Change) -> tuple[str, ...]:
    safe = change.file.make_safe
    if safe is not None:
        photos = len(texts(change.data, "photos"))
        change.file.make_safe = msgspec.structs.replace(safe, done_at=change.now, photos=photos)
    add_photos(change, ("photos", "make_safe"), by=text(change.data, "holder"))
    return ()


def _handled(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    outcome = text(data, "outcome")
    if outcome not in OUTCOMES:
        message = f"outcome: expected one of {', '.join(OUTCOMES)}"
        raise ValueError(message)
    file.handled_at, file.outcome = change.now, outcome
    file.reached = reached(file.reached, text(data, "holder"))
    file.check_by = maybe_moment(data, "check_by")
    who = (text(data, "holder"), account_of(change.fact.actor))
    file.handled_by = tuple(dict.fromkeys((*file.handled_by, *(one for one in who if one))))
    file.extension = file.suspension = None
    file.unowned_since = None
    add_photos(change, ("photos_before", "before"), ("photos_after", "after"), by=text(data, "holder"))
    change.enter("handled")
    return count_work(change)


def _extension_applied(change: Change) -> tuple[str, ...]:
    data = change.data
    change.file.extension = Ask(
        text(data, "holder"), change.now, moment(data, "decide_by"), text(data, "reason")
    )
    return ()


def _extension_decided(change: Change) -> tuple[str, ...]:
    change.file.extension = None
    if flag(change.data, "approved"):
        change.file.extensions += 1
        _move_clocks(change)
    return ()


def _suspension_applied(change: Change) -> tuple[str, ...]:
    data = change.data
    until = moment(data, "until")
    decide_by = maybe_moment(data, "decide_by")
    change.file.suspension = Ask(
        text(data, "holder"),
        change.now,
        until if decide_by is None else decide_by,
        text(data, "reason"),
        until,
    )
    return ()


def _ask_withdrawn(change: Change) -> tuple[str, ...]:
    change.file.extension = change.file.suspension = None
    return ()


def _suspension_decided(change: Change) -> tuple[str, ...]:
    file = change.file
    file.suspension = None
    if flag(change.data, "approved"):
        file.suspensions += 1
        file.suspended_at, file.suspended_until = change.now, moment(change.data, "until")
        file.suspended_from = file.state
        change.enter("suspended")
    return ()


def _resumed(change: Change) -> tuple[str, ...]:
    file = change.file
    _move_clocks(change)
    file.suspended_s += number(change.data, "suspended_s") or 0.0
    file.suspended_at = file.suspended_until = None
    back = file.suspended_from or "handling"
    file.suspended_from = ""
    change.enter(back)
    return ()


def _move_clocks(change: Change) -> None:
    """Set the deadlines that a decision moved: nothing else moves the citizen's deadline."""
    data, file = change.data, change.file
    file.fix_by_at = maybe_moment(data, "fix_by_at")
    file.deadline_at = maybe_moment(data, "deadline_at")
    file.holder_due_at = maybe_moment(data, "holder_due_at")
    file.undetermined = file.undetermined or flag(data, "undetermined")


def _checked(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    passed = flag(data, "passed")
    file.check = Check(
        text(data, "mode"), account_of(change.fact.actor), change.now, passed, number(data, "distance_m"),
        flag(data, "photo_after_feedback"),
    )  # fmt: skip
    add_photos(change, ("photos", "check"))
    file.checks += 1
    file.check_by = None
    if not passed:
        file.reworks += 1
        file.outcome = ""
        change.enter("handling")
    return count_work(change)


def _closed(change: Change) -> tuple[str, ...]:
    file = change.file
    file.closed_at = change.now
    file.close_kind = text(change.data, "close_kind")
    change.enter("closed")
    return ()


def _reopened(change: Change) -> tuple[str, ...]:
    change.file.reopened_by = text(change.data, "by")
    return ()


def _contacted(change: Change) -> tuple[str, ...]:
    if change.file.contact_at is None:
        change.file.contact_at = change.now
    return ()


def _called_back(change: Change) -> tuple[str, ...]:
    change.file.satisfaction = text(change.data, "satisfaction")
    change.file.resolved = text(change.data, "resolved")
    return ()


def _order_classified(change: Change) -> tuple[str, ...]:
    kind = text(change.data, "kind")
    if kind not in ORDER_KINDS:
        message = f"kind: expected one of {', '.join(ORDER_KINDS)}"
        raise ValueError(message)
    change.file.order_kind = kind
    change.file.hotline_by = maybe_moment(change.data, "hotline_by")
    return ()


def _appeal_lodged(change: Change) -> tuple[str, ...]:
    _appealed(change, text(change.data, "holder"), "lodged")
    return ()


def _appeal_decided(change: Change) -> tuple[str, ...]:
    upheld = flag(change.data, "upheld")
    lodged = (holder for holder, stands in change.file.appeals.items() if stands == "lodged")
    _appealed(change, text(change.data, "holder") or next(lodged, ""), "upheld" if upheld else "refused")
    change.file.timeout_exempt = change.file.timeout_exempt or upheld
    return ()


def _appealed(change: Change, holder: str, stands: str) -> None:
    change.file.appeal = stands
    change.file.appeals = {**change.file.appeals, holder: stands}


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
    "OrderClassified": _order_classified,
    "AppealLodged": _appeal_lodged,
    "AppealDecided": _appeal_decided,
}
"""Fact type → function that applies it to the case."""
