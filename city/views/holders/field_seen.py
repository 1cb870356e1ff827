"""What the pages of inspectors and workstations may see: the cases of their street or village that wait."""

from collections.abc import Mapping

import msgspec

from city.views.holders.own_cases_seen import CasePhotoSeen
from city.views.wall_seen import PageSeen

__all__ = ["CallOutSeen", "CheckSeen", "FieldCaseSeen", "NumbersSeen", "StationSeen"]


class FieldCaseSeen(msgspec.Struct, frozen=True):
    """A case that waits in the field. Times are city epoch seconds, positions WGS84 degrees (NaN = unknown).

    ``task`` is check, verify, report (nobody has looked at it yet) or photo (one is still due).
    ``address`` is given only where there is no position. ``not_for`` are the
    marks of those of the page's own people who took it from their list or may not act on it, ``handled_by``
    the holders that handled it: their people do not check it.
    """

    key: str
    task: str
    no: str
    kind: str
    code: str
    label: str
    urgency: str
    hazard: bool
    street: str
    road: str
    address: str
    lon: float
    lat: float
    at: float
    due_at: float | None
    feedback_at: float | None
    state: str
    version: int
    holder: str
    outcome: str
    reworks: int
    not_for: tuple[str, ...] = ()
    handled_by: tuple[str, ...] = ()
    photos: tuple[CasePhotoSeen, ...] = ()


class CheckSeen(PageSeen, frozen=True, kw_only=True):
    """The state as the inspectors of a street may see it.

    ``done`` are the cases that each inspector of the street worked on today, by the mark of the account;
    ``cap`` is how many one is to work on in a day, None while the cap is lifted in an emergency.
    ``photo_later`` is the end (city time) of the relaxation that lets an inspector report by position alone,
    None while it is not in force.
    """

    street: str
    cases: tuple[FieldCaseSeen, ...] = ()
    done: Mapping[str, int] = msgspec.field(default_factory=dict)
    cap: int | None = 0
    photo_later: float | None = None


class CallOutSeen(msgspec.Struct, frozen=True):
    """The running call-out test, for a workstation that is called; ``answered_at`` None = not yet."""

    id: str
    started_at: float
    limit_at: float
    answered_at: float | None


class NumbersSeen(msgspec.Struct, frozen=True):
    """The numbers of a workstation and when each was seen (city time); None = never said."""

    should: int | None = None
    should_at: float | None = None
    moved: int | None = None
    moved_at: float | None = None
    shelter: str = ""
    shelter_at: float | None = None


class StationSeen(PageSeen, frozen=True, kw_only=True):
    """The state as the people of one workstation may see it.

    ``shift`` is the shift at which they sign in, ``post_state`` that of their post there ('' = nobody has
    signed in), ``holder`` who is there. ``wanted`` says why the numbers are asked for: level, incident or ''.
    ``village`` is the code whose unit grids say how far the list reaches, '' when no grid tells: then it has
    the reports of the station's own people only.
    """

    code: str
    street: str
    village: str = ""
    shift: str = ""
    post_state: str = ""
    post_since: float = 0.0
    holder: str = ""
    holder_mark: str = ""
    call_out: CallOutSeen | None = None
    wanted: str = ""
    numbers: NumbersSeen = NumbersSeen()
    cases: tuple[FieldCaseSeen, ...] = ()
    done: Mapping[str, int] = msgspec.field(default_factory=dict)
    cap: int | None = 0
