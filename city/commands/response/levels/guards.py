"""Guards that the verbs of response levels share: the response, who acts, and the city's level."""

from collections.abc import Sequence
from typing import Any

from city.commands.command import NewFact, Refusal
from city.commands.decision import not_now
from city.commands.subject_order import SubjectOrder
from city.response.approvers import city_rank, is_below_city, keys_of
from city.response.response_ids import ResponseId, response_id
from city.state.response_records import LEVELS, LevelProposal, Response

__all__ = [
    "below_city", "own_keys", "the_active_proposal", "the_id", "the_response",
]  # fmt: skip

Expectations = Sequence[tuple[str, int]]
Facts = Sequence[NewFact]


def the_id(order: SubjectOrder) -> ResponseId | Refusal:
    """Return the parts of the order's subject: a district's or a street's response, never the city's."""
    parts = response_id(order.subject.id)
    known = {order.rules.district, *order.rules.streets}
    if parts is None or parts.jurisdiction not in known:
        return Refusal("unknown_subject", "unknown_response")
    return parts


def the_response(order: SubjectOrder) -> Response:
    """Return the order's response; before its first fact an empty one."""
    record = order.subject.record
    if isinstance(record, Response):
        return record
    parts = response_id(order.subject.id)
    jurisdiction, hazard = (parts.jurisdiction, parts.hazard) if parts else ("", "")
    return Response(order.subject.id, jurisdiction, hazard)


def own_keys(order: SubjectOrder, response: Response) -> frozenset[str]:
    """Return the keys of the approval table that the sender has."""
    return keys_of(order.by, deputy=response.deputy, flood_office=order.rules.response.numbers.flood_office)


def the_active_proposal(order: SubjectOrder, id_: str) -> LevelProposal | Refusal:
    """Return the open proposal, which must be the one that the sender saw."""
    proposal = the_response(order).proposal
    if proposal is None:
        return not_now("no_level_proposed")
    return proposal if proposal.id == id_ else not_now("other_level_proposed", **level_name(proposal.rank))


def below_city(order: SubjectOrder, parts: ResponseId, rank: int) -> Refusal | None:
    """Refuse a district level below the city's (domain §4.6)."""
    responses = order.state.responses
    if not is_below_city(responses, parts, rank, district=order.rules.district):
        return None
    city = city_rank(responses, parts)
    return not_now("below_city_level", **level_name(rank), city_level_state=LEVELS[city])


def level_name(rank: int) -> dict[str, Any]:
    """Return a rank for the text of a refusal."""
    return {"level_state": LEVELS[rank] or "none"}
