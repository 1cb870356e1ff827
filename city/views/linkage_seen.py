"""Emergency linkage as screens may see it: incidents, tasks, units on their way, closed underpasses.

A wall's structs have no typed text, no person and no phone (``title`` and ``text`` are ''). Times are city
epoch seconds unless a field says otherwise; positions WGS84 degrees (NaN = unknown).
"""

from typing import Final

import msgspec

__all__ = [
    "LEVELS",
    "Clock",
    "ClosureSeen",
    "Counts",
    "IncidentSeen",
    "LinkageSeen",
    "TaskSeen",
    "UnitOnTask",
]  # fmt: skip

LEVELS: Final = ("over", "near", "")
"""How near a limit is, the worst first: passed, from 80 % on, neither."""


class Clock(msgspec.Struct, frozen=True):
    """The running cell of a task: its column, and from when until when it counts."""

    column: str
    since: float
    by: float


class TaskSeen(msgspec.Struct, frozen=True):
    """A linkage task. ``words`` is a key below ``task.``, '' for a typed task.

    The times are one per column of the matrix (issued: ``issued_at``). ``fallback`` is the agency that got
    the task instead. ``clock`` is None for a task without a running limit. ``verbs`` are those that a desk
    offers in this state, ``targets`` whom it would reassign the task to.
    """

    id: str
    no: str
    incident: str
    agency: str
    words: str
    text: str
    priority: str
    state: str
    issued_at: float
    acknowledged_at: float | None = None
    set_out_at: float | None = None
    arrived_at: float | None = None
    done_at: float | None = None
    verified_at: float | None = None
    ack_by: float | None = None
    arrive_by: float | None = None
    due_by: float | None = None
    verify_by: float | None = None
    clock: Clock | None = None
    level: str = ""
    is_over: bool = False
    """Whether nobody has to do anything any more; a declined task waits until it is given on."""
    mode: str = ""
    unit: str = ""
    call_sign: str = ""
    reminders: int = 0
    late: dict[str, float] = {}
    """Column → by how many seconds the engine was late with a step of it (晚)."""
    fallback: str = ""
    ahead: str = ""
    """The other agency of a pair, which arrived first: this task is to be cancelled or to assist it."""
    assists: str = ""
    """The agency that arrived first, once this task assists it (协同)."""
    why: str = ""
    by_hand: bool = False
    """Whether the arrival was reported by hand and not by the unit's position."""
    version: int = 0
    verbs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    is_exercise: bool = False
    """It belongs to an exercise: every screen says 演练 beside it."""


class Counts(msgspec.Struct, frozen=True):
    """The tasks of an incident: all, not over, not acknowledged in time, verified, over in another way."""

    tasks: int = 0
    open: int = 0
    late: int = 0
    finished: int = 0
    dropped: int = 0


class IncidentSeen(msgspec.Struct, frozen=True):
    """An incident that is not over. ``since`` is when its state began, ``cases`` are marks of its cases."""

    id: str
    no: str
    kind: str
    title: str
    road: str
    street: str
    grade: str
    state: str
    opened_at: float
    since: float
    level: str
    lon: float
    lat: float
    radius_m: float
    counts: Counts = Counts()
    cases: tuple[str, ...] = ()
    version: int = 0
    is_exercise: bool = False


class UnitOnTask(msgspec.Struct, frozen=True):
    """A unit that has set out for a task. ``metres`` to the task's place (NaN = unknown).

    ``as_of`` is the machine time of its position, ``lost``: the position is older than 120 s.
    """

    task: str
    incident: str
    call_sign: str
    lon: float
    lat: float
    to_lon: float
    to_lat: float
    metres: float
    as_of: float
    lost: bool
    is_there: bool


class ClosureSeen(msgspec.Struct, frozen=True):
    """An underpass that is not open: suggested, closing, closed or reopening.

    ``depth_cm`` and ``rise_cm_min`` are those of the fact that changed it last. ``verb`` is what the centre
    may do about it, '' = nothing.
    """

    device: str
    state: str
    at: float
    road: str
    street: str
    lon: float
    lat: float
    depth_cm: float = 0.0
    rise_cm_min: float = 0.0
    version: int = 0
    verb: str = ""


class LinkageSeen(msgspec.Struct, frozen=True):
    """Incidents and tasks, the worst first, and the closures."""

    incidents: tuple[IncidentSeen, ...] = ()
    tasks: tuple[TaskSeen, ...] = ()
    closures: tuple[ClosureSeen, ...] = ()
