"""Automatic steps: what timers do to a case, and when (docs/case-life.md, "Automatic steps")."""

import math
from collections.abc import Iterator

import msgspec

from city.clocks.working_time import Calendar, due, office_seconds
from city.commands.cases.automatic_filing import is_filed_automatically
from city.commands.hotline.order_limits import caller_steps
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.dispatch.ordinary import is_ordinary
from city.state.case_file import SHARE_STATES
from city.state.hotline_records import Span
from city.state.ledger_state import Case

__all__ = ["BY_CLOCK", "SHARES", "OfficeTime", "Step", "office_time", "share_due", "share_used", "steps"]

MONTH_S = 30 * 86_400.0
SHARES = {"red1": 1.0, "red2": 1.5, "red3": 2.0}
YELLOW, YELLOW_URGENT = 0.8, 0.5
OVERDUE_OFFICE_DAYS = 5
MUTED = frozenset({
    "remind", "red1", "red2", "red3", "sign_half", "sign", "contact_soon", "hotline_soon",
})  # fmt: skip
"""Reminders that wait until 灾害顺延 is over, for ordinary cases; the citizen's limits do not move."""


class Step(msgspec.Struct, frozen=True):
    """An automatic step that is due at a city time (epoch seconds).

    ``serial`` distinguishes the occasions of one code: a count, or the time of the event that it belongs to.
    """

    code: str
    at: float
    serial: int

    @property
    def name(self) -> str:
        """Return ``<code>:<serial>``, as ``CaseFile.stages_passed`` keeps it."""
        return f"{self.code}:{self.serial}"


class OfficeTime(msgspec.Struct, frozen=True):
    """The calendars for a case: the centre's and its holder's; ``zone_offset_s`` is seconds east of UTC.

    ``muted`` is the time for which the case's reminders wait, None for a case that is not deferred.
    """

    centre: Calendar = Calendar(all_hours=True)
    holder: Calendar = Calendar(all_hours=True)
    zone_offset_s: int = 0
    muted: Span | None = None


BY_CLOCK = OfficeTime()


def office_time(case: Case, rules: DecisionRules, deferral: Span | None = None) -> OfficeTime:
    """Return the calendars for a case, from the tables; ``deferral`` is the last switch of 灾害顺延."""
    muted = deferral if deferral is not None and is_ordinary(case, rules) else None
    return OfficeTime(rules.calendar, rules.calendar_of(case.file.holder), rules.zone_offset_s, muted)


def steps(case: Case, numbers: CaseNumbers, time: OfficeTime = BY_CLOCK) -> list[Step]:
    """Return the automatic steps still to come, earliest first; [] for imported and mirrored cases.

    Of a case that is over only the obligations to its caller are still to come.

    ``time`` is what :func:`office_time` returns; without it office limits count in clock time.
    """
    if not case.file.own or case.file.imported:
        return []
    found = [
        _unmuted(step, time.muted)
        for part in ((*_OPEN, _callers) if case.file.is_open else (_callers,))
        for step in part(case, numbers, time)
        if step.name not in case.file.stages_passed
    ]
    return sorted(found, key=lambda step: step.at)


def _unmuted(step: Step, muted: Span | None) -> Step:
    """Return a step; a muted reminder is due when the muting is over."""
    if muted is None or step.code not in MUTED or not muted.at <= step.at < muted.end:
        return step
    return Step(step.code, muted.end, step.serial)


def share_due(case: Case, share: float, time: OfficeTime) -> float:
    """Return when a share (1.0 = all) of the time to ``fix_by_at`` is used, city epoch seconds.

    The case must have a ``fix_by_at``. Office limits count in office time; a suspension does not count.
    """
    return _share_due(case, share, _office_whole(case, time), time)


def _share_due(case: Case, share: float, whole: float, time: OfficeTime) -> float:
    begin, end = _begin(case), case.file.fix_by_at
    assert end is not None
    if not whole:
        return begin + (end - begin) * share
    if share == 1.0:
        return end
    start, used = (begin, share) if share < 1 else (end, share - 1)
    return due(
        start, whole * used / 3600, "office_hour", time.centre, zone_offset_s=time.zone_offset_s
    ).at  # fmt: skip


def _office_whole(case: Case, time: OfficeTime) -> float:
    """Return the office time from the filing to ``fix_by_at``, 0 for limits in clock time."""
    end = case.file.fix_by_at
    if end is None or not case.file.limit_unit.startswith("office"):
        return 0.0
    return office_seconds(_begin(case), end, time.centre, zone_offset_s=time.zone_offset_s)


def share_used(case: Case, at: float, time: OfficeTime) -> float:
    """Return the share of the time to ``fix_by_at`` that is used at a city time; the inverse of share_due."""
    file = case.file
    end = file.fix_by_at
    begin = _begin(case)
    if end is None or end <= begin:
        return 1.0
    whole = _office_whole(case, time)
    if whole:
        return office_seconds(begin, at, time.centre, zone_offset_s=time.zone_offset_s) / whole
    return max(0.0, at - begin) / (end - begin)


def _begin(case: Case) -> float:
    """Return when the time to fix it starts; a suspension moves it later."""
    file = case.file
    return (case.recorded_at if file.filed_at is None else file.filed_at) + file.suspended_s


def _intake(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    if is_filed_automatically(case):
        yield Step("file", file.since, int(file.since))
    if file.state == "reported":
        at = (file.since or case.recorded_at) + numbers.accept_s
        yield Step("accept", at, int(at))
    elif file.state == "verifying" and file.verify_by is not None:
        yield Step("verify", file.verify_by, int(file.verify_by))
    if file.photo_by is not None:
        yield Step("photo", file.photo_by, int(file.photo_by))


def _callers(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    for code, at, serial in caller_steps(case, numbers, time.centre, time.zone_offset_s):
        yield Step(code, at, serial)


def _dispatch(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    if file.state == "filed":
        at = file.dispatch_by if file.dispatch_by is not None else file.since + numbers.dispatch_s
        yield Step("dispatch", at, file.dispatches + 1)
    elif file.state == "returned":
        yield Step("dispatch", file.since + numbers.dispatch_s, file.dispatches + 1)
    elif file.state == "transferred_up":
        followed_up = sum(name.startswith("follow_up:") for name in file.stages_passed)  # since it went up
        at = file.since + MONTH_S * (followed_up + 1)
        yield Step("follow_up", at, int(at))


def _holder(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    if file.state == "dispatched" and file.sign_by is not None and file.dispatched_at is not None:
        # Not the number of the dispatch: an undone reassignment restores it, and its steps may be announced.
        serial = int(file.dispatched_at)
        yield Step("sign_half", _half(case, file.dispatched_at, file.sign_by, numbers, time), serial)
        yield Step("sign", file.sign_by, serial)
    if file.state == "handled" and file.check_by is not None:
        yield Step("check", file.check_by, int(file.check_by))
    if file.make_safe is not None and file.make_safe.done_at is None:
        yield Step("make_safe", file.make_safe.due_at, int(file.make_safe.ordered_at))
    if file.state == "suspended" and file.suspended_until is not None:
        yield Step("resume", file.suspended_until, int(file.suspended_until))


def _half(case: Case, begin: float, end: float, numbers: CaseNumbers, time: OfficeTime) -> float:
    """Return the middle of the time to sign: in clock time if the limit is, else in office time."""
    unit = case.file.limit_unit
    # A case that was taken over has no limit unit: a short time to sign means clock time.
    by_clock = unit == "urgent_hour" or (not unit and end - begin <= numbers.sign_urgent_s)
    half = 0.0
    if not by_clock:
        half = office_seconds(begin, end, time.holder, zone_offset_s=time.zone_offset_s) / 2
    if half <= 0:
        return (begin + end) / 2
    return due(begin, half / 3600, "office_hour", time.holder, zone_offset_s=time.zone_offset_s).at


def _ruling(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    asked = file.ruling
    if asked is not None and not asked.holder:
        yield Step("ruling", asked.due_at, int(asked.opened_at))
        # Not while a holder continues with the case; a mirrored ruling has no known opening time.
        if file.state == "ruling" and asked.reason != "mirrored":
            yield Step("ruling2", max(file.since, 2 * asked.due_at - asked.opened_at), int(file.since))
    if file.unowned_since is not None and file.state in ("filed", "returned"):
        if case.hazard:
            at = file.unowned_since + numbers.unowned_hazard_s
        else:
            at = due(
                file.unowned_since, numbers.unowned_office_hours, "office_hour", time.centre,
                zone_offset_s=time.zone_offset_s,
            ).at  # fmt: skip
        yield Step("unowned", at, int(file.unowned_since))


def _shares(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    """Yield the steps of §4.5. A granted extension or suspension makes new occasions of them."""
    file = case.file
    if file.fix_by_at is None or file.state not in SHARE_STATES:
        return
    serial = int(file.fix_by_at)
    # A share that passed while the time did not count is due at ``back_at``, one before the take-over never.
    back = -math.inf if file.back_at is None else file.back_at
    ours = -math.inf if file.taken_at is None else file.taken_at
    whole = _office_whole(case, time)
    yellow = YELLOW_URGENT if file.limit_unit == "urgent_hour" else YELLOW
    for code, share in {"remind": yellow, **SHARES}.items():
        if (
            f"{code}:{serial}" not in file.stages_passed
        ):  # office time is expensive, and thousands of rows show a step
            at = _share_due(case, share, whole, time)
            at = min(at, _five_days_over(file.fix_by_at, at, time)) if code == "red3" else at
            if at > ours:
                yield Step(code, max(back, at), serial)


def _five_days_over(end: float, at_least: float, time: OfficeTime) -> float:
    """Return when five office days after a limit are over; inf when that cannot be before ``at_least``."""
    if at_least <= end + OVERDUE_OFFICE_DAYS * 86_400:
        return math.inf
    return due(
        end, OVERDUE_OFFICE_DAYS, "office_day", time.centre, zone_offset_s=time.zone_offset_s
    ).at  # fmt: skip


def _supervision(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    if file.acknowledge_by is None or not file.supervised:
        return
    if file.acknowledged_at is None or file.acknowledged_at < (file.escalated_at or 0.0):
        yield Step("acknowledge", file.acknowledge_by, int(file.acknowledge_by))


def _asks(case: Case, numbers: CaseNumbers, time: OfficeTime) -> Iterator[Step]:
    file = case.file
    if file.level_asked and file.answer_by is not None:
        yield Step("answer_level", file.answer_by, int(file.answer_by))
    if file.extension is not None:
        yield Step("decide_extension", file.extension.decide_by, int(file.extension.at))
    if file.suspension is not None:
        yield Step("decide_suspension", file.suspension.decide_by, int(file.suspension.at))


_OPEN = (_intake, _dispatch, _holder, _ruling, _shares, _supervision, _asks)
"""The parts of an open case's steps."""
