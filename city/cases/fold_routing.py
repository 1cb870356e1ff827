"""Folding facts of routing: dispatches, reassignments, returns, rulings, the city (C7 – C12, C18, C21)."""

from typing import Final

import msgspec

from city.cases.fold_common import Fold, Turn
from city.cases.undo_records import remember
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, moment, names, text, texts, whole
from city.state.case_file import Bounce, Ruling
from city.state.ledger_state import Erratum, Registered

__all__ = ["ROUTING"]


def _dispatched(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    _handed_to(turn, text(data, "to"))
    file.co = texts(data, "co")
    file.no_return, file.ruled_no = flag(data, "no_return"), text(data, "ruling")
    file.rule = text(data, "rule")
    file.loop = False
    reasons = data.get("reasons") or [{}]
    file.why, file.why_names = text(reasons[-1], "why"), names(reasons[-1], "names")
    return ()


def _reassigned(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    _handed_to(turn, text(data, "to"))
    file.co, file.no_return, file.ruled_no, file.rule = (), False, "", ""
    file.why, file.why_names = "reassigned", {}
    file.handled_at, file.outcome, file.check_by = None, "", None
    remember(file, turn.fact)
    return ()


def _handed_to(turn: Turn, holder: str) -> None:
    """Give the case to a holder: the holder's own limits start; the citizen's deadline is unchanged."""
    data, file = turn.data, turn.file
    file.holder = holder
    file.dispatched_at = turn.now
    if file.first_dispatched_at is None:
        file.first_dispatched_at = turn.now
    file.dispatches = whole(data, "round", file.dispatches + 1)
    file.holder_due_at = maybe_moment(data, "holder_due_at")
    file.sign_by, file.return_by = maybe_moment(data, "sign_by"), maybe_moment(data, "return_by")
    file.signed_at = None
    file.targets = texts(data, "targets")
    file.undetermined = file.undetermined or flag(data, "undetermined")
    file.unowned_since = None
    file.extension = file.suspension = None
    file.since = turn.now
    turn.enter("dispatched")


def _returned(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    bounce = Bounce(
        text(data, "holder"), text(data, "reason"), text(data, "text"), turn.now, flag(data, "counts")
    )
    file.bounces = (*file.bounces, bounce)
    file.first_return_at = turn.now if file.first_return_at is None else file.first_return_at
    file.targets = texts(data, "targets")
    _nobody_has_it(turn)
    return ()


def _nobody_has_it(turn: Turn) -> None:
    """Take the case from its holder: it waits for a dispatch, or for an open ruling."""
    file = turn.file
    file.holder, file.co = "", ()
    file.holder_due_at = file.sign_by = file.return_by = file.signed_at = None
    file.extension = file.suspension = None
    file.unowned_since = turn.now
    asked = file.ruling
    # A ruling that the rules opened beside the dispatch does not prevent a new dispatch.
    if asked is None or asked.ruled_at is not None or asked.reason == "no_owner":
        turn.enter("returned")
        return
    file.ruling = msgspec.structs.replace(asked, while_held=False)
    turn.enter("ruling")


def _ruling_opened(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    held = flag(data, "held")
    before = file.ruling if file.ruling is not None and file.ruling.ruled_at is None else None
    file.ruling = Ruling(
        before.opened_at if before else turn.now, text(data, "reason"), moment(data, "due_at"),
        moment(data, "on_site_by"), texts(data, "candidates"), before.sent_at if before else None,
        while_held=held,
    )  # fmt: skip
    file.loop = file.loop or file.ruling.reason == "loop"
    if not held:
        file.holder = ""
        file.unowned_since = turn.now if file.unowned_since is None else file.unowned_since
        turn.enter("ruling")
    # The same ruling is still open: the duty log has its line already.
    return () if before else say(turn.state, turn.case, turn.fact, "log.ruling_opened")


def _ruling_sent(turn: Turn) -> tuple[str, ...]:
    if turn.file.ruling is not None:
        turn.file.ruling = msgspec.structs.replace(turn.file.ruling, sent_at=turn.now)
    return ()


def _ruled(turn: Turn) -> tuple[str, ...]:
    data, file = turn.data, turn.file
    asked = file.ruling or Ruling(turn.now, "", turn.now, turn.now)
    ruled = msgspec.structs.replace(
        asked,
        no=text(data, "no"),
        holder=text(data, "holder"),
        kind=text(data, "kind"),
        ruled_at=turn.now,
        registered=text(data, "registered"),
    )
    file.ruling, file.rulings = ruled, (*file.rulings, ruled)
    if file.holder == ruled.holder:
        file.no_return, file.ruled_no = True, ruled.no
    file.owner_state = f"ruled_{ruled.kind}"
    key = text(data, "registered")
    if key:
        turn.state.register[key] = Registered(key, ruled.holder, ruled.kind, ruled.no, turn.now)
        file.errata = False
        turn.state.errata.pop(turn.case.key, None)
    return ("register", *say(turn.state, turn.case, turn.fact, "log.ruled", holder=ruled.holder))


def _transferred_up(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    file.holder, file.unowned_since = text(turn.data, "interim"), None
    file.level = "city"
    turn.enter("transferred_up")
    return say(turn.state, turn.case, turn.fact, "log.transferred_up")


def _taken_back(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    file.level, file.targets = "district", texts(turn.data, "targets")
    # If the city gets it again, its months are counted from the start.
    file.stages_passed = tuple(name for name in file.stages_passed if not name.startswith("follow_up:"))
    file.handled_at, file.outcome, file.check_by = None, "", None
    if file.filed_at is not None:
        _nobody_has_it(turn)
    else:
        file.holder = ""
        turn.enter("reported")
    return say(turn.state, turn.case, turn.fact, "log.taken_back")


def _errata_opened(turn: Turn) -> tuple[str, ...]:
    turn.file.errata = True
    turn.state.errata[turn.case.key] = Erratum(
        turn.case.key, text(turn.data, "rule"), text(turn.data, "text"), turn.fact.actor, turn.now
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
