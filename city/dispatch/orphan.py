"""Orphans: when nobody has a case any more and somebody must rule (domain §4.2)."""

from city.dispatch.decision_rules import CaseNumbers
from city.state.case_file import CaseFile

__all__ = ["is_orphan"]


def is_orphan(file: CaseFile, numbers: CaseNumbers, *, territory: str) -> str | None:
    """Return why a return leaves a case to a ruling, None while somebody may be found.

    ``bounces`` (returned too often), ``territory`` (the owner is unknown or disputed, and the street
    returned it too). A loop is met where the case is sent, too long a wait by the step ``unowned``.
    """
    if len(file.bounced) >= numbers.bounces:
        return "bounces"
    if file.owner_state in ("unknown", "disputed") and territory and territory in file.bounced:
        return "territory"
    return None
