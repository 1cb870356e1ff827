"""Cases that are over leave the state when nothing happened for long: memory does not grow with the years.

The ledger alone says which ones: a day ends with the first fact of a later day (UTC, the ledger's stamps).
So every process that folds the same facts has the same cases, and a snapshot equals a whole fold.
"""

from typing import Final

from city.cases.callers import awaits_call_back, awaits_contact
from city.facts.fact import Fact
from city.state.ledger_state import Case, LedgerState
from city.state.past_case import PastCase
from city.state.row_keys import row_key_of

__all__ = ["DAY_S", "LEAST_DAYS", "begin_day"]

DAY_S: Final = 86_400.0
LEAST_DAYS: Final = 35.0
"""So many days the cases stay at least: the score of a street or an agency counts thirty."""
PAST_DAYS: Final = 400.0
"""So long a year's comparison (K17) and repeats (K16) need what is kept of a case."""
PENALISED: Final = "penalised"


def begin_day(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Note a fact as the first one of its day, and let cases leave; return the slices that changed."""
    day = int(fact.recorded_at // DAY_S)
    state.day = day
    starts = [*state.day_starts, (day, fact.position)]
    state.day_starts = [one for one in starts if one[0] >= day - state.keep_days]
    return _leave(state, state.day_starts[0][1], state.clock.at(fact.recorded_at))


def _leave(state: LedgerState, before: int, now: float) -> tuple[str, ...]:
    """Remove the cases that are done, without a fact since the position ``before``; ``now`` is city time."""
    needed = _needed(state)
    until = now - state.keep_days * DAY_S
    gone = []
    for case in state.cases.values():  # the last changed ones are at the end
        if case.changed >= before:
            break
        if case.key not in needed and _is_done(case, before, until) and _is_free(state, case, before, until):
            gone.append(case)
    for case in gone:
        _remove(state, case)
    state.past_cases = [one for one in state.past_cases if one.at >= now - PAST_DAYS * DAY_S]
    if not gone:
        return ()
    state.left += len(gone)
    return ("cases",)


def _needed(state: LedgerState) -> set[str]:
    """Return the keys of cases that rules still ask for: of alarms, open incidents and unsent messages."""
    needed = {alarm.case for alarm in state.sensing.alarms.values()}
    needed |= {item.case for item in state.outbox.values()}
    for incident in state.incidents.values():
        if incident.closed_at is None:
            needed.update(incident.cases)
    return needed


def _is_done(case: Case, before: int, until: float) -> bool:
    """Whether a case is over, nobody waits for anything, and its limits are past (figures count by them)."""
    file = case.file
    if case.is_open or case.changed >= before or file.appeal == "lodged":
        return False
    if awaits_contact(case) or awaits_call_back(case):
        return False
    limits = (
        file.since, case.at, case.due_at, file.deadline_at, file.fix_by_at, file.holder_due_at, file.sign_by,
        file.dispatch_by, file.make_safe.due_at if file.make_safe is not None else None,
        *(ruling.due_at for ruling in file.rulings), file.ruling.due_at if file.ruling is not None else None,
    )  # fmt: skip
    return all(limit is None or limit < until for limit in limits)


def _is_free(state: LedgerState, case: Case, before: int, until: float) -> bool:
    """Whether every case that it was merged with is done or gone."""
    linked = (state.cases.get(key) for key in (case.file.merged_into, *case.file.joined))
    return all(other is None or _is_done(other, before, until) for other in linked)


def _remove(state: LedgerState, case: Case) -> None:
    del state.cases[case.key]
    state.by_mark.pop(row_key_of(case.key), None)
    state.danger_signals.pop(case.key, None)
    for system, number in case.external:
        if state.by_external.get(f"{system}\x1f{number}") == case.key:
            del state.by_external[f"{system}\x1f{number}"]
    file = case.file
    if case.state != "voided":
        acted = file.handled_at if file.outcome == PENALISED else None
        site = file.source_site if file.own and file.filed_at is not None else ""
        state.past_cases.append(
            PastCase(case.at, case.channel, case.kind, case.code, case.place.lon, case.place.lat,
                     case.caller_ref, site, acted if site else None)
        )  # fmt: skip
