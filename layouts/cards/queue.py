"""待处置: the open cases that come first, one row each."""

import heapq
import math
from typing import Any, Final

from city.seen import CaseSeen, WallSeen
from layouts.cards.act import gaps
from layouts.contract import Row, View

__all__ = ["URGENCIES", "Queue", "class_key", "rank"]

SHOWN: Final = 8
URGENCIES: Final = {"critical": 0, "urgent": 1, "normal": 2}


class Queue:
    """Rows: the first eight by urgency, then by the time that is left.

    Scalars: ``total`` (None = not known), ``earliest_due`` of those not shown, ``gaps``.
    """

    key = "queue"
    reads = ("cases", "sources")

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        # One more pass than sorting all, but 40,000 open cases cost a tenth.
        first = heapq.nsmallest(SHOWN, seen.cases, key=rank)
        shown = {case.key for case in first}
        dues = (c.due_at for c in seen.cases if c.due_at is not None and c.key not in shown)
        scalars = {
            "total": len(seen.cases) if seen.position else None,
            "earliest_due": min(dues, default=None),
            "gaps": gaps(seen),
        }
        return View(now, scalars, [_row(case) for case in first])


def rank(case: CaseSeen) -> tuple[int, float, float, str]:
    """Return the sort key: urgency, then due moment; a critical one without a limit comes first."""
    urgency = URGENCIES.get(case.urgency, 2)
    due = case.due_at
    if due is None:
        due = -math.inf if urgency == 0 else math.inf
    return urgency, due, case.at, case.key


def class_key(case: CaseSeen) -> str:
    """Return the catalogue key of the class without ``class.``: kinds number their classes apart."""
    return f"{case.kind}.{case.code}" if case.code else ""


def _row(case: CaseSeen) -> Row:
    fields: dict[str, Any] = {
        "class": class_key(case), "label": case.label, "urgency": case.urgency, "road": case.road,
        "street": case.street, "at": case.at, "due_at": case.due_at, "state": case.state,
        "agency": case.agency, "returned_by": list(case.returned_by), "next": case.next,
        "next_at": case.next_at,
    }  # fmt: skip
    return case.key, fields
