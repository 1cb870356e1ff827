"""Personal data: who may read a reporter's words, see a reporter, and see photos (domain §4.9)."""

from collections.abc import Collection
from typing import Final

from city.access import SCOPED, is_own_scope
from city.person import Person

__all__ = ["may_read_words", "may_see_case_photo", "may_see_evidence", "may_see_person"]

READS_WORDS: Final = ("duty_officer", "shift_lead", "intake_officer", "dispatcher", "duty_leader")
"""Roles that may read a reporter's text; a rotating leader sees numbers only."""


def may_read_words(person: Person) -> bool:
    """Whether a person may read a report's title and description (free text of class P2, domain 4.9)."""
    return any(role in person.roles for role in READS_WORDS)


def may_see_person(person: Person, holder: str, street: str) -> bool:
    """Whether a person may be shown the reporter of a case that ``holder`` has, in ``street``."""
    if "intake_officer" in person.roles or "shift_lead" in person.on_shift:
        return True
    own = bool(person.holder) and person.holder == holder
    return own or (bool(person.street) and person.street == street)


def may_see_evidence(person: Person, agency: str, street: str) -> bool:
    """Whether a person may see the photos of a linkage task of ``agency`` in ``street``.

    Those are its own people, the centre, and those who may verify it.
    """
    if may_read_words(person) or "inspector" in person.roles:
        return True
    own = is_own_scope(person, "agency", agency)
    return own or ("street_operator" in person.roles and bool(street) and person.street == street)


def may_see_case_photo(
    person: Person, holders: Collection[str], street: str, *, of_village: bool | None = None
) -> bool:
    """Whether a person may see the photos of a case in ``street`` that ``holders`` have, had or made safe.

    Those are the centre's roles that read words, the holders' own people, the street's sub-centre, and the
    inspectors of the street. ``of_village``: whether it is of the person's own village; its officers see it
    then, and no other (None: no grid tells, and they count as the street's). A wall and a briefing have no
    person: they see none.
    """
    if may_read_words(person):
        return True
    if "village_operator" in person.roles and of_village:
        return True
    theirs = SCOPED["agency"] if of_village is False else (*SCOPED["agency"], "village_operator")
    is_holders = any(role in person.roles for role in theirs)
    if is_holders and bool(person.holder) and person.holder in holders:
        return True
    if "street_operator" in person.roles and bool(street) and person.street == street:
        return True
    return "inspector" in person.roles and (not person.beats or street in person.beats)
