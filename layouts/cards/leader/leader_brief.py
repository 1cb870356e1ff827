"""60秒简报: facts since the last look. The page says them in words, for it knows when its person looked."""

from typing import Any

import msgspec

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View, each_second

__all__ = ["LeaderBrief"]

NEXT_SHOWN = 2


class LeaderBrief:
    """Scalars ``figures`` (key → value, denominator) and ``next`` (the hardest moments); rows: events."""

    key = "leader_brief"
    reads = ("situation", "tasks", "response", each_second)

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        figures = {key: [one.value, one.of] for key, one in seen.situation.figures.items()}
        worst = sorted(
            (one for one in seen.situation.next if one.at >= city),
            key=lambda one: (one.kind not in ("tide", "landfall"), one.at),
        )[:NEXT_SHOWN]
        rows: list[tuple[str, dict[str, Any]]] = []
        for one in seen.events:
            told: dict[str, Any] = msgspec.to_builtins(one)
            rows.append((f"{one.kind}/{one.at}/{one.agency}", told))
        ahead = [
            [one.kind, one.place, one.value, one.at, one.exercise]
            for one in sorted(worst, key=lambda one: one.at)
        ]
        return View(now, {"figures": figures, "next": ahead}, rows)
