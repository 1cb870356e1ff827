"""What the duty page may see: who is on duty, the duty log, and the linkage."""

from typing import Any

from city.state.ledger_state import LogLine
from city.views.duty_board_seen import DutyBoardSeen
from city.views.wall_seen import PageSeen

__all__ = ["DutyPageSeen"]


class DutyPageSeen(PageSeen, frozen=True, kw_only=True):
    """The state as the shift may see it on the duty page. ``log`` is oldest first. No typed text."""

    log: tuple[LogLine, ...]
    board: DutyBoardSeen = DutyBoardSeen()
    tasks: tuple[Any, ...] = ()
    incidents: tuple[Any, ...] = ()
