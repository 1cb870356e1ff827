"""Emergency response as pages may see it. No struct here has typed text or a person below the leaders.

Ranks are as in :mod:`city.state.response_records`. Times are city epoch seconds.
"""

import msgspec

__all__ = [
    "ApprovalSeen", "FigureSeen", "ForecastSeen", "LevelSeen", "ProposalSeen", "RelaxationSeen",
    "ResponseSeen", "RoundSeen", "SituationSeen", "StreetCell",
]  # fmt: skip


class ApprovalSeen(msgspec.Struct, frozen=True):
    """A required approval: keys of those who can give it, and in which ``role`` it was given ('' = open).

    ``by`` is who gave it, '' for the commander of a spoken order.
    """

    approvers: tuple[str, ...]
    by: str = ""
    role: str = ""
    at: float | None = None


class LevelSeen(msgspec.Struct, frozen=True):
    """A level in force. ``by`` is the surname and title of the highest who approved it, '' when nobody did.

    ``by_title`` is the key of their role below ``role.``. ``decided``: approved, silence, city_order or
    verbal: then ``by`` is '' (the name was typed) and ``by_title`` that of the commander. ``write_by``: until
    when a spoken order must be confirmed in writing; ``written``: it is, or there is none.
    """

    jurisdiction: str
    hazard: str
    rank: int
    since: float
    decided: str
    by: str = ""
    by_title: str = ""
    recorded_by: str = ""
    write_by: float | None = None
    written: bool = True
    is_exercise: bool = False
    city_rank: int = 0
    activation: str = ""
    incident: str = ""


class ProposalSeen(msgspec.Struct, frozen=True):
    """A proposed change of level; on pages of the centre and of leaders only."""

    response: str
    id: str
    hazard: str
    rank: int
    rank_before: int
    proposed_at: float
    decide_by: float
    needs: tuple[ApprovalSeen, ...]
    by: str = ""
    warnings: tuple[str, ...] = ()
    measures: tuple[tuple[str, str, float, float, str], ...] = ()
    """(kind, place, value, limit, unit) of each measurement that it rests on."""
    activates_itself: bool = False
    tasks: int = 0
    seats: int = 0
    version: int = 0
    called: tuple[str, ...] = ()
    """Whom the engine called because nobody decided in time."""
    is_verbal: bool = False
    """It is a spoken order of the commander, which the second person has not approved yet."""
    write_by: float | None = None


class RelaxationSeen(msgspec.Struct, frozen=True):
    """A relaxation that is switched on: by whom, since when, until when."""

    kind: str
    since: float
    until: float
    by: str


class ResponseSeen(msgspec.Struct, frozen=True):
    """What every page may see: the mode, the levels in force (the worst first), exercise or not."""

    mode: str = "peace"
    levels: tuple[LevelSeen, ...] = ()
    recovery_open: int = 0
    recovery_since: float | None = None

    @property
    def rank(self) -> int:
        """Return the worst rank in force, 0 for none."""
        return max((one.rank for one in self.levels), default=0)


class FigureSeen(msgspec.Struct, frozen=True):
    """A figure: ``value`` None = not known; ``of`` its denominator; ``unknown`` points without data.

    ``as_of`` is the city time of its oldest part that counts; ``level``: '', near or over.
    """

    value: float | None = None
    of: float | None = None
    unknown: int = 0
    as_of: float | None = None
    level: str = ""


class ForecastSeen(msgspec.Struct, frozen=True):
    """What may get worse next: ``kind`` tide, rain_1h, rain_3h or landfall; with the source's time."""

    kind: str
    place: str
    value: float | None
    unit: str
    at: float
    line: float | None
    source: str
    source_at: float


class StreetCell(msgspec.Struct, frozen=True):
    """A street in the matrix. ``state``: '' (no round), waiting, sent, late, over (red)."""

    street: str
    state: str = ""
    reported_at: float | None = None
    late_s: float = 0.0
    moved: float | None = None
    should: float | None = None


class RoundSeen(msgspec.Struct, frozen=True):
    """The present round of zero reports."""

    id: str
    due_at: float
    holders: int
    sent: int
    late: tuple[str, ...] = ()
    version: int = 0


class SituationSeen(msgspec.Struct, frozen=True):
    """The emergency situation for walls, desks, leaders and (its own part) streets.

    ``figures``: relocation, p1_unacknowledged, p1_late, closures, waterlogging, outage, sources_lost,
    shelters.
    """

    figures: dict[str, FigureSeen] = {}
    next: tuple[ForecastSeen, ...] = ()
    cells: tuple[StreetCell, ...] = ()
    round: RoundSeen | None = None
    relaxations: tuple[RelaxationSeen, ...] = ()
    deferred: int = 0
    proposals: tuple[ProposalSeen, ...] = ()
