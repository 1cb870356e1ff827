"""The hand-over between leaders: its must-acknowledge items and both signatures."""

from typing import Any

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View

__all__ = ["LeaderHandoverCard"]


class LeaderHandoverCard:
    """Scalars: the newest hand-over (``id`` None = none yet); rows: its items."""

    key = "leader_handover"
    reads = ("leader_handover",)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        held = seen.handover
        if held is None:
            return View(now, {"id": None, "shift": seen.duty.shift})
        rows: list[tuple[str, dict[str, Any]]] = [
            (one.key, {"kind": one.kind, "names": one.names, "by": one.by}) for one in held.items
        ]
        scalars = {
            "id": held.id, "by": held.by, "by_mark": held.by_mark, "at": held.at, "version": held.version,
            "outgoing_at": held.outgoing_at, "incoming_at": held.incoming_at, "incoming": held.incoming,
            "shift": seen.duty.shift,
        }  # fmt: skip
        return View(now, scalars, rows)
