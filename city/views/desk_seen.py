"""What every desk may see: the wall's state, and the fields of each case that an officer needs to act on it.

No reporter, no reporter's text, no house number: these are requested through the session and logged.
"""

import msgspec

from city.indicators.indicator import Indicator
from city.state.hotline_records import Span
from city.views.alarm_seen import AlarmSeen, MaintainedSeen
from city.views.hotline_view import HotlineSeen
from city.views.nearest_units import NearestUnit
from city.views.response.recovery_view import RecoverySeen
from city.views.response.response_seen import LevelDeskSeen
from city.views.wall_seen import CaseSeen, WallSeen

__all__ = ["BounceSeen", "DeskCase", "DeskSeen", "DetectionSeen"]


class BounceSeen(msgspec.Struct, frozen=True):
    """One return: who, why (a code of ``city.state.case_file.RETURNS``) and when (city epoch seconds)."""

    holder: str
    reason: str
    at: float
    counts: bool


class DeskCase(CaseSeen, frozen=True, kw_only=True):
    """An open case on a desk. ``why`` is a key below ``why.``, ``acknowledge_by`` an escalation's limit.

    ``acted_by`` are marks of the accounts that have acted on it (``city.views.case_view.account_mark``).
    """

    no: str = ""
    co: tuple[str, ...] = ()
    bounces: tuple[BounceSeen, ...] = ()
    why: str = ""
    why_names: dict[str, str] = msgspec.field(default_factory=dict)
    acted_by: tuple[str, ...] = ()
    component: str = ""
    acknowledge_by: float | None = None


class DetectionSeen(msgspec.Struct, frozen=True):
    """A detection that waits for a person: in screening, or for the second look after its notice.

    ``category`` is its class (``kind:code``), ``label`` the roads of its camera's name; ``until`` ends what
    it waits for. Times are city epoch seconds.
    """

    id: str
    category: str
    camera: str
    label: str
    street: str
    at: float
    until: float
    state: str
    hazard: bool
    confidence: float | None
    algorithm: str
    algo_version: str
    notice_to: str
    version: int


class DeskSeen(WallSeen, frozen=True, kw_only=True):
    """The state as all desks may see it.

    ``presence`` is mark → names of the persons who have the case open, ``nearest_units`` mark → the nearest
    free unit of a hazard or critical case. ``outbox`` counts the outbox items, ``outbox_failing`` those with
    a failed try. ``indicators`` are from machine time ``indicators_at``. ``alarms`` are those of sensors.
    """

    cases: tuple[DeskCase, ...]
    presence: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    nearest_units: dict[str, NearestUnit] = msgspec.field(default_factory=dict)
    outbox: int = 0
    outbox_failing: int = 0
    detections: tuple[DetectionSeen, ...] = ()
    """Those that wait, hazards first, then the one whose time is over first."""
    indicators: dict[str, Indicator] = msgspec.field(default_factory=dict)
    indicators_at: float | None = None
    hotline: HotlineSeen = HotlineSeen()
    recovery: RecoverySeen = RecoverySeen()
    """What is left after responses that ended."""
    deferral: Span | None = None
    """The running 灾害顺延, None for none."""
    relaxation_version: int = 0
    alarms: tuple[AlarmSeen, ...] = ()
    levels: LevelDeskSeen = LevelDeskSeen()
    maintained: tuple[MaintainedSeen, ...] = ()
