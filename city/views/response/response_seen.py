"""Emergency response as pages may see it. No struct here has typed text or a person below the leaders.

Ranks are as in :mod:`city.state.response_records`. Times are city epoch seconds.
"""

import msgspec

__all__ = [
    "ApprovalSeen", "FigureSeen", "ForecastSeen", "LevelDeskSeen", "LevelSeen", "ProposalSeen",
    "RelaxationSeen", "ResponseNow", "ResponseSeen", "RoundSeen", "SituationSeen", "StreetCell",
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


class ResponseNow(msgspec.Struct, frozen=True):
    """A response that a desk may act on: its id, its rank and its version."""

    id: str
    rank: int = 0
    version: int = 0


class LevelDeskSeen(msgspec.Struct, frozen=True):
    """What a desk needs to act on levels: the district's response, the city's, the district's exercise.

    ``suggested`` is the rank that the warnings in force suggest, by the warnings with these keys.
    """

    responses: tuple[ResponseNow, ...] = ()
    suggested: int = 0
    suggested_by: tuple[str, ...] = ()
    switches: tuple[tuple[str, int], ...] = ()
    """Each relaxation that there is, with its version."""


class RelaxationSeen(msgspec.Struct, frozen=True):
    """A relaxation that is switched on: by whom, since when, until when."""

    kind: str
    since: float
    until: float
    by: str


class ForecastSeen(msgspec.Struct, frozen=True):
    """What may get worse next: ``kind`` tide, rain_1h, rain_3h, landfall or passing; with the source's time.

    ``place`` is a station of ``water_lines.csv``, the code of the district or a street, or a storm's name.
    ``source`` is a word below ``code.source.`` (that of a storm's track ``storm_track``), or the office's
    name. Of a storm ``value`` is how near (km) its centre comes to the district: 0 when it crosses it.
    """

    kind: str
    place: str
    value: float | None
    unit: str
    at: float
    line: float | None
    source: str
    source_at: float
    exercise: bool = False
    """The office sent it as an exercise."""


class ResponseSeen(msgspec.Struct, frozen=True):
    """What every page may see: the mode, the levels in force (the worst first), exercise or not."""

    mode: str = "peace"
    levels: tuple[LevelSeen, ...] = ()
    recovery_open: int = 0
    recovery_since: float | None = None
    next: tuple[ForecastSeen, ...] = ()
    """What may get worse next, while a level is in force; official forecasts are no secret."""

    @property
    def rank(self) -> int:
        """Return the worst rank in force, 0 for none."""
        return max((one.rank for one in self.levels), default=0)

    @property
    def real_rank(self) -> int:
        """Return the worst rank in force that is no exercise, 0 for none."""
        return max((one.rank for one in self.levels if not one.is_exercise), default=0)


class FigureSeen(msgspec.Struct, frozen=True):
    """A figure: ``value`` None = not known; ``of`` its denominator; ``unknown`` points without data.

    ``as_of`` is the city time of its oldest part that counts (None: it is as new as the page); ``level``:
    '', near or over. ``old`` counts the holders whose numbers are older than two intervals of reports.
    """

    value: float | None = None
    of: float | None = None
    unknown: int = 0
    as_of: float | None = None
    level: str = ""
    old: int = 0


class StreetCell(msgspec.Struct, frozen=True):
    """A street in the matrix. ``state``: '' (not asked), waiting, sent, late, over (red).

    ``moved`` and ``should`` are its people, None = not reported; ``as_of`` when that was so; ``is_old``: it
    is older than two intervals of reports.
    """

    street: str
    state: str = ""
    reported_at: float | None = None
    late_s: float = 0.0
    moved: float | None = None
    should: float | None = None
    as_of: float | None = None
    is_old: bool = False
    by_phone: bool = False
    """Its report was told by telephone, and entered by the centre."""


class RoundSeen(msgspec.Struct, frozen=True):
    """The present round of zero reports. ``late`` are the holders whose report is due and missing."""

    id: str
    due_at: float
    holders: int
    sent: int
    late: tuple[str, ...] = ()
    version: int = 0
    rank: int = 0
    opened_at: float | None = None
    next_at: float | None = None
    in_time: int = 0


class SituationSeen(msgspec.Struct, frozen=True):
    """The emergency situation for walls, desks, leaders and (its own part) streets.

    ``figures``: relocation, p1_unacknowledged, p1_late, closures, waterlogging, outage, sources_lost,
    shelters (people / places), shelters_open (open / planned). ``next`` has at most one forecast of a kind.
    """

    figures: dict[str, FigureSeen] = {}
    next: tuple[ForecastSeen, ...] = ()
    cells: tuple[StreetCell, ...] = ()
    round: RoundSeen | None = None
    relaxations: tuple[RelaxationSeen, ...] = ()
    deferred: int = 0
    proposals: tuple[ProposalSeen, ...] = ()
