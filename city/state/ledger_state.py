"""The state of the city that facts and measurements are folded into.

Records that follow rules are structs; measurements are columns. Only `city.folding.store.Store` writes.
Times are epoch seconds, positions WGS84 degrees (NaN when a record has only an address).
"""

from bisect import bisect_right
from itertools import takewhile

import msgspec

from city.clocks.city_clock import REAL_TIME, CityClock
from city.state.briefing_records import Briefing
from city.state.case_file import CLOSED, CaseFile
from city.state.case_records import Mirror, Place
from city.state.desk_records import Show
from city.state.duty_records import CallOut, DailyReport, DutyEntry, Override, Patrol, Shift, StationNumbers
from city.state.hotline_records import Relaxation, Visit
from city.state.leader_records import LeaderHandover, Look, RelocationOrder, SupportRequest
from city.state.linkage_records import Closure, Incident, Task
from city.state.measured import Measured
from city.state.outbox_item import Item
from city.state.past_case import PastCase
from city.state.response_records import Forecast, ReportRound, Response, Situation
from city.state.rule_records import Erratum, Registered
from city.state.sensor_records import Sensing
from city.state.video_records import CameraView, Detection
from city.state.warning_records import Storm, WarningMessage

__all__ = [
    "LOG_LINES", "SCHEMA", "Camera", "Case", "CityState", "Device", "Erratum", "Item", "LedgerState",
    "LogLine", "Measured", "Mirror", "Place", "Registered", "Show", "SourceState",
]  # fmt: skip

SCHEMA = 7
"""Version of the snapshot format; raised whenever the meaning of :class:`LedgerState` changes."""

LOG_LINES = 2000


class Case(msgspec.Struct, omit_defaults=True):
    """One case. ``key`` is ``<client>/<record id>`` of its first record.

    ``at`` and ``recorded_at`` are city time, ``received`` is machine time.
    """

    key: str
    client: str
    channel: str
    kind: str
    code: str
    label: str
    title: str
    urgency: str
    hazard: bool
    place: Place
    at: float
    received: float
    recorded_at: float
    mirror: Mirror
    external: tuple[tuple[str, str], ...] = ()
    reporter_ref: str = ""
    transplanted: bool = False
    changed: int = 0
    description: str = ""
    """The reporter's text (class P2): never on a wall, a leader's page or a visitors' page."""
    address: str = ""
    wants_reply: bool = False
    file: CaseFile = msgspec.field(default_factory=CaseFile)
    caller_ref: str = ""
    """The same for every record of one phone; the phone number cannot be derived from it."""

    @property
    def state(self) -> str:
        """Return the state in our own file, or the mirrored one of the source system."""
        return self.file.state if self.file.own else self.mirror.state

    @property
    def holder(self) -> str:
        """Return the holder: a code, or a short name as the source system writes it."""
        return self.file.holder if self.file.own else self.mirror.agency

    @property
    def due_at(self) -> float | None:
        """Return when it must be fixed, city epoch seconds; None = unknown.

        Of the limit of its class and that of the hotline it is the earlier one.
        """
        if not self.file.own:
            return self.mirror.due_at
        fix_by, hotline_by = self.file.fix_by_at, self.file.hotline_by
        return fix_by if fix_by is None or hotline_by is None else min(fix_by, hotline_by)

    @property
    def alike(self) -> tuple[str, str, str]:
        """Return a key that cases of one class share: kind and code, or without a code the label."""
        return self.kind, self.code, "" if self.code else self.label

    @property
    def is_open(self) -> bool:
        """Whether the case is not over."""
        return self.state not in CLOSED


class Device(msgspec.Struct, frozen=True):
    """A registered sensor; ``interval_s`` is its declared reporting interval."""

    id: str
    kind: str
    name: str
    owner: str
    place: Place
    interval_s: float
    datum: str = ""


class Camera(msgspec.Struct, frozen=True):
    """A registered camera; ``azimuth`` and ``fov`` in degrees.

    ``masks`` are polygons of the picture that nobody sees: points x, y from 0 (left, top) to 1.
    """

    id: str
    name: str
    place: Place
    azimuth: float | None = None
    fov: float | None = None
    privacy: str = "public_scene"
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()


class LogLine(msgspec.Struct, frozen=True):
    """One line of the duty log: city time, a catalogue key and its names (no reporter's text)."""

    at: float
    text: str
    names: dict[str, str]
    position: int


class SourceState(msgspec.Struct, frozen=True):
    """A source's status from the gateway: when it was last heard (machine time), and its clock skew."""

    name: str
    heard_at: float | None
    interval_s: float
    skew_s: float = 0.0


class LedgerState(msgspec.Struct):
    """The slices that depend on the ledger only; the content of a snapshot."""

    position: int = 0
    hash: str = "0" * 64
    clock: CityClock = REAL_TIME
    clocks: list[tuple[int, CityClock]] = []
    """Every city clock that was set, with the position of its fact, from which on it is valid."""
    cases: dict[str, Case] = {}
    """By key, the last changed case at the end: ``changed_since`` relies on this order."""
    keep_days: float = 0.0
    """So many days cases that are over stay in the state (``city/cases/leaving.py``); 0: for ever."""
    day: int = 0
    """Day of the newest fact, UTC, by the ledger's stamp; counted only while cases leave."""
    day_starts: list[tuple[int, int]] = []
    """The last ``keep_days`` days with the position of their first fact, oldest first."""
    left: int = 0
    """How many cases have left."""
    past_cases: list[PastCase] = []
    """What is kept of those that have left, in this order."""
    by_external: dict[str, str] = {}
    warnings: dict[str, WarningMessage] = {}
    warnings_received: dict[str, float] = {}
    """Key of a warning → when we had it first (city time): the time until a level begins counts from then."""
    storms: dict[str, Storm] = {}
    devices: dict[str, Device] = {}
    cameras: dict[str, Camera] = {}
    roster: list[dict[str, str]] = []
    transplanted: int = 0
    lost_sources: dict[str, float] = {}
    register: dict[str, Registered] = {}
    errata: dict[str, Erratum] = {}
    errata_closed: list[tuple[float, float]] = []
    """When each closed erratum was opened and closed."""
    relaxations: dict[str, Relaxation] = {}
    visits: list[Visit] = []
    patrols: dict[str, Patrol] = {}  # by id
    shows: dict[str, Show] = {}
    danger_signals: dict[str, tuple[str, ...]] = {}  # case → emergency numbers that got its notice
    incidents: dict[str, Incident] = {}
    tasks: dict[str, Task] = {}
    closures: dict[str, Closure] = {}  # by the device id of the underpass's depth gauge
    responses: dict[str, Response] = {}  # by ``<jurisdiction>/<hazard>``
    situations: dict[str, Situation] = {}  # by holder
    report_rounds: dict[str, ReportRound] = {}
    open_rounds: dict[str, str] = {}  # response → id of its round of zero reports that runs
    forecasts: dict[str, Forecast] = {}  # by ``<kind>/<place>``, the newest issued
    briefings: dict[str, Briefing] = {}  # by id, the newest of each
    supports: dict[str, SupportRequest] = {}
    relocations: dict[str, RelocationOrder] = {}
    looks: dict[str, tuple[Look, ...]] = {}
    """Account → its last looks at the leader's page, the newest last."""
    leader_handovers: dict[str, LeaderHandover] = {}
    sensing: Sensing = msgspec.field(default_factory=Sensing)
    shifts: dict[str, Shift] = {}
    shift: str = ""  # id of the responsible shift of the district; '' until duty is kept by facts
    overrides: dict[str, Override] = {}
    call_outs: dict[str, CallOut] = {}
    entries: list[DutyEntry] = []
    stations: dict[str, StationNumbers] = {}  # by the code of the workstation
    workloads: dict[str, dict[str, int]] = {}  # city day → worker → cases, see city/cases/fold_workloads.py
    reports: dict[str, DailyReport] = {}
    detections: dict[str, Detection] = {}
    camera_views: dict[str, CameraView] = {}
    """Account and camera → who looks at it, why and until when; ended ones are removed with the next one."""
    outbox: dict[str, Item] = {}
    outlets: frozenset[str] | None = None
    """Systems that have an adapter (None: unknown); only messages to these are put into the outbox."""
    exercise_outlets: frozenset[str] = frozenset()
    """Systems that take part in exercises: a message of an exercise goes to these alone."""
    serials: dict[str, int] = {}
    by_mark: dict[str, str] = {}
    log: list[LogLine] = []
    tables: dict[str, str] = {}
    unknown: dict[str, int] = {}
    refused: dict[str, int] = {}

    def clock_of(self, position: int) -> CityClock:
        """Return the city clock that was valid at the fact's position."""
        number = bisect_right(self.clocks, position, key=lambda set_: set_[0])
        return self.clocks[number - 1][1] if number else REAL_TIME

    def put_case(self, case: Case, position: int) -> None:
        """Add a case, or record that it changed at a position."""
        case.changed = position
        self.cases.pop(case.key, None)
        self.cases[case.key] = case

    def changed_since(self, position: int) -> list[Case]:
        """Return the cases that changed after a position, earliest first; the cost is their number."""
        fresh = takewhile(lambda case: case.changed > position, reversed(self.cases.values()))
        return list(fresh)[::-1]


class CityState:
    """The whole state: ledger slices, measurements, and a revision per slice to detect changes."""

    def __init__(self, ledger: LedgerState | None = None) -> None:
        self.ledger = ledger or LedgerState()
        self.measured = Measured()
        self.revisions: dict[str, int] = {}

    def touch(self, *slices: str) -> None:
        """Record that slices changed. Only the store calls it."""
        self.revisions |= {name: self.revisions.get(name, 0) + 1 for name in slices}

    def revision(self, *slices: str) -> tuple[int, ...]:
        """Return the present revisions of some slices, to compare with earlier ones."""
        return tuple(self.revisions.get(name, 0) for name in slices)
