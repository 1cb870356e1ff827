"""一周排班: the posts of the next days, by day and night, with the gaps marked."""

from city.views.duty.duty_page_seen import DutyPageSeen
from layouts.contract import View

__all__ = ["DutyWeek"]


class DutyWeek:
    """Scalars: the days (local midnights) and the number of gaps. Rows: the posts; ``cells`` by time."""

    key = "duty_week"
    reads = ("duty",)

    def view(self, seen: DutyPageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        week = seen.board.week
        rows = [
            (
                row.post,
                {
                    "cells": [
                        {
                            "from": cell.starts_at, "to": cell.ends_at, "kind": cell.kind,
                            "person": cell.person, "deputy": cell.deputy, "gap": cell.is_gap,
                            "override": cell.is_override,
                        }
                        for cell in row.cells
                    ]
                },
            )
            for row in week.rows
        ]  # fmt: skip
        return View(now, {"days": week.days, "gaps": week.gaps}, rows)
