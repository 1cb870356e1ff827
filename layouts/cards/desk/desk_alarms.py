"""The desk's alarms of sensors: what deviates now, what is put aside until when, what is in maintenance."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from city.views.alarm_seen import AlarmSeen, MaintainedSeen
from city.views.desk_seen import DeskSeen
from layouts.contract import Row, View, each_second

__all__ = ["DeskAlarms", "alike_groups", "is_loud"]

ROWS: Final = 80
DIGITS: Final = 4
ALIKE: Final = 3
"""More alarms of one class, metric and street than this are one row that unfolds (look.md, rule 12)."""


class DeskAlarms:
    """Rows: ``a:<alarm>``, the worst first and those put aside last, then ``m:<device>`` in maintenance.

    Scalars: ``active``, ``shelved`` (put aside or suppressed), ``maintained`` (None = not known), ``more``
    (alarms that are not told). ``as_of`` of a row is machine time: since when a lost gauge tells nothing;
    None for one that does. ``group`` ('' = none) is that of many alike alarms: ``same`` > 0 is their number,
    in the row of the worst.
    """

    key = "desk_alarms"
    reads = ("alarms", "registry", "readings", "cases", each_second)

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if not seen.position:
            return View(now, {"active": None, "shelved": None, "maintained": None, "more": 0})
        aside = sum(one.shelved_until is not None or one.state == "suppressed" for one in seen.alarms)
        scalars = {
            "active": len(seen.alarms) - aside, "shelved": aside, "maintained": len(seen.maintained),
            "more": max(0, len(seen.alarms) - ROWS),
        }  # fmt: skip
        alike = Counter(map(_group, seen.alarms))
        told: set[str] = set()
        rows = []
        for one in seen.alarms[:ROWS]:
            group = _group(one)
            group = group if alike[group] > ALIKE else ""
            same = alike[group] if group and group not in told else 0
            told.add(group)
            key, fields = _alarm(one)
            rows.append((key, {**fields, "group": group, "same": same}))
        return View(now, scalars, [*rows, *map(_maintained, seen.maintained[:ROWS])])


def is_loud(alarm: AlarmSeen) -> bool:
    """Whether an alarm asks for somebody: it is neither put aside nor suppressed."""
    return alarm.shelved_until is None and alarm.state != "suppressed"


def alike_groups(alarms: Iterable[AlarmSeen]) -> dict[str, int]:
    """Return class, metric and street of alarms that share one row → their number."""
    counted = Counter(filter(None, map(_group, alarms)))
    return {group: count for group, count in counted.items() if count > ALIKE}


def _group(alarm: AlarmSeen) -> str:
    """Return what alike alarms share; '' for one that is put aside or suppressed, with its own end."""
    if not is_loud(alarm):
        return ""
    return f"{alarm.kind}.{alarm.metric}.{alarm.street}"


def _alarm(alarm: AlarmSeen) -> Row:
    fields: dict[str, Any] = msgspec.to_builtins(alarm)
    for name in ("value", "low", "high", "now_value"):
        number = fields[name]
        fields[name] = None if number is None else round(number, DIGITS)
    fields["as_of"] = alarm.as_of if alarm.lost else None
    return f"a:{alarm.key}", fields


def _maintained(device: MaintainedSeen) -> Row:
    return f"m:{device.device}", msgspec.to_builtins(device)
