"""The limits of levels: nobody decided on a proposal, a spoken order is not confirmed in writing."""

from collections.abc import Iterator

from city.commands.command import Decision, Now, Refusal
from city.commands.decision import not_now
from city.commands.response.levels.activating import activated, decided
from city.commands.response.levels.arguments import PassResponseLimit
from city.commands.response.levels.guards import the_id, the_response
from city.commands.response.levels.verbal_orders import open_verbal
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.response.approvers import CALLED, with_called
from city.state.ledger_state import LedgerState
from city.state.response_records import LevelProposal, Response

__all__ = ["decide_pass_response_limit", "due_response_steps"]


def due_response_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield for each response its earliest step that is due and not done."""
    for response in state.responses.values():
        at, code = min(_steps(response), default=(now.city, ""))
        if code and at <= now.city:
            yield SubjectStep(
                f"response:{response.id}", response.version, "pass_response_limit", code, at, int(at)
            )


def _steps(response: Response) -> Iterator[tuple[float, str]]:
    proposal = response.proposal
    if proposal is not None and not proposal.called:
        yield proposal.decide_by, "decide"
    found = open_verbal(response)
    if found is not None and not found[0].overdue:
        yield found[0].write_by, "write"


def decide_pass_response_limit(order: SubjectOrder, args: PassResponseLimit) -> SubjectAnswer:
    """Do what follows when a limit has passed.

    A first Ⅳ becomes active by itself: the fact says that nobody decided. For another level the next leader
    is called and may give an approval that is missing; a district without any level is at Ⅳ from then on
    when official warnings are the basis, because Ⅳ would have begun by itself. An order that is not written
    is told to the duty leader; the level stays.
    """
    response = the_response(order)
    due = next((at for at, code in _steps(response) if code == args.step), None)
    if due is None or int(due) != args.serial:
        return not_now("step_overtaken")
    if due > order.now.city:
        return not_now("step_not_due", step=args.step)
    late_s = order.now.city - due
    proposal = response.proposal
    if args.step == "write" or proposal is None:
        found = open_verbal(response)
        data = {"proposal": found[1] if found else "", "to": "duty_leader", "call": True, "late_s": late_s}
        return (order.fact("VerbalOrderOverdue", data),)
    return _undecided(order, response, proposal, late_s)


def _undecided(
    order: SubjectOrder, response: Response, proposal: LevelProposal, late_s: float
) -> SubjectAnswer:
    parts = the_id(order)
    if isinstance(parts, Refusal):
        return parts
    if proposal.activates_itself:
        return decided(order, parts, response, proposal, proposal.approvals, "silence")
    to = CALLED[max(proposal.rank, proposal.rank_before)]
    if proposal.verbal is not None:
        to = "rotating_leader"  # the commander has spoken already
    needs = with_called(proposal.needs, to)
    overdue = order.fact(
        "LevelDecisionOverdue",
        {"proposal": proposal.id, "rank": proposal.rank, "to": to, "call": True, "late_s": late_s,
         "needs": [list(need) for need in needs]},
    )  # fmt: skip
    mine = (order.subject.counted, order.subject.version)
    if response.rank or not proposal.rank or not proposal.basis.warnings:
        return Decision((overdue,), (mine,))
    started = activated(
        order, order.subject, parts, response, rank=1, how="silence", proposed=proposal.proposed,
        basis=proposal.basis,
    )  # fmt: skip
    if isinstance(started, Refusal):
        return started
    return Decision((overdue, *started[0]), (mine, *started[1]))
