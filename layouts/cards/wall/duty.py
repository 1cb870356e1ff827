"""当班值守: who is on duty; empty seats and posts that do not answer are highlighted."""

from city.views.wall_seen import PageSeen
from layouts.contract import View, each_second

__all__ = ["Duty"]


class Duty:
    """Scalars as in ``DutySeen`` (None = not known); rows: the empty seats, longest empty first."""

    key = "duty"
    reads = ("duty", each_second)

    def view(self, seen: PageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        duty = seen.duty
        scalars = {
            "leader": duty.leader, "shift_lead": duty.shift_lead, "seats": duty.seats,
            "seats_present": duty.seats_present, "hand_over_at": duty.hand_over_at,
            "streets_on_post": duty.streets_on_post, "streets": duty.streets,
            "workstations_online": duty.workstations_online, "workstations": duty.workstations,
            "unanswered": duty.unanswered, "unstaffed": duty.unstaffed,
            "absent_leader_since": duty.absent_leader_since,
        }  # fmt: skip
        return View(now, scalars, [(name, {"since": since}) for name, since in duty.empty_seats])
