"""须处置: the six counts of what needs action now."""

from typing import Final

from city.views.wall_seen import CaseSeen, WallSeen
from layouts.contract import View, each_second

__all__ = ["SIGN_LIMIT_S", "SOON_S", "Act", "gaps", "is_unsigned"]

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

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        city = seen.clock.at(now)
        cases = seen.cases
        critical = sorted(case.key for case in cases if case.urgency == "critical")
        scalars: dict[str, object] = {
            "critical": len(critical),
            "unsigned": sum(is_unsigned(case, city) for case in cases)
            + sum(incident.counts.late for incident in seen.incidents),
            "due_soon": sum(case.due_at is not None and 0 <= case.due_at - city <= SOON_S for case in cases),
            "ruling": sum(case.state == "ruling" for case in cases),
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


def is_unsigned(case: CaseSeen, city: float) -> bool:
    """Whether a dispatched case was not signed for in time at a city time (epoch seconds)."""
    if case.state != "dispatched":
        return False
    # For our own cases use the limit itself: after it has passed, ``next_at`` is that of another step.
    limit = case.next_at if case.sign_by is None else case.sign_by
    if limit is not None:
        return limit < city
    return case.urgency != "normal" and case.recorded_at + SIGN_LIMIT_S < city


def gaps(seen: WallSeen) -> list[list[object]]:
    """Return ``[client, heard_at]`` of the lost sources of open cases."""
    lost = {source.name: source.heard_at for source in seen.sources if source.freshness == "lost"}
    if not lost:
        return []
    clients = {case.source for case in seen.cases}
    return [[name, heard_at] for name, heard_at in sorted(lost.items()) if name in clients]
