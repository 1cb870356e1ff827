"""Proposing a response level: to raise, to lower or to end it (domain §4.6)."""

from typing import Any

from city.clocks.timestamps import iso, parse
from city.commands.arguments import bad_arg
from city.commands.command import Refusal
from city.commands.decision import moment, not_now
from city.commands.response.levels.arguments import MeasureGiven, ProposeLevel
from city.commands.response.levels.guards import below_city, level_name, own_keys, the_id, the_response
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.response.activation_run import activation_run
from city.response.approvers import PROPOSERS, city_rank, needs_of
from city.response.level_data import approval_data, basis_data, verbal_data
from city.response.response_ids import ResponseId, response_id
from city.response.suggestions import already_proposed
from city.state.response_records import Approval, Basis, Measure, Response, VerbalOrder

__all__ = ["decide_propose_level", "proposal_data"]


def decide_propose_level(order: SubjectOrder, args: ProposeLevel) -> SubjectAnswer:
    """Propose a level; two people decide on it.

    A higher level replaces an open proposal of a lower one. The engine only raises, and does not repeat what
    was proposed on the same basis.
    """
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    response = the_response(order)
    wrong = _guard(order, parts, response, args)
    if wrong is not None:
        return wrong
    try:
        measures = tuple(map(_measure, args.measures))
    except (ValueError, OverflowError):
        return bad_arg("measures", "at: ISO 8601 with an offset")
    unknown = [key for key in args.warnings if key not in order.state.warnings]
    if unknown:
        return bad_arg("warnings", "keys of warnings of the ledger")
    basis = Basis(args.warnings, measures, city_rank(order.state.responses, parts), args.text or "")
    if order.role == "system" and already_proposed(response, basis, args.rank, order.now.city):
        return not_now("suggested_already")
    data = proposal_data(order, response, args.rank, basis, reason=args.text or "")
    return (order.fact("LevelProposed", data),)


def _guard(order: SubjectOrder, parts: ResponseId, response: Response, args: ProposeLevel) -> Refusal | None:
    rank, before, waiting = args.rank, response.rank, response.proposal
    wrong = _may_propose(order, parts, response, max(rank, before))
    if wrong is not None:
        return wrong
    if rank == before:
        return not_now("level_is_so", **level_name(rank))
    if rank < before and order.role == "system":
        return not_now("only_people_lower")
    if rank < before and not args.text:
        return Refusal("bad_args", "missing_arg", {"field": "text", "expected": "why the level goes down"})
    if waiting is not None and not rank > max(waiting.rank, before):
        return not_now("level_proposed", **level_name(waiting.rank))
    return below_city(order, parts, rank)


def _may_propose(order: SubjectOrder, parts: ResponseId, response: Response, higher: int) -> Refusal | None:
    own_street = parts.jurisdiction != order.rules.district and order.by.street == parts.jurisdiction
    keys = {"system"} if order.role == "system" else set(own_keys(order, response))
    if not own_street:
        keys.discard("street_operator")
    if keys & PROPOSERS[higher]:
        return None
    return Refusal("not_allowed", "may_not_propose_level", level_name(higher))


def _measure(given: MeasureGiven) -> Measure:
    return Measure(given.kind, given.place, given.value, given.limit, given.unit, parse(given.at))


def proposal_data(
    order: SubjectOrder, response: Response, rank: int, basis: Basis, *,
    reason: str = "", verbal: VerbalOrder | None = None, needs: tuple[tuple[str, ...], ...] | None = None,
    approvals: tuple[Approval, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the data of ``LevelProposed``.

    A first Ⅳ becomes active by itself when nobody decides in time; no other change does, and no exercise.
    """
    before, parts = response.rank, response_id(response.id)
    is_exercise = parts is not None and parts.is_exercise
    wait_s = order.rules.response.numbers.decide_s[max(rank, before)]
    table = needs_of(rank, before) if needs is None else needs
    run = activation_run(order.state, order.rules, response.id, rank, order.now.city)
    return {
        "proposal": f"p{order.subject.version + 1}", "rank": rank, "rank_before": before,
        "basis": basis_data(basis), "needs": [list(need) for need in table],
        "decide_by": iso(order.now.city + wait_s), "reason": reason,
        "activates_itself": rank == 1 and before == 0 and verbal is None and not is_exercise,
        "verbal": verbal_data(verbal), "approvals": [approval_data(one) for one in approvals],
        "proposed_at": moment(order.now.city), "tasks": len(run.tasks), "seats": len(run.seats),
    }  # fmt: skip
