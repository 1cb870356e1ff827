"""Folding facts of response levels, on ``response:<jurisdiction>/<hazard>``.

A decision that was followed by another is ``superseded``, the last one ``ended``; from then on no fact
changes it.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, moment, text, whole
from city.linkage.fold_common import Fold, signed_of
from city.response.level_data import approvals_of, basis_of, needs_of_data, read_activation, verbal_of
from city.response.response_ids import response_id
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import (
    CITY,
    LEVELS,
    Activation,
    Approval,
    LevelProposal,
    Response,
    VerbalOrder,
)
from city.state.subject_marks import mark_fact

__all__ = ["LEVEL_FACTS", "REFUSED_KEPT"]

REFUSED_KEPT: Final = 20
"""So many refused and lapsed proposals are kept, the newest: the engine does not repeat them."""

Change = Callable[[LedgerState, Fact, Response], tuple[str, ...]]


def _on_response(change: Change, *, moves: bool = True) -> Fold:
    """Return the fold of a fact that changes a copy of its response and begins it if it is the first."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        id_ = fact.subject.removeprefix("response:")
        parts = response_id(id_)
        if parts is None:
            message = f"subject: expected response:<jurisdiction>/<hazard>, got {fact.subject}"
            raise ValueError(message)
        known = state.responses.get(id_)
        response = msgspec.structs.replace(known) if known else Response(
            id_, parts.jurisdiction, parts.hazard
        )  # fmt: skip
        touched = change(state, fact, response)
        mark_fact(response, fact, moves=moves)
        state.responses[id_] = response
        return ("response", *touched)

    return fold


def _say(state: LedgerState, fact: Fact, response: Response, line: str, **more: str) -> tuple[str, ...]:
    """Add a line to the duty log. No typed text goes into it."""
    parts = response_id(response.id)
    exercise = {"exercise": "1"} if parts is not None and parts.is_exercise else {}
    note(
        state, fact, line, jurisdiction=response.jurisdiction, response_hazard=response.hazard, **exercise,
        **more,
    )  # fmt: skip
    return ("log",)


def _proposed(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    data = fact.data
    if response.proposal is not None:
        _lapse(response)
    verbal = verbal_of(data)
    proposal = LevelProposal(
        id=text(data, "proposal"), rank=whole(data, "rank"), rank_before=whole(data, "rank_before"),
        proposed=signed_of(state, fact), basis=basis_of(data), needs=needs_of_data(data),
        decide_by=moment(data, "decide_by"), approvals=approvals_of(data),
        activates_itself=flag(data, "activates_itself"), reason=text(data, "reason"), verbal=verbal,
        tasks=whole(data, "tasks", 0), seats=whole(data, "seats", 0),
    )  # fmt: skip
    response.proposal = proposal
    line = _line("log.verbal_recorded", proposal.rank) if verbal is not None else _direction(proposal)
    return _say(state, fact, response, line, level=LEVELS[proposal.rank], before=LEVELS[proposal.rank_before])


def _direction(proposal: LevelProposal) -> str:
    if proposal.rank == 0:
        return "log.level_proposed.end"
    return "log.level_proposed.up" if proposal.rank > proposal.rank_before else "log.level_proposed.down"


def _line(key: str, rank: int) -> str:
    """Return the key of a line, another one for the end of the response."""
    return key if rank else f"{key}.end"


def _lapse(response: Response) -> None:
    if response.proposal is not None:
        response.refused = (*response.refused, response.proposal)[-REFUSED_KEPT:]
        response.proposal = None


def _approved(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    proposal = _the_proposal(fact, response)
    signed = msgspec.structs.replace(signed_of(state, fact), role=text(fact.data, "as"))
    approval = Approval(whole(fact.data, "need"), signed)
    response.proposal = msgspec.structs.replace(proposal, approvals=(*proposal.approvals, approval))
    return _say(
        state, fact, response, _line("log.level_approved", proposal.rank), level=LEVELS[proposal.rank],
        level_role=text(fact.data, "as"), given=str(len(response.proposal.approvals)),
        needed=str(len(proposal.needs)),
    )  # fmt: skip


def _the_proposal(fact: Fact, response: Response) -> LevelProposal:
    proposal = response.proposal
    if proposal is None or proposal.id != text(fact.data, "proposal"):
        message = "proposal: expected the one that is open"
        raise ValueError(message)
    return proposal


def _refused(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    proposal = _the_proposal(fact, response)
    _lapse(response)
    return _say(
        state, fact, response, _line("log.level_refused", proposal.rank), level=LEVELS[proposal.rank],
        level_role=text(fact.data, "as"),
    )  # fmt: skip


def _overdue(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    proposal = _the_proposal(fact, response)
    to = text(fact.data, "to")
    response.proposal = msgspec.structs.replace(
        proposal, called=(*proposal.called, to), needs=needs_of_data(fact.data)
    )
    return _say(
        state, fact, response, _line("log.level_overdue", proposal.rank), level=LEVELS[proposal.rank],
        level_role=to,
    )  # fmt: skip


def _activated(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    activation = read_activation(fact.data)
    before = response.rank
    _close(response, "superseded", activation.activated_at, None, "")
    response.activations = (*response.activations, activation)
    response.recovery_since, response.recovery, response.review_by = None, (), None
    _settle(response, text(fact.data, "proposal"), activation.rank)
    line = f"log.level_active.{activation.decided}"
    if activation.rank < before:
        line = "log.level_lowered"
    return _say(state, fact, response, line, level=LEVELS[activation.rank], before=LEVELS[before])


def _close(
    response: Response, to: str, at: float, ended: Signed | None, reason: str,
    approvals: tuple[Approval, ...] = (),
) -> None:  # fmt: skip
    """Close the active decision, if there is one."""
    active = response.active
    if active is not None:
        closed = msgspec.structs.replace(
            active, state=to, ended_at=at, ended=ended, end_reason=reason, end_approvals=approvals
        )
        response.activations = (*response.activations[:-1], closed)


def _settle(response: Response, decided: str, rank: int) -> None:
    """Remove the proposal that was decided; another one stays if it still raises the level, else lapses."""
    proposal = response.proposal
    if proposal is None:
        return
    if proposal.id == decided:
        response.proposal = None
    elif proposal.rank > rank:
        response.proposal = msgspec.structs.replace(proposal, rank_before=rank, activates_itself=False)
    else:
        _lapse(response)


def _ended(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    data = fact.data
    before = response.rank
    signed = signed_of(state, fact)
    _close(response, "ended", signed.at, signed, text(data, "reason"), approvals_of(data))
    _settle(response, text(data, "proposal"), 0)
    if response.jurisdiction == CITY:
        return ()  # its line is that of the recorded level
    response.recovery_since = signed.at
    return _say(state, fact, response, "log.level_ended", before=LEVELS[before])


def _city_level(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    rank = whole(fact.data, "rank")
    signed = signed_of(state, fact)
    _close(response, "superseded" if rank else "ended", signed.at, signed, "")
    if rank:
        activation = Activation(
            id=text(fact.data, "activation"), rank=rank, activated_at=moment(fact.data, "since"),
            decided="city_order", proposed=signed, basis=basis_of(fact.data),
            is_exercise=flag(fact.data, "is_exercise"),
        )  # fmt: skip
        response.activations = (*response.activations, activation)
    return _say(state, fact, response, _line("log.city_level", rank), level=LEVELS[rank])


def _verbal(change: Callable[[LedgerState, Fact, VerbalOrder], VerbalOrder], line: str) -> Change:
    """Return the fold of a fact on the spoken order of the present level or of the open proposal."""

    def fold(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
        proposal, active = response.proposal, response.active
        if proposal is not None and proposal.verbal is not None and text(fact.data, "proposal"):
            response.proposal = msgspec.structs.replace(proposal, verbal=change(state, fact, proposal.verbal))
            rank = proposal.rank
        elif active is not None and active.verbal is not None:
            changed = msgspec.structs.replace(active, verbal=change(state, fact, active.verbal))
            response.activations = (*response.activations[:-1], changed)
            rank = active.rank
        else:
            message = "expected a spoken order that is not confirmed"
            raise ValueError(message)
        return _say(state, fact, response, line, level=LEVELS[rank])

    return fold


def _confirm(state: LedgerState, fact: Fact, verbal: VerbalOrder) -> VerbalOrder:
    return msgspec.structs.replace(verbal, confirmed=signed_of(state, fact))


def _not_written(_state: LedgerState, _fact: Fact, verbal: VerbalOrder) -> VerbalOrder:
    return msgspec.structs.replace(verbal, overdue=True)


def _deputy(state: LedgerState, fact: Fact, response: Response) -> tuple[str, ...]:
    response.deputy, response.deputy_name = text(fact.data, "to"), text(fact.data, "to_name")
    line = "log.deputy_authorised" if response.deputy else "log.deputy_ended"
    return _say(state, fact, response, line, person=response.deputy_name)


LEVEL_FACTS: Final[dict[str, Fold]] = {
    "LevelProposed": _on_response(_proposed),
    "LevelApproved": _on_response(_approved, moves=False),
    "LevelDecisionOverdue": _on_response(_overdue, moves=False),
    "VerbalOrderConfirmed": _on_response(_verbal(_confirm, "log.verbal_confirmed"), moves=False),
    "VerbalOrderOverdue": _on_response(_verbal(_not_written, "log.verbal_overdue"), moves=False),
    "ResponseActivated": _on_response(_activated),
    "LevelRefused": _on_response(_refused),
    "ResponseEnded": _on_response(_ended),
    "CityLevelRecorded": _on_response(_city_level),
    "DeputyAuthorised": _on_response(_deputy, moves=False),
}
"""Fact type → its fold."""
