"""恢复清单: what is left after a response, with who finishes it, and two verbs for each item."""

from typing import Any, Final

from city.views.desk_seen import DeskSeen
from city.views.response.recovery_view import RecoveryItemSeen
from layouts.contract import Row, View

__all__ = ["MOST", "DeskRecovery"]

MOST: Final = 200
"""Items that are sent; the open ones come first."""


class DeskRecovery:
    """Rows by the keys of items, the open ones first. Scalars: ``open``, ``all``, ``since``, ``review_by``.

    Of a row: ``kind``, ``holder``, ``names``, ``version``, ``on`` (the subject of its verbs), ``can`` (it may
    be said to be finished), ``done_at``, ``exercise``. Times are city seconds; ``open`` None = not known.
    """

    key = "desk_recovery"
    reads = ("response", "tasks", "closures")

    def view(self, seen: DeskSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if not seen.position:
            return View(now, {"open": None, "all": 0, "since": None, "review_by": None})
        told = seen.recovery
        left = sum(item.done_at is None for item in told.items)
        scalars = {"open": left, "all": len(told.items), "since": told.since, "review_by": told.review_by}
        return View(now, scalars, [_row(item) for item in told.items[:MOST]])


def _row(item: RecoveryItemSeen) -> Row:
    fields: dict[str, Any] = {
        "kind": item.kind, "holder": item.holder, "names": dict(item.names), "version": item.version,
        "on": item.response, "can": item.can_finish, "done_at": item.done_at, "exercise": item.is_exercise,
    }  # fmt: skip
    return f"{item.response}#{item.key}", {**fields, "item": item.key}
