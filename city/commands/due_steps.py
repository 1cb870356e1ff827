"""Automatic steps on subjects that are no cases: which are due now."""

from collections.abc import Iterator

from city.commands.command import Now
from city.commands.duty.limits import due_duty_steps
from city.commands.leaders.limits import due_leader_steps
from city.commands.linkage.incident_limits import due_incident_steps
from city.commands.linkage.limits import due_task_steps
from city.commands.response.briefings import due_briefing_steps
from city.commands.response.levels.limits import due_response_steps
from city.commands.response.recovering import due_recovery_steps
from city.commands.response.repeating import due_repeat_steps
from city.commands.response.situation.zero_reports import due_report_steps
from city.commands.subject_step import SubjectStep
from city.commands.video.limits import due_detection_steps
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import LedgerState

__all__ = ["due_steps"]


def due_steps(state: LedgerState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
    """Yield the steps that are due, at most one for each subject; the earliest of a subject comes first."""
    yield from due_task_steps(state, rules, now)
    yield from due_incident_steps(state, now)
    yield from due_duty_steps(state, rules, now)
    yield from due_detection_steps(state, now)
    yield from due_response_steps(state, now)
    yield from due_briefing_steps(state, now)
    yield from due_report_steps(state, rules, now)
    yield from due_recovery_steps(state, now)
    yield from due_repeat_steps(state, rules, now)
    yield from due_leader_steps(state, now)
