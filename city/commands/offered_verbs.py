"""Offered verbs: the verbs that a row of the desk offers, most useful first."""

from city.commands.supervision import escalate_to
from city.state.ledger_state import Case

__all__ = ["offered_verbs"]

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
