"""Orphans: cases that no holder accepts, so that a ruling is needed (domain §4.2)."""

from city.dispatch.decision_rules import CaseNumbers
from city.state.case_file import Bounce, CaseFile

__all__ = ["is_orphan", "verdict_on"]


def is_orphan(file: CaseFile, numbers: CaseNumbers, *, territory: str) -> str | None:
    """Return why a return makes a ruling necessary, None while another holder may take the case.

    ``bounces`` (returned too often), ``territory`` (the owner is unknown or disputed, and the street
    returned it too). Loops are detected at the dispatch, too long a wait by the step ``unowned``.
    """
    if len(file.bounced) >= numbers.bounces:
        return "bounces"
    if file.owner_state in ("unknown", "disputed") and territory and territory in file.bounced:
        return "territory"
    return None


def verdict_on(bounce: Bounce, file: CaseFile) -> str:
    """Return what the first ruling after a return says of it: upheld, overruled, or '' without a ruling.

    An upheld return costs its holder nothing (domain §6.5).
    """
    made = [one for one in file.rulings if one.ruled_at is not None and one.ruled_at >= bounce.at]
    if not bounce.counts or not made:
        return ""
    return "overruled" if made[0].holder == bounce.holder else "upheld"
