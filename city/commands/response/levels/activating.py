"""What a decided proposal does: the level becomes active, or the response ends."""

from datetime import UTC, datetime

import msgspec

from city.commands.command import Decision, NewFact, Refusal
from city.commands.response.activation_facts import activation_facts
from city.commands.response.ending_facts import ending_facts
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.response.level_data import activation_data, approval_data
from city.response.response_ids import ResponseId
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Approval, Basis, LevelProposal, Response, VerbalOrder

__all__ = ["activated", "decided"]


def decided(
    order: SubjectOrder, parts: ResponseId, response: Response, proposal: LevelProposal,
    approvals: tuple[Approval, ...], how: str, first: tuple[NewFact, ...] = (),
) -> Decision | Refusal:  # fmt: skip
    """Return the decision that puts a proposal into effect: ``first``, then the level or the end."""
    mine = (order.subject.counted, order.subject.version)
    if proposal.rank == 0:
        active = response.active
        data = {
            "activation": active.id if active is not None else "", "proposal": proposal.id,
            "reason": proposal.reason, "approvals": [approval_data(one) for one in approvals],
        }  # fmt: skip
        ended = order.fact("ResponseEnded", data)
        begun = ending_facts(order, response, active) if active is not None else ([], [])
        if isinstance(begun, Refusal):
            return begun
        return Decision((*first, ended, *begun[0]), (mine, *begun[1]))
    started = activated(
        order, order.subject, parts, response, rank=proposal.rank, how=how, proposed=proposal.proposed,
        basis=proposal.basis, approvals=approvals, verbal=proposal.verbal, proposal=proposal.id,
    )  # fmt: skip
    if isinstance(started, Refusal):
        return started
    facts, expects = started
    return Decision((*first, *facts), (mine, *expects))


def activated(
    order: SubjectOrder, subject: Subject, parts: ResponseId, response: Response, *,
    rank: int, how: str, proposed: Signed, basis: Basis, approvals: tuple[Approval, ...] = (),
    verbal: VerbalOrder | None = None, proposal: str = "",
) -> tuple[tuple[NewFact, ...], tuple[tuple[str, int], ...]] | Refusal:  # fmt: skip
    """Return the facts of a level that becomes active now, and the versions that what it starts expects."""
    plan = order.rules.response.plans.get(parts.hazard)
    before = response.active
    activation = Activation(
        id=_activation_id(order, parts, response), rank=rank, activated_at=order.now.city, decided=how,
        proposed=proposed, basis=basis, approvals=approvals, is_exercise=parts.is_exercise, verbal=verbal,
        plan=plan.id if plan else "", plan_version=plan.version if plan else "",
    )  # fmt: skip
    incident = before.incident if before is not None else f"response-{activation.id}"
    activation = msgspec.structs.replace(activation, incident=incident)
    begun = activation_facts(order, response, activation)
    if isinstance(begun, Refusal):
        return begun
    facts, expects = begun
    data = {
        **activation_data(activation), "proposal": proposal, "rank_before": response.rank,
    }  # fmt: skip
    return (order.fact_on(subject, "ResponseActivated", data), *facts), tuple(expects)


def _activation_id(order: SubjectOrder, parts: ResponseId, response: Response) -> str:
    """Return the id of the next activation: jurisdiction, hazard, day of the city, number."""
    day = datetime.fromtimestamp(order.now.city + order.rules.zone_offset_s, UTC).strftime("%Y%m%d")
    mark = "-exercise" if parts.is_exercise else ""
    return f"{parts.jurisdiction}-{parts.hazard}{mark}-{day}-{len(response.activations) + 1}"
