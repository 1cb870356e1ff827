"""Folding facts of routing: dispatches, reassignments, returns, rulings, the city (C7 – C12, C18, C21)."""

from typing import Final

import msgspec

from city.cases.fold_common import Change, Fold
from city.cases.undo_records import save_undo
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, moment, names, text, texts, whole
from city.state.case_file import Bounce, Ruling, reached
from city.state.ledger_state import Erratum, Registered

__all__ = ["ROUTING"]


def _dispatched(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    _assign(change, text(data, "to"))
    file.co = texts(data, "co")
    file.no_return, file.ruled_no = flag(data, "no_return"), text(data, "ruling")
    file.rule = text(data, "rule")
    file.loop = False
    reasons = data.get("reasons") or [{}]
    file.why, file.why_names = text(reasons[-1], "why"), names(reasons[-1], "names")
    return ()


def _reassigned(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    _assign(change, text(data, "to"))
    file.co, file.no_return, file.ruled_no, file.rule = (), False, "", ""
    file.why, file.why_names = "reassigned", {}
    file.handled_at, file.outcome, file.check_by = None, "", None
    save_undo(file, change.fact)
    return ()


def _assign(change: Change, holder: str) -> None:
    """Give the case to a holder: the holder's own limits start; the citizen's deadline is unchanged."""
    data, file = change.data, change.file
    file.holder = holder
    file.reached = reached(file.reached, holder)
    file.dispatched_at = change.now
    if file.first_dispatched_at is None:
        file.first_dispatched_at = change.now
    file.dispatches = whole(data, "round", file.dispatches + 1)
    file.holder_due_at = maybe_moment(data, "holder_due_at")
    file.sign_by, file.return_by = maybe_moment(data, "sign_by"), maybe_moment(data, "return_by")
    file.signed_at = None
    file.targets = texts(data, "targets")
    file.undetermined = file.undetermined or flag(data, "undetermined")
    file.unowned_since = None
    file.extension = file.suspension = None
    file.since = change.now
    change.enter("dispatched")


def _returned(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    bounce = Bounce(
        text(data, "holder"), text(data, "reason"), text(data, "text"), change.now, flag(data, "counts")
    )
    file.bounces = (*file.bounces, bounce)
    file.first_return_at = change.now if file.first_return_at is None else file.first_return_at
    file.targets = texts(data, "targets")
    _unassign(change)
    return ()


def _unassign(change: Change) -> None:
    """Take the case from its holder: it waits for a dispatch, or for an open ruling."""
    file = change.file
    file.holder, file.co = "", ()
    file.holder_due_at = file.sign_by = file.return_by = file.signed_at = None
    file.extension = file.suspension = None
    file.unowned_since = change.now
    asked = file.ruling
    # A ruling that the rules opened beside the dispatch does not prevent a new dispatch.
    if asked is None or asked.ruled_at is not None or asked.reason == "no_owner":
        change.enter("returned")
        return
    file.ruling = msgspec.structs.replace(asked, while_held=False)
    change.enter("ruling")


def _ruling_opened(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    held = flag(data, "held")
    before = file.ruling if file.ruling is not None and file.ruling.ruled_at is None else None
    file.ruling = Ruling(
        before.opened_at if before else change.now, text(data, "reason"), moment(data, "due_at"),
        moment(data, "on_site_by"), texts(data, "candidates"), before.sent_at if before else None,
        while_held=held,
    )  # fmt: skip
    file.loop = file.loop or file.ruling.reason == "loop"
    if not held:
        file.holder = ""
        file.unowned_since = change.now if file.unowned_since is None else file.unowned_since
        change.enter("ruling")
    # The same ruling is still open: the duty log has its line already.
    return () if before else say(change.state, change.case, change.fact, "log.ruling_opened")


def _ruling_sent(change: Change) -> tuple[str, ...]:
    if change.file.ruling is not None:
        change.file.ruling = msgspec.structs.replace(change.file.ruling, sent_at=change.now)
    return ()


def _ruled(change: Change) -> tuple[str, ...]:
    data, file = change.data, change.file
    asked = file.ruling or Ruling(change.now, "", change.now, change.now)
    ruled = msgspec.structs.replace(
        asked,
        no=text(data, "no"),
        holder=text(data, "holder"),
        kind=text(data, "kind"),
        ruled_at=change.now,
        registered=text(data, "registered"),
    )
    file.ruling, file.rulings = ruled, (*file.rulings, ruled)
    if file.holder == ruled.holder:
        file.no_return, file.ruled_no = True, ruled.no
    file.owner_state = f"ruled_{ruled.kind}"
    key = text(data, "registered")
    if key:
        change.state.register[key] = Registered(key, ruled.holder, ruled.kind, ruled.no, change.now)
        file.errata = False
        erratum = change.state.errata.pop(change.case.key, None)
        if erratum is not None:
            change.state.errata_closed.append((erratum.at, change.now))
    return ("register", *say(change.state, change.case, change.fact, "log.ruled", holder=ruled.holder))


def _transferred_up(change: Change) -> tuple[str, ...]:
    file = change.file
    file.holder, file.unowned_since = text(change.data, "interim"), None
    file.level = file.reached = "city"
    change.enter("transferred_up")
    return say(change.state, change.case, change.fact, "log.transferred_up")


def _taken_back(change: Change) -> tuple[str, ...]:
    file = change.file
    file.level, file.targets = "district", texts(change.data, "targets")
    # If the city gets it again, its months are counted from the start.
    file.stages_passed = tuple(name for name in file.stages_passed if not name.startswith("follow_up:"))
    file.handled_at, file.outcome, file.check_by = None, "", None
    if file.filed_at is not None:
        _unassign(change)
    else:
        file.holder = ""
        change.enter("reported")
    return say(change.state, change.case, change.fact, "log.taken_back")


def _errata_opened(change: Change) -> tuple[str, ...]:
    change.file.errata = True
    change.state.errata[change.case.key] = Erratum(
        change.case.key, text(change.data, "rule"), text(change.data, "text"), change.fact.actor, change.now
    )
    return ("errata",)


ROUTING: Final[dict[str, Fold]] = {
    "CaseDispatched": _dispatched,
    "CaseReassigned": _reassigned,
    "CaseReturned": _returned,
    "RulingOpened": _ruling_opened,
    "RulingSent": _ruling_sent,
    "OwnershipRuled": _ruled,
    "CaseTransferredUp": _transferred_up,
    "CaseTakenBack": _taken_back,
    "RuleErrataOpened": _errata_opened,
}
"""Fact type → function that applies it to the case."""
