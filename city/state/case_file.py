"""The case file: the state of a case under our own rules (domain §3.3, §3.4).

Only the fold writes it; results of decisions (limits, holders, reasons) are copied from the facts. Times
are city epoch seconds unless a field says machine. A *holder* is the code of an agency (``dl``) or of a
street (``310115004``), '' for none.
"""

import msgspec

from city.state.case_records import Ask, Bounce, CasePhoto, Check, LastAct, MakeSafe, Ruling

__all__ = [
    "BOUNCES", "CLOSED", "LIMIT_UNITS", "OPEN", "OUTCOMES", "RESTORED_BY_UNDO", "RETURNS", "SHARE_STATES",
    "STATES", "URGENCIES", "Ask", "Bounce", "CaseFile", "CasePhoto", "Check", "LastAct", "MakeSafe",
    "Ruling", "higher_urgency", "reached",
]  # fmt: skip

OPEN = (
    "reported", "verifying", "filed", "dispatched", "handling", "handled", "returned", "ruling", "suspended",
    "transferred_up",
)  # fmt: skip
CLOSED = frozenset({"closed", "rejected", "merged", "voided"})
STATES = frozenset(OPEN) | CLOSED

RETURNS = (
    "not_my_duty", "not_my_area", "owner_unknown", "cannot_find", "already_fixed", "needs_other_first",
    "duplicate", "wrong_category",
)  # fmt: skip
BOUNCES = frozenset(RETURNS[:3])
"""Reasons of a return that count as a bounce; the others are corrections."""

SHARE_STATES = frozenset({"filed", "dispatched", "handling", "returned", "ruling"})
"""States in which the time to fix the case counts; in the others its shares are not announced."""

OUTCOMES = (
    "fixed", "guided", "warned_first_offence", "penalised", "transferred", "no_problem_found",
)  # fmt: skip
"""``guided`` = 疏导到便民点, ``warned_first_offence`` = 首违不罚."""

URGENCIES = ("normal", "urgent", "critical")
"""From least to most urgent."""

LIMIT_UNITS = ("urgent_hour", "office_hour", "office_day", "calendar_day")


RESTORED_BY_UNDO = (
    "own", "state", "since", "holder", "held_by", "co", "dispatched_at", "dispatches", "holder_due_at",
    "sign_by", "return_by", "signed_at", "no_return", "ruled_no", "rule", "why", "why_names", "targets",
    "unowned_since", "handled_at", "outcome", "check_by", "extension", "suspension", "supervised",
    "escalated_at", "acknowledge_by", "acknowledged_at", "reached",
)  # fmt: skip
"""Fields of the file that undoing a reassignment or an escalation may restore."""


def higher_urgency(one: str, other: str) -> str:
    """Return the higher of two urgencies; an unknown word is lower than any."""
    return max(one, other, key=lambda name: URGENCIES.index(name) if name in URGENCIES else -1)


LEVELS = ("", "village", "street", "district", "city")
"""Levels of ability, lowest first; '' before any level had the case."""


def reached(before: str, holder: str) -> str:
    """Return the highest level that had a case: ``before``, or that of a new holder by the form of its code.

    A village's code has twelve digits, a street's nine; every other holder is one of the district.
    """
    level = ""
    if holder:
        digits = len(holder) if holder.isdigit() else 0
        level = {12: "village", 9: "street"}.get(digits, "district")
    return max(before, level, key=LEVELS.index)


class CaseFile(msgspec.Struct, omit_defaults=True):
    """The file of one case. ``own`` is False while its source system handles it (mirrored)."""

    own: bool = False
    state: str = "reported"
    since: float = 0.0
    taken_at: float | None = None
    """When we took over a mirrored case: shares of its limits that passed before are not announced."""
    back_at: float | None = None
    """When it last left a state in which the time to fix it does not count."""
    imported: bool = False
    """Reported long before it was recorded: limits run from the report, and no timer acts on it."""
    version: int = 0
    """The subject's version in the ledger, from ``data.version`` of every fact on it."""
    moved: int = 0
    """The version of the last act that a sender must have seen; notes by timers do not count."""
    no: str = ""
    """19 digits, given by the fold at ``CaseFiled``: district, city day, serial of the day."""
    filed_at: float | None = None
    standard: str = ""
    limit_value: int = 0
    limit_unit: str = ""
    fix_by_at: float | None = None
    deadline_at: float | None = None
    dispatch_by: float | None = None
    undetermined: bool = False
    """日历未定: a deadline was computed with a year whose holidays are not yet known."""
    owner_state: str = ""
    owner_state_at_filing: str = ""
    owner_said: str = ""
    """unknown or disputed, when whoever filed it said so; what a route found binds no later route."""
    component: str = ""
    source_site: str = ""
    """Id of the site that causes the problem (sites.csv)."""
    beyond_power: bool = False
    """The district accepted that the case is beyond its street's power."""

    holder: str = ""
    held_by: tuple[str, ...] = ()
    """Every holder that it was with, in the order of their first time."""
    co: tuple[str, ...] = ()
    dispatched_at: float | None = None
    dispatches: int = 0
    holder_due_at: float | None = None
    sign_by: float | None = None
    return_by: float | None = None
    signed_at: float | None = None
    no_return: bool = False
    ruled_no: str = ""
    """Number of the ruling that forbids its return."""
    first_dispatched_at: float | None = None
    rule: str = ""
    why: str = ""
    why_names: dict[str, str] = {}
    targets: tuple[str, ...] = ()
    """Up to three ranked holders to reassign to, as the last dispatch, return or reassign computed them."""

    bounces: tuple[Bounce, ...] = ()
    first_return_at: float | None = None
    unowned_since: float | None = None
    loop: bool = False
    ruling: Ruling | None = None
    rulings: tuple[Ruling, ...] = ()
    make_safe: MakeSafe | None = None
    reworks: int = 0
    extensions: int = 0
    extension: Ask | None = None
    suspensions: int = 0
    suspension: Ask | None = None
    suspended_at: float | None = None
    suspended_until: float | None = None
    suspended_from: str = ""
    suspended_s: float = 0.0

    verify_by: float | None = None
    photo_by: float | None = None
    """Until when the photo of a report that was made without one must follow (in an emergency, §4.6)."""
    verify_to: str = ""
    verified: str = ""
    not_lists: tuple[str, ...] = ()
    """Accounts that took it from their list (不在我的清单)."""
    handled_at: float | None = None
    outcome: str = ""
    handled_by: tuple[str, ...] = ()
    """Holders and accounts that handled it; they may not check or close it."""
    acted_by: tuple[str, ...] = ()
    """Accounts that acted on it, in the order of their first act."""
    commanded_by: tuple[str, ...] = ()
    supervised_by: tuple[str, ...] = ()
    check_by: float | None = None
    check: Check | None = None
    checks: int = 0
    closed_at: float | None = None
    close_kind: str = ""
    merged_into: str = ""
    joined: tuple[str, ...] = ()
    callers: int = 1
    first_at: float | None = None
    """When the first of all its callers reported; None while only its own report is known."""
    reopen_of: str = ""
    reopened_by: str = ""
    void_by: str = ""

    supervised: int = 0
    """升级: 0 nobody, 1 shift_lead, 2 duty_leader, 3 district."""
    escalated_at: float | None = None
    acknowledge_by: float | None = None
    acknowledged_at: float | None = None
    overdue: int = 0
    """The last share step of §4.5 that was announced: 0 none, 1 yellow, 2 red 1, 3 red 2, 4 red 3."""
    reminders: int = 0
    stages_passed: tuple[str, ...] = ()
    """Stage limits that were announced as passed, ``<stage>:<serial>``."""
    level: str = "district"
    reached: str = ""
    """The highest level that had it: village, street, district or city; '' = none yet."""
    reported_by: str = ""
    """The account of the person of the city who reported it, '' for other reporters."""
    level_asked: str = ""
    level_from: str = ""
    answer_by: float | None = None

    units: tuple[str, ...] = ()
    photos: tuple[CasePhoto, ...] = ()
    """Oldest first; a photo of an older ledger that names no stored file is not among them."""
    contact_at: float | None = None
    order_kind: str = ""
    """One of ORDER_KINDS that an officer gave this order of the hotline; '' = by the rule."""
    hotline_by: float | None = None
    """The hotline's own limit for it; it runs beside ``fix_by_at``, and the earlier one is shown."""
    satisfaction: str = ""
    resolved: str = ""
    timeout_exempt: bool = False
    appeal: str = ""
    """The newest appeal: lodged, upheld or refused."""
    appeals: dict[str, str] = {}
    """Holder → state of its appeal, in the order in which they were lodged."""
    errata: bool = False
    incident: str = ""
    late_s: float = 0.0
    unsent: tuple[str, ...] = ()
    """Outbox items with a status that may still be unsent: a newer status replaces them."""
    last: LastAct | None = None
    undo: dict[str, object] = {}
    """What ``undo`` of the last act restores: ``{position, actor, until, …fields}``; {} for nothing."""
    story: list[int] = []
    """Ledger positions of every fact on the case, oldest first."""

    @property
    def bounced(self) -> tuple[str, ...]:
        """Return the holders whose returns count as bounces, in order."""
        return tuple(bounce.holder for bounce in self.bounces if bounce.counts)

    @property
    def holders(self) -> frozenset[str]:
        """Return every holder that has or had it, as one of several, or made it safe."""
        safe = (self.make_safe.holder,) if self.make_safe is not None else ()
        returned = (bounce.holder for bounce in self.bounces)
        return frozenset((self.holder, *self.held_by, *self.co, *safe, *returned)) - {""}

    @property
    def is_open(self) -> bool:
        """Whether the case is not over."""
        return self.state not in CLOSED
