"""Raising and ending alarms by the rules (§3.6): the engine's verbs, and the case that an alarm files."""

import math
from typing import Any

import msgspec

from city.cases.fold_reports import reported_case
from city.clocks.timestamps import iso, parse
from city.commands.arguments import bad_arg
from city.commands.cases.automatic_filing import filing_facts
from city.commands.command import Decision, NewFact
from city.commands.decision import not_now, ordered
from city.commands.sensing.arguments import AlarmSerial, NoteDoubt, RaiseAlarm
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.facts.fact import Fact
from city.linkage.gauges import is_underpass_gauge
from city.sensing.rules import Threshold
from city.state.ledger_state import Case, Device
from city.state.sensor_records import LEVELS, Alarm

__all__ = [
    "alarm_of", "case_is_open", "decide_clear_alarm", "decide_note_doubt", "decide_raise_alarm", "is_muted",
]  # fmt: skip

CLIENT = "citywall"
"""Client of the cases that the engine reports itself."""


def alarm_of(order: SubjectOrder) -> Alarm | None:
    """Return the alarm that the command is about, None before its first fact."""
    record = order.subject.record
    return record if isinstance(record, Alarm) else None


def is_muted(order: SubjectOrder) -> bool:
    """Whether the device is in maintenance, or the alarm is put aside now."""
    device = order.subject.id.rpartition("/")[0]
    alarm = alarm_of(order)
    shelved = alarm is not None and alarm.shelving is not None and alarm.shelving.until > order.now.city
    return shelved or order.state.sensing.is_maintained(device)


def case_is_open(order: SubjectOrder, alarm: Alarm | None) -> Case | None:
    """Return the case of the alarm, None without one or when it is over."""
    case = order.state.cases.get(alarm.case) if alarm is not None else None
    return case if case is not None and case.is_open else None


def decide_raise_alarm(order: SubjectOrder, args: RaiseAlarm) -> SubjectAnswer:
    """Raise an alarm; where its threshold says so, report, file and dispatch a case in the same act.

    An alarm that is there already is raised again only for something worse, or for a case that it still
    lacks. A late report (补报), a muted device and an open case of the same device and metric file nothing.
    """
    device_id, _, metric_code = order.subject.id.rpartition("/")
    device, metric = order.state.devices.get(device_id), order.rules.sensing.metrics.get(metric_code)
    rule = order.rules.sensing.threshold(args.threshold)
    if device is None or metric is None:
        return not_now("unknown_gauge")
    if rule is None:
        return bad_arg("threshold", "a row of thresholds.csv")
    try:
        at, first_at = parse(args.at), parse(args.first_at)
    except (ValueError, OverflowError):
        return bad_arg("at", "ISO 8601 with an offset")
    alarm, is_mute = alarm_of(order), is_muted(order)
    before = case_is_open(order, alarm)
    files = _files(order, rule, device, is_mute=is_mute, late=args.late_s > 0) and before is None
    if alarm is not None and alarm.is_open:
        is_worse = LEVELS.index(rule.level) > LEVELS.index(alarm.level)
        if not is_worse and not (files and not alarm.case):
            return not_now("alarm_open")
        serial, state = alarm.serial, "suppressed" if is_mute else alarm.state.replace("suppressed", "active")
    else:
        serial, state = (alarm.serial if alarm else 0) + 1, "suppressed" if is_mute else "active"
    data: dict[str, Any] = {
        "serial": serial, "state": state, "threshold": rule.id, "op": rule.op, "level": rule.level,
        "value": args.value, "low": args.low, "high": args.high, "unit": metric.unit, "at": iso(at),
        "first_at": iso(first_at), "n": args.n, "late_s": round(args.late_s, 1),
        "case": before.key if before else "", "mutes": is_mute,
    }  # fmt: skip
    subject = (order.subject.counted, order.subject.version)
    if not files:
        return Decision((order.fact("AlarmRaised", data),), (subject,))
    key = f"{CLIENT}/alarm-{device.id}-{metric.code}-{serial}"
    if key in order.state.cases:
        return not_now("alarm_open")
    reported = _report(order, key, rule, device, args)
    filed = _filed(order, reported)
    raised = order.fact("AlarmRaised", {**data, "case": key})
    expects = (subject, (f"case:{key}", 0)) if filed else (subject,)
    return Decision((raised, reported, *filed), expects)


def _files(order: SubjectOrder, rule: Threshold, device: Device, *, is_mute: bool, late: bool) -> bool:
    """Whether a threshold's deviation becomes a case; an underpass is closed by its own rule (M2)."""
    if rule.action != "auto_case" or is_mute or late or is_underpass_gauge(device):
        return False
    return device.id not in order.now.silent()


def _report(order: SubjectOrder, key: str, rule: Threshold, device: Device, args: RaiseAlarm) -> NewFact:
    """Return the report of the case, in the format of a publisher's record."""
    kind, _, code = rule.category.partition(":")
    category = order.rules.categories.get(rule.category)
    label = category.name_zh if category else ""
    name = device.name or device.id
    record: dict[str, Any] = {
        "id": key.partition("/")[2], "client": CLIENT, "channel": "sensor",
        "title": f"{label} · {name}"[:200], "category": {"kind": kind, "code": code, "label": label},
        "urgency": "urgent" if rule.level in ("orange", "red") else "normal", "road": device.place.road,
        "address": name[:200], "at": args.at, "received": iso(order.now.machine),
        "description": _words(order, rule, device, args),
    }  # fmt: skip
    if not math.isnan(device.place.lon):
        record |= {"lon": device.place.lon, "lat": device.place.lat, "crs": "WGS84"}
    data = {
        "record": record, "street": device.place.street, "alarm": order.subject.id,
        "command": order.command.command_id, "name": order.by.name,
    }  # fmt: skip
    return NewFact("CaseReported", f"case:{key}", data)


def _words(order: SubjectOrder, rule: Threshold, device: Device, args: RaiseAlarm) -> str:
    """Return what was measured, in the words of a report."""
    metric = order.rules.sensing.metrics[rule.metric]
    limits = "–".join("" if one is None else f"{one:g}" for one in (args.low, args.high))
    measured = f"{metric.name_zh} {args.value:.{metric.precision}f} {metric.unit}"
    return f"{device.id} {measured}（{limits}），连续{args.n}次，自 {args.first_at}"


def _filed(order: SubjectOrder, reported: NewFact) -> tuple[NewFact, ...]:
    """Return the facts that file and dispatch the report as the automatic filing does."""
    now = order.now.machine
    fact = Fact(0, now, reported.type, 1, reported.subject, order.by.account, reported.data, order.role)
    case = reported_case(order.state, fact)
    command = msgspec.structs.replace(order.command, subject=reported.subject, verb="file", args={})
    return filing_facts(ordered(order.state, case, command, order.by, order.rules, order.now, order.role))


def decide_clear_alarm(order: SubjectOrder, args: AlarmSerial) -> SubjectAnswer:
    """End an alarm: enough readings are back inside. Its case stays until the handler has answered."""
    alarm = alarm_of(order)
    if alarm is None or not alarm.is_open:
        return not_now("alarm_over")
    return (order.fact("AlarmCleared", {"serial": alarm.serial, "case": alarm.case}),)


def decide_note_doubt(order: SubjectOrder, args: NoteDoubt) -> SubjectAnswer:
    """Note why the value of an open alarm is doubtful; an officer decides (疑似故障)."""
    alarm = alarm_of(order)
    if alarm is None or not alarm.is_open:
        return not_now("alarm_over")
    if alarm.doubt == args.why:
        return not_now("step_overtaken")
    return (order.fact("AlarmDoubted", {"why": args.why, "since": args.since}),)
