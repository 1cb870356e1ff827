"""Folding facts of supervision: escalations, undo, levels, reminders, timers, comments (C22 – C24, §4.5)."""

from typing import Final

from city.cases.fold_common import Change, Fold, account_of
from city.cases.fold_photos import add_photos
from city.cases.undo_records import restore, save_undo
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, number, text, texts, whole

__all__ = ["SUPERVISION"]


def _escalated(change: Change) -> tuple[str, ...]:
    file = change.file
    file.supervised = whole(change.data, "level")
    file.escalated_at, file.acknowledged_at = change.now, None
    file.acknowledge_by = maybe_moment(change.data, "acknowledge_by")
    save_undo(file, change.fact)
    return say(change.state, change.case, change.fact, f"log.escalated.{min(3, max(1, file.supervised))}")


def _acknowledged(change: Change) -> tuple[str, ...]:
    change.file.acknowledged_at = change.now
    return ()


def _undone(change: Change) -> tuple[str, ...]:
    restore(change.file, change.data.get("restored"))
    if text(change.data, "type") == "CaseEscalated":  # the duty log has a line for it
        return say(change.state, change.case, change.fact, "log.escalation_undone")
    return ()


def _level_transferred(change: Change) -> tuple[str, ...]:
    change.file.level_from, change.file.level_asked = text(change.data, "from"), text(change.data, "to")
    change.file.answer_by = maybe_moment(change.data, "answer_by")
    add_photos(change, ("photos", "tried"))
    return ()


def _level_answered(change: Change) -> tuple[str, ...]:
    change.file.level = text(change.data, "level")
    change.file.level_asked, change.file.answer_by = "", None
    if flag(change.data, "beyond_power"):
        change.file.beyond_power, change.file.targets = True, texts(change.data, "targets")
    return ()


def _reminded(change: Change) -> tuple[str, ...]:
    change.file.reminders = whole(change.data, "n", change.file.reminders + 1)
    return ()


def _supervised(change: Change) -> tuple[str, ...]:
    file = change.file
    if not file.supervised:
        # A person who supervises in writing knows the case: no notice to them.
        file.supervised, file.escalated_at, file.acknowledged_at = 1, change.now, change.now
    file.hotline_by = maybe_moment(change.data, "hotline_by") or file.hotline_by
    return ()


def _unit_sent(change: Change) -> tuple[str, ...]:
    change.file.units = (*change.file.units, text(change.data, "unit"))
    return ()


def _commented(change: Change) -> tuple[str, ...]:
    return ()


def _photos_added(change: Change) -> tuple[str, ...]:
    add_photos(change, ("photos", "report"))
    change.file.photo_by = None
    return ()


def _list_rejected(change: Change) -> tuple[str, ...]:
    account = account_of(change.fact.actor)
    if account and account not in change.file.not_lists:
        change.file.not_lists = (*change.file.not_lists, account)
    return ()


def _stage_limit_passed(change: Change) -> tuple[str, ...]:
    name = f"{text(change.data, 'step')}:{whole(change.data, 'serial', 0)}"
    if name not in change.file.stages_passed:
        change.file.stages_passed = (*change.file.stages_passed, name)
    return ()


def _overdue(change: Change) -> tuple[str, ...]:
    change.file.overdue = max(change.file.overdue, whole(change.data, "overdue"))
    change.file.late_s = number(change.data, "late_s") or 0.0
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
    "PhotosAdded": _photos_added,
    "ListRejected": _list_rejected,
    "StageLimitPassed": _stage_limit_passed,
    "CaseOverdue": _overdue,
}
"""Fact type → function that applies it to the case."""
