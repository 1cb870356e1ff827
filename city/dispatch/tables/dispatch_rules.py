"""Dispatch rules: lead, cooperating and next holders of a class of cases (``rules.csv``).

Columns: ``id``, ``class`` (``event:0405``), ``priority`` (1 first), ``principle`` (of PRINCIPLES),
``street`` (a street's code; '' = the whole district), ``lead`` (``territory``, ``source_approver`` or an
agency's code), ``next`` (the holder when the lead cannot: beyond the territory's power, or the owner
refused), ``co`` (cooperating agencies), ``likely`` (possible owners when it is unknown), ``clean_by`` and
``clean_min`` (who cleans up beside the lead, within how many minutes), ``basis`` (source of the rule),
``version``, ``valid_from``, ``valid_to``, ``approved_by``. Lists are separated by ``|``.
"""

from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell

__all__ = ["APPROVER", "PRINCIPLES", "TERRITORY", "Rule", "rule_of"]

PRINCIPLES: Final = ("owner_first", "territory_first", "source_owner_first", "fixed_agency")
TERRITORY: Final = "territory"
APPROVER: Final = "source_approver"
_LEADS: Final = {"territory_first": TERRITORY, "source_owner_first": APPROVER}


class Rule(msgspec.Struct, frozen=True):
    """One rule of a class; ``next`` is '' when the territory is next."""

    id: str
    category: str
    priority: int
    principle: str
    street: str
    lead: str
    next: str
    co: tuple[str, ...]
    likely: tuple[str, ...]
    clean_by: str
    clean_min: int
    basis: str
    version: str
    valid_from: str
    valid_to: str


def rule_of(cells: Cells) -> Rule:
    """Read one row of ``rules.csv``. Raises WrongCell."""
    principle = cells.one_of("principle", PRINCIPLES)
    lead = cells.text("lead")
    expected = _LEADS.get(principle)
    if expected and lead != expected:
        raise WrongCell("lead", f"expected {expected} with {principle}, got {lead!r}")
    if not expected and lead == APPROVER:
        raise WrongCell("lead", f"expected territory or an agency with {principle}, got {lead!r}")
    cleaner = cells.maybe("clean_by")
    valid_from, valid_to = cells.days()
    return Rule(
        id=cells.text("id"),
        category=cells.class_key("class"),
        priority=cells.whole("priority"),
        principle=principle,
        street=cells.maybe("street"),
        lead=lead,
        next=cells.maybe("next"),
        co=cells.several("co"),
        likely=cells.several("likely"),
        clean_by=cleaner,
        clean_min=cells.whole("clean_min") if cleaner else 0,
        basis=cells.maybe("basis"),
        version=cells.text("version"),
        valid_from=valid_from,
        valid_to=valid_to,
    )
