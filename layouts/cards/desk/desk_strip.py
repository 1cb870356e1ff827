"""The desk's strip: what needs action now, the worst critical cases, pending rulings, the outgoing queue."""

from typing import Any, Final

from city.views.desk_seen import DeskCase, DeskSeen
from layouts.cards.desk.desk_alarms import alike_groups, is_loud
from layouts.cards.desk.desk_queue import order_key
from layouts.cards.emergency.situation import situation_figures
from layouts.cards.wall.act import Act
from layouts.cards.wall.queue import class_key
from layouts.case_tally import CaseTally
from layouts.contract import Row, View

__all__ = ["DeskStrip"]

CRITICAL: Final = 5
RULINGS: Final = 3
AT_ONCE: Final = 5
"""Buttons of critical cases and rulings together; one ruling is always among them."""
ALARMS_S: Final = 600.0
"""Window of the alarm count (city seconds): one person can handle at most ten alarms in ten minutes."""


class DeskStrip:
    """Scalars of ``act``, ``alarms``, ``same``, ``outbox``, ``outbox_failing``, ``deferred``, ``deferral``.

    Rows: the worst critical cases, at most five (``more_critical`` counts the others), then the rulings due
    first.

    ``critical_keys`` are those that have a row of their own, ``alarms`` the critical reports and the sensors'
    alarms of the last ten city minutes (None = not known), ``p1`` the critical ones of them, ``same`` those
    that may be merged; ``red_alarms`` (``a:<alarm>``) those of sensors' red alarms that nobody acknowledged,
    ``figures`` those of an emergency (None = there is none), ``incidents`` the open ones
    and ``late_tasks`` their tasks that nobody acknowledged in time. ``deferral`` is the running 灾害顺延
    (``until``, ``by``, ``at``; None = none), ``deferred`` the number of cases that it defers. ``screening``
    are the detections that wait for a person, ``screening_hazards`` the hazards among them.

    The counts are computed at most once a second.
    """

    key = "desk_strip"
    reads = (*Act.reads, "outbox", "detections", "alarms", "response", "situation")

    def __init__(self) -> None:
        self._act = Act()
        self._cases = CaseTally[DeskCase](
            counts={"deferred": lambda case: (case.deferred,)},
            orders={
                "critical": lambda case, _: (case.recorded_at, case.key) if _is_critical(case) else None,
                "worst": _worst,
                "ruling": lambda case, _: order_key("left")(case) if case.state == "ruling" else None,
            },
        )
        self._counted: tuple[object, int, dict[str, Any]] = (None, 0, {})
        self._worst: list[DeskCase] = []
        self._rulings: list[DeskCase] = []

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if self._counted[0] is not seen.cases or self._counted[1] != int(now):
            self._counted = (seen.cases, int(now), self._count(seen, now))
        scalars = {
            **self._counted[2], "outbox": seen.outbox, "outbox_failing": seen.outbox_failing,
            "screening": len(seen.detections),
            "screening_hazards": sum(one.hazard for one in seen.detections),
            "figures": situation_figures(seen) if seen.response.mode == "emergency" else None,
            "incidents": len(seen.incidents), "late_tasks": sum(one.counts.late for one in seen.incidents),
        }  # fmt: skip
        worst, rulings = self._worst[:CRITICAL], self._rulings
        shown = rulings[: min(RULINGS, max(1, AT_ONCE - len(worst)))]
        scalars |= {
            "more_critical": len(self._worst) - len(worst), "relaxation_version": seen.relaxation_version,
            "deferral": seen.deferral and {
                "until": seen.deferral.end, "by": seen.deferral.name, "at": seen.deferral.at,
            },
        }  # fmt: skip
        rows = [_row(case, "critical") for case in worst] + [_row(case, "ruling") for case in shown]
        return View(now, scalars, rows)

    def _count(self, seen: DeskSeen, now: float) -> dict[str, Any]:
        scalars: dict[str, Any] = dict(self._act.view(seen, now).scalars)
        since = seen.clock.at(now) - ALARMS_S
        self._cases.follow(seen)
        orders = self._cases.orders
        alarms = orders["critical"].after(since)
        sensed = [one for one in seen.alarms if is_loud(one)]
        lately = [one for one in sensed if one.raised_at >= since]
        alike = alike_groups(lately)
        red = [one for one in lately if one.level == "red"]
        self._worst, self._rulings = list(orders["worst"]), list(orders["ruling"])
        is_known = scalars["critical"] is not None
        scalars |= {
            "alarms": len(alarms) + len(lately) if is_known else None,
            "p1": len(alarms) + len(red),
            "same": sum(case.key in seen.duplicate_marks for case in alarms)
            + sum(count - 1 for count in alike.values()),
            "red_alarms": [f"a:{one.key}" for one in sensed if one.level == "red" and not one.acked_by]
            if is_known
            else None,
            "deferred": self._cases.counts["deferred"][True],
        }  # fmt: skip
        keys = [key for key in scalars["critical_keys"] if key not in seen.duplicate_marks]
        return {**scalars, "critical_keys": keys if is_known else None}


def _is_critical(case: DeskCase) -> bool:
    return case.urgency == "critical"


def _worst(case: DeskCase, is_duplicate: bool) -> tuple[float, float, float, str] | None:
    """Return the place of a critical case with a row of its own among these."""
    is_own = _is_critical(case) and not is_duplicate and case.state != "ruling"
    return order_key("left")(case) if is_own else None


def _row(case: DeskCase, kind: str) -> Row:
    fields: dict[str, Any] = {
        "kind": kind,
        "class": class_key(case), "label": case.label, "road": case.road, "street": case.street,
        "urgency": case.urgency, "due_at": case.until, "sent": case.ruling_sent,
    }  # fmt: skip
    return case.key, fields
