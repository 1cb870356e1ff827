"""The leader's header: who is signed in, and whether the rotating leader is missing in the room."""

from city.views.response.leader_seen import LeaderSeen
from layouts.contract import View, each_second

__all__ = ["LeaderHeader"]


class LeaderHeader:
    """Scalars: ``leader`` (the name-plate), ``absent_since``, ``deputy``, ``shift``, ``mode`` and ``marks``.

    ``shift_version`` changes whenever somebody signs in, leaves or comes back: then what the reader may
    order may change, too. ``passes_at`` is when the authority may be passed to the deputy with one tap.
    """

    key = "leader_header"
    reads = ("duty", "response", "cases", "clock", each_second)

    def __init__(self, absent_s: float = 600.0) -> None:
        self._absent_s = absent_s

    def view(self, seen: LeaderSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        duty, since = seen.duty, seen.duty.absent_leader_since
        scalars = {
            "leader": duty.rotating_leader, "absent_since": since, "deputy": duty.absent_leader_deputy,
            "passes_at": None if since is None else since + self._absent_s, "shift": duty.shift,
            "shift_version": duty.shift_version,
            "mode": seen.response.mode, "marks": ["transplanted"] if seen.transplanted else [],
        }  # fmt: skip
        return View(now, scalars)
