"""Records of emergency response (domain §3.5, §4.6): levels, their activations, zero reports, figures.

A warning's colour, a response level and an incident's grade are three scales and never one field. A level
is a ``rank``: 1 = Ⅳ, 2 = Ⅲ, 3 = Ⅱ, 4 = Ⅰ (4 is the worst), 0 = no response. Times are city epoch seconds.
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct
from city.state.linkage_records import Signed

__all__ = [
    "CITY", "HAZARDS", "LEVELS", "OPS_MODES", "RECOVERY_KINDS", "RELOCATION_GROUPS", "Activation",
    "Approval", "Basis", "Figure", "Forecast", "LevelProposal", "Measure", "RecoveryItem", "ReportRound",
    "Response", "Situation", "VerbalOrder", "ZeroReport",
]  # fmt: skip

HAZARDS: Final = ("flood_typhoon", "snow_ice", "heat", "other")
LEVELS: Final = ("", "IV", "III", "II", "I")
"""Rank → code of the level; index 0 is no response."""
OPS_MODES: Final = ("peace", "alert", "emergency", "recovery")
CITY: Final = "city"
"""The jurisdiction of the city's own level; the district's is its code, a street's is the street's code."""

RELOCATION_GROUPS: Final = (
    "sea_wall_outside", "site_shed", "dangerous_house", "low_lying", "fishery", "ship_crew", "other",
)  # fmt: skip
RECOVERY_KINDS: Final = ("task", "closure", "shelter", "outage", "shifted_case", "field_check")


class Measure(msgspec.Struct, frozen=True):
    """A measurement that meets a threshold: ``kind`` (tide, rain_1h, rain_3h …), its place and limit."""

    kind: str
    place: str
    value: float
    limit: float
    unit: str
    at: float


class Basis(msgspec.Struct, frozen=True):
    """What a proposal rests on: keys of warnings, measurements, the city's rank, a typed reason (P2)."""

    warnings: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    city_rank: int = 0
    text: str = ""


class Approval(msgspec.Struct, frozen=True):
    """One approval: who, and which of the proposal's ``needs`` it fills. One person never fills two."""

    need: int
    signed: Signed


class VerbalOrder(msgspec.Struct, frozen=True):
    """A spoken order of the commander. ``person`` is who gave it (title and surname), ``words`` class P2."""

    person: str
    words: str
    given_at: float
    recorded: Signed
    write_by: float
    """Until when it must be confirmed in writing."""
    voice_ref: str = ""
    confirmed: Signed | None = None
    overdue: bool = False


class LevelProposal(msgspec.Struct, frozen=True):
    """A proposed change of level that is not decided. ``rank`` 0 ends the response.

    ``needs``: one entry per required approval, each the keys of the approvers who can fill it
    (``city.response.approvers``).
    """

    id: str
    rank: int
    rank_before: int
    proposed: Signed
    basis: Basis
    needs: tuple[tuple[str, ...], ...]
    decide_by: float
    approvals: tuple[Approval, ...] = ()
    activates_itself: bool = False
    """Without a decision it becomes active at ``decide_by`` (Ⅳ only)."""
    reason: str = ""
    """Why the level goes down or ends (class P2)."""
    called: tuple[str, ...] = ()
    """Whom the engine called because nobody decided in time."""
    verbal: VerbalOrder | None = None
    tasks: int = 0
    """How many tasks of the plan, and how many seats, it would have started when it was proposed."""
    seats: int = 0


class Activation(msgspec.Struct):
    """One decision on a level that took effect. It is never edited after it ended.

    ``decided``: approved, silence (nobody decided, Ⅳ only), city_order or verbal; the city's own level,
    which is only recorded here, is ``city_order``. ``incident`` is the id of
    the incident that carries the plan's tasks; it is the same for all levels of one response.
    """

    id: str
    rank: int
    activated_at: float
    decided: str
    proposed: Signed
    basis: Basis
    approvals: tuple[Approval, ...] = ()
    incident: str = ""
    plan: str = ""
    plan_version: str = ""
    is_exercise: bool = False
    verbal: VerbalOrder | None = None
    state: str = "active"
    """active, superseded or ended."""
    ended_at: float | None = None
    ended: Signed | None = None
    end_reason: str = ""
    end_approvals: tuple[Approval, ...] = ()


class RecoveryItem(msgspec.Struct, frozen=True):
    """What is left when a response ends. ``ref`` is its subject, ``holder`` who must finish it."""

    key: str
    kind: str
    ref: str
    holder: str
    names: dict[str, str] = {}
    done: Signed | None = None


class Response(msgspec.Struct):
    """The response of one jurisdiction to one hazard.

    Subject of its facts: ``response:<jurisdiction>/<hazard>``; an exercise has its own response beside the
    real one, ``response:<jurisdiction>/<hazard>/exercise``.
    """

    id: str
    jurisdiction: str
    hazard: str
    activations: tuple[Activation, ...] = ()
    """The newest last; at most the last one is active."""
    proposal: LevelProposal | None = None
    refused: tuple[LevelProposal, ...] = ()
    """The last refused or lapsed proposals: a suggestion on the same basis is not made again."""
    deputy: str = ""
    """Account that the commander authorised to decide in the commander's place ('' = nobody)."""
    deputy_name: str = ""
    recovery: tuple[RecoveryItem, ...] = ()
    recovery_since: float | None = None
    review_by: float | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def active(self) -> Activation | None:
        """Return the active decision, None when there is no response."""
        last = self.activations[-1] if self.activations else None
        return last if last is not None and last.state == "active" else None

    @property
    def rank(self) -> int:
        """Return the present rank, 0 for no response."""
        return self.active.rank if self.active is not None else 0


class Figure(msgspec.Struct, frozen=True):
    """A reported number: when it was so, and who reported it."""

    value: float
    at: float
    signed: Signed
    reason: str = ""
    """Why a number that should not fall was corrected (class P2)."""
    by_phone: bool = False
    """The centre entered it as it was told by telephone."""


class Situation(msgspec.Struct):
    """The figures that a street or an agency reported, newest per key. Subject: ``situation:<holder>``.

    Keys: ``relocation.<group>.should``, ``relocation.<group>.moved``, ``shelter.<place>.open`` (0 or 1),
    ``shelter.<place>.occupied``, ``outage.out``, ``outage.restored``, ``waterlogging.open``,
    ``waterlogging.cleared``, ``trees.reported``, ``trees.cleared``, ``trees.blocking``, ``sites.stopped``,
    ``pumps.running``, ``pumps.needed``.
    """

    holder: str
    figures: dict[str, Figure] = {}
    confirmed: float | None = None
    """When its last zero report was sent: it says that all figures were so at that time."""
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class ZeroReport(msgspec.Struct, frozen=True):
    """A holder's report of one round. ``nil``: nothing changed. ``text`` is class P2.

    ``by_phone``: the holder told it by telephone, and ``signed`` is who entered it.
    """

    holder: str
    nil: bool
    signed: Signed
    late_s: float = 0.0
    text: str = ""
    by_phone: bool = False


class ReportRound(msgspec.Struct):
    """One round of zero reports. Subject of its facts: ``report_round:<id>``.

    ``late``: holder → minutes that were announced (15 called, 30 the duty leader was told).
    """

    id: str
    response: str
    rank: int
    opened_at: float
    due_at: float
    holders: tuple[str, ...]
    reports: dict[str, ZeroReport] = {}
    late: dict[str, int] = {}
    ended_at: float | None = None
    interval_s: float = 0.0
    """Seconds until the next round opens."""
    activation: str = ""
    is_exercise: bool = False
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class Forecast(msgspec.Struct, frozen=True):
    """An official forecast, as the office gave it. ``kind``: tide, rain_1h, rain_3h.

    ``peak_at`` is when the value is reached.
    """

    kind: str
    place: str
    value: float
    unit: str
    peak_at: float
    source: str
    issued_at: float
    line: float | None = None
    """The warning line of the place in force at that time, same unit and datum."""
    exercise: bool = False
    """The office sent it as an exercise: pages say so."""
    until: float | None = None
    """Until when the office's message holds; None: until its peak."""
