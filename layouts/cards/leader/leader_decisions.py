"""待您决定: at most five decisions, the earliest limit first; the rest is counted."""

from typing import Any

import msgspec

from city.views.response.leader_seen import DecisionSeen, LeaderSeen
from layouts.contract import View, each_second

__all__ = ["LeaderDecisions"]

SHOWN = 5


class LeaderDecisions:
    """Scalars ``count`` and ``more``; rows: subject → what it is, what happens otherwise, its answers."""

    key = "leader_decisions"
    reads = ("cases", "support", "incidents", "response", "situation", each_second)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        count = len(seen.decisions)
        rows = [(one.key, _row(one)) for one in seen.decisions[:SHOWN]]
        return View(now, {"count": count, "more": max(0, count - SHOWN)}, rows)


def _row(one: DecisionSeen) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(one)
    del told["key"]
    return told
