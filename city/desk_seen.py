"""What every desk may see: the wall's state, and of each case what an officer needs to act on it.

No reporter, no citizen's words, no house number: these are asked for through the session and logged.
"""

import msgspec

from city.free_units import NearSeen
from city.indicator import Indicator
from city.seen import CaseSeen, WallSeen

__all__ = ["BounceSeen", "DeskCase", "DeskSeen"]


class BounceSeen(msgspec.Struct, frozen=True):
    """One return: who, why (a code of ``city.casefile.RETURNS``), when (city epoch seconds)."""

    holder: str
    reason: str
    at: float
    counts: bool


class DeskCase(CaseSeen, frozen=True, kw_only=True):
    """An open case on a desk. ``why`` is a key below ``why.``, ``acknowledge_by`` an escalation's limit.

    ``hands`` are marks of the accounts that have acted on it, as ``city.case_view.hand_of`` makes them.
    """

    no: str = ""
    co: tuple[str, ...] = ()
    bounces: tuple[BounceSeen, ...] = ()
    why: str = ""
    why_names: dict[str, str] = msgspec.field(default_factory=dict)
    hands: tuple[str, ...] = ()
    component: str = ""
    acknowledge_by: float | None = None


class DeskSeen(WallSeen, frozen=True, kw_only=True):
    """All that any desk may see.

    ``presence`` is mark → names of who is at the case now, ``near`` mark → the nearest free unit of a
    hazard or critical case. ``outbox`` counts what waits to leave the system, ``outbox_failing`` what of
    it was tried in vain. ``indicators`` are as they were at machine moment ``indicators_at``.
    """

    cases: tuple[DeskCase, ...]
    presence: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    near: dict[str, NearSeen] = msgspec.field(default_factory=dict)
    outbox: int = 0
    outbox_failing: int = 0
    indicators: dict[str, Indicator] = msgspec.field(default_factory=dict)
    indicators_at: float | None = None
