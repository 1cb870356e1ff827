"""The desk's view of alarms: those that are not over, and the devices in maintenance."""

from collections.abc import Iterator

from city.clocks.freshness import lost_mask, measured_as_of
from city.state.ledger_state import CityState, Device, LedgerState
from city.state.row_keys import row_key_of
from city.state.sensor_records import LEVELS, Alarm
from city.views.alarm_seen import AlarmSeen, MaintainedSeen

__all__ = ["alarms_seen", "maintained_seen", "open_alarms"]


def open_alarms(ledger: LedgerState) -> tuple[Alarm, ...]:
    """Return the alarms that are not over; they stay the same until a fact of an alarm is folded."""
    return tuple(
        alarm for alarm in ledger.sensing.alarms.values() if alarm.is_open and alarm.device in ledger.devices
    )


def alarms_seen(
    state: CityState, now: float, open_: tuple[Alarm, ...] | None = None
) -> tuple[AlarmSeen, ...]:  # fmt: skip
    """Return the alarms that are not over at machine time ``now``: the worst first, then the newest.

    ``open_`` is what :func:`open_alarms` returned, if it is still so.
    """
    city_now = state.ledger.clock.at(now)
    alarms = open_alarms(state.ledger) if open_ is None else open_
    return tuple(sorted((_seen(state, alarm, now, city_now) for alarm in alarms), key=_order))


def _order(alarm: AlarmSeen) -> tuple[bool, bool, int, float]:
    is_aside = alarm.shelved_until is not None
    return is_aside, alarm.state == "suppressed", -LEVELS.index(alarm.level), -alarm.raised_at


def _seen(state: CityState, alarm: Alarm, now: float, city_now: float) -> AlarmSeen:
    device = state.ledger.devices[alarm.device]
    shelving = alarm.shelving if alarm.shelving and alarm.shelving.until > city_now else None
    value, as_of, lost = _newest(state, alarm, now)
    case = state.ledger.cases.get(alarm.case)
    return AlarmSeen(
        alarm.key, alarm.device, device.name or device.id, device.place.street, device.kind, alarm.metric,
        alarm.level, alarm.state, alarm.op, alarm.threshold, alarm.value, alarm.low, alarm.high, alarm.unit,
        alarm.at, alarm.raised_at, alarm.late_s, alarm.n,
        row_key_of(case.key) if case is not None and case.is_open else "", alarm.doubt, alarm.doubt_since,
        alarm.acked.name if alarm.acked else "", shelving.kind if shelving else "",
        shelving.reason if shelving else "", shelving.signed.name if shelving else "",
        shelving.until if shelving else None, None if lost else value, as_of, lost, alarm.version,
    )  # fmt: skip


def _newest(state: CityState, alarm: Alarm, now: float) -> tuple[float | None, float | None, bool]:
    """Return the newest reading's value, its machine time, and whether the gauge is lost."""
    readings = state.measured.readings
    row = readings.find(f"{alarm.device}\x1f{alarm.metric}")
    if row is None:
        return None, None, True
    at, received = (readings.column(name)[row : row + 1] for name in ("at", "received"))
    as_of = measured_as_of(at, received, state.ledger.clock)
    is_lost = bool(lost_mask(as_of, readings.column("interval")[row : row + 1], now)[0])
    is_bad = readings.column("quality")[row] == "bad"
    return float(readings.column("value")[row]), float(as_of[0]), is_lost or is_bad


def maintained_seen(ledger: LedgerState) -> tuple[MaintainedSeen, ...]:
    """Return the devices in maintenance, the longest first."""
    return tuple(sorted(_maintained(ledger), key=lambda one: one.since))


def _maintained(ledger: LedgerState) -> Iterator[MaintainedSeen]:
    for record in ledger.sensing.maintenance.values():
        device: Device | None = ledger.devices.get(record.device)
        if record.signed is None or not record.is_on or device is None:
            continue
        yield MaintainedSeen(
            device.id, device.name or device.id, device.place.street, device.kind, record.reason,
            record.signed.name, record.signed.at, record.version,
        )  # fmt: skip
