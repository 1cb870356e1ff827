"""待处置: the first open cases, one row each."""

import math
from typing import Any, Final

from city.views.wall_seen import CaseSeen, WallSeen
from layouts.cards.wall.act import gaps
from layouts.case_tally import CaseTally
from layouts.contract import Row, View

__all__ = [
    "URGENCIES", "Queue", "callers", "case_row", "class_key", "counted", "first_at", "make_safe", "rank",
    "until_of_row",
]  # fmt: skip

SHOWN: Final = 8
URGENCIES: Final = {"critical": 0, "urgent": 1, "normal": 2}


class Queue:
    """Rows: the first eight by urgency, then by time left.

    Scalars: ``total`` (None = not known), ``rows`` (duplicate reports share one), ``earliest_due`` of
    those not shown, ``gaps``.
    """

    key = "queue"
    reads = ("cases", "sources")

    def __init__(self) -> None:
        self._cases = CaseTally[CaseSeen](orders={"rank": _rank_of_row, "until": until_of_row})

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        self._cases.follow(seen)
        first = self._cases.orders["rank"].first(SHOWN)
        shown = {case.key for case in first}
        dues = (c.until for c in self._cases.orders["until"] if c.key not in shown)
        scalars = {
            **counted(seen),
            "earliest_due": next(dues, None),
            "gaps": gaps(seen),
        }
        rows = [case_row(case, callers(case, seen), first_at(case, seen)) for case in first]
        return View(now, scalars, rows)


def counted(seen: WallSeen) -> dict[str, int | None]:
    """Return the number of open cases: ``total`` reports, ``rows`` after grouping duplicate reports.

    Walls and desks both use this count. None: this console has received no data yet.
    """
    if not seen.position:
        return {"total": None, "rows": None}
    return {"total": len(seen.cases), "rows": len(seen.cases) - len(seen.duplicate_marks)}


def callers(case: CaseSeen, seen: WallSeen) -> int:
    """Return the number of callers of a case, including those of possible duplicate reports."""
    return case.callers + sum(same.callers for same in seen.duplicates.get(case.key, ()))


def first_at(case: CaseSeen, seen: WallSeen) -> float:
    """Return when the first caller of a case reported, including those of possible duplicate reports."""
    group = (case, *seen.duplicates.get(case.key, ()))
    return min(one.at if one.first_at is None else one.first_at for one in group)


def rank(case: CaseSeen) -> tuple[int, float, float, str]:
    """Return the sort key: urgency, then due time; a critical case without a limit comes first."""
    urgency = URGENCIES.get(case.urgency, 2)
    due = case.until
    if due is None:
        due = -math.inf if urgency == 0 else math.inf
    return urgency, due, case.at, case.key


def _rank_of_row(case: CaseSeen, is_duplicate: bool) -> tuple[int, float, float, str] | None:
    return None if is_duplicate else rank(case)


def until_of_row(case: CaseSeen, is_duplicate: bool) -> tuple[float, str] | None:
    """Return the place of a case with a row of its own in the order of the times they count down to."""
    return None if is_duplicate or case.until is None else (case.until, case.key)


def class_key(case: CaseSeen) -> str:
    """Return the catalogue key of the class without ``class.``; codes are unique only within a kind."""
    return f"{case.kind}.{case.code}" if case.code else ""


def make_safe(case: CaseSeen) -> dict[str, Any] | None:
    """Return who makes a hazard safe: ``holder, at`` (ordered) ``, due_at, done_at``; None = no such task."""
    safe = case.make_safe
    if safe is None:
        return None
    return {"holder": safe.holder, "at": safe.ordered_at, "due_at": safe.due_at, "done_at": safe.done_at}


def case_row(case: CaseSeen, reported_by: int, first: float) -> Row:
    """Return a case's row; ``reported_by`` callers reported it, the first one at ``first``."""
    fields: dict[str, Any] = {
        "class": class_key(case), "label": case.label, "urgency": case.urgency, "road": case.road,
        "street": case.street, "at": case.at, "due_at": case.due_at, "until": case.until,
        "state": case.state,
        "agency": case.agency, "returned_by": list(case.returned_by), "next": case.next,
        "next_at": case.next_at, "callers": reported_by, "first_at": first, "reminders": case.reminders,
        "supervised": case.supervised, "ruling_due_at": case.ruling_due_at,
        "ruling_sent": case.ruling_sent, "make_safe": make_safe(case), "version": case.version,
        "verbs": list(case.verbs), "targets": list(case.targets), "escalate_to": case.escalate_to,
    }  # fmt: skip
    return case.key, fields
