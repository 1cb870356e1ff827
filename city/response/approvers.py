"""Who may propose a response level and who must approve it (domain §4.6), as tables by rank.

Two different people always approve. Lowering and ending follow the row of the higher of the two levels.
"""

from collections.abc import Collection, Mapping
from typing import Final

from city.access import SHIFT_ROLES, Person
from city.response.response_ids import ResponseId
from city.state.response_records import LevelProposal, Response

__all__ = [
    "APPROVERS", "CALLED", "PROPOSERS", "SPOKEN", "city_rank", "decides_on", "has_counted", "is_below_city",
    "keys_of", "may_refuse", "needs_of", "open_needs", "open_to", "with_called",
]  # fmt: skip

Need = tuple[str, ...]

_LEADERS: Final = ("duty_leader", "rotating_leader", "commander", "deputy")

PROPOSERS: Final[tuple[frozenset[str], ...]] = (
    frozenset(),
    frozenset({"system", "duty_officer", "shift_lead", "flood_office", "street_operator", *_LEADERS}),
    frozenset({"system", "shift_lead", "flood_office", "street_operator", *_LEADERS}),
    frozenset({"shift_lead", "flood_office", "street_operator", *_LEADERS}),
    frozenset({"flood_office", *_LEADERS}),
)
"""Rank of the higher level → who may propose. A street's operator proposes for their own street only."""

APPROVERS: Final[tuple[tuple[Need, ...], ...]] = (
    (),
    (("shift_lead",), ("duty_leader",)),
    (("duty_leader",), ("flood_office",)),
    (("rotating_leader", "commander", "deputy"), ("duty_leader",)),
    (("commander", "deputy"), ("duty_leader",)),
)
"""Rank of the higher level → the approvals that it needs, each with those who can give it."""

SPOKEN: Final[tuple[Need, ...]] = (("commander",), ("duty_leader",))
"""What a spoken order of the commander needs at any rank; the spoken word is the first of the two."""

CALLED: Final = ("", "rotating_leader", "rotating_leader", "commander", "commander")
"""Rank of the higher level → who is called when nobody decided in time."""


def needs_of(rank: int, rank_before: int) -> tuple[Need, ...]:
    """Return the approvals that a change of level needs: those of the higher of the two levels."""
    return APPROVERS[max(rank, rank_before)]


def with_called(needs: tuple[Need, ...], called: str) -> tuple[Need, ...]:
    """Return the needs after a call: who was called may give any approval that is open."""
    return tuple(need if called in need else (*need, called) for need in needs)


def keys_of(person: Person, *, deputy: str, flood_office: str) -> frozenset[str]:
    """Return the keys of the table that a person has now. A shift role counts only on shift.

    ``deputy`` is the account that the commander authorised; ``flood_office`` the agency that leads it, whose
    duty leader acts for it.
    """
    keys = {role for role in person.roles if role not in SHIFT_ROLES or role in person.on_shift}
    if "agency_duty_leader" in keys and person.agency and person.agency == flood_office:
        keys.add("flood_office")
    if deputy and person.account == deputy:
        keys.add("deputy")
    return frozenset(keys)


def open_needs(proposal: LevelProposal) -> tuple[int, ...]:
    """Return the indices of the approvals that are missing, the one that fewest can give first."""
    given = {one.need for one in proposal.approvals}
    missing = [n for n in range(len(proposal.needs)) if n not in given]
    return tuple(sorted(missing, key=lambda n: (len(proposal.needs[n]), n)))


def open_to(proposal: LevelProposal, keys: Collection[str]) -> tuple[int, ...]:
    """Return the indices of the missing approvals that somebody with these keys can give."""
    return tuple(n for n in open_needs(proposal) if any(key in proposal.needs[n] for key in keys))


def has_counted(proposal: LevelProposal, account: str, keys: Collection[str]) -> bool:
    """Whether a person has counted already: as an approver, or in a spoken order."""
    if any(one.signed.by == account for one in proposal.approvals):
        return True
    verbal = proposal.verbal
    return verbal is not None and (verbal.recorded.by == account or "commander" in keys)


def may_refuse(proposal: LevelProposal, account: str, keys: Collection[str]) -> bool:
    """Whether a person may refuse a proposal: who proposed it, or one of its table.

    A spoken order is the commander's and of who recorded it.
    """
    if proposal.proposed.by == account:
        return True
    return "commander" in keys if proposal.verbal is not None else decides_on(proposal, keys)


def decides_on(proposal: LevelProposal, keys: Collection[str]) -> bool:
    """Whether somebody with these keys is named by the proposal's table, whatever is missing."""
    return any(key in need for need in proposal.needs for key in keys)


def city_rank(responses: Mapping[str, Response], parts: ResponseId) -> int:
    """Return the city's rank for the same hazard, 0 without one."""
    city = responses.get(parts.city.id)
    return city.rank if city is not None else 0


def is_below_city(responses: Mapping[str, Response], parts: ResponseId, rank: int, *, district: str) -> bool:
    """Whether a rank of the district is below the city's (domain §4.6)."""
    return parts.jurisdiction == district and rank < city_rank(responses, parts)
