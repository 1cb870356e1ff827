"""A case as the people of its holder may see it, on the page of their agency or street."""

import msgspec

from city.views.wall_seen import MakeSafeSeen

__all__ = ["CasePhotoSeen", "OwnCaseSeen", "OwnRecordSeen", "ReturnSeen", "RuledSeen"]


class CasePhotoSeen(msgspec.Struct, frozen=True):
    """A photo of the case: its SHA-256, the stage in which it was taken, and when (city time)."""

    sha256: str
    stage: str
    at: float


class ReturnSeen(msgspec.Struct, frozen=True):
    """One return of a case. ``text`` is typed text: of the holder's own returns, '' for those of others.

    ``counts`` is whether it was a bounce. ``verdict``: upheld, overruled, or '' while no ruling was made.
    """

    holder: str
    reason: str
    at: float
    counts: bool
    verdict: str = ""
    text: str = ""


class RuledSeen(msgspec.Struct, frozen=True):
    """An ownership ruling: its number, whom it names, interim or final, and when it was made."""

    no: str
    holder: str
    kind: str
    at: float


class OwnRecordSeen(msgspec.Struct, frozen=True):
    """What a holder refused and what was ruled for or against it, in one case; newest change at ``at``.

    ``holder`` and ``state`` are those of the case now. ``appeal`` is the holder's own: lodged, upheld,
    refused or ''. ``appeal_by`` is until when it may lodge one, None when it may not.
    """

    key: str
    no: str
    kind: str
    code: str
    label: str
    road: str
    street: str
    at: float
    state: str
    holder: str
    version: int
    returns: tuple[ReturnSeen, ...] = ()
    rulings: tuple[RuledSeen, ...] = ()
    appeal: str = ""
    appeal_by: float | None = None


class OwnCaseSeen(msgspec.Struct, frozen=True):
    """One case of a holder. Times are city epoch seconds, positions WGS84 degrees (NaN = unknown).

    ``part`` is what the holder has to do with it: ``lead``, ``make_safe`` (the make-safe task alone), ``co``
    or ``former`` (it had the case; the case is somebody else's now, or over). ``title``, ``address`` and
    ``description`` are words of the reporter (class P2): they are empty for ``co`` and ``former``. ``verbs``
    are what the holder may do now, the most useful first.
    """

    key: str
    part: str
    no: str
    kind: str
    code: str
    label: str
    urgency: str
    hazard: bool
    street: str
    road: str
    lon: float
    lat: float
    at: float
    state: str
    since: float
    version: int
    holder: str
    co: tuple[str, ...] = ()
    due_at: float | None = None
    """The citizen's deadline."""
    holder_due_at: float | None = None
    sign_by: float | None = None
    return_by: float | None = None
    check_by: float | None = None
    make_safe: MakeSafeSeen | None = None
    no_return: bool = False
    ruled_no: str = ""
    why: str = ""
    why_names: dict[str, str] = {}
    returned_by: tuple[str, ...] = ()
    reworks: int = 0
    outcome: str = ""
    extension_by: float | None = None
    """Until when its extension is decided, None = none applied for."""
    suspension_by: float | None = None
    suspended_until: float | None = None
    appeal: str = ""
    units: tuple[str, ...] = ()
    level: str = "district"
    level_asked: str = ""
    answer_by: float | None = None
    callers: int = 1
    wants_reply: bool = False
    contact_at: float | None = None
    closed_at: float | None = None
    close_kind: str = ""
    photos: tuple[CasePhotoSeen, ...] = ()
    verbs: tuple[str, ...] = ()
    title: str = ""
    address: str = ""
    description: str = ""
    is_mirrored: bool = False
    """Its source's system handles it: the page shows it and offers nothing."""
    channel: str = ""
    source: str = ""
    reminders: int = 0
    overdue: int = 0
    extensions: int = 0
    returns: tuple[ReturnSeen, ...] = ()
    ruled: RuledSeen | None = None
    """The newest ruling, None when none was made."""
    contact_by: float | None = None
    """Until when the caller must be contacted first, None when that is done or not needed."""
    has_reporter: bool = False
    appeal_by: float | None = None
    """Until when the holder may appeal, None when it may not, or while the time has not begun to run."""
    code_system: str = ""
    more_verbs: tuple[str, ...] = ()
    """What else its people may do, with the case opened."""
