"""Records of duty: shifts, posts, hand-overs, call-outs, entries of the duty log (domain §3.8).

Times are city epoch seconds unless a field says otherwise.
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct

__all__ = [
    "CALL_KINDS", "ENTRY_KINDS", "POST_STATES", "SHIFT_STATES", "CallOut", "DailyReport", "DutyEntry",
    "Handover", "HandoverItem", "Override", "Patrol", "Post", "Shift", "Signature", "StationNumbers",
]  # fmt: skip

SHIFT_STATES: Final = ("planned", "open", "handing_over", "closed")
POST_STATES: Final = ("planned", "called", "unstaffed", "signed_in", "away", "replaced", "signed_out")
ENTRY_KINDS: Final = ("call_in", "call_out", "order", "report", "warning", "decision", "visit", "note")
CALL_KINDS: Final = ("seat", "unit", "street", "village", "person")


class Signature(msgspec.Struct, frozen=True):
    """Who signed: account, display name, and when."""

    by: str
    name: str
    at: float


class Post(msgspec.Struct, frozen=True):
    """One post of a shift. ``key``: ``shift_lead``, ``duty_leader``, ``duty_officer``,
    ``seat:<agency code>``, ``sub_centre:<street code>`` or ``workstation:<code>``.

    ``person`` is who is planned, ``deputy`` the AB person; ``holder`` is the display name of who is there now
    ('' = nobody), ``account`` their account. ``since`` is when ``state`` began.
    """

    key: str
    person: str
    deputy: str = ""
    holder: str = ""
    account: str = ""
    state: str = "planned"
    since: float = 0.0
    away_until: float | None = None
    method: str = ""
    """hall, phone, page or demo."""


class HandoverItem(msgspec.Struct, frozen=True):
    """One open item of a hand-over. ``kind``: incident, task, case, ruling, warning, device, source,
    instruction, mute or other; ``ref`` is its subject; ``words`` a catalogue key below ``handover.``.

    ``answer``: '' (open), ``seen``, ``take_over`` or ``cancel`` (a P1 task needs one of the last two).
    """

    key: str
    kind: str
    ref: str
    words: str
    names: dict[str, str]
    must: bool
    needs: str = "seen"
    """seen, or ``take_over`` when a tick is not enough."""
    answer: str = ""
    answered: Signature | None = None


class Handover(msgspec.Struct):
    """The hand-over of a shift to the next one; the head of the ledger at its draft is on the sheet."""

    to: str
    drafted_at: float
    items: tuple[HandoverItem, ...] = ()
    position: int = 0
    hash: str = ""
    outgoing: Signature | None = None
    incoming: Signature | None = None
    note: str = ""

    @property
    def unanswered(self) -> tuple[HandoverItem, ...]:
        """Return the must-acknowledge items that are not answered."""
        return tuple(item for item in self.items if item.must and not item.answer)


class Shift(msgspec.Struct):
    """One shift of a jurisdiction; ``version`` counts its facts.

    Subject of its facts: ``shift:<id>`` with the id ``<jurisdiction>-<YYYY-MM-DD>-<kind>``.
    """

    id: str
    jurisdiction: str
    kind: str
    """day, night or h24."""
    starts_at: float
    ends_at: float
    state: str = "planned"
    since: float = 0.0
    posts: dict[str, Post] = {}
    handover: Handover | None = None
    passed: tuple[str, ...] = ()
    """Limits that were announced: ``<post>:called``, ``<post>:unstaffed``, draft, release."""
    closed_at: float | None = None
    late_s: float = 0.0
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class Override(msgspec.Struct, frozen=True):
    """A change of the roster for one post and span: ``post`` as in :class:`Post`."""

    id: str
    post: str
    starts_at: float
    ends_at: float
    person: str
    deputy: str
    reason: str
    signed: Signature


class CallOut(msgspec.Struct):
    """A call-out test of workstations. ``answers``: workstation code → when it answered."""

    id: str
    started: Signature
    limit_at: float
    called: tuple[str, ...]
    answers: dict[str, float] = {}
    ended_at: float | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class Patrol(msgspec.Struct, frozen=True):
    """A patrol of an inspector: ``grids``: code of each unit grid that it went through → the last time."""

    id: str
    by: str
    began: float
    ended: float
    grids: dict[str, float]
    version: int = 1


class DutyEntry(msgspec.Struct, frozen=True):
    """An entry of the duty log that a person wrote; ``text`` is class P2.

    ``corrects`` is the position of the entry that it corrects (0 = none).
    """

    position: int
    at: float
    kind: str
    text: str
    refs: tuple[str, ...]
    shift: str
    seat: str
    signed: Signature
    corrects: int = 0


class DailyReport(msgspec.Struct):
    """The duty report of a day (值班日报), as last saved. ``figures``: key → number or text.

    Subject of its facts: ``daily_report:<day>``; ``version`` counts them, ``last`` is the last save.
    """

    day: str
    text: str
    figures: dict[str, str]
    signed: Signature
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class StationNumbers(msgspec.Struct):
    """A workstation's numbers in an emergency; each has the time at which it was seen, None = never said.

    ``should`` and ``moved`` are household groups, ``shelter`` is open, closed or '' (not said).
    """

    should: int | None = None
    should_at: float | None = None
    moved: int | None = None
    moved_at: float | None = None
    shelter: str = ""
    shelter_at: float | None = None
    street: str = ""
    by: str = ""
    """Display name of who recorded last."""
    version: int = 0
