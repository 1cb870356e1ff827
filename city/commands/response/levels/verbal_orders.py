"""Spoken orders of the commander on a level: recorded, approved by a second person, confirmed in writing.

The commander's spoken word is one of the two approvals; it counts as soon as the order is recorded
(口头生效), before anything is written. The level itself changes with the second approval, the duty leader's,
who must be another person than the one that recorded the order: no level is ever changed on one person's
word, and the record of a call is one person's word. The writing is due 30 minutes after the order was
spoken. When it is late the duty leader is told; the level stays.
"""

from typing import Any

from city.clocks.timestamps import parse
from city.commands.arguments import bad_arg
from city.commands.command import Refusal
from city.commands.decision import not_now
from city.commands.response.levels.arguments import AuthoriseDeputy, ConfirmVerbalOrder, RecordVerbalOrder
from city.commands.response.levels.guards import below_city, level_name, the_id, the_response
from city.commands.response.levels.proposing import proposal_data
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.response.approvers import SPOKEN, city_rank
from city.state.linkage_records import Signed
from city.state.response_records import Approval, Basis, Response, VerbalOrder

__all__ = [
    "decide_authorise_deputy", "decide_confirm_verbal_order", "decide_record_verbal_order", "open_verbal",
]  # fmt: skip


def decide_record_verbal_order(order: SubjectOrder, args: RecordVerbalOrder) -> SubjectAnswer:
    """Record a spoken order of the commander; it replaces a proposal that waits."""
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    response = the_response(order)
    if args.rank == response.rank:
        return not_now("level_is_so", **level_name(args.rank))
    try:
        given_at = parse(args.given_at)
    except (ValueError, OverflowError):
        return bad_arg("given_at", "ISO 8601 with an offset")
    write_s = order.rules.response.numbers.write_s
    if not order.now.city - write_s <= given_at <= order.now.city:
        return bad_arg("given_at", f"a time of the last {write_s / 60:.0f} minutes")
    wrong = below_city(order, parts, args.rank)
    if wrong is not None:
        return wrong
    verbal = VerbalOrder(
        args.person, args.words, given_at, order.signed, given_at + write_s, args.voice_ref or ""
    )
    spoken = Approval(0, Signed("", args.person, "commander", given_at))
    basis = Basis((), (), city_rank(order.state.responses, parts), "")
    data = proposal_data(
        order, response, args.rank, basis, reason=args.words if args.rank < response.rank else "",
        verbal=verbal, needs=SPOKEN, approvals=(spoken,),
    )  # fmt: skip
    return (order.fact("LevelProposed", data),)


def open_verbal(response: Response) -> tuple[VerbalOrder, str] | None:
    """Return the spoken order that is not written yet, and the proposal that has it ('' = the level)."""
    proposal, active = response.proposal, response.active
    if proposal is not None and proposal.verbal is not None and proposal.verbal.confirmed is None:
        return proposal.verbal, proposal.id
    if active is not None and active.verbal is not None and active.verbal.confirmed is None:
        return active.verbal, ""
    return None


def decide_confirm_verbal_order(order: SubjectOrder, args: ConfirmVerbalOrder) -> SubjectAnswer:
    """Note that the order has come in writing, also when it is late."""
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    found = open_verbal(the_response(order))
    if found is None:
        return not_now("no_verbal_order")
    verbal, proposal = found
    data: dict[str, Any] = {
        "proposal": proposal, "text": args.text, "late_s": max(order.now.city - verbal.write_by, 0.0),
    }  # fmt: skip
    return (order.fact("VerbalOrderConfirmed", data),)


def decide_authorise_deputy(order: SubjectOrder, args: AuthoriseDeputy) -> SubjectAnswer:
    """Authorise somebody who has signed in at a post to decide in the commander's place, or withdraw it."""
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    response = the_response(order)
    if (args.to or "") == response.deputy:
        return not_now("deputy_is_so")
    if args.to == order.by.account:
        return bad_arg("to", "the account of another person")
    name = _name_of(order, args.to) if args.to else ""
    if args.to and not name:
        return not_now("leader_not_on_roster")
    return (order.fact("DeputyAuthorised", {"to": args.to or "", "to_name": name}),)


def _name_of(order: SubjectOrder, account: str) -> str:
    for shift in order.state.shifts.values():
        for post in shift.posts.values():
            if post.account == account:
                return post.holder
    return ""
