"""What the duty page may see: who is on duty, the duty log, the figures of duty, and the linkage."""

from typing import Any

import msgspec

from city.indicators.indicator import Indicator
from city.state.ledger_state import LogLine
from city.views.duty.duty_board_seen import DutyBoardSeen
from city.views.wall_seen import PageSeen

__all__ = ["DutyPageSeen"]


class DutyPageSeen(PageSeen, frozen=True, kw_only=True):
    """The state as the shift may see it on the duty page. ``log`` is oldest first. No typed text."""

    log: tuple[LogLine, ...]
    board: DutyBoardSeen = DutyBoardSeen()
    indicators: dict[str, Indicator] = msgspec.field(default_factory=dict)
    indicators_at: float | None = None
    """Machine time for which they were computed."""
    tasks: tuple[Any, ...] = ()
    incidents: tuple[Any, ...] = ()
