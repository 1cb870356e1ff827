"""Folding facts of supervision: escalations, undo, levels, reminders, timers, comments (C22 – C24, §4.5)."""

from typing import Final

from city.cases.fold_common import Fold, Turn
from city.cases.undo_records import put_back, remember
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, number, text, texts, whole

__all__ = ["SUPERVISION"]


def _escalated(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    file.supervised = whole(turn.data, "level")
    file.escalated_at, file.acknowledged_at = turn.now, None
    file.acknowledge_by = maybe_moment(turn.data, "acknowledge_by")
    remember(file, turn.fact)
    return say(turn.state, turn.case, turn.fact, f"log.escalated.{min(3, max(1, file.supervised))}")


def _acknowledged(turn: Turn) -> tuple[str, ...]:
    turn.file.acknowledged_at = turn.now
    return ()


def _undone(turn: Turn) -> tuple[str, ...]:
    put_back(turn.file, turn.data.get("restored"))
    if text(turn.data, "type") == "CaseEscalated":  # the duty log has a line for it
        return say(turn.state, turn.case, turn.fact, "log.escalation_undone")
    return ()


def _level_transferred(turn: Turn) -> tuple[str, ...]:
    turn.file.level_from, turn.file.level_asked = text(turn.data, "from"), text(turn.data, "to")
    turn.file.answer_by = maybe_moment(turn.data, "answer_by")
    return ()


def _level_answered(turn: Turn) -> tuple[str, ...]:
    turn.file.level = text(turn.data, "level")
    turn.file.level_asked, turn.file.answer_by = "", None
    if flag(turn.data, "beyond_power"):
        turn.file.beyond_power, turn.file.targets = True, texts(turn.data, "targets")
    return ()


def _reminded(turn: Turn) -> tuple[str, ...]:
    turn.file.reminders = whole(turn.data, "n", turn.file.reminders + 1)
    return ()


def _supervised(turn: Turn) -> tuple[str, ...]:
    file = turn.file
    if not file.supervised:
        # A person who supervises in writing knows the case: no notice to them.
        file.supervised, file.escalated_at, file.acknowledged_at = 1, turn.now, turn.now
    return ()


def _unit_sent(turn: Turn) -> tuple[str, ...]:
    turn.file.units = (*turn.file.units, text(turn.data, "unit"))
    return ()


def _commented(turn: Turn) -> tuple[str, ...]:
    return ()


def _stage_limit_passed(turn: Turn) -> tuple[str, ...]:
    name = f"{text(turn.data, 'step')}:{whole(turn.data, 'serial', 0)}"
    if name not in turn.file.stages_passed:
        turn.file.stages_passed = (*turn.file.stages_passed, name)
    return ()


def _overdue(turn: Turn) -> tuple[str, ...]:
    turn.file.overdue = max(turn.file.overdue, whole(turn.data, "overdue"))
    turn.file.late_s = number(turn.data, "late_s") or 0.0
    return ()


SUPERVISION: Final[dict[str, Fold]] = {
    "CaseEscalated": _escalated,
    "EscalationAcknowledged": _acknowledged,
    "ActUndone": _undone,
    "LevelTransferred": _level_transferred,
    "LevelAnswered": _level_answered,
    "CaseReminded": _reminded,
    "CaseSupervised": _supervised,
    "UnitSent": _unit_sent,
    "CommentAdded": _commented,
    "StageLimitPassed": _stage_limit_passed,
    "CaseOverdue": _overdue,
}
"""Fact type → function that applies it to the case."""
