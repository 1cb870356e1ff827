"""What an officer does with an alarm or a device: acknowledge, put aside, suspect a fault, maintain (M12)."""

from typing import Any

from city.clocks.timestamps import iso
from city.commands.argument_types import Args
from city.commands.command import Decision, NewFact
from city.commands.decision import not_now
from city.commands.sensing.arguments import AlarmSerial, MaintainDevice, ShelveAlarm, SuspectFault
from city.commands.sensing.raising import alarm_of
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.state.sensor_records import Maintenance

__all__ = [
    "decide_acknowledge_alarm", "decide_end_maintenance", "decide_end_shelving", "decide_shelve_alarm",
    "decide_start_maintenance", "decide_suspect_fault",
]  # fmt: skip


def decide_acknowledge_alarm(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Say that somebody has seen the alarm."""
    alarm = alarm_of(order)
    if alarm is None or not alarm.is_open:
        return not_now("alarm_over")
    if alarm.acked is not None:
        return not_now("alarm_acked", by=alarm.acked.name, acked_at=alarm.acked.at)
    return (order.fact("AlarmAcknowledged", {"serial": alarm.serial}),)


def decide_shelve_alarm(order: SubjectOrder, args: ShelveAlarm) -> SubjectAnswer:
    """Put an alarm aside with a reason, for two hours at most; it stays listed and comes back by itself."""
    return _put_aside(order, "shelve", args.reason, args.minutes)


def decide_suspect_fault(order: SubjectOrder, args: SuspectFault) -> SubjectAnswer:
    """Put an alarm aside because the gauge probably lies (疑似故障)."""
    return _put_aside(order, "suspect", args.reason, args.minutes)


def _put_aside(order: SubjectOrder, kind: str, reason: str, minutes: int) -> SubjectAnswer:
    alarm = alarm_of(order)
    if alarm is None or not alarm.is_open:
        return not_now("alarm_over")
    shelving = alarm.shelving
    if shelving is not None and shelving.until > order.now.city:
        return not_now("alarm_shelved", by=shelving.signed.name, until_at=shelving.until)
    until = order.now.city + minutes * 60.0
    data = {"kind": kind, "reason": reason, "until": iso(until), "serial": alarm.serial}
    return (order.fact("AlarmShelved", data, reason=reason),)


def decide_end_shelving(order: SubjectOrder, args: AlarmSerial) -> SubjectAnswer:
    """Bring an alarm back: the engine at its end, an officer before."""
    alarm = alarm_of(order)
    if alarm is None or alarm.shelving is None:
        return not_now("alarm_not_shelved")
    if order.role == "system" and alarm.shelving.until > order.now.city:
        return not_now("step_overtaken")
    is_maintained = order.state.sensing.is_maintained(alarm.device)
    data = {"until": iso(alarm.shelving.until), "state": "suppressed" if is_maintained else "active"}
    return (order.fact("AlarmShelvingEnded", data),)


def decide_start_maintenance(order: SubjectOrder, args: MaintainDevice) -> SubjectAnswer:
    """Take a device into maintenance: it raises no alarm and counts in no rate until that ends."""
    if order.state.sensing.is_maintained(order.subject.id):
        return not_now("in_maintenance")
    return _of_device(order, "MaintenanceStarted", {"reason": args.reason}, args.reason)


def decide_end_maintenance(order: SubjectOrder, args: Args) -> SubjectAnswer:
    """Take a device into service again; its alarms that were suppressed are active."""
    if not order.state.sensing.is_maintained(order.subject.id):
        return not_now("not_in_maintenance")
    back = [
        Subject("alarm", alarm.key, alarm, alarm.version, alarm.moved)
        for alarm in order.state.sensing.alarms.values()
        if alarm.device == order.subject.id and alarm.state == "suppressed" and alarm.shelving is None
    ]
    ended = _of_device(order, "MaintenanceEnded", {}, "")
    facts = (order.fact_on(one, "AlarmShelvingEnded", {"until": None, "state": "active"}) for one in back)
    return Decision((*ended.facts, *facts), (*ended.expects, *((one.name, one.version) for one in back)))


def _of_device(order: SubjectOrder, kind: str, data: dict[str, Any], reason: str) -> Decision:
    """Return a fact on the device; the acts on its maintenance are counted apart from those on a closure."""
    device = order.subject.id
    version = order.state.sensing.maintenance.get(device, Maintenance(device)).version
    signed = {"version": version + 1, "command": order.command.command_id, "name": order.by.name}
    fact = NewFact(kind, f"device:{device}", {**data, **signed}, 1, reason)
    return Decision((fact,), ((f"maintenance:{device}", version),))
