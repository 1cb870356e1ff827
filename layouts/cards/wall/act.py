"""须处置: the six counts of what needs action now."""

import math
from typing import Final

from city.views.case_book import sources_of
from city.views.wall_seen import CaseSeen, WallSeen
from layouts.case_tally import CaseTally
from layouts.contract import View, each_second

__all__ = ["SIGN_LIMIT_S", "SOON_S", "Act", "gaps"]

SOON_S: Final = 3600.0
SIGN_LIMIT_S: Final = 1800.0
"""Seconds to sign a case of an urgent class; domain 4.4 (C8). For other classes see ``sign_by``."""


class Act:
    """Scalars: ``critical, unsigned, due_soon, ruling, empty_seats, lost_sources`` (None = not known).

    ``unsigned`` counts cases and linkage tasks.

    ``gaps`` are ``[client, heard_at]`` of lost sources whose cases are still counted (machine seconds), and
    ``critical_keys`` the critical cases; a wall returns to its home view when they change.
    """

    key = "act"
    reads = ("cases", "tasks", "duty", "sources", each_second)

    def __init__(self) -> None:
        self._cases = CaseTally[CaseSeen](
            counts={"state": lambda case: (case.state,)},
            orders={
                "critical": lambda case, _: (case.key,) if case.urgency == "critical" else None,
                "due": lambda case, _: None if case.due_at is None else (case.due_at, case.key),
                "unsigned": _unsigned_from,
            },
        )

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        self._cases.follow(seen)
        counts, orders = self._cases.counts, self._cases.orders
        critical = [case.key for case in orders["critical"]]
        scalars: dict[str, object] = {
            "critical": len(critical),
            "unsigned": orders["unsigned"].before(city)
            + sum(incident.counts.late for incident in seen.incidents),
            "due_soon": orders["due"].before(math.nextafter(city + SOON_S, math.inf))
            - orders["due"].before(city),
            "ruling": counts["state"]["ruling"],
        }
        if seen.position == 0:
            # This console has received no data yet; zero would be wrong.
            scalars = dict.fromkeys(scalars)
        scalars["empty_seats"] = len(seen.duty.empty_seats) if seen.duty.seats else None
        scalars["lost_sources"] = (
            sum(source.freshness == "lost" for source in seen.sources) if seen.sources else None
        )
        scalars["gaps"] = gaps(seen)
        scalars["critical_keys"] = critical
        return View(now, scalars)


def _unsigned_from(case: CaseSeen, _: bool) -> tuple[float, str] | None:
    """Return from when on a dispatched case was not signed for in time (city epoch seconds), and its mark."""
    if case.state != "dispatched":
        return None
    # For our own cases use the limit itself: after it has passed, ``next_at`` is that of another step.
    limit = case.next_at if case.sign_by is None else case.sign_by
    if limit is None and case.urgency != "normal":
        limit = case.recorded_at + SIGN_LIMIT_S
    return None if limit is None else (limit, case.key)


def gaps(seen: WallSeen) -> list[list[object]]:
    """Return ``[client, heard_at]`` of the lost sources of open cases."""
    lost = {source.name: source.heard_at for source in seen.sources if source.freshness == "lost"}
    if not lost:
        return []
    clients = sources_of(seen.cases, seen.book)
    return [[name, heard_at] for name, heard_at in sorted(lost.items()) if name in clients]
