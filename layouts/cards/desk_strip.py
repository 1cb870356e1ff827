"""The desk's strip: who must act now in figures, the rulings that wait, and what is to leave the system."""

from typing import Any, Final

from city.views.desk_seen import DeskCase, DeskSeen
from layouts.cards.act import Act
from layouts.cards.desk_queue import order_key
from layouts.cards.queue import class_key
from layouts.contract import Row, View

__all__ = ["DeskStrip"]

RULINGS: Final = 3
ALARMS_S: Final = 600.0
"""Over so long alarms are counted (city seconds): ten in ten minutes are as many as one person can take."""


class DeskStrip:
    """Scalars of ``act``, ``alarms``, ``same``, ``outbox``, ``outbox_failing``; rows: the rulings due first.

    ``critical_keys`` are those that have a row of their own, ``alarms`` the critical reports of the last ten
    city minutes (None = nothing was told yet), ``same`` the reports that may be the same as another.

    What it counts is counted once a second, however often it is looked at.
    """

    key = "desk_strip"
    reads = (*Act.reads, "outbox")

    def __init__(self) -> None:
        self._act = Act()
        self._counted: tuple[object, int, dict[str, Any]] = (None, 0, {})

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if self._counted[0] is not seen.cases or self._counted[1] != int(now):
            self._counted = (seen.cases, int(now), self._count(seen, now))
        scalars = {**self._counted[2], "outbox": seen.outbox, "outbox_failing": seen.outbox_failing}
        rulings = sorted((case for case in seen.cases if case.state == "ruling"), key=order_key("left"))
        return View(now, scalars, [_row(case) for case in rulings[:RULINGS]])

    def _count(self, seen: DeskSeen, now: float) -> dict[str, Any]:
        scalars: dict[str, Any] = dict(self._act.view(seen, now).scalars)
        since = seen.clock.at(now) - ALARMS_S
        alarms = sum(case.urgency == "critical" and case.recorded_at >= since for case in seen.cases)
        is_told = scalars["critical"] is not None
        scalars |= {"alarms": alarms if is_told else None, "same": len(seen.duplicate_marks)}
        keys = [key for key in scalars["critical_keys"] if key not in seen.duplicate_marks]
        return {**scalars, "critical_keys": keys if is_told else None}


def _row(case: DeskCase) -> Row:
    fields: dict[str, Any] = {
        "class": class_key(case), "label": case.label, "road": case.road, "street": case.street,
        "urgency": case.urgency, "due_at": case.until, "sent": case.ruling_sent,
    }  # fmt: skip
    return case.key, fields
