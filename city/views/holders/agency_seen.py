"""What one agency's page may see: its tasks, the matrix of their incidents, and its own cases."""

import msgspec

from city.views.holders.own_cases_seen import OwnCaseSeen, OwnRecordSeen
from city.views.holders.own_notices import NoticeSeen
from city.views.holders.own_reports_seen import OwnReportsSeen
from city.views.linkage_seen import ClosureSeen, IncidentSeen, TaskSeen
from city.views.response.response_seen import ProposalSeen, ResponseNow
from city.views.wall_seen import PageSeen

__all__ = ["AgencySeen", "OwnClosureSeen", "OwnTaskSeen", "SessionLineSeen"]


class OwnTaskSeen(msgspec.Struct, frozen=True):
    """A task of the agency itself. ``text``, ``over_reason`` are typed text, for its own people.

    ``by`` and ``role`` are who ordered it ('' = by rule). ``fallback_next`` gets the task when nobody
    acknowledges it; '' = none. ``metres`` is the distance of its unit, rounded, ``unit_as_of`` the machine
    time of that position; None = not known.
    """

    task: TaskSeen
    text: str
    by: str
    role: str
    road: str
    street: str
    lon: float
    lat: float
    evidence: str
    verifier: str
    fallback_next: str = ""
    metres: int | None = None
    unit_as_of: float | None = None
    why_names: dict[str, str] = {}
    over_by: str = ""
    over_at: float | None = None
    over_reason: str = ""
    photos: tuple[str, ...] = ()


class SessionLineSeen(msgspec.Struct, frozen=True):
    """A decision of a joint session for this agency: its words, when, and the task made from it."""

    id: str
    incident: str
    text: str
    at: float
    task: str


class OwnClosureSeen(msgspec.Struct, frozen=True):
    """A closed underpass of which the agency is a party. ``agreed`` parties want to reopen it.

    ``verb`` is what this party may do now: ``confirm_closure``, ``agree_reopening`` or '' for nothing.
    """

    closure: ClosureSeen
    version: int
    agreed: int
    verb: str


class AgencySeen(PageSeen, frozen=True, kw_only=True):
    """The state as the people of one agency or street may see it.

    ``code`` is that of ``agencies.csv`` or of the street. ``own`` are its tasks, the worst first,
    ``incidents`` those in which it has a task in the order of its worst, without those that carry the tasks
    of a response; ``tasks`` all rows of their matrix without typed text.
    """

    code: str
    own: tuple[OwnTaskSeen, ...] = ()
    tasks: tuple[TaskSeen, ...] = ()
    incidents: tuple[IncidentSeen, ...] = ()
    lines: tuple[SessionLineSeen, ...] = ()
    closures: tuple[OwnClosureSeen, ...] = ()
    cases: tuple[OwnCaseSeen, ...] = ()
    records: tuple[OwnRecordSeen, ...] = ()
    level: ResponseNow | None = None
    """The district's response, on the flood office's page only; None on others."""
    proposals: tuple[ProposalSeen, ...] = ()
    """The proposals that the flood office's head may approve, on its page only."""
    reports: OwnReportsSeen | None = None
    """Its zero report and figures; None while nobody asks for them."""
    notices: tuple[NoticeSeen, ...] = ()
    """What cameras saw in its area, which it may correct before a case is filed."""
