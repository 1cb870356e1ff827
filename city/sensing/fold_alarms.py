"""Folding facts of alarms (``alarm:<device>/<metric>``), maintenance (``device:<id>``), and baselines."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import maybe_moment, moment, number, text, whole
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed
from city.state.sensor_records import Alarm, BaselineTime, Maintenance, Shelving
from city.state.subject_marks import mark_fact

__all__ = ["SENSING"]

Fold = Callable[[LedgerState, Fact], tuple[str, ...]]
BASELINE_S: Final = 2 * 86_400.0
"""Times inside baselines that ended longer ago are left to the ledger."""


def _on_alarm(change: Callable[[LedgerState, Fact, Alarm], str]) -> Fold:
    """Return the fold of a fact that changes a copy of an alarm; ``change`` returns the line for the log."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        key = fact.subject.removeprefix("alarm:")
        device, _, metric = key.rpartition("/")
        held = state.sensing.alarms.get(key)
        alarm = msgspec.structs.replace(held) if held else Alarm(key, device, metric)
        line = change(state, fact, alarm)
        mark_fact(alarm, fact, moves=fact.role != "system")
        state.sensing.alarms[key] = alarm
        return ("alarms", *_told(state, fact, line, device))

    return fold


def _told(state: LedgerState, fact: Fact, line: str, device: str) -> tuple[str, ...]:
    known = state.devices.get(device)
    if not line or known is None:
        return ()
    note(state, fact, line, device=device, name=known.name or device, street=known.place.street)
    return ("log",)


def _signed(state: LedgerState, fact: Fact) -> Signed:
    return Signed(fact.actor, text(fact.data, "name"), fact.role, state.clock.at(fact.recorded_at))


def _raised(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    data = fact.data
    if whole(data, "serial") != alarm.serial:
        alarm.acked, alarm.doubt, alarm.doubt_since, alarm.case = None, "", None, ""
        alarm.first_at, alarm.raised_at = moment(data, "first_at"), state.clock.at(fact.recorded_at)
        alarm.late_s, alarm.cleared_at = number(data, "late_s") or 0.0, None
    alarm.serial, alarm.state = whole(data, "serial"), text(data, "state")
    alarm.threshold, alarm.op, alarm.level = text(data, "threshold"), text(data, "op"), text(data, "level")
    alarm.value, alarm.unit = number(data, "value") or 0.0, text(data, "unit")
    alarm.low, alarm.high = number(data, "low"), number(data, "high")
    alarm.at, alarm.n = moment(data, "at"), whole(data, "n")
    alarm.case = text(data, "case") or alarm.case
    return ""


def _cleared(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    alarm.state, alarm.cleared_at = "cleared", state.clock.at(fact.recorded_at)
    return ""


def _doubted(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    alarm.doubt, alarm.doubt_since = text(fact.data, "why"), maybe_moment(fact.data, "since")
    return ""


def _acknowledged(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    alarm.acked = _signed(state, fact)
    alarm.state = "acked" if alarm.state == "active" else alarm.state
    return ""


def _shelved(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    data, kind = fact.data, text(fact.data, "kind")
    alarm.shelving = Shelving(kind, text(data, "reason"), moment(data, "until"), _signed(state, fact))
    return f"log.alarm_{kind}"


def _back(state: LedgerState, fact: Fact, alarm: Alarm) -> str:
    alarm.shelving = None
    if alarm.is_open:
        alarm.state = text(fact.data, "state")
    return "log.alarm_back" if alarm.is_open else ""


def _maintained(change: Callable[[LedgerState, Fact, Maintenance], str]) -> Fold:
    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        device = fact.subject.removeprefix("device:")
        held = state.sensing.maintenance.get(device)
        record = msgspec.structs.replace(held) if held else Maintenance(device)
        line = change(state, fact, record)
        mark_fact(record, fact)
        state.sensing.maintenance[device] = record
        return ("alarms", *_told(state, fact, line, device))

    return fold


def _started(state: LedgerState, fact: Fact, record: Maintenance) -> str:
    record.reason, record.signed = text(fact.data, "reason"), _signed(state, fact)
    record.ended_at = None
    return "log.maintenance_started"


def _ended(state: LedgerState, fact: Fact, record: Maintenance) -> str:
    record.ended_at = state.clock.at(fact.recorded_at)
    return "log.maintenance_ended"


def _baseline_time(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    begin, end = moment(fact.data, "begin"), moment(fact.data, "end")
    told = [
        BaselineTime(
            text(row, "kind"),
            begin,
            end,
            number(row, "inside_s") or 0.0,
            number(row, "good_s") or 0.0,
            number(row, "due_s") or 0.0,
        )
        for row in fact.data["rows"]
    ]
    kept = [one for one in state.sensing.baseline_times if one.end > end - BASELINE_S]
    state.sensing.baseline_times = [*kept, *told]
    return ()


SENSING: Final[dict[str, Fold]] = {
    "AlarmRaised": _on_alarm(_raised),
    "AlarmDoubted": _on_alarm(_doubted),
    "AlarmAcknowledged": _on_alarm(_acknowledged),
    "AlarmShelved": _on_alarm(_shelved),
    "AlarmShelvingEnded": _on_alarm(_back),
    "AlarmCleared": _on_alarm(_cleared),
    "MaintenanceStarted": _maintained(_started),
    "MaintenanceEnded": _maintained(_ended),
    "BaselineTimeCounted": _baseline_time,
}
"""Fact type → its fold."""
