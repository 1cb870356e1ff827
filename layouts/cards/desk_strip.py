"""The desk's strip: counts of what needs action now, pending rulings, and the outgoing queue."""

from typing import Any, Final

from city.views.desk_seen import DeskCase, DeskSeen
from layouts.cards.act import Act
from layouts.cards.desk_queue import order_key
from layouts.cards.queue import class_key
from layouts.contract import Row, View

__all__ = ["DeskStrip"]

RULINGS: Final = 3
ALARMS_S: Final = 600.0
"""Window of the alarm count (city seconds): one person can handle at most ten alarms in ten minutes."""


class DeskStrip:
    """Scalars of ``act``, ``alarms``, ``same``, ``outbox``, ``outbox_failing``; rows: the rulings due first.

    ``critical_keys`` are those that have a row of their own, ``alarms`` the critical reports of the last ten
    city minutes (None = not known), ``same`` the possible duplicate reports, ``incidents`` the open ones and
    ``late_tasks`` their tasks that nobody acknowledged in time. ``screening`` are the detections that wait
    for a person, ``screening_hazards`` the hazards among them.

    The counts are computed at most once a second.
    """

    key = "desk_strip"
    reads = (*Act.reads, "outbox", "detections")

    def __init__(self) -> None:
        self._act = Act()
        self._counted: tuple[object, int, dict[str, Any]] = (None, 0, {})

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if self._counted[0] is not seen.cases or self._counted[1] != int(now):
            self._counted = (seen.cases, int(now), self._count(seen, now))
        scalars = {
            **self._counted[2], "outbox": seen.outbox, "outbox_failing": seen.outbox_failing,
            "screening": len(seen.detections),
            "screening_hazards": sum(one.hazard for one in seen.detections),
            "incidents": len(seen.incidents), "late_tasks": sum(one.counts.late for one in seen.incidents),
        }  # fmt: skip
        rulings = sorted((case for case in seen.cases if case.state == "ruling"), key=order_key("left"))
        return View(now, scalars, [_row(case) for case in rulings[:RULINGS]])

    def _count(self, seen: DeskSeen, now: float) -> dict[str, Any]:
        scalars: dict[str, Any] = dict(self._act.view(seen, now).scalars)
        since = seen.clock.at(now) - ALARMS_S
        alarms = sum(case.urgency == "critical" and case.recorded_at >= since for case in seen.cases)
        is_known = scalars["critical"] is not None
        scalars |= {"alarms": alarms if is_known else None, "same": len(seen.duplicate_marks)}
        keys = [key for key in scalars["critical_keys"] if key not in seen.duplicate_marks]
        return {**scalars, "critical_keys": keys if is_known else None}


def _row(case: DeskCase) -> Row:
    fields: dict[str, Any] = {
        "class": class_key(case), "label": case.label, "road": case.road, "street": case.street,
        "urgency": case.urgency, "due_at": case.until, "sent": case.ruling_sent,
    }  # fmt: skip
    return case.key, fields
