"""Rounds of zero reports: which one comes next, when its reports are due, and who has not reported."""

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.tables.response_rules import ResponseNumbers
from city.response.activation_run import PlannedRound, planned_round
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY, ReportRound, Response

__all__ = ["due_after", "missing", "next_round_id", "round_of", "rounds_now"]


def rounds_now(rules: DecisionRules, response: Response) -> PlannedRound | None:
    """Return the rounds that the level in force asks for, None for none.

    The city's own level asks nothing of the district's streets.
    """
    plan, active = rules.response.plans.get(response.hazard), response.active
    if plan is None or active is None or response.jurisdiction == CITY:
        return None
    planned = planned_round(plan, rules, response.jurisdiction, active.rank)
    return planned if planned is not None and planned.interval_s > 0 else None


def round_of(state: LedgerState, response: str) -> ReportRound | None:
    """Return the round of a response that runs, None for none."""
    return state.report_rounds.get(state.open_rounds.get(response, ""))


def next_round_id(state: LedgerState, response: str) -> str:
    """Return the id of a response's next round: every engine finds the same one."""
    serial = state.serials.get(f"report_round:{response}", 0) + 1
    return f"{response.replace('/', '-')}-{serial}"


def due_after(interval_s: float, numbers: ResponseNumbers) -> float:
    """Return how long after its opening the reports of a round are due.

    A late one must be red before the next round asks again.
    """
    return min(numbers.report_due_s, max(interval_s - numbers.report_red_s, interval_s / 2))


def missing(running: ReportRound, minutes: int) -> tuple[str, ...]:
    """Return the holders that have not reported and were not announced as so late."""
    return tuple(
        one for one in running.holders
        if one not in running.reports and running.late.get(one, 0) < minutes
    )  # fmt: skip
