"""Offered verbs: the verbs that a row offers, most useful first: on the desk, and on a holder's page."""

from city.commands.cases.supervision import escalate_to
from city.state.ledger_state import Case

__all__ = ["holder_notes", "holder_verbs", "offered_verbs"]

REASSIGNABLE = frozenset({"dispatched", "handling", "returned"})


def offered_verbs(case: Case) -> list[str]:
    """Return the verbs that a row offers, in order; [] for a case that is over.

    A hazard or critical case without a unit offers ``send_unit`` first. A case that waits for a ruling offers
    only ``send_for_ruling`` in place of the rest, until that has been done.
    """
    if not case.is_open:
        return []
    state = case.state
    urgent = case.hazard or case.urgency == "critical"
    found = ["send_unit"] if urgent and not case.file.units else []
    if state == "ruling":
        asked = case.file.ruling
        waits = asked is None or asked.sent_at is None
        return [*found, "send_for_ruling"] if waits else found
    if state == "reported" and case.file.own:
        found.append("file")
    elif state == "verifying" and case.file.own:
        found += _verifying(case)
    elif state == "filed":
        found.append("dispatch")
    if escalate_to(case):
        found.append("escalate")
    if state in REASSIGNABLE:
        found.append("reassign")
    return found


def _verifying(case: Case) -> list[str]:
    """Return the verbs during a verification: remind, or file once its limit is recorded as passed."""
    file = case.file
    if file.verify_by is not None and f"verify:{int(file.verify_by)}" in file.stages_passed:
        return ["file"]
    return ["remind"] if file.verify_to else []


def holder_verbs(case: Case, holder: str, *, is_street: bool) -> list[str]:
    """Return the verbs that a case offers to a holder; limits in time are left to the page's clock.

    ``is_street``: a street's sub-centre also sends its squads, and asks or answers another level.
    """
    file, state = case.file, case.state
    safe = file.make_safe
    found = []
    if case.is_open and safe is not None and safe.holder == holder and safe.done_at is None:
        found.append("make_safe")
    if file.holder == holder and state in ("dispatched", "handling"):
        found += _held(case, safe_first="make_safe" in found)
    if is_street and case.is_open:
        found += _of_a_street(case, holder)
    return found


def holder_notes(case: Case, holder: str) -> list[str]:
    """Return what a holder may note of a case or look up in it; nothing of this moves the case.

    The caller is called once before the work (``contact``); the reporter is shown to who has the case. A
    report that was made by its position alone still owes its photos (``add_photos``).
    """
    file = case.file
    safe = file.make_safe
    has_it = holder == file.holder or (safe is not None and safe.holder == holder and safe.done_at is None)
    found = []
    if case.channel.startswith("hotline") and file.contact_at is None and case.is_open and has_it:
        found.append("contact")
    if case.reporter_ref and (holder == file.holder or holder == case.place.street):
        found.append("reveal")
    if file.photo_by is not None and (has_it or holder == case.place.street):
        found.append("add_photos")
    if file.dispatched_at is not None and not file.errata:
        found.append("report_rule_error")
    return found


def _held(case: Case, *, safe_first: bool) -> list[str]:
    """Return what the holder may do with a case that it has; a hazard is made safe before anything else."""
    file = case.file
    found = ["sign"] if case.state == "dispatched" else []
    if case.state == "handling" and not safe_first:
        found.append("feedback")
    if not file.no_return and not safe_first:
        found.append("return")
    if case.state == "handling":
        asked = file.extension is not None or file.suspension is not None
        found += ["withdraw"] if asked else ["apply_extension", "apply_suspension"]
    return found


def _of_a_street(case: Case, holder: str) -> list[str]:
    file = case.file
    safe = file.make_safe
    has_work = file.holder == holder or (safe is not None and safe.holder == holder and safe.done_at is None)
    found = ["send_unit"] if has_work and case.state != "handled" else []
    if file.level_asked == "street":
        found.append("answer_level")
    elif file.holder == holder and not file.level_asked and case.state not in ("handled", "transferred_up"):
        found.append("transfer_level")
    return found
