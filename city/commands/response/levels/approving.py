"""Approving and refusing a proposed level: two different people, as the table says (domain §4.6)."""

from city.commands.command import Refusal
from city.commands.decision import not_now
from city.commands.response.levels.activating import decided
from city.commands.response.levels.arguments import ApproveLevel, RefuseLevel
from city.commands.response.levels.guards import (
    below_city,
    own_keys,
    the_active_proposal,
    the_id,
    the_response,
)
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.response.approvers import decides_on, has_counted, may_refuse, open_needs, open_to
from city.state.linkage_records import Signed
from city.state.response_records import Approval, LevelProposal

__all__ = ["decide_approve_level", "decide_refuse_level"]


def decide_approve_level(order: SubjectOrder, args: ApproveLevel) -> SubjectAnswer:
    """Give one of the approvals that a proposal needs; the last one puts it into effect.

    A person counts once, whatever roles they have. Who recorded a spoken order does not approve it, nor does
    the commander who gave it.
    """
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    response, proposal = the_response(order), the_active_proposal(order, args.proposal)
    if isinstance(proposal, Refusal):
        return proposal
    keys = own_keys(order, response)
    if not decides_on(proposal, keys):
        return Refusal("not_allowed", "may_not_approve_level", {"approver_role": _who(proposal)})
    if has_counted(proposal, order.by.account, keys):
        return not_now("other_person_needed", approver_role=_who(proposal))
    missing = open_needs(proposal)
    wanted = [n for n in open_to(proposal, keys) if args.need in (None, n)]
    if not wanted:
        return not_now("other_approver_needed", approver_role=_who(proposal))
    wrong = below_city(order, parts, proposal.rank)
    if wrong is not None:
        return wrong
    need = wanted[0]
    key = next(one for one in proposal.needs[need] if one in keys)
    approved = order.fact("LevelApproved", {"proposal": proposal.id, "need": need, "as": key})
    signed = Signed(order.by.account, order.by.name, key, order.now.city)
    approvals = (*proposal.approvals, Approval(need, signed))
    if len(missing) > 1:
        return (approved,)
    how = "verbal" if proposal.verbal is not None else "approved"
    return decided(order, parts, response, proposal, approvals, how, (approved,))


def _who(proposal: LevelProposal) -> list[str]:
    """Return who can give the missing approvals."""
    return list(dict.fromkeys(key for n in open_needs(proposal) for key in proposal.needs[n]))


def decide_refuse_level(order: SubjectOrder, args: RefuseLevel) -> SubjectAnswer:
    """Refuse a proposal: one of those who may approve it, or who proposed it and takes it back.

    A spoken order of the commander is not refused by those below: it may only be taken back by the commander
    or by who recorded it in error.
    """
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    response, proposal = the_response(order), the_active_proposal(order, args.proposal)
    if isinstance(proposal, Refusal):
        return proposal
    keys = own_keys(order, response)
    if not may_refuse(proposal, order.by.account, keys):
        return Refusal("not_allowed", "may_not_approve_level", {"approver_role": _who(proposal)})
    named = [key for need in proposal.needs for key in need if key in keys]
    data = {
        "proposal": proposal.id, "rank": proposal.rank, "as": named[0] if named else order.role,
        "text": args.text or "",
    }  # fmt: skip
    return (order.fact("LevelRefused", data),)
