"""What waits for a leader's decision, with what happens by itself when nobody acts."""

from collections.abc import Iterator
from typing import Any, Final

from city.commands.cases.automatic_steps import BY_CLOCK, office_time, steps
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark, public_label, public_road
from city.views.response.leader_seen import AnswerSeen, DecisionSeen
from city.views.response.response_seen import ProposalSeen

__all__ = ["decision_on_level", "is_unruled", "other_decisions", "ruling_of"]

RANKED: Final = 3
BACKSTOP: Final = "ruling2"
"""The step at which a case that nobody ruled on goes to its street."""


def is_unruled(case: Case) -> bool:
    """Whether a case waits for a ruling on who has it."""
    ruling = case.file.ruling
    return case.is_open and case.file.own and ruling is not None and ruling.ruled_at is None


def ruling_of(case: Case, rules: DecisionRules | None) -> DecisionSeen:
    """Return the decision on a case that waits for a ruling, with its three ranked answers."""
    file, ruling, place = case.file, case.file.ruling, case.place
    assert ruling is not None
    ahead = (
        steps(case, rules.numbers, office_time(case, rules, None))
        if rules is not None else steps(case, CaseNumbers(), BY_CLOCK)
    )  # fmt: skip
    backstop = next((one.at for one in ahead if one.code == BACKSTOP), None)
    answers = tuple(
        AnswerSeen("rule", "rule", {"holder": holder, "kind": "interim"}, holder)
        for holder in ruling.candidates[:RANKED]
    )
    names: dict[str, Any] = {
        "kind": case.kind, "code": case.code, "label": public_label(case.label, rules),
        "road": public_road(place.road, rules), "street": place.street, "urgency": case.urgency,
        "refusals": [[one.holder, one.reason, one.at] for one in file.bounces],
        "due_at": ruling.due_at, "sent": ruling.sent_at is not None,
    }  # fmt: skip
    then, by_at = ("backstop", backstop) if backstop is not None else ("called", ruling.due_at)
    return DecisionSeen(
        f"case:~{row_key_of(case.key)}", "ruling", file.version, ruling.opened_at, by_at, then,
        place.street if then == "backstop" else "", names,
        (*answers, AnswerSeen("comment", "send_back", needs_words=True)),
    )  # fmt: skip


def other_decisions(ledger: LedgerState, rules: DecisionRules | None) -> Iterator[DecisionSeen]:
    """Yield support requests, relocation orders and casualty numbers that wait."""
    for asked in ledger.supports.values():
        if asked.state != "waiting":
            continue
        names: dict[str, Any] = {
            "holder": asked.holder, "support": asked.kind, "n": asked.count, "group": asked.group,
            "street": asked.street, "tried": list(asked.tried),
            "agency": asked.to,
        }  # fmt: skip
        yield DecisionSeen(
            f"support:{asked.id}", "support", asked.version, asked.asked.at, asked.answer_by, "forwarded",
            asked.backstop, names,
            (
                AnswerSeen("answer_support", "approve", {"answer": "approved", "agency": asked.to}, asked.to),
                AnswerSeen("answer_support", "refuse", {"answer": "refused"}, needs_words=True),
                AnswerSeen("answer_support", "send_back", {"answer": "sent_back"}, needs_words=True),
            ),
        )  # fmt: skip
    for one in ledger.relocations.values():
        if one.state != "proposed":
            continue
        names = {
            "streets": list(one.streets), "groups": list(one.groups), "deadline": one.deadline,
            "by": one.proposed.name,
        }  # fmt: skip
        then, by_at = ("lapses", one.deadline) if one.called else ("called", one.confirm_by)
        yield DecisionSeen(
            f"relocation:{one.id}", "relocation", one.version, one.proposed.at, by_at, then, "", names,
            (
                AnswerSeen("confirm_relocation", "second"),
                AnswerSeen("refuse_relocation", "refuse", needs_words=True),
            ),
            (account_mark(one.proposed.by),),
        )  # fmt: skip
    for incident in ledger.incidents.values():
        told = incident.casualties
        if incident.is_open and told is not None and told.released is None:
            names = {
                "kind": incident.kind, "road": public_road(incident.place.road, rules),
                "street": incident.place.street,
            }  # fmt: skip
            yield DecisionSeen(
                f"incident:{incident.id}", "casualties", incident.version, told.reported.at, None,
                "unreleased", "", names, (AnswerSeen("release_casualties", "release"),),
            )  # fmt: skip


def decision_on_level(proposal: ProposalSeen, signed_by: tuple[str, ...] = ()) -> DecisionSeen:
    """Return the decision on a proposed change of level; ``signed_by`` are marks of those who signed."""
    given = sum(need.at is not None for need in proposal.needs)  # a spoken order names nobody
    names: dict[str, Any] = {
        "rank": proposal.rank, "before": proposal.rank_before, "tasks": proposal.tasks,
        "seats": proposal.seats, "given": given, "needs": len(proposal.needs), "proposal": proposal.id,
        "open": [list(need.approvers) for need in proposal.needs if need.at is None],
        "warnings": list(proposal.warnings), "measures": [list(one) for one in proposal.measures],
        "by": proposal.by, "hazard": proposal.hazard,
    }  # fmt: skip
    return DecisionSeen(
        f"response:{proposal.response}", "level", proposal.version, proposal.proposed_at,
        None if proposal.called else proposal.decide_by,
        "waits" if proposal.called else "itself" if proposal.activates_itself else "called", "", names,
        _answers_of_level(proposal), signed_by,
    )  # fmt: skip


def _answers_of_level(proposal: ProposalSeen) -> tuple[AnswerSeen, ...]:
    return (
        AnswerSeen("approve_level", "approve_of", {"proposal": proposal.id}),
        AnswerSeen("refuse_level", "refuse", {"proposal": proposal.id}, needs_words=True),
    )
