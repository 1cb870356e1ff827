"""应急指挥体系: who commands, the rotating leader, the seats; in the place of 当班值守."""

from typing import Any

import msgspec

from city.views.wall_seen import WallSeen
from layouts.contract import View, each_second

__all__ = ["Command"]


class Command:
    """Scalars: ``commander`` and ``commander_as``, ``scene`` and ``scene_unit``, ``rotating`` (or None).

    ``leader``, ``shift_lead``, ``seats``, ``seats_present`` and ``absent_leader_since`` as in the card
    ``duty``; rows: the empty seats, longest empty first.
    """

    key = "command"
    reads = ("duty", "incidents", "response", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        command, duty = seen.command, seen.duty
        rotating = command.rotating
        scalars: dict[str, Any] = {
            "commander": command.commander, "commander_as": command.commander_as,
            "scene": command.scene, "scene_unit": command.scene_unit,
            "rotating": None if rotating is None else msgspec.to_builtins(rotating),
            "asked": command.is_asked, "leader": duty.leader, "shift_lead": duty.shift_lead,
            "seats": duty.seats, "seats_present": duty.seats_present, "unstaffed": duty.unstaffed,
            "absent_leader_since": duty.absent_leader_since,
        }  # fmt: skip
        return View(now, scalars, [(name, {"since": since}) for name, since in duty.empty_seats])
