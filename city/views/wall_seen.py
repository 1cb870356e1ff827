"""View structs: the state as a channel may see it. Fields that a channel may not see do not exist here.

Everybody in the hall can read a wall, so :class:`WallSeen` holds class, road and unit names only: no
reporter's text, no reporter, no house number, no person below the duty leaders.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from city.clocks.city_clock import CityClock
from city.clocks.freshness import Freshness
from city.state.case_file import CLOSED
from city.state.columns import Journal
from city.state.last_hour import NOTHING, HourSeen
from city.state.ledger_state import LogLine
from city.views.camera_seen import CameraSeen
from city.views.case_book import CaseBook
from city.views.case_points import CaseColumns
from city.views.linkage_seen import ClosureSeen, IncidentSeen, TaskSeen, UnitOnTask
from city.views.response.command_view import CommandSeen
from city.views.response.response_seen import ResponseSeen, SituationSeen
from city.views.weather_seen import StormSeen, WarningArea, WarningSeen

__all__ = [
    "CameraSeen", "CaseSeen", "DutySeen", "MakeSafeSeen", "PageSeen", "ReadingsSeen", "ShowSeen",
    "SourceSeen", "StormSeen", "UnitsSeen", "WallSeen", "WarningArea", "WarningSeen",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]


class MakeSafeSeen(msgspec.Struct, frozen=True):
    """先行处置 (make safe): who does it, until when (city epoch seconds), and when it was done."""

    holder: str
    ordered_at: float
    due_at: float
    done_at: float | None


class CaseSeen(msgspec.Struct, frozen=True):
    """An open case. ``kind`` and ``code`` are its class, ``label`` the source's class name if unmapped.

    Times are city epoch seconds; positions WGS84 degrees (NaN = address only). ``agency`` is the holder: a
    code, or a short name as the source system writes it. ``version`` to ``escalate_to`` are for the
    seat that is signed in on the wall: which commands it may give next, and their targets.
    """

    key: str
    kind: str
    code: str
    label: str
    urgency: str
    hazard: bool
    road: str
    street: str
    lon: float
    lat: float
    at: float
    recorded_at: float
    state: str
    agency: str
    due_at: float | None
    returned_by: tuple[str, ...]
    next: str
    next_at: float | None
    source: str = ""
    """The client that reported it."""
    sign_by: float | None = None
    """Until when a dispatched case must be signed; for a mirrored case only if its system gives it."""
    callers: int = 1
    reminders: int = 0
    make_safe: MakeSafeSeen | None = None
    ruling_due_at: float | None = None
    ruling_sent: bool = False
    supervised: int = 0
    version: int = 0
    verbs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    escalate_to: str = ""
    accept_by: float | None = None
    """Until when a report must be filed or verified; None when it is."""
    first_at: float | None = None
    """When the first of its callers reported; None: ``at``."""
    deferred: bool = False
    """灾害顺延 is switched on and the case is an ordinary one: its reminders are muted."""

    @property
    def until(self) -> float | None:
        """Return the time that a row counts down to.

        It is the due time of the ruling while one is due, else the citizen's deadline; for a report that is
        not filed, the limit of filing; None for a case that is over.
        """
        if self.state in CLOSED:
            return None
        if self.state == "ruling" and self.ruling_due_at is not None:
            return self.ruling_due_at
        return self.accept_by if self.due_at is None else self.due_at


class ShowSeen(msgspec.Struct, frozen=True):
    """What a desk has cast on a wall: a case (by its mark), a camera or a view.

    ``at`` and ``until`` are machine time, ``lon, lat`` WGS84 degrees (NaN = no place), ``view`` is
    ``x0, x1, y0, y1`` in metres EPSG:3857.
    """

    wall: str
    kind: str
    id: str
    by: str
    at: float
    until: float
    lon: float
    lat: float
    view: tuple[float, float, float, float] | None
    label: str = ""
    road: str = ""
    street: str = ""
    class_key: str = ""


class SourceSeen(msgspec.Struct, frozen=True):
    """A source's status. ``heard_at`` is machine time, ``skew_s`` the difference of its clock from ours."""

    name: str
    freshness: Freshness
    heard_at: float | None
    skew_s: float


class DutySeen(msgspec.Struct, frozen=True):
    """Who is on duty; a count is None when no source gives it.

    ``kept``: by the facts of duty, else by the roster. ``shift`` is the id of the shift to whose log entries
    are written, ``unstaffed`` counts the posts that are empty for ten minutes. ``must`` are the items of the
    hand-over that must be acknowledged, ``unanswered_items`` those of them that are not.
    """

    leader: str = ""
    shift_lead: str = ""
    seats: int = 0
    seats_present: int = 0
    empty_seats: tuple[tuple[str, float | None], ...] = ()
    hand_over_at: float | None = None
    streets_on_post: int | None = None
    streets: int | None = None
    workstations_online: int | None = None
    workstations: int | None = None
    unanswered: int | None = None
    kept: bool = False
    shift: str = ""
    unstaffed: int = 0
    incoming_lead: str = ""
    drafted: bool = False
    must: int = 0
    unanswered_items: int = 0
    briefing_until: float | None = None
    """Until when visitors are briefed in the hall (city epoch seconds), None while they are not."""
    briefing_version: int = 0
    rotating_leader: str = ""
    """Name-plate of who has the rotating leader's authority, '' for nobody."""
    absent_leader_since: float | None = None
    """Since when the rotating leader is missing in the room while Ⅱ or Ⅰ is in force (city time)."""
    absent_leader_deputy: str = ""
    """Who would get the authority; '' = there is no deputy."""
    shift_version: int = 0


class ReadingsSeen(msgspec.Struct, frozen=True):
    """Newest readings, one row per (device, metric). ``lost``: older than five intervals.

    ``as_of`` is the machine time of a reading (``city.clocks.freshness.measured_as_of``).
    """

    ids: tuple[str, ...]
    device: Words
    metric: Words
    kind: Words
    name: Words
    street: Words
    unit: Words
    quality: Words
    value: Floats
    at: Floats
    as_of: Floats
    interval: Floats
    lon: Floats
    lat: Floats
    lost: npt.NDArray[np.bool_]
    owner: Words
    hour: HourSeen = NOTHING
    """The last hour of rain and water levels."""
    journal: Journal | None = None
    """Which rows changed; None = nobody keeps it, and a reader reads all rows."""


class UnitsSeen(msgspec.Struct, frozen=True):
    """Newest positions of units, one row each; ``lost``: position older than 120 s.

    ``as_of`` is the machine time of a position (``city.clocks.freshness.measured_as_of``).
    """

    ids: tuple[str, ...]
    call_sign: Words
    kind: Words
    agency: Words
    state: Words
    lon: Floats
    lat: Floats
    heading: Floats
    as_of: Floats
    lost: npt.NDArray[np.bool_]
    journal: Journal | None = None
    """Which rows changed; None = nobody keeps it, and a reader reads all rows."""


class PageSeen(msgspec.Struct, frozen=True):
    """What every page may see, without any case. The views of all channels extend it.

    ``revisions`` has a revision per slice, to compare two views.
    """

    position: int
    clock: CityClock
    warnings: tuple[WarningSeen, ...]
    duty: DutySeen
    sources: tuple[SourceSeen, ...]
    transplanted: bool
    revisions: dict[str, int]
    response: ResponseSeen


class WallSeen(PageSeen, frozen=True):
    """The state as all walls may see it.

    The slice ``marks`` of ``revisions`` exists only here: what maps show of critical and urgent cases.
    """

    cases: tuple[CaseSeen, ...]
    storms: tuple[StormSeen, ...]
    readings: ReadingsSeen
    units: UnitsSeen
    cameras: tuple[CameraSeen, ...]
    detections_lon: Floats
    detections_lat: Floats
    detections_at: Floats
    log: tuple[LogLine, ...]
    shows: tuple[ShowSeen, ...] = ()
    duplicates: dict[str, tuple[CaseSeen, ...]] = msgspec.field(default_factory=dict)
    """Mark of an open case → its probable duplicates (``city.views.duplicate_groups``)."""
    duplicate_marks: frozenset[str] = frozenset()
    """Marks of all probable duplicates: they have no row of their own in a list."""
    incidents: tuple[IncidentSeen, ...] = ()
    """Incidents that are not over, the worst first."""
    tasks: tuple[TaskSeen, ...] = ()
    """The tasks of these incidents, the worst first; those that are over come last."""
    committed: tuple[UnitOnTask, ...] = ()
    closures: tuple[ClosureSeen, ...] = ()
    situation: SituationSeen = SituationSeen()
    command: CommandSeen = CommandSeen()
    case_columns: CaseColumns | None = None
    """The cases as columns; None = nobody keeps them, and a reader makes them from ``cases``."""
    book: CaseBook | None = None
    """The cases and what changed in them; None = nobody keeps it, and a reader reads all ``cases``."""
