"""What the leader's page may see: numbers, what waits for a decision, orders and marks of the map.

No struct here has a case's queue, a code of a sensor, a reporter, a phone or typed text (class P2); what a
leader typed themselves is asked for through their own session. Times are city epoch seconds.
"""

from typing import Any

import msgspec

from city.views.response.response_seen import SituationSeen
from city.views.wall_seen import PageSeen, WallSeen

__all__ = ["AnswerSeen", "BriefEvent", "DecisionSeen", "HandoverItemSeen", "HandoverSeen", "LeaderSeen",
           "OrderSeen"]  # fmt: skip


class AnswerSeen(msgspec.Struct, frozen=True):
    """One answer that a tap gives: its verb and arguments, its label's key, and whom it names ('' = nobody).

    ``needs_words``: the verb takes it only with a reason, typed or spoken.
    """

    verb: str
    label: str
    args: dict[str, Any] = {}
    to: str = ""
    needs_words: bool = False


class DecisionSeen(msgspec.Struct, frozen=True):
    """What waits for a leader. ``kind``: ruling, level, relocation, support or casualties.

    ``then`` is what happens by itself at ``by_at`` when nobody acts, ``then_to`` who gets it. ``names`` are
    codes, numbers and times. ``not_by`` are marks of accounts that may not answer it: they signed already.
    """

    key: str
    kind: str
    version: int
    at: float
    by_at: float | None
    then: str
    then_to: str = ""
    names: dict[str, Any] = {}
    answers: tuple[AnswerSeen, ...] = ()
    not_by: tuple[str, ...] = ()


class OrderSeen(msgspec.Struct, frozen=True):
    """A task that a leader ordered. ``by_mark`` is the leader's; ``since`` the time of its present state."""

    task: str
    by_mark: str
    agency: str
    words: str
    street: str
    state: str
    level: str
    at: float
    since: float
    due_by: float | None = None
    is_over: bool = False
    version: int = 0


class BriefEvent(msgspec.Struct, frozen=True):
    """What happened, for the brief: ``kind`` p1_timeout (``to`` took over) or level (``rank``)."""

    kind: str
    at: float
    agency: str = ""
    to: str = ""
    rank: int = 0


class HandoverItemSeen(msgspec.Struct, frozen=True):
    """An item of the leaders' hand-over; ``by`` acknowledged it ('' = open)."""

    key: str
    kind: str
    names: dict[str, str]
    by: str = ""


class HandoverSeen(msgspec.Struct, frozen=True):
    """The newest hand-over between leaders."""

    id: str
    by: str
    by_mark: str
    at: float
    items: tuple[HandoverItemSeen, ...]
    outgoing_at: float | None = None
    incoming_at: float | None = None
    incoming: str = ""
    version: int = 0


class LeaderSeen(PageSeen, frozen=True):
    """The leader's channel. ``map`` is what the map draws: critical cases, closures, tasks, water, units."""

    map: WallSeen
    situation: SituationSeen = SituationSeen()
    decisions: tuple[DecisionSeen, ...] = ()
    orders: tuple[OrderSeen, ...] = ()
    events: tuple[BriefEvent, ...] = ()
    handover: HandoverSeen | None = None
    carrier: str = ""
    """Id of the incident of a leader's new orders: that of the worst level in force, '' for none."""
