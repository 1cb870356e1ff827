"""What the duty page sees of duty: posts, hand-over, the roster's week and the call-out test. No typed text.

Times are city epoch seconds.
"""

import msgspec

from city.dispatch.tables.task_templates import DutyNumbers

__all__ = [
    "CallOutSeen", "CellSeen", "DutyBoardSeen", "HandoverSeen", "ItemSeen", "LeftSeen", "PostSeen",
    "ShiftSeen", "SignatureSeen", "WeekRowSeen", "WeekSeen",
]  # fmt: skip


class ShiftSeen(msgspec.Struct, frozen=True):
    """A shift: its subject is ``shift:<id>``; ``version`` is 0 before its first fact."""

    id: str
    kind: str
    starts_at: float
    ends_at: float
    state: str = "planned"
    version: int = 0


class PostSeen(msgspec.Struct, frozen=True):
    """One post in the responsible shift and in the next one.

    ``person_mark`` and ``next_person_mark`` are the marks of the accounts signed in there
    (``city.views.case_view.account_mark``), '' = nobody. ``next`` is who is planned for the next shift.
    """

    key: str
    person: str
    deputy: str = ""
    holder: str = ""
    person_mark: str = ""
    state: str = "planned"
    since: float = 0.0
    away_until: float | None = None
    next: str = ""
    next_deputy: str = ""
    next_person_mark: str = ""
    passes_from: float | None = None
    """From when on its authority may pass to the deputy; None: not at all."""


class SignatureSeen(msgspec.Struct, frozen=True):
    """Who signed and when."""

    name: str
    at: float


class ItemSeen(msgspec.Struct, frozen=True):
    """An item of a hand-over, as ``city.state.duty_records.HandoverItem``."""

    key: str
    kind: str
    ref: str
    words: str
    names: dict[str, str]
    must: bool
    needs: str = "seen"
    answer: str = ""
    answered: SignatureSeen | None = None


class HandoverSeen(msgspec.Struct, frozen=True):
    """The draft of the hand-over of the shift ``shift`` to the shift ``to``; its note is asked for."""

    shift: str
    to: str
    drafted_at: float
    items: tuple[ItemSeen, ...]
    position: int
    hash: str
    outgoing: SignatureSeen | None = None
    incoming: SignatureSeen | None = None
    has_note: bool = False


class CellSeen(msgspec.Struct, frozen=True):
    """Who is planned for a post from ``starts_at`` to ``ends_at``; ``person`` '' = a gap, or not planned."""

    starts_at: float
    ends_at: float
    person: str
    deputy: str = ""
    kind: str = "day"
    is_override: bool = False
    is_gap: bool = False


class WeekRowSeen(msgspec.Struct, frozen=True):
    """A post's cells of the week, in the order of time."""

    post: str
    cells: tuple[CellSeen, ...]


class WeekSeen(msgspec.Struct, frozen=True):
    """The roster's next days: ``days`` are the local midnights, ``gaps`` counts the gaps."""

    days: tuple[float, ...] = ()
    rows: tuple[WeekRowSeen, ...] = ()
    gaps: int = 0


class CallOutSeen(msgspec.Struct, frozen=True):
    """A call-out test; ``late`` counts answers after the limit, ``silent`` are those without an answer."""

    id: str
    by: str
    started_at: float
    limit_at: float
    called: int
    answered: int
    late: int
    silent: tuple[str, ...]
    ended_at: float | None = None


class LeftSeen(msgspec.Struct, frozen=True):
    """A post of a shift that is over, and the mark of who is still signed in there."""

    shift: str
    version: int
    post: str
    person_mark: str


class DutyBoardSeen(msgspec.Struct, frozen=True):
    """Duty as the shift sees it. ``kept``: whether duty is kept by facts, else the roster alone is shown.

    After ``unstaffed_s`` an empty post is unstaffed. ``last`` is the shift that was handed over last, for
    its sheet; ``left`` are those who have not signed out of a shift that is over; ``entry`` the position of
    the newest entry of the duty log; ``reports`` the days with a saved report and its version.
    """

    kept: bool = False
    shift: ShiftSeen | None = None
    next: ShiftSeen | None = None
    posts: tuple[PostSeen, ...] = ()
    streets_away: tuple[str, ...] = ()
    handover: HandoverSeen | None = None
    week: WeekSeen = WeekSeen()
    call_out: CallOutSeen | None = None
    last: str = ""
    left: tuple[LeftSeen, ...] = ()
    entry: int = 0
    reports: tuple[str, ...] = ()
    unstaffed_s: float = DutyNumbers().unstaffed_s
