"""What the page of one street's sub-centre may see: as an agency, and its map, squads, posts and places."""

import msgspec

from city.clocks.city_clock import CityClock
from city.views.holders.agency_seen import AgencySeen
from city.views.linkage_seen import ClosureSeen, IncidentSeen, UnitOnTask
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import CaseSeen, ReadingsSeen, UnitsSeen

__all__ = ["PlaceSeen", "SquadSeen", "StreetMapSeen", "StreetPostsSeen", "StreetSeen"]


class StreetMapSeen(msgspec.Struct, frozen=True):
    """What the street's map shows: own cases, readings in its area, own units, incidents of its tasks."""

    clock: CityClock
    cases: tuple[CaseSeen, ...]
    readings: ReadingsSeen
    units: UnitsSeen
    incidents: tuple[IncidentSeen, ...] = ()
    closures: tuple[ClosureSeen, ...] = ()
    committed: tuple[UnitOnTask, ...] = ()
    response: ResponseSeen = ResponseSeen()


class SquadSeen(msgspec.Struct, frozen=True):
    """A unit of the street. ``as_of`` is the machine time of its position; ``lost``: older than 120 s.

    ``road`` is that of the case or task it was sent to, '' = none.
    """

    id: str
    call_sign: str
    kind: str
    state: str
    as_of: float
    lost: bool
    road: str = ""


class StreetPostsSeen(msgspec.Struct, frozen=True):
    """Presence of the street's workstations; ``expected`` None = not known, as nobody has signed in.

    ``unanswered``: code of a workstation that was called and has not answered → city time of the call.
    """

    online: int = 0
    expected: int | None = None
    unanswered: tuple[tuple[str, float], ...] = ()


class PlaceSeen(msgspec.Struct, frozen=True):
    """A low point, shelter, pumping station or depot, with the newest value of its gauge.

    ``value`` None = no gauge or no valid data, ``as_of`` the machine time of the value; ``lost``: its gauge
    is silent.
    """

    id: str
    kind: str
    name: str
    capacity: int | None
    has_gauge: bool
    value: float | None = None
    unit: str = ""
    as_of: float | None = None
    lost: bool = False


class SupportSeen(msgspec.Struct, frozen=True):
    """A request for support of the street; ``note`` is what the leader answered (class P2, for the asker)."""

    id: str
    kind: str
    count: int
    group: str
    state: str
    at: float
    answer_by: float
    to: str
    backstop: str
    note: str = ""


class StreetSeen(AgencySeen, frozen=True, kw_only=True):
    """The state as the people of one street may see it. ``code`` is the street's.

    The slice ``own_cases`` of ``revisions`` exists only here: it rises when one of the own cases changes.
    """

    map: StreetMapSeen
    squads: tuple[SquadSeen, ...] = ()
    posts: StreetPostsSeen = StreetPostsSeen()
    places: tuple[PlaceSeen, ...] = ()
    supports: tuple[SupportSeen, ...] = ()
    """Its last requests for support, the newest first."""
