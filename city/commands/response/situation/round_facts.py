"""The fact that opens a round of zero reports."""

from city.commands.command import NewFact
from city.commands.decision import moment
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.response.activation_run import PlannedRound
from city.response.rounds import due_after, next_round_id
from city.state.response_records import Activation

__all__ = ["round_opened"]


def round_opened(
    order: SubjectOrder, response: str, activation: Activation, planned: PlannedRound, at: float
) -> NewFact:
    """Return the fact that a response's next round opened at city time ``at``; the one before ends by it."""
    subject = Subject("report_round", next_round_id(order.state, response))
    data = {
        "response": response, "activation": activation.id, "rank": activation.rank, "opened_at": moment(at),
        "due_at": moment(at + due_after(planned.interval_s, order.rules.response.numbers)),
        "holders": list(planned.holders), "interval_s": planned.interval_s,
        "is_exercise": activation.is_exercise,
    }  # fmt: skip
    return order.fact_on(subject, "ReportRoundOpened", data)
