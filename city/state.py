"""What is so in the city: the state that facts and measurements fold into.

Records that live by rules are structs; measurements are columns. Only :class:`city.store.Store` writes.
Moments are epoch seconds, positions WGS84 degrees (NaN when a record gave an address only).
"""

from bisect import bisect_right
from itertools import takewhile

import msgspec

from city.casefile import CLOSED, CaseFile
from city.clock import REAL_TIME, CityClock
from city.columns import Columns, Ring
from city.weather import Storm, Warned

__all__ = [
    "LOG_LINES", "SCHEMA", "Camera", "Case", "CityState", "Device", "Erratum", "Item", "LedgerState",
    "LogLine", "Measured", "Mirror", "Place", "Registered", "Show", "SourceState",
]  # fmt: skip

SCHEMA = 4
"""Number of the snapshot form; raised whenever :class:`LedgerState` changes its meaning."""

LOG_LINES = 50
DETECTIONS_KEPT = 200_000


class Place(msgspec.Struct, frozen=True):
    """Where: WGS84 degrees (NaN = unknown), the street's code ('' = none), the road without a number."""

    lon: float
    lat: float
    street: str = ""
    road: str = ""


class Mirror(msgspec.Struct, frozen=True):
    """The status of a case in the system that it came from; we mirror it, we do not judge it."""

    state: str = "reported"
    agency: str = ""
    due_at: float | None = None
    returned_by: tuple[str, ...] = ()
    next: str = ""
    next_at: float | None = None
    at: float | None = None


class Case(msgspec.Struct):
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
    """The reporter's words (class P2): on no wall, leader's or visitors' page."""
    address: str = ""
    wants_reply: bool = False
    file: CaseFile = msgspec.field(default_factory=CaseFile)
    caller_ref: str = ""
    """The same for every record of one phone; tells nothing of it."""

    @property
    def state(self) -> str:
        """Return the state that counts: our own life's, or the mirrored one of its source's system."""
        return self.file.state if self.file.own else self.mirror.state

    @property
    def holder(self) -> str:
        """Return who has it: a holder's code, or a short name as its source's system says it."""
        return self.file.holder if self.file.own else self.mirror.agency

    @property
    def due_at(self) -> float | None:
        """Return when it must be fixed, city epoch seconds; None = nobody knows."""
        return self.file.fix_by_at if self.file.own else self.mirror.due_at

    @property
    def alike(self) -> tuple[str, str, str]:
        """Return what cases of one class have in common: kind and code, without a code the source's words."""
        return self.kind, self.code, "" if self.code else self.label

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.state not in CLOSED


class Registered(msgspec.Struct, frozen=True):
    """What a ruling wrote into the component register: the next case of ``key`` goes to ``holder``."""

    key: str
    holder: str
    kind: str
    no: str
    at: float


class Item(msgspec.Struct, frozen=True):
    """Something that must leave the system, not before a machine moment.

    ``at`` is the machine moment of what it tells (0 in an old snapshot); ``tries`` is 0 until one is in vain.
    """

    id: str
    case: str
    kind: str
    to: str
    text: str
    names: dict[str, str]
    not_before: float
    position: int
    recall_of: str = ""
    tries: int = 0
    at: float = 0.0


class Show(msgspec.Struct, frozen=True):
    """What a desk put on a wall; ``until`` is machine time, ``view`` metres EPSG:3857."""

    wall: str
    kind: str
    id: str
    view: tuple[float, float, float, float] | None
    by: str
    at: float
    until: float


class Erratum(msgspec.Struct, frozen=True):
    """A rule that somebody says is wrong, until it is closed."""

    case: str
    rule: str
    text: str
    by: str
    at: float


class Device(msgspec.Struct, frozen=True):
    """A registered sensor; ``interval_s`` is how often it promises to report."""

    id: str
    kind: str
    name: str
    owner: str
    place: Place
    interval_s: float
    datum: str = ""


class Camera(msgspec.Struct, frozen=True):
    """A registered camera; ``azimuth`` and ``fov`` in degrees."""

    id: str
    name: str
    place: Place
    azimuth: float | None = None
    fov: float | None = None
    privacy: str = "public_scene"


class LogLine(msgspec.Struct, frozen=True):
    """One line of the duty log at a city moment: a catalogue key and what it names (no citizen's words)."""

    at: float
    text: str
    names: dict[str, str]
    position: int


class SourceState(msgspec.Struct, frozen=True):
    """What the gateway says of a source: when it was last heard (machine time) and its clock's skew."""

    name: str
    heard: float | None
    interval_s: float
    skew_s: float = 0.0


class LedgerState(msgspec.Struct):
    """The slices that the ledger alone decides; what a snapshot holds."""

    position: int = 0
    hash: str = "0" * 64
    clock: CityClock = REAL_TIME
    clocks: list[tuple[int, CityClock]] = []
    """Every city clock that was set, each with the position of its fact, from which on it counts."""
    cases: dict[str, Case] = {}
    """By key, whatever changed last at the end: ``changed_since`` counts on it."""
    by_external: dict[str, str] = {}
    warnings: dict[str, Warned] = {}
    storms: dict[str, Storm] = {}
    devices: dict[str, Device] = {}
    cameras: dict[str, Camera] = {}
    roster: list[dict[str, str]] = []
    transplanted: int = 0
    lost_sources: dict[str, float] = {}
    register: dict[str, Registered] = {}
    errata: dict[str, Erratum] = {}
    shows: dict[str, Show] = {}
    incidents: dict[str, tuple[str, ...]] = {}
    outbox: dict[str, Item] = {}
    outlets: frozenset[str] | None = None
    """Systems that have an adapter (None: nobody said); only what is for one of them waits to leave."""
    serials: dict[str, int] = {}
    by_mark: dict[str, str] = {}
    log: list[LogLine] = []
    tables: dict[str, str] = {}
    unknown: dict[str, int] = {}
    refused: dict[str, int] = {}

    def clock_of(self, position: int) -> CityClock:
        """Return the city clock that counted for the fact at a position."""
        number = bisect_right(self.clocks, position, key=lambda set_: set_[0])
        return self.clocks[number - 1][1] if number else REAL_TIME

    def turn(self, case: Case, position: int) -> None:
        """Put a case in, or note that it has changed at a position."""
        case.changed = position
        self.cases.pop(case.key, None)
        self.cases[case.key] = case

    def changed_since(self, position: int) -> list[Case]:
        """Return the cases that changed after a position, the earliest first; costs what they are many."""
        fresh = takewhile(lambda case: case.changed > position, reversed(self.cases.values()))
        return list(fresh)[::-1]


class Measured:
    """The slices that telemetry alone decides; rebuilt from the gateway, in no snapshot."""

    def __init__(self) -> None:
        self.readings = Columns(
            value="float64", at="float64", received="float64", interval="float64", lon="float64",
            lat="float64", device="object", metric="object", unit="object", kind="object",
            quality="object", name="object", street="object",
        )  # fmt: skip
        self.units = Columns(
            lon="float64", lat="float64", at="float64", received="float64", speed="float64",
            heading="float64", call_sign="object", kind="object", agency="object", state="object",
        )  # fmt: skip
        self.cameras = Columns(
            at="float64", received="float64", picture_at="float64", picture_received="float64",
            state="object", sha256="object",
        )  # fmt: skip
        self.detections = Ring(DETECTIONS_KEPT, ("lon", "lat", "at"))
        self.sources: dict[str, SourceState] = {}
        self.refused: dict[str, int] = {}


class CityState:
    """The whole: ledger slices, measurements, and a revision per slice that tells what changed."""

    def __init__(self, ledger: LedgerState | None = None) -> None:
        self.ledger = ledger or LedgerState()
        self.measured = Measured()
        self.revisions: dict[str, int] = {}

    def touch(self, *slices: str) -> None:
        """Note that slices changed. Called by the store alone."""
        for name in slices:
            self.revisions[name] = self.revisions.get(name, 0) + 1

    def revision(self, *slices: str) -> tuple[int, ...]:
        """Return the present revisions of some slices, to compare with those of an earlier look."""
        return tuple(self.revisions.get(name, 0) for name in slices)
