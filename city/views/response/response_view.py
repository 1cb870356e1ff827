"""The levels in force as every page may see them, the mode that follows from them, and open proposals."""

import re
from collections.abc import Collection
from typing import Final

import msgspec

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.response_rules import ResponseNumbers
from city.response.in_force import SCREENS
from city.response.response_ids import response_id
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import CITY, Activation, Approval, LevelProposal, Response
from city.views.response.response_seen import ApprovalSeen, LevelSeen, ProposalSeen, ResponseSeen

__all__ = ["proposals_seen", "public_name", "response_of", "response_seen"]

RANKING: Final = ("commander", "deputy", "rotating_leader", "duty_leader", "flood_office", "shift_lead")
"""Keys of approvers, the highest first."""

_TITLED: Final = re.compile(r".××（[^（）]*）")


def response_seen(
    ledger: LedgerState, city_now: float, numbers: ResponseNumbers | None = None
) -> ResponseSeen:
    """Return the levels in force at a city time (epoch seconds), and the mode (domain §4.6).

    After the last level ended the mode is ``recovery`` until its list is empty or 72 hours have passed. An
    exercise changes the screens as a real level does, and each of its levels says that it is one; what it
    leaves behind is no recovery.
    """
    levels = [
        _level(ledger, response, active)
        for response in ledger.responses.values()
        if response.jurisdiction != CITY and (active := response.active) is not None
    ]
    levels.sort(key=lambda one: (one.is_exercise, -one.rank, one.since, one.jurisdiction))
    rank = max((one.rank for one in levels), default=0)
    if rank:
        return ResponseSeen(_mode(rank), tuple(levels))
    wait_s = (numbers or ResponseNumbers()).recovery_s
    recovering = [
        (response.recovery_since, sum(item.done is None for item in response.recovery))
        for response in ledger.responses.values()
        if response.recovery_since is not None and city_now - response.recovery_since < wait_s
        if (parts := response_id(response.id)) is not None and not parts.is_exercise
    ]
    still_open = [(since, count) for since, count in recovering if count]
    if not still_open:
        return ResponseSeen()
    return ResponseSeen(
        "recovery", (), sum(count for _, count in still_open), min(since for since, _ in still_open)
    )


def response_of(seen: ResponseSeen, street: str, streets: Collection[str]) -> ResponseSeen:
    """Return what a street's own pages may see of it: no level of another street."""
    levels = tuple(
        one for one in seen.levels if one.jurisdiction == street or one.jurisdiction not in streets
    )
    if len(levels) == len(seen.levels):
        return seen
    if not levels:
        return ResponseSeen()
    return msgspec.structs.replace(seen, mode=_mode(max(one.rank for one in levels)), levels=levels)


def _mode(rank: int) -> str:
    return "emergency" if rank >= SCREENS["emergency_face"] else "alert"


def _level(ledger: LedgerState, response: Response, active: Activation) -> LevelSeen:
    parts = response_id(response.id)
    city = ledger.responses.get(parts.city.id) if parts is not None else None
    top, verbal = _highest(active.approvals), active.verbal
    return LevelSeen(
        jurisdiction=response.jurisdiction, hazard=response.hazard, rank=active.rank,
        since=active.activated_at, decided=active.decided,
        by="" if top is None or verbal is not None else public_name(top.name),
        by_title="commander" if verbal is not None else top.role if top is not None else "",
        recorded_by=public_name(verbal.recorded.name) if verbal is not None else "",
        write_by=verbal.write_by if verbal is not None else None,
        written=verbal is None or verbal.confirmed is not None, is_exercise=active.is_exercise,
        city_rank=city.rank if city is not None else 0, activation=active.id, incident=active.incident,
    )  # fmt: skip


def _highest(approvals: tuple[Approval, ...]) -> Signed | None:
    signed = [one.signed for one in approvals]
    order = {key: number for number, key in enumerate(RANKING)}
    return min(signed, key=lambda one: order.get(one.role, len(RANKING)), default=None)


def public_name(name: str) -> str:
    """Return a display name with the surname and the title only (王××（副区长）); it has that form already
    on a roster that is kept as it should be."""
    if not name or _TITLED.fullmatch(name):
        return name
    title = re.search(r"（[^（）]*）$", name)
    return f"{name[0]}××{title[0] if title else ''}"


def proposals_seen(ledger: LedgerState, rules: DecisionRules, city_now: float) -> tuple[ProposalSeen, ...]:
    """Return the proposals that wait, the one that must be decided first first. Typed reasons stay here.

    It depends on the slice ``response`` alone: who keeps it builds it again when that changed.
    """
    waiting = [
        _proposal(response, response.proposal)
        for response in ledger.responses.values()
        if response.proposal is not None
    ]
    return tuple(sorted(waiting, key=lambda one: (one.decide_by, one.response)))


def _proposal(response: Response, proposal: LevelProposal) -> ProposalSeen:
    given = {one.need: one.signed for one in proposal.approvals}
    by_system = proposal.proposed.role == "system"
    return ProposalSeen(
        response=response.id, id=proposal.id, hazard=response.hazard, rank=proposal.rank,
        rank_before=response.rank, proposed_at=proposal.proposed.at, decide_by=proposal.decide_by,
        needs=tuple(
            _need(need, given.get(n), spoken=proposal.verbal is not None and n == 0)
            for n, need in enumerate(proposal.needs)
        ),
        by="" if by_system else public_name(proposal.proposed.name), warnings=proposal.basis.warnings,
        measures=tuple(
            (one.kind, one.place, one.value, one.limit, one.unit) for one in proposal.basis.measures
        ),
        activates_itself=proposal.activates_itself, tasks=proposal.tasks, seats=proposal.seats,
        version=response.version, called=proposal.called, is_verbal=proposal.verbal is not None,
        write_by=proposal.verbal.write_by if proposal.verbal is not None else None,
    )  # fmt: skip


def _need(need: tuple[str, ...], given: Signed | None, *, spoken: bool) -> ApprovalSeen:
    if given is None:
        return ApprovalSeen(need)
    # A spoken order names the commander by role: the name was typed.
    return ApprovalSeen(need, "" if spoken else public_name(given.name), given.role, given.at)
