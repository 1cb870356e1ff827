"""The desk's queue: the first open cases, one row each, and the counts of its filters."""

import math
from collections.abc import Callable
from typing import Any, Final

from city.state.case_file import CLOSED
from city.views.desk_seen import DeskCase, DeskSeen
from layouts.cards.emergency.risks import is_risk
from layouts.cards.wall.act import gaps
from layouts.cards.wall.queue import URGENCIES, callers, class_key, counted, first_at, make_safe
from layouts.case_tally import CaseTally
from layouts.contract import Row, View, each_second

__all__ = [
    "FILTERS", "MOST", "ORDERS", "WAITING", "DeskQueue", "desk_row", "matches", "order_key", "waiting_row",
]  # fmt: skip

MOST: Final = 200
"""Rows of the channel; a page requests further rows through its session."""

FILTERS: Final = ("all", "risk", "critical", "mine", "overdue", "reported", "ruling", "contact", "call_back")
COUNTED: Final = ("risk", "critical", "overdue", "reported", "ruling")
"""Filters whose number of cases the channel tells all desks."""
WAITING: Final = ("contact", "call_back")
"""Filters whose rows are callers who wait: also of merged and closed orders, so a page asks for them."""
ORDERS: Final = ("left", "urgency", "newest")

UNIT_FIELDS: Final = ("unit", "call_sign", "metres", "minutes")

SortKey = tuple[float, float, float, str]


class DeskQueue:
    """Rows: the first 200 by time left, critical ones before all others.

    Scalars: the number of ``all, risk, critical, overdue, reported, ruling`` (None = not known) and of
    ``deferred`` ones, ``mine`` (person mark → number, see ``DeskCase.acted_by``), ``gaps`` as in the card
    ``act``; ``contact`` and ``call_back``, the callers who wait; ``balance``, what became of the reports of
    the city day.
    """

    key = "desk_queue"
    reads = ("cases", "sources", "units", each_second)

    def __init__(self) -> None:
        self._cases = CaseTally[DeskCase](
            counts={"in": _filters, "mine": lambda case: case.acted_by},
            orders={
                "left": lambda case, is_duplicate: None if is_duplicate else _by_left(case),
                "due": lambda case, _: None if case.due_at is None else (case.due_at, case.key),
            },
        )
        self._rows: dict[str, tuple[tuple[object, ...], dict[str, Any]]] = {}

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`. Unchanged rows are reused."""
        self._cases.follow(seen)
        kept: dict[str, tuple[tuple[object, ...], dict[str, Any]]] = {}
        for case in self._cases.orders["left"].first(MOST):
            parts = (
                case,
                seen.presence.get(case.key, ()),
                seen.nearest_units.get(case.key),
                seen.duplicates.get(case.key),
            )
            before = self._rows.get(case.key)
            same = before is not None and before[0][0] is case and before[0][1:] == parts[1:]
            kept[case.key] = before if before and same else (parts, desk_row(case, seen)[1])
        self._rows = kept
        hotline, is_known = seen.hotline, seen.position > 0
        scalars = {
            **self._counts(seen, now), "gaps": gaps(seen),
            "contact": len(hotline.contact) if is_known else None,
            "call_back": len(hotline.call_back) if is_known else None,
            "balance": {"reported": hotline.reported, **hotline.balance} if is_known else None,
        }  # fmt: skip
        return View(now, scalars, [(key, row) for key, (_, row) in kept.items()])

    def _counts(self, seen: DeskSeen, now: float) -> dict[str, Any]:
        counts, count = self._cases.counts, counted(seen)
        found: dict[str, Any] = dict.fromkeys(COUNTED)
        if seen.position:
            overdue = self._cases.orders["due"].before(seen.clock.at(now))
            found = {name: counts["in"][name] for name in COUNTED} | {"overdue": overdue}
        return {
            **found, "deferred": counts["in"]["deferred"], "all": count["total"], "rows": count["rows"],
            "mine": dict(counts["mine"]),
        }  # fmt: skip


def desk_row(case: DeskCase, seen: DeskSeen) -> Row:
    """Return a case's row, for the channel and for requests of further rows."""
    unit = seen.nearest_units.get(case.key)
    fields: dict[str, Any] = {
        "no": case.no, "class": class_key(case), "label": case.label, "urgency": case.urgency,
        "hazard": case.hazard, "road": case.road, "street": case.street, "at": case.at,
        "due_at": case.due_at, "until": case.until, "state": case.state,
        "holder": case.agency, "co": list(case.co),
        "version": case.version, "bounced": list(case.returned_by), "why": case.why, "next": case.next,
        "next_at": case.next_at,
        "make_safe": make_safe(case),
        "supervised": case.supervised, "reminders": case.reminders, "callers": callers(case, seen),
        "first_at": first_at(case, seen),
        "same": [[one.key, one.version] for one in seen.duplicates.get(case.key, ())],
        "ruling_due_at": case.ruling_due_at, "ruling_sent": case.ruling_sent,
        "targets": list(case.targets), "escalate_to": case.escalate_to, "verbs": list(case.verbs),
        "presence": list(seen.presence.get(case.key, ())), "acted_by": list(case.acted_by),
        "nearest_unit": unit and {name: getattr(unit, name) for name in UNIT_FIELDS},
        "lon": case.lon if case.lon == case.lon else None,
        "lat": case.lat if case.lat == case.lat else None, "deferred": case.deferred,
    }  # fmt: skip
    return case.key, fields


def waiting_row(case: DeskCase, seen: DeskSeen, waits: str, at: float) -> Row:
    """Return the row of a caller who waits for a contact or a call-back until a city time."""
    mark, row = desk_row(case, seen)
    merged = case.state == "merged"
    return mark, {**row, "waits": waits, "until": at, "merged": merged, "verbs": [waits], "same": []}


def order_key(order: str) -> Callable[[DeskCase], SortKey]:
    """Return the sort key of one of ORDERS. Raises KeyError for any other name."""
    return _KEYS[order]


def matches(case: DeskCase, chosen: str, *, city: float, person_mark: str = "") -> bool:
    """Whether a case is in one of FILTERS at a city time; ``mine`` are those that ``person_mark`` acted on.

    A closed case is never overdue.
    """
    if chosen == "critical":
        return case.urgency == "critical"
    if chosen == "risk":
        return is_risk(case)
    if chosen == "mine":
        return person_mark in case.acted_by
    if chosen == "overdue":
        return case.due_at is not None and case.due_at < city and case.state not in CLOSED
    if chosen == "reported":
        return case.state in ("reported", "verifying")
    if chosen == "ruling":
        return case.state == "ruling"
    return True


def _filters(case: DeskCase) -> list[str]:
    """Return in which of the filters a case is that do not depend on the time, and whether it is deferred."""
    found = [name for name in COUNTED if name != "overdue" and matches(case, name, city=0.0)]
    return [*found, "deferred"] if case.deferred else found


def _by_left(case: DeskCase) -> SortKey:
    due = case.until
    first = 0.0 if case.urgency == "critical" else 1.0
    if due is None:
        due = -math.inf if first == 0.0 else math.inf
    return first, due, case.at, case.key


def _by_urgency(case: DeskCase) -> SortKey:
    _, due, at, key = _by_left(case)
    return float(URGENCIES.get(case.urgency, 2)), due, at, key


def _by_newest(case: DeskCase) -> SortKey:
    return 0.0, -case.at, 0.0, case.key


_KEYS: Final[dict[str, Callable[[DeskCase], SortKey]]] = {
    "left": _by_left, "urgency": _by_urgency, "newest": _by_newest,
}  # fmt: skip
