"""Orphans: when nobody has a case any more and somebody must rule (domain §4.2)."""

from city.acts.terms import CaseNumbers
from city.casefile import BOUNCES, CaseFile
from city.working_time import Calendar, office_seconds

__all__ = ["UNOWNED", "is_bounce", "is_loop", "is_orphan", "is_unowned"]

UNOWNED = frozenset({"filed", "returned", "ruling"})
"""States in which nobody has the case."""


def is_bounce(reason: str) -> bool:
    """Whether a return with this reason code counts; the others are corrections."""
    return reason in BOUNCES


def is_loop(file: CaseFile, holder: str) -> bool:
    """Whether whoever is to get the case has returned it before."""
    return bool(holder) and holder in file.bounced


def is_unowned(
    file: CaseFile,
    now_city: float,
    numbers: CaseNumbers,
    *,
    hazard: bool,
    calendar: Calendar,
    zone_offset_s: int,
) -> bool:
    """Whether nobody had it for too long: a hazard by the clock, others in office hours."""
    since = file.unowned_since
    if since is None or file.state not in UNOWNED:
        return False
    if hazard:
        return now_city - since >= numbers.unowned_hazard_s
    waited = office_seconds(since, now_city, calendar, zone_offset_s=zone_offset_s)
    return waited >= numbers.unowned_office_hours * 3600


def is_orphan(
    file: CaseFile, now_city: float, numbers: CaseNumbers, *, hazard: bool, territory: str,
    next_holder: str = "", calendar: Calendar, zone_offset_s: int,
) -> str | None:  # fmt: skip
    """Return why a ruling is needed, None while somebody may be found.

    ``bounces`` (returned too often), ``loop`` (``next_holder`` has returned it before), ``territory`` (the
    owner is unknown or disputed, and the street returned it too), ``unowned`` (nobody has it for too long).
    """
    if len(file.bounced) >= numbers.bounces:
        return "bounces"
    if is_loop(file, next_holder):
        return "loop"
    if file.owner_state in ("unknown", "disputed") and territory and territory in file.bounced:
        return "territory"
    late = is_unowned(file, now_city, numbers, hazard=hazard, calendar=calendar, zone_offset_s=zone_offset_s)
    return "unowned" if late else None
