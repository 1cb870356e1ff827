"""Folding facts of duty: on ``shift:``, ``roster:``, ``call_out:``, ``daily_report:`` and ``station:``."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.duty.fold_posts import POSTS
from city.duty.fold_shifts import SHIFTS, signature_of
from city.facts.fact import Fact
from city.facts.field_readers import moment, names, text, texts, whole
from city.state.duty_records import CallOut, DailyReport, DutyEntry, Override, StationNumbers
from city.state.ledger_state import LedgerState
from city.state.subject_marks import acted_at, mark_fact

__all__ = ["DUTY"]


def _entry_written(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    return _entry(state, fact, text(fact.data, "kind"), texts(fact.data, "refs"))


def _call_made(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Keep a call as an entry of the duty log, with whom was called as its reference."""
    return _entry(state, fact, "call_out", (text(fact.data, "to"),))


def _entry(state: LedgerState, fact: Fact, kind: str, refs: tuple[str, ...]) -> tuple[str, ...]:
    data, signed = fact.data, signature_of(state, fact)
    state.entries.append(
        DutyEntry(
            fact.position, signed.at, kind, text(data, "text"), refs, fact.subject.removeprefix("shift:"),
            fact.seat, signed, whole(data, "corrects", 0),
        )
    )  # fmt: skip
    return ("duty_log",)


def _overridden(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Keep a change of the roster; shifts that are planned already get it, too."""
    data = fact.data
    one = Override(
        text(data, "id"), text(data, "post"), moment(data, "starts_at"), moment(data, "ends_at"),
        text(data, "person"), text(data, "deputy"), fact.reason, signature_of(state, fact),
    )  # fmt: skip
    state.overrides[one.id] = one
    for key, shift in state.shifts.items():
        post = shift.posts.get(one.post)
        if (
            post
            and shift.state != "closed"
            and one.starts_at < shift.ends_at
            and shift.starts_at < one.ends_at
        ):
            changed = msgspec.structs.replace(
                post, person=one.person, deputy=one.deputy or post.deputy
            )  # fmt: skip
            posts = {**shift.posts, post.key: changed}
            state.shifts[key] = msgspec.structs.replace(shift, posts=posts)
    return ("duty",)


def _call_out_started(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    test = CallOut(
        fact.subject.removeprefix("call_out:"), signature_of(state, fact), moment(data, "limit_at"),
        texts(data, "called"),
    )  # fmt: skip
    mark_fact(test, fact)
    state.call_outs[test.id] = test
    note(state, fact, "log.call_out_started", count=str(len(test.called)))
    return ("call_outs", "log")


def _call_out_answered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    test = msgspec.structs.replace(state.call_outs[fact.subject.removeprefix("call_out:")])
    at = state.clock.at(fact.recorded_at)
    test.answers = {**test.answers, text(fact.data, "workstation"): at}
    mark_fact(test, fact, moves=False)
    state.call_outs[test.id] = test
    return ("call_outs",)


def _call_out_ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    test = msgspec.structs.replace(state.call_outs[fact.subject.removeprefix("call_out:")])
    test.ended_at = state.clock.at(fact.recorded_at)
    mark_fact(test, fact)
    state.call_outs[test.id] = test
    in_time = sum(at <= test.limit_at for at in test.answers.values())
    note(state, fact, "log.call_out_ended", count=str(len(test.called)), answered=str(in_time))
    return ("call_outs", "log")


def _numbers_recorded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Keep what was said last: what comes late and is older than the present number changes nothing."""
    code, data = fact.subject.removeprefix("station:"), fact.data
    known = state.stations.get(code) or StationNumbers()
    at = acted_at(state, fact)
    changes: dict[str, object] = {}
    for name in ("should", "moved", "shelter"):
        before = getattr(known, f"{name}_at")
        if data.get(name) is not None and (before is None or at >= before):
            changes[name] = text(data, name) if name == "shelter" else whole(data, name)
            changes[f"{name}_at"] = at
    state.stations[code] = msgspec.structs.replace(
        known, **changes, street=text(data, "street"), by=text(data, "name"), version=whole(data, "version")
    )
    return ("stations",)


def _report_saved(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, day = fact.data, fact.subject.removeprefix("daily_report:")
    figures = names(data, "figures")
    report = DailyReport(day, text(data, "text"), figures, signature_of(state, fact))
    if "version" in data:  # earlier saves were not counted
        mark_fact(report, fact)
    state.reports[day] = report
    return ("duty_log",)


DUTY: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "ShiftPlanned": SHIFTS["ShiftPlanned"],
    **POSTS,
    **SHIFTS,
    "CallMade": _call_made,
    "DutyEntryWritten": _entry_written,
    "RosterOverridden": _overridden,
    "CallOutStarted": _call_out_started,
    "CallOutAnswered": _call_out_answered,
    "CallOutEnded": _call_out_ended,
    "DailyReportSaved": _report_saved,
    "NumbersRecorded": _numbers_recorded,
}
"""Fact type → its fold, which returns the changed slices."""
