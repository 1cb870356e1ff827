"""Records of emergency linkage (domain §3.5): incidents, tasks of agencies, joint sessions, closures.

Times are city epoch seconds unless a field says otherwise; positions WGS84 degrees (NaN = unknown).
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct

__all__ = [
    "EVIDENCE", "GRADES", "INCIDENT_OVER", "INCIDENT_STATES", "PRIORITIES", "TASK_OVER", "TASK_STATES",
    "Casualties", "Closure", "Decided", "Incident", "IncidentReport", "JointSession", "Signed", "Site",
    "Task", "TaskResult",
]  # fmt: skip

INCIDENT_STATES: Final = (
    "signal", "confirmed", "responding", "controlled", "recovering", "closed", "false_alarm",
)  # fmt: skip
INCIDENT_OVER: Final = frozenset({"closed", "false_alarm"})
GRADES: Final = ("general", "larger", "major", "extra_major")
"""Incident grades from the lowest; a grade is a word without a colour."""

TASK_STATES: Final = (
    "issued", "delivered", "acknowledged", "set_out", "arrived", "done", "verified", "declined", "cancelled",
)  # fmt: skip
TASK_OVER: Final = frozenset({"verified", "declined", "cancelled"})
PRIORITIES: Final = ("P1", "P2", "P3")
EVIDENCE: Final = ("ack", "text", "number", "photo", "list")


class Signed(msgspec.Struct, frozen=True):
    """Who did something: account ('' = by rule), display name, role, and when."""

    by: str
    name: str
    role: str
    at: float


class Site(msgspec.Struct, frozen=True):
    """A place of an incident or task: position, street code, road without a house number, radius (metres)."""

    lon: float = float("nan")
    lat: float = float("nan")
    street: str = ""
    road: str = ""
    radius_m: float = 0.0


class TaskResult(msgspec.Struct, frozen=True):
    """The evidence of a done task. ``text`` is class P2; ``photos`` are file ids."""

    text: str = ""
    number: float | None = None
    photos: tuple[str, ...] = ()


class Task(msgspec.Struct):
    """One linkage task of one agency. Subject of its facts: ``task:<id>``.

    ``words`` is the key of a template row's text below ``task.`` or '' when ``text`` was typed. A limit
    that does not exist is None. ``version`` counts its facts, ``moved`` is that of its last change of state.
    """

    id: str
    no: str
    incident: str
    agency: str
    priority: str
    words: str
    text: str
    place: Site
    mode: str
    """plan, manual, verbal_recorded, rule (issued by rule), fallback or session."""
    ordered: Signed
    issued_at: float
    evidence: str = "ack"
    verifier: str = "street"
    """Who verifies: ``street`` (the territory) or ``inspector`` (the supervision axis)."""
    template: str = ""
    """``<incident type>#<row>`` of the task template, '' for none."""
    why: str = ""
    """Key below ``task_why.``: why it was issued without a person, e.g. ``fallback``."""
    why_names: dict[str, str] = {}
    ack_by: float | None = None
    arrive_by: float | None = None
    due_by: float | None = None
    verify_by: float | None = None
    verify_s: float = 0.0
    """Limit of the verification after ``done_at``, seconds."""
    state: str = "issued"
    delivered_at: float | None = None
    acknowledged: Signed | None = None
    set_out: Signed | None = None
    arrived: Signed | None = None
    arrived_by_hand: bool = False
    done: Signed | None = None
    verified: Signed | None = None
    over: Signed | None = None
    """Who declined or cancelled it."""
    over_reason: str = ""
    unit: str = ""
    unit_call_sign: str = ""
    result: TaskResult = TaskResult()
    photos: tuple[str, ...] = ()
    """Ids of all photos that were ever reported for it, those before a failed verification too."""
    reminders: int = 0
    reminded_at: float | None = None
    fallback: str = ""
    """Id of the task that another agency got instead: its fallback, or whom it was reassigned to."""
    fallback_of: str = ""
    assists: str = ""
    """Id of the task of its pair that arrived first: this one assists it (协同), without limits."""
    tried: tuple[str, ...] = ()
    """Agencies that had this work before: a fallback never goes back to one of them."""
    escalated: int = 0
    """0 nobody, 1 the agency's duty leader, 2 the centre's duty leader."""
    overdue: tuple[str, ...] = ()
    """Limits that were announced as passed: ack, ack2, arrive, due, verify."""
    noted: tuple[str, ...] = ()
    """Other automatic steps that were done: delivery, ack_half, due_near."""
    sent_at: float | None = None
    """When the agency's adapter accepted its notice."""
    late: dict[str, float] = {}
    """Column of the matrix → by how much the engine was late with a step of it (晚), seconds; the worst."""
    accepted_by_shift: str = ""
    """The shift whose lead took it over at the last hand-over."""
    undo: dict[str, object] = {}
    """What ``undo_task`` restores: ``{position, actor, until (machine time), …fields}``; {} for nothing."""
    write_by: float | None = None
    """Until when a spoken order must be written down; None for one that is written."""
    is_exercise: bool = False
    """It belongs to an exercise (演练)."""
    repeat_of: str = ""
    """Id of the first task of its series, '' for a task that is not a repetition."""
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to do, the verification included."""
        return self.state not in TASK_OVER


class IncidentReport(msgspec.Struct, frozen=True):
    """A report upward (初报, 续报, 终报). ``kind``: first, follow_up, final; ``channel``: oral, written."""

    kind: str
    channel: str
    seq: int
    due_at: float | None
    signed: Signed
    to: str = ""
    text: str = ""
    checked: tuple[str, ...] = ()
    """The points of the check list that it covers."""


class Casualties(msgspec.Struct, frozen=True):
    """Casualty numbers, class P3: on no screen but the commander's until ``released`` is set."""

    dead: int
    missing: int
    injured: int
    evacuated: int
    reported: Signed
    released: Signed | None = None


class Decided(msgspec.Struct, frozen=True):
    """One decision line of a joint session; ``task`` is the id of the task made from it."""

    text: str
    agency: str
    task: str
    signed: Signed


class JointSession(msgspec.Struct):
    """A joint session (联席会商) of an incident. Subject of its facts: ``incident:<id>``."""

    no: str
    opened: Signed
    agencies: tuple[str, ...] = ()
    lines: tuple[Decided, ...] = ()
    closed: Signed | None = None
    closed_reason: str = ""


class Incident(msgspec.Struct):
    """One incident. Subject of its facts: ``incident:<id>``. ``version``, ``moved`` as in :class:`Task`."""

    id: str
    no: str
    incident_class: str
    """natural, accident, health or security."""
    kind: str
    """Incident type: a key of the task templates, e.g. ``underpass_flood``."""
    title: str
    grade: str
    place: Site
    opened: Signed
    source: str = ""
    """``case:<key>``, ``device:<id>``, ``map`` or ``hand``."""
    grade_basis: str = ""
    grade_asked: str = ""
    grade_asked_by: Signed | None = None
    state: str = "signal"
    since: float = 0.0
    """When the present state began."""
    confirm_by: float | None = None
    confirmed: Signed | None = None
    controlled_at: float | None = None
    closed_at: float | None = None
    cases: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    commander: str = ""
    """Account; ``commander_name`` is its display name. '' = the duty leader of the responsible shift."""
    commander_name: str = ""
    scene_commander: str = ""
    """Display name and unit of the on-scene commander, as reported."""
    casualties: Casualties | None = None
    reports: tuple[IncidentReport, ...] = ()
    report_by: float | None = None
    """When the next report upward is due; None when none is due."""
    report_next: str = ""
    """Kind and channel of the next report, e.g. ``first.oral`` or ``follow_up.written``."""
    overdue: tuple[str, ...] = ()
    """Limits that were announced as passed: confirm, report."""
    review_by: float | None = None
    """When the review of the closed incident is due."""
    sessions: tuple[JointSession, ...] = ()
    late_s: float = 0.0
    is_exercise: bool = False
    """It belongs to an exercise (演练), as do all its tasks."""
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_open(self) -> bool:
        """Whether the incident is not over."""
        return self.state not in INCIDENT_OVER


class Closure(msgspec.Struct):
    """The state of one underpass by its depth gauge. Subject of its facts: ``device:<id>``.

    ``state``: open, suggested, closing, closed, reopening. ``depth_cm`` and ``rise_cm_min`` are those of the
    fact that changed it last.
    """

    device: str
    state: str
    at: float
    depth_cm: float
    rise_cm_min: float = 0.0
    incident: str = ""
    closed_at: float | None = None
    reopen_asked: tuple[str, ...] = ()
    """Agencies that agreed to reopen (two of three are needed)."""
    by_rule: bool = False
    noted: str = ""
    """Why the gauge was noted last: rise, limit, below or silent."""
    limit_at: float | None = None
    """When the depth reached the limit; the closure's minutes (E06) count from here."""
    ordered: Signed | None = None
    parties: tuple[str, ...] = ()
    """The agencies that close it together; two of them must agree to reopen it."""
    past: tuple[tuple[float | None, float | None, float], ...] = ()
    """Earlier closures: when the depth reached the limit, when it was closed, when it was reopened."""
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None
