"""Seen: the state as a channel may see it. Fields that a channel may not see do not exist here.

A wall is read by everybody in the hall, so :class:`WallSeen` holds class, road and unit names only: no
citizen's words, no reporter, no house number, no person below the duty leaders.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from city.casefile import CLOSED
from city.clock import CityClock
from city.freshness import Freshness
from city.state import LogLine
from city.weather import Landfall, Ring, StormPoint

__all__ = [
    "CameraSeen", "CaseSeen", "DutySeen", "MakeSafeSeen", "ReadingsSeen", "ShowSeen", "SourceSeen",
    "StormSeen", "UnitsSeen", "WallSeen", "WarningArea", "WarningSeen",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]


class MakeSafeSeen(msgspec.Struct, frozen=True):
    """先行处置: who makes a hazard safe until when (city epoch seconds), and when it was done."""

    holder: str
    ordered_at: float
    due_at: float
    done_at: float | None


class CaseSeen(msgspec.Struct, frozen=True):
    """An open case. ``kind`` and ``code`` are the class (catalogue), ``label`` upstream's words if unmapped.

    Moments are city epoch seconds; positions WGS84 degrees (NaN = address only). ``agency`` is who has it: a
    holder's code, or a short name as its source's system says it. ``version`` to ``escalate_to`` are for
    the seat that has signed in on the wall: what it may order next, and to whom.
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
    """The client that told of it."""
    sign_by: float | None = None
    """Until when a dispatched case must be signed for; a mirrored one's only when its system says so."""
    callers: int = 1
    reminders: int = 0
    make_safe: MakeSafeSeen | None = None
    ruling_due_at: float | None = None
    ruling_sent: bool = False
    supervised: int = 0
    version: int = 0
    offers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    escalate_to: str = ""
    accept_by: float | None = None
    """Until when a report must be filed, or verified; None when it was."""

    @property
    def until(self) -> float | None:
        """Return the moment that a row counts down to.

        It is the ruling's while one is due, else the citizen's; of a report that nobody has filed yet, the
        limit of filing it; None of a case that is over: nothing is due on it any more.
        """
        if self.state in CLOSED:
            return None
        if self.state == "ruling" and self.ruling_due_at is not None:
            return self.ruling_due_at
        return self.accept_by if self.due_at is None else self.due_at


class ShowSeen(msgspec.Struct, frozen=True):
    """What a desk has put on a wall: a case (by its mark), a camera or a view.

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


class WarningArea(msgspec.Struct, frozen=True):
    """One area of a warning in the colour of its own statement.

    Its outline (lon, lat), or only the division code by which a map may know one.
    """

    colour: str
    rank: int
    ring: Ring = ()
    code: str = ""


class WarningSeen(msgspec.Struct, frozen=True):
    """An official warning that is not over, as issued, of one hazard: the worst of what it says counts.

    ``hazard`` and ``colour`` are catalogue words; ``headlines``: language → text. ``announced``: it takes
    effect at ``begins`` only. ``ends`` is ``assumed`` when the office did not say it. ``areas`` are
    those in force.
    """

    key: str
    hazard: str
    colour: str
    rank: int
    headlines: dict[str, str]
    sender_name: str
    sent: float
    begins: float
    ends: float
    assumed: bool = False
    announced: bool = False
    exercise: bool = False
    areas: tuple[WarningArea, ...] = ()


class StormSeen(msgspec.Struct, frozen=True):
    """A storm's track that is not over; ``received`` is machine time, ``landfall`` the district's own."""

    key: str
    name: str
    points: tuple[StormPoint, ...]
    received: float
    landfall: Landfall | None = None


class SourceSeen(msgspec.Struct, frozen=True):
    """A source's lamp. ``heard`` is machine time, ``skew_s`` its clock against ours."""

    name: str
    freshness: Freshness
    heard: float | None
    skew_s: float


class DutySeen(msgspec.Struct, frozen=True):
    """Who is on duty by the roster; None of the counts is invented: None means nobody told us."""

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


class ReadingsSeen(msgspec.Struct, frozen=True):
    """Newest readings, one row per (device, metric). ``lost``: older than five intervals.

    ``as_of`` is the machine moment that a reading is from (``city.freshness.measured_as_of``).
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


class UnitsSeen(msgspec.Struct, frozen=True):
    """Newest positions of units, one row each; ``lost``: position older than 120 s.

    ``as_of`` is the machine moment that a position is from (``city.freshness.measured_as_of``).
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


class CameraSeen(msgspec.Struct, frozen=True):
    """A camera that may stand on a wall: its place, its health, when its newest picture was taken.

    ``as_of`` is the machine moment that its newest word or picture is from, None = never heard.
    """

    id: str
    name: str
    street: str
    lon: float
    lat: float
    azimuth: float | None
    state: str
    as_of: float | None
    picture_at: float | None


class WallSeen(msgspec.Struct, frozen=True):
    """All that any wall may see. ``revisions`` tells which slices changed since another look.

    Of its own is ``marks``: what maps say of critical and urgent cases.
    """

    position: int
    clock: CityClock
    cases: tuple[CaseSeen, ...]
    warnings: tuple[WarningSeen, ...]
    storms: tuple[StormSeen, ...]
    duty: DutySeen
    sources: tuple[SourceSeen, ...]
    readings: ReadingsSeen
    units: UnitsSeen
    cameras: tuple[CameraSeen, ...]
    detections_lon: Floats
    detections_lat: Floats
    detections_at: Floats
    log: tuple[LogLine, ...]
    transplanted: bool
    revisions: dict[str, int]
    shows: tuple[ShowSeen, ...] = ()
    heaps: dict[str, tuple[CaseSeen, ...]] = msgspec.field(default_factory=dict)
    """Reports that may be the same as an open case: its mark → they (``city.same_place``)."""
    heaped: frozenset[str] = frozenset()
    """Marks of all of them: no row of their own on a list."""
