"""我的批示: the tasks that leaders ordered, and their state. A page shows those of its own person first."""

from typing import Any

import msgspec

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View, each_second

__all__ = ["LeaderOrders"]


class LeaderOrders:
    """Scalar ``carrier``: the incident of new orders.

    Rows: task → who ordered it (a mark), agency, state and limit; the newest first.
    """

    key = "leader_orders"
    reads = ("tasks", "incidents", "response", each_second)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows: list[tuple[str, dict[str, Any]]] = []
        for one in seen.orders:
            told: dict[str, Any] = msgspec.to_builtins(one)
            rows.append((told.pop("task"), told))
        return View(now, {"carrier": seen.carrier}, rows)
