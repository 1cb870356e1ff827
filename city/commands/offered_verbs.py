"""Offers: which verbs a row of the desk holds out, the first the most wanted one."""

from city.commands.supervision import escalate_to
from city.state.ledger_state import Case

__all__ = ["offers"]

REASSIGNABLE = frozenset({"dispatched", "handling", "returned"})


def offers(case: Case) -> list[str]:
    """Return the verbs that a row offers, in order; [] for a case that is over.

    A hazard or critical case that nobody was sent to offers ``send_unit`` first. A case that waits for a
    ruling offers ``send_for_ruling`` in place of the rest, until it has been sent.
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
    """Return what helps while somebody is to look: remind them, or file once their time is noted as over."""
    file = case.file
    if file.verify_by is not None and f"verify:{int(file.verify_by)}" in file.stages_passed:
        return ["file"]
    return ["remind"] if file.verify_to else []
